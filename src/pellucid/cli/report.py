"""`pellucid report`: documents about an image, as a server writes them."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from pellucid.cli import exit_codes
from pellucid.cli.api_client import ApiClient
from pellucid.cli.terminal import document, note, size

JSON = "application/json"
# By format: the report, the contentType to ask for it in, and what comes then.
SBOM: Mapping[str, tuple[str, str, str]] = {
    "cyclonedx": ("cycloneDX", "json", JSON),
    "cyclonedx-xml": ("cycloneDX", "xml", "application/xml"),
    "csv": ("cycloneDX", "csv", "text/csv"),
    "md": ("cycloneDX", "md", "text/markdown"),
    "spdx": ("SPDX", "", JSON),
}
VEX: Mapping[str, tuple[str, str, str]] = {
    "openvex": ("openVEX", "", JSON),
    "cyclonedx": ("cycloneDX", "", JSON),
}
CBOM: Mapping[str, tuple[str, str, str]] = {"cyclonedx": ("cycloneDX", "", JSON)}
KINDS = {"sbom": ("sbomReport", SBOM), "vex": ("vexReport", VEX), "cbom": ("cbomReport", CBOM)}


def run(arguments: Namespace) -> int:
    """Print the document, or write it to --output, once all of it is there."""
    report, formats = KINDS[arguments.report]
    name, wanted, media_type = formats[arguments.format]
    api = ApiClient()
    product_id = api.product_id(arguments.product)
    path = f"/api/v4/products/{product_id}/images/{api.image_id(product_id, arguments.image)}/{report}:{name}"
    query = {"contentType": wanted} if wanted else {}
    content = api.document(path, media_type, **query)
    if arguments.output is None:
        document(content)
        return exit_codes.OK
    output: Path = arguments.output
    output.write_bytes(content)
    note(f"Wrote {output}, {size(len(content))}.")
    return exit_codes.OK
