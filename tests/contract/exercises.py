"""One successful call of every served operation."""

from collections.abc import Callable
from typing import Any

import httpx2
from tests.contract.finding_exercises import OF_FINDINGS
from tests.contract.rule_exercises import OF_RULES
from tests.support.api_client import Api
from tests.support.cryptography_in_trees import crypto_tree
from tests.support.scanned_trees import BUSYBOX, SOFTWARE, finding, small_tree, store

from pellucid.domain.ids import named_id

Exercise = Callable[[Api], httpx2.Response]


def _image(api: Api) -> tuple[str, dict[str, Any]]:
    """The path of a new image, and the image."""
    product = api.product()
    image = api.image(product)
    return f"{product}/images/{image['id']}", image


def _attachment(api: Api) -> tuple[str, str]:
    """The path of a new image, and the id of a file that is attached to it."""
    path, _ = _image(api)
    answer = api.http.post(f"{path}/files", files={"file": ("notes.txt", b"notes")}, data={"kind": "notes"})
    return path, answer.json()["id"]


def list_products(api: Api) -> httpx2.Response:
    api.product()
    return api.http.get("/api/v4/products")


def create_product(api: Api) -> httpx2.Response:
    return api.http.post("/api/v4/products", json={"name": "Router", "description": "The small one"})


def archive_products(api: Api) -> httpx2.Response:
    return api.http.post("/api/v4/products:bulkArchive", json={"ids": [api.product().rpartition("/")[2]]})


def unarchive_products(api: Api) -> httpx2.Response:
    return api.http.post("/api/v4/products:bulkUnarchive", json={"ids": [api.product().rpartition("/")[2]]})


def get_product(api: Api) -> httpx2.Response:
    return api.http.get(api.product())


def update_product(api: Api) -> httpx2.Response:
    return api.http.patch(api.product(), json={"name": "Gateway"})


def generate_upload_url(api: Api) -> httpx2.Response:
    return api.http.get(f"{api.product()}/tempFiles:generateUploadUrl")


def upload_image(api: Api) -> httpx2.Response:
    form = {"imageName": "router", "version": "1.0.2"}
    return api.http.post(f"{api.product()}/images:upload", data=form, files={"file": ("f.bin", b"firmware")})


def get_image(api: Api) -> httpx2.Response:
    return api.http.get(_image(api)[0], params={"withCounts": "true"})


def update_image(api: Api) -> httpx2.Response:
    return api.http.patch(_image(api)[0], json={"version": "2"})


def list_images(api: Api) -> httpx2.Response:
    return api.http.get(_image(api)[0].rpartition("/")[0])


def archive_images(api: Api) -> httpx2.Response:
    path, image = _image(api)
    return api.http.post(f"{path.rpartition('/')[0]}:bulkArchive", json={"ids": [image["id"]]})


def unarchive_images(api: Api) -> httpx2.Response:
    path, image = _image(api)
    return api.http.post(f"{path.rpartition('/')[0]}:bulkUnarchive", json={"ids": [image["id"]]})


def list_scans(api: Api) -> httpx2.Response:
    return api.http.get(f"{_image(api)[0]}/scans")


def create_scan(api: Api) -> httpx2.Response:
    return api.http.post(f"{_image(api)[0]}/scans")


def get_scan(api: Api) -> httpx2.Response:
    path, image = _image(api)
    return api.http.get(f"{path}/scans/{image['latestScan']['id']}")


def create_scan_state(api: Api) -> httpx2.Response:
    path, image = _image(api)
    return api.http.post(f"{path}/scans/{image['latestScan']['id']}/states", json={"type": "cancelled"})


def _components(api: Api) -> str:
    """The path of the components of a scan that has ended."""
    path, image = _image(api)
    scan_id = image["latestScan"]["id"]
    seen = finding("CVE-2000-1", BUSYBOX, about=(SOFTWARE,))
    store(api.database, image["parent"].rpartition("/")[2], scan_id, small_tree(), seen)
    return f"{path}/scans/{scan_id}/components"


