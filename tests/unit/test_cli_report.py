"""`pellucid report`: the document to stdout or a file, in every format; answers that are no document."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import Ended, pellucid
from tests.support.scripted_api import Reply, ScriptedApi

from pellucid.cli.parser import CBOMS, SERVED_BILLS, SERVED_CBOMS, SERVED_CRYPTOGRAPHY, SERVED_VEX
from pellucid.cli.parser import VEX as SCANNED_VEX
from pellucid.cli.report import CBOM, CRYPTOGRAPHY, SBOM, VEX
from pellucid.reports.cbom import FORMATS as SCANNED_CBOMS
from pellucid.reports.vex_document import FORMATS

PRODUCT, IMAGE = (f"01J9Z3T5N8K2V4Q6R7S0W1X2Y{digit}" for digit in "34")
PATH = f"/api/v4/products/{PRODUCT}/images/{IMAGE}/sbomReport"
CYCLONEDX, SPDX = f"GET {PATH}:cycloneDX", f"GET {PATH}:SPDX"
TEXT = '{"name": "Gerät"}\n'.encode()


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with ScriptedApi() as scripted:
        yield scripted


def answer(type_: str, **more: Any) -> Any:
    return lambda _: Reply(type=type_, chunks=[TEXT], **more)


def report(api: ScriptedApi, *options: object, image: str = IMAGE) -> Ended:
    command = ("report", "sbom", "--product", PRODUCT, "--image", image, *options)
    return pellucid(*command, PELLUCID_URL=api.url, PELLUCID_TOKEN="token")


def test_formats_are_those_that_the_command_line_names() -> None:
    assert tuple(SBOM) == SERVED_BILLS
    assert tuple(VEX) == SERVED_VEX
    assert tuple(CBOM) == SERVED_CBOMS
    assert tuple(CRYPTOGRAPHY) == SERVED_CRYPTOGRAPHY
    assert tuple(SCANNED_CBOMS) == CBOMS
    assert tuple(FORMATS) == SCANNED_VEX


@pytest.mark.parametrize(
    ("options", "route", "type_", "query"),
    [
        ((), CYCLONEDX, "application/json", {"contentType": "json"}),
        (("--format", "cyclonedx"), CYCLONEDX, "application/json", {"contentType": "json"}),
        (("--format", "cyclonedx-xml"), CYCLONEDX, "application/xml", {"contentType": "xml"}),
        (("--format", "csv"), CYCLONEDX, "text/csv; charset=utf-8", {"contentType": "csv"}),
        (("--format", "md"), CYCLONEDX, "text/markdown; charset=utf-8", {"contentType": "md"}),
        (("--format", "spdx"), SPDX, "application/json", {}),
    ],
)
def test_the_document_as_it_came(api: ScriptedApi, options: Any, route: str, type_: str, query: Any) -> None:
    api.routes[route] = answer(type_)
    shown = report(api, *options)
    assert (shown.code, shown.stdout, shown.stderr) == (0, TEXT.decode(), "")
    (request,) = api.seen(route)
    assert request.query == query
    assert request.headers["authorization"] == "Bearer token"


@pytest.mark.parametrize(("options", "what"), [((), "openVEX"), (("--format", "cyclonedx"), "cycloneDX")])
def test_vex(api: ScriptedApi, options: Any, what: str) -> None:
    route = f"GET {PATH.replace('sbomReport', 'vexReport')}:{what}"
    api.routes[route] = answer("application/json")
    command = ("report", "vex", "--product", PRODUCT, "--image", IMAGE, *options)
    shown = pellucid(*command, PELLUCID_URL=api.url, PELLUCID_TOKEN="token")
    assert (shown.code, shown.stdout) == (0, TEXT.decode())
    assert api.seen(route)[0].query == {}


def test_cbom(api: ScriptedApi) -> None:
    route = f"GET {PATH.replace('sbomReport', 'cbomReport')}:cycloneDX"
    api.routes[route] = answer("application/json")
    command = ("report", "cbom", "--product", PRODUCT, "--image", IMAGE)
    shown = pellucid(*command, PELLUCID_URL=api.url, PELLUCID_TOKEN="token")
    assert (shown.code, shown.stdout) == (0, TEXT.decode())


@pytest.mark.parametrize(
    ("options", "type_", "wanted"),
    [((), "application/pdf", "pdf"), (("--format", "csv"), "text/csv; charset=utf-8", "csv")],
)
def test_cryptography(api: ScriptedApi, options: Any, type_: str, wanted: str) -> None:
    route = f"GET {PATH.replace('sbomReport', 'cryptographicMaterialsReport')}"
    api.routes[route] = answer(type_)
    command = ("report", "cryptography", "--product", PRODUCT, "--image", IMAGE, *options)
    shown = pellucid(*command, PELLUCID_URL=api.url, PELLUCID_TOKEN="token")
    assert (shown.code, shown.stdout) == (0, TEXT.decode())
    assert api.seen(route)[0].query == {"mode": "pqc-compliance", "contentType": wanted}


def test_into_a_file(api: ScriptedApi, tmp_path: Path) -> None:
    api.routes[SPDX] = answer("application/json")
    path = tmp_path / "router.spdx.json"
    shown = report(api, "--format", "spdx", "--output", path)
    assert (shown.code, shown.stdout) == (0, "")
    assert path.read_bytes() == TEXT
    assert f"Wrote {path}, {len(TEXT)} B." in shown.stderr
    shown = report(api, "--format", "spdx", "--output", tmp_path / "none" / "x.json")
    assert shown.code == 2
    assert "No such file" in shown.stderr


def test_images_by_name(api: ScriptedApi) -> None:
    images = [{"id": IMAGE, "name": "router", "version": "1", "createTime": "2026-01-01T00:00:00Z"}]
    api.routes[f"GET /api/v4/products/{PRODUCT}/images"] = lambda _: Reply({"images": images})
    api.routes[CYCLONEDX] = answer("application/json")
    assert report(api, image="router@1").code == 0
    assert "There are: router@1" in report(api, image="router@2").stderr


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply({"message": "The scan has not finished yet."}, 422), "The scan has not finished yet. (HTTP 422)"),
        (Reply({"message": "There is no such image."}, 404), "There is no such image. (HTTP 404)"),
        (Reply({"message": "No."}, 401), "check PELLUCID_TOKEN"),
        (Reply("<html>", type="text/html"), "does not answer like a Pellucid server"),
    ],
)
def test_what_is_no_document(api: ScriptedApi, tmp_path: Path, reply: Reply, message: str) -> None:
    api.routes[CYCLONEDX] = lambda _: reply
    path = tmp_path / "x.json"
    shown = report(api, "--output", path)
    assert (shown.code, shown.stdout) == (2, "")
    assert message in shown.stderr
    assert not path.exists()


def test_help_has_examples() -> None:
    shown = pellucid("report", "--help")
    assert "pellucid report sbom --product router --image router@1.0.2 > router.cdx.json" in shown.stdout
    assert "--output" in pellucid("report", "sbom", "--help").stdout
