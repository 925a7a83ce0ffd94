"""Reports over the API: every form of the bill of materials, its file name, and what is said when there is none."""

import csv
import io
import xml.etree.ElementTree as ET
from typing import Any

import httpx2
import pytest
from tests.support.api_client import Api
from tests.support.cryptography_in_trees import CERTIFICATE, crypto_tree
from tests.support.scanned_trees import small_tree, store

from pellucid.domain.roles import RoleKey


def report(api: Api, path: str, what: str = "cycloneDX", **query: str) -> httpx2.Response:
    return api.http.get(f"{path}/sbomReport:{what}", params=query)


@pytest.fixture
def image(api: Api) -> str:
    """The path of an image whose scan has finished."""
    return scanned(api, "router")


def scanned(api: Api, name: str) -> str:
    product = api.product()
    form = {"imageName": name, "version": "1.0.2"}
    answer = api.http.post(f"{product}/images:upload", data=form, files={"file": ("firmware.bin", b"firmware")})
    image: dict[str, Any] = answer.json()
    store(api.database, product.rpartition("/")[2], image["latestScan"]["id"], small_tree())
    return f"{product}/images/{image['id']}"


@pytest.mark.parametrize("query", [{}, {"contentType": "json"}])
def test_cyclonedx_as_json(api: Api, image: str, query: dict[str, str]) -> None:
    answer = report(api, image, **query)
    document = answer.json()
    subject = document["metadata"]["component"]
    assert (subject["name"], subject["version"]) == ("router", "1.0.2")
    assert {item["name"] for item in document["components"]} >= {"busybox", "openssl"}
    assert answer.headers["content-type"] == "application/json"
    assert 'filename="router-1.0.2.cdx.json"' in answer.headers["content-disposition"]
    assert report(api, image, **query).content == answer.content


def test_cyclonedx_as_xml(api: Api, image: str) -> None:
    answer = report(api, image, contentType="xml")
    root = ET.fromstring(answer.text)
    assert root.tag == "{http://cyclonedx.org/schema/bom/1.7}bom"
    assert 'filename="router-1.0.2.cdx.xml"' in answer.headers["content-disposition"]


def test_the_bill_as_tables(api: Api, image: str) -> None:
    answer = report(api, image, contentType="csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["name"], row["version"]) for row in rows] == [("busybox", "1.36.1"), ("openssl", "3.0.11-1")]
    answer = report(api, image, contentType="md")
    assert answer.text.startswith("# Software bill of materials: router\n")
    assert answer.headers["content-type"].startswith("text/markdown")


def test_spdx(api: Api, image: str) -> None:
    answer = report(api, image, "SPDX")
    document = answer.json()
    assert {package["name"] for package in document["packages"]} >= {"busybox", "openssl"}
    assert answer.headers["content-type"] == "application/json"
    assert 'filename="router-1.0.2.spdx.json"' in answer.headers["content-disposition"]


def test_names_of_files_are_those_of_images(api: Api) -> None:
    answer = report(api, scanned(api, 'Gerät "7"/a'), contentType="md")
    plain, _, utf8 = answer.headers["content-disposition"].partition("; filename*=")
    assert plain == 'attachment; filename="Ger_t_7_a-1.0.2.md"'
    assert utf8 == "UTF-8''Ger%C3%A4t%20%227%22%2Fa-1.0.2.md"


@pytest.mark.parametrize("wanted", ["pdf", "yaml", "JSON"])
def test_what_is_not_written_says_what_is(api: Api, image: str, wanted: str) -> None:
    answer = report(api, image, contentType=wanted)
    assert answer.status_code == 400
    (detail,) = answer.json()["details"]
    assert detail["field"] == "contentType"
    assert "md" in detail["reason"]


@pytest.mark.parametrize("what", ["cycloneDX", "SPDX"])
def test_before_the_scan_has_finished_there_is_none(api: Api, what: str) -> None:
    product = api.product()
    image = api.image(product)
    path = f"{product}/images/{image['id']}"
    answer = report(api, path, what)
    assert answer.status_code == 422
    assert "not finished yet" in answer.json()["message"]
    cancelled = api.http.post(f"{path}/scans/{image['latestScan']['id']}/states", json={"type": "cancelled"})
    assert cancelled.status_code < 300
    assert "start one" in report(api, path, what).json()["message"]
    assert report(api, f"{product}/images/{'0' * 26}", what).status_code == 404


def test_whoever_may_view_reports_gets_them(api: Api, image: str) -> None:
    resource = image.split("/")[4]
    http = api.client(api.user("reader@localhost", **{f"products_{resource}": RoleKey.READ_ONLY}))
    assert http.get(f"{image}/sbomReport:SPDX").status_code == 200
    stranger = api.client(api.user("stranger@localhost"))
    assert stranger.get(f"{image}/sbomReport:SPDX").json()["permission"] == "reports.view"


def test_a_cryptographic_bill(api: Api) -> None:
    product = api.product()
    image = api.image(product)
    path = f"{product}/images/{image['id']}/cbomReport:cycloneDX"
    assert api.http.get(path).status_code == 422
    store(api.database, product.rpartition("/")[2], image["latestScan"]["id"], crypto_tree())
    answer = api.http.get(path)
    assert 'filename="router-1.0.2.cbom.json"' in answer.headers["content-disposition"]
    (found,) = [item for item in answer.json()["components"] if item["name"] == CERTIFICATE.subject]
    assert len(found["evidence"]["occurrences"]) == 2
    assert answer.json()["metadata"]["component"]["version"] == "1.0.2"
    assert api.http.get(path).content == answer.content
    http = api.client(api.user("stranger@localhost"))
    assert http.get(path).status_code == 403
