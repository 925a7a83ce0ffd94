"""Downloads: who may, one file as it is, several as an archive."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.api_client import Api

from pellucid.api.downloads import archive, entry_names
from pellucid.domain.file import File, StoredBlob
from pellucid.domain.ids import new_id
from pellucid.domain.roles import RoleKey


@pytest.fixture
def image(api: Api) -> dict[str, Any]:
    """An image with two attachments of one name; "path" is where it is."""
    product = api.product()
    made = api.image(product, content=b"firmware" * 1000)
    path = f"{product}/images/{made['id']}"
    for content in (b"first", b"second"):
        api.http.post(f"{path}/files", files={"file": ("notes.txt", content)})
    return {**api.http.get(path).json(), "path": path}


def test_one_file_comes_as_it_is(api: Api, image: dict[str, Any]) -> None:
    file = image["files"][-1]
    answer = api.http.post(f"{image['path']}/files:bulkDownload", json={"ids": [file["id"]]})
    assert answer.content == b"firmware" * 1000
    assert answer.headers["content-disposition"] == 'attachment; filename="firmware.bin"'
    assert answer.headers["content-transfer-encoding"] == "binary"


def test_several_files_come_in_an_archive(api: Api, image: dict[str, Any]) -> None:
    ids = [file["id"] for file in image["files"]]
    answer = api.http.post(f"{image['path']}/files:bulkDownload", json={"ids": ids})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == {
            "notes.txt": b"second",
            "notes (2).txt": b"first",
            "firmware.bin": b"firmware" * 1000,
        }


def file(api: Api, name: str, blob: StoredBlob) -> File:
    now = datetime.now(UTC)
    return File(
        id=new_id(),
        product_id=new_id(),
        image_id=new_id(),
        filename=name,
        blob=blob,
        author=api.admin,
        create_time=now,
    )


def test_an_archive_is_made_while_it_is_sent(api: Api) -> None:
    with api.blobs.writer() as writer:
        writer.write(bytes(20 << 20))
        blob = writer.commit()
    sizes = [len(block) for block in archive(api.blobs, [file(api, "large.bin", blob)])]
    assert sum(sizes) > 20 << 20
    assert max(sizes) < 3 << 20


def test_names_in_an_archive_have_no_folders_and_differ(api: Api) -> None:
    blob = StoredBlob(sha256="0" * 64, size=0)
    names = ["a.tar.gz", "../a.tar.gz", "a.tar.gz", "c:\\d\\b", "b", "/"]
    found = entry_names([file(api, name, blob) for name in names])
    assert found[:5] == ["a.tar.gz", "a.tar (2).gz", "a.tar (3).gz", "b", "b (2)"]
    assert len(found[5]) == 26


def test_unknown_files_and_none_are_refused(api: Api, image: dict[str, Any]) -> None:
    path = f"{image['path']}/files:bulkDownload"
    known = image["files"][0]["id"]
    for ids in ([], [new_id()], [known, new_id()], ["x"], [known] * 1001):
        assert api.http.post(path, json={"ids": ids}).status_code in (400, 404), ids[:2]


def test_the_file_of_an_image_stays(api: Api, image: dict[str, Any]) -> None:
    attached, *_, uploaded = image["files"]
    path = f"{image['path']}/files"
    answer = api.http.post(f"{path}:bulkDelete", json={"ids": [attached["id"], uploaded["id"]]})
    assert answer.status_code == 400
    assert len(api.http.get(path).json()["files"]) == 3
    assert api.http.post(f"{path}:bulkDelete", json={"ids": [attached["id"]]}).status_code == 201
    assert api.http.get(f"{path}/{attached['id']}").status_code == 404


def test_a_link_is_good_for_its_file_and_for_a_while(api: Api, image: dict[str, Any]) -> None:
    link, other = (file["downloadUrl"] for file in image["files"][:2])
    nobody = api.client(None)
    assert nobody.get(link).content == b"second"
    bare, _, signature = link.partition("?")
    assert nobody.get(bare).status_code == 401
    assert nobody.get(f"{other.partition('?')[0]}?{signature}").status_code == 401
    old = api.tokens.sign_url(bare, purpose="download", resource_id=image["files"][0]["id"], expires=1.0)
    assert nobody.get(old).status_code == 401
    # With a token it works whatever the signature says.
    assert api.http.get(bare).content == b"second"
    assert api.http.get(old).content == b"second"


def test_who_may_not_download_gets_no_signed_link(api: Api, image: dict[str, Any]) -> None:
    name = api.org.resource_name.replace("/", "_", 1)
    client = api.client(api.user("rules@localhost", **{name: RoleKey.RULE_ADMIN}))
    link = client.get(image["path"]).json()["files"][0]["downloadUrl"]
    assert "signature" not in link
    assert client.get(link).status_code == 403


def test_bytes_that_are_gone_are_not_found(api: Api, image: dict[str, Any]) -> None:
    for path in api.stored():
        path.unlink()
    ids = [file["id"] for file in image["files"]]
    assert api.http.get(image["files"][0]["downloadUrl"]).status_code == 404
    for chosen in (ids, ids[:1]):
        assert api.http.post(f"{image['path']}/files:bulkDownload", json={"ids": chosen}).status_code == 404