def list_components(api: Api) -> httpx2.Response:
    return api.http.get(_components(api))


def get_component(api: Api) -> httpx2.Response:
    path = _components(api)
    return api.http.get(f"{path}/{path.split('/')[-2]}-3")


def list_files(api: Api) -> httpx2.Response:
    return api.http.get(f"{_attachment(api)[0]}/files")


def get_file(api: Api) -> httpx2.Response:
    path, file_id = _attachment(api)
    return api.http.get(f"{path}/files/{file_id}")


def create_file(api: Api) -> httpx2.Response:
    return api.http.post(f"{_image(api)[0]}/files", files={"file": ("notes.txt", b"notes")})


def download_files(api: Api) -> httpx2.Response:
    path, file_id = _attachment(api)
    return api.http.post(f"{path}/files:bulkDownload", json={"ids": [file_id]})


def delete_files(api: Api) -> httpx2.Response:
    path, file_id = _attachment(api)
    return api.http.post(f"{path}/files:bulkDelete", json={"ids": [file_id]})


def current_user(api: Api) -> httpx2.Response:
    return api.http.get("/api/v4/users/me")


def grid_files(api: Api) -> httpx2.Response:
    _attachment(api)
    query = {"filters": [{"field": "isAttachment", "value": True}], "sortBy": {"field": "filename"}}
    answer = api.http.post("/api/v4/grids/files:gridList", json=query)
    assert [row["filename"] for row in answer.json()["rows"]] == ["notes.txt"]
    return answer


def grid_components(api: Api) -> httpx2.Response:
    _components(api)
    answer = api.http.post("/api/v4/grids/components:gridList")
    assert [row["component"]["name"] for row in answer.json()["rows"]] == ["busybox"]
    return answer


def grid_dependencies(api: Api) -> httpx2.Response:
    _components(api)
    answer = api.http.post("/api/v4/grids/dependencies:gridList")
    assert [row["severitiesHigh"] for row in answer.json()["rows"]] == [1, 0]
    return answer


def chart_dependencies(api: Api) -> httpx2.Response:
    _components(api)
    answer = api.http.post("/api/v4/charts/dependencies:chartList", json={"fields": ["product", "productId"]})
    assert [row["product"] for row in answer.json()["rows"]] == ["busybox", "openssl"]
    return answer


def chart_components(api: Api) -> httpx2.Response:
    _components(api)
    answer = api.http.post("/api/v4/charts/components:chartList", json={"fields": ["hasFindings"]})
    assert answer.json() == {"rows": [{"hasFindings": "true", "value": 1}]}
    return answer


def _cryptography(api: Api) -> str:
    """The path of an image with one crypto asset of every kind."""
    path, image = _image(api)
    seen = finding("expired", BUSYBOX)
    store(api.database, image["parent"].rpartition("/")[2], image["latestScan"]["id"], crypto_tree(), seen)
    return path


def grid_crypto_assets(api: Api) -> httpx2.Response:
    _cryptography(api)
    query = {"filters": [{"field": "type", "value": "private-key"}], "sortBy": {"field": "path"}}
    answer = api.http.post("/api/v4/grids/cryptographicAssets:gridList", json=query)
    assert [row["path"] for row in answer.json()["rows"]] == [BUSYBOX]
    return answer


def chart_crypto_assets(api: Api) -> httpx2.Response:
    _cryptography(api)
    query = {"fields": ["type", "isVulnerable"]}
    answer = api.http.post("/api/v4/charts/cryptographicAssets:chartList", json=query)
    assert answer.json()["rows"][0] == {"type": "certificate", "isVulnerable": False, "value": 2}
    return answer


