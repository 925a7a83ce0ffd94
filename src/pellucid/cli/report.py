"""`pellucid report`: documents about an image, as a server writes them."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from pellucid.cli import exit_codes
from pellucid.cli.api_client import ApiClient
from pellucid.cli.terminal import document, note, size

JSON = "application/json"
MATERIALS = "cryptographicMaterialsReport"
# By format: the report, the query that asks for it, and what comes then.
Format = tuple[str, Mapping[str, str], str]
SBOM: Mapping[str, Format] = {
    "cyclonedx": ("sbomReport:cycloneDX", {"contentType": "json"}, JSON),
    "cyclonedx-xml": ("sbomReport:cycloneDX", {"contentType": "xml"}, "application/xml"),
    "csv": ("sbomReport:cycloneDX", {"contentType": "csv"}, "text/csv"),
    "md": ("sbomReport:cycloneDX", {"contentType": "md"}, "text/markdown"),
    "spdx": ("sbomReport:SPDX", {}, JSON),
}
VEX: Mapping[str, Format] = {
    "openvex": ("vexReport:openVEX", {}, JSON),
    "cyclonedx": ("vexReport:cycloneDX", {}, JSON),
}
CBOM: Mapping[str, Format] = {"cyclonedx": ("cbomReport:cycloneDX", {}, JSON)}
CRYPTOGRAPHY: Mapping[str, Format] = {
    name: (MATERIALS, {"mode": "pqc-compliance", "contentType": name}, media_type)
    for name, media_type in (
        ("pdf", "application/pdf"),
        ("json", JSON),
        ("xml", "application/xml"),
        ("csv", "text/csv"),
        ("md", "text/markdown"),
    )
}
KINDS = {"sbom": SBOM, "vex": VEX, "cbom": CBOM, "cryptography": CRYPTOGRAPHY}


def run(arguments: Namespace) -> int:
    """Print the document, or write it to --output, once all of it is there."""
    report, query, media_type = KINDS[arguments.report][arguments.format]
    api = ApiClient()
    product_id = api.product_id(arguments.product)
    path = f"/api/v4/products/{product_id}/images/{api.image_id(product_id, arguments.image)}/{report}"
    content = api.document(path, media_type, **query)
    if arguments.output is None:
        document(content)
        return exit_codes.OK
    output: Path = arguments.output
    output.write_bytes(content)
    note(f"Wrote {output}, {size(len(content))}.")
    return exit_codes.OK
