"""The tree of components over the API: nested, complete, in pieces, and never somebody else's."""

from typing import Any

import pytest
from tests.support.api_client import Api
from tests.support.scanned_trees import HEADER, large_tree, sha, small_tree, store

from pellucid.api.routes import components as routes
from pellucid.api.schemas import components as schemas
from pellucid.domain.ids import new_id
from pellucid.domain.scan_result import ScanResult


def scanned(api: Api, result: ScanResult, version: str = "1") -> str:
    """The path of a scan that has ended with this."""
    product = api.product(f"Router {new_id()}")
    image = api.image(product, version)
    scan_id = image["latestScan"]["id"]
    store(api.database, product.rpartition("/")[2], scan_id, result)
    return f"{product}/images/{image['id']}/scans/{scan_id}"


def flat(nodes: list[dict[str, Any]], depth: int = 0) -> list[tuple[int, str, str]]:
    return [
        line
        for node in nodes
        for line in [(depth, node["path"], node["kind"]), *flat(node.get("components", []), depth + 1)]
    ]


@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_the_tree_is_nested_by_container(api: Api, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(routes, "PIECE", piece)
    answer = api.http.get(f"{scanned(api, small_tree())}/components")
    assert flat(answer.json()["components"]) == [
        (0, "router.bin", "uimage"),
        (1, "0x40.squashfs", "squashfs"),
        (2, "bin", "directory"),
        (2, "bin/busybox", "executable"),
        (2, "bin/sh", "symlink"),
        (2, "dev/console", "characterDevice"),
        (2, "etc/100%_ä", "text"),
        (1, "notes.txt", "text"),
    ]


def test_what_containers_say_of_entries_is_there(api: Api) -> None:
    scan = scanned(api, small_tree())
    (root,) = api.http.get(f"{scan}/components").json()["components"]
    assert root["attributes"] == {"size": 900, "format": "uimage", "header": HEADER}
    assert "containerPath" not in root
    squashfs = root["components"][0]
    assert squashfs["attributes"]["facts"] == {"partition": "rootfs"}
    folder, busybox, shell, console, text = squashfs["components"]
    assert busybox == {
        "id": f"{scan.rpartition('/')[2]}-3",
        "name": "busybox",
        "path": "bin/busybox",
        "containerPath": "router.bin!0x40.squashfs",
        "kind": "executable",
        "sha256": sha(3),
        "attributes": {
            "entry": "file",
            "size": 500,
            "format": "elf",
            "architecture": "arm",
            "bits": 32,
            "mode": "4755",
            "uid": 0,
            "gid": 0,
            "mtime": "2023-11-14T22:13:20Z",
        },
    }
    assert folder["attributes"]["mtime"] == "1970-01-01T00:00:00Z"
    assert shell["attributes"] == {"entry": "symlink", "mode": "0777", "target": "busybox␀"}
    assert "sha256" not in shell
    # A time that no column and no calendar has is left out, not guessed.
    assert console["attributes"] == {"entry": "characterDevice", "mode": "0600", "facts": {"device": "5:1"}}
    assert text["attributes"] == {"entry": "file", "size": 3, "format": "text", "uid": 1 << 40}


def test_one_component_is_what_the_tree_says_of_it(api: Api) -> None:
    scan = scanned(api, small_tree())
    (root,) = api.http.get(f"{scan}/components").json()["components"]
    squashfs = root.pop("components")[0]
    busybox = squashfs["components"][1]
    for node in (root, busybox):
        assert api.http.get(f"{scan}/components/{node['id']}").json() == node
    assert api.http.get(f"{scan}/components/{busybox['id'].lower()}").json() == busybox


def test_components_of_others_are_not_found(api: Api) -> None:
    scan, other = scanned(api, small_tree()), scanned(api, small_tree())
    own, foreign = scan.rpartition("/")[2], other.rpartition("/")[2]
    for name in (f"{foreign}-3", f"{own}-8", f"{own}-03", f"{own}--1", f"{own}-²", own, "3", f"{own}-{'9' * 30}"):
        answer = api.http.get(f"{scan}/components/{name}")
        assert answer.status_code == 404, name
        assert "no component" in answer.json()["message"]
    # A scan below a product that does not have it.
    elsewhere = f"{other.rpartition('/')[0]}/{own}"
    for path in ("components", f"components/{own}-3"):
        assert api.http.get(f"{elsewhere}/{path}").status_code == 404


def test_a_scan_that_has_not_ended_has_no_components_yet(api: Api) -> None:
    product = api.product()
    image = api.image(product)
    answer = api.http.get(f"{product}/images/{image['id']}/scans/{image['latestScan']['id']}/components")
    assert answer.json() == {"components": []}


def test_a_large_tree_comes_in_pieces(api: Api) -> None:
    scan_id = scanned(api, large_tree(2500)).rpartition("/")[2]
    pieces = routes._pieces(api.app.state.context, scan_id)
    sizes = [len(chunk) for chunk in schemas.tree(pieces)]
    assert len(sizes) == 4
    assert max(sizes) < 400_000