def sbom_cyclonedx(api: Api) -> httpx2.Response:
    answer = api.http.get(f"{_components(api).partition('/scans/')[0]}/sbomReport:cycloneDX")
    assert answer.json()["bomFormat"] == "CycloneDX"
    return answer


def cbom_cyclonedx(api: Api) -> httpx2.Response:
    answer = api.http.get(f"{_cryptography(api)}/cbomReport:cycloneDX")
    kinds = {item.get("cryptoProperties", {}).get("assetType") for item in answer.json()["components"]}
    assert kinds >= {"algorithm", "certificate", "protocol", "related-crypto-material"}
    return answer


def materials_report(api: Api) -> httpx2.Response:
    query = {"mode": "pqc-compliance", "contentType": "json"}
    answer = api.http.get(f"{_cryptography(api)}/cryptographicMaterialsReport", params=query)
    assert {item.get("isNistIR8547Compliant") for item in answer.json()["findings"]} == {True, False, None}
    return answer


def sbom_spdx(api: Api) -> httpx2.Response:
    answer = api.http.get(f"{_components(api).partition('/scans/')[0]}/sbomReport:SPDX")
    assert answer.json()["spdxVersion"] == "SPDX-2.3"
    return answer


def vex_openvex(api: Api) -> httpx2.Response:
    answer = api.http.get(f"{_components(api).partition('/scans/')[0]}/vexReport:openVEX")
    assert answer.json()["@context"] == "https://openvex.dev/ns/v0.2.0"
    return answer


def vex_cyclonedx(api: Api) -> httpx2.Response:
    answer = api.http.get(f"{_components(api).partition('/scans/')[0]}/vexReport:cycloneDX")
    assert answer.json()["bomFormat"] == "CycloneDX"
    return answer


def list_vulnerabilities(api: Api) -> httpx2.Response:
    return api.http.get("/api/v4/vulnerabilities?withGridAggregations=true")


def get_vulnerability(api: Api) -> httpx2.Response:
    return api.http.get(f"/api/v4/vulnerabilities/{named_id('CVE-2014-0160')}")


EXERCISES: dict[str, Exercise] = {
    **OF_FINDINGS,
    "ListProducts": list_products,
    "CreateProduct": create_product,
    "BulkArchiveProducts": archive_products,
    "BulkUnarchiveProducts": unarchive_products,
    "GetProduct": get_product,
    "UpdateProduct": update_product,
    "GenerateTempFileUploadURL": generate_upload_url,
    "UploadImage": upload_image,
    "GetImage": get_image,
    "UpdateImage": update_image,
    "ListImages": list_images,
    "BulkArchiveImages": archive_images,
    "BulkUnarchiveImages": unarchive_images,
    "GetSbomReportCycloneDX": sbom_cyclonedx,
    "GetSbomReportSPDX": sbom_spdx,
    "CryptographicMaterialsReport": materials_report,
    "GetCbomReport": cbom_cyclonedx,
    "GetVexReportOpenVEX": vex_openvex,
    "GetVexReportCycloneDX": vex_cyclonedx,
    "ListScans": list_scans,
    "CreateScan": create_scan,
    "GetScan": get_scan,
    "CreateScanState": create_scan_state,
    "ListComponents": list_components,
    "GetComponent": get_component,
    "ListFiles": list_files,
    "GetFile": get_file,
    "CreateFile": create_file,
    "BulkDownloadFiles": download_files,
    "BulkDeleteFiles": delete_files,
    "GridListFiles": grid_files,
    "GridListComponents": grid_components,
    "GridListDependencies": grid_dependencies,
    "GridListCryptographicAssets": grid_crypto_assets,
    "ChartListCryptographicAssets": chart_crypto_assets,
    "ChartListDependencies": chart_dependencies,
    "ChartListComponents": chart_components,
    "ListVulnerabilities": list_vulnerabilities,
    "GetVulnerability": get_vulnerability,
    "GetCurrentUser": current_user,
    **OF_RULES,
}
