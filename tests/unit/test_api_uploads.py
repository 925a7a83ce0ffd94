"""Uploads of images and attachments: three ways in, and what is refused without leaving anything behind."""

import asyncio
import hashlib
import threading
from typing import Any

import pytest
from fastapi import Request
from tests.support.api_client import Api

from pellucid.api.uploads import Upload
from pellucid.blobs.writer import BlobWriter, refuse_without_room
from pellucid.domain.ids import new_id
from pellucid.errors import PayloadTooLarge, StorageFull

FORM = {"imageName": "router", "version": "1.0.2"}
FILE = {"file": ("firmware.bin", b"firmware")}


@pytest.fixture
def target(api: Api) -> str:
    return f"{api.product()}/images:upload"


def temp_file(api: Api, target: str, content: bytes = b"firmware") -> str:
    """The id of a temporary file of the product that has been uploaded."""
    answer = api.http.get(target.replace("images:upload", "tempFiles:generateUploadUrl"))
    place = answer.json()
    assert api.client(None).put(place["uploadUrl"], content=content).status_code == 200
    identifier: str = place["id"]
    return identifier


def fields(answer: Any) -> list[str]:
    return [detail["field"] for detail in answer.json()["details"]]


def test_a_form_gives_the_whole_image(api: Api, target: str) -> None:
    answer = api.http.post(target, data=FORM, files=FILE)
    assert answer.status_code == 201
    image = answer.json()
    assert (image["name"], image["version"], image["isArchived"]) == ("router", "1.0.2", False)
    assert image["author"]["resourceType"] == "Org"
    assert image["createTime"].endswith("Z")
    assert image["scans"] == [image["latestScan"]]
    assert image["latestScan"]["latestScanState"]["type"] == "new"
    assert image["latestScan"]["parent"] == f"{image['parent']}/images/{image['id']}"
    assert [file["filename"] for file in image["files"]] == ["firmware.bin"]
    assert len(image["counts"]) == 7
    assert [path.name for path in api.stored()] == [hashlib.sha256(b"firmware").hexdigest()]


def test_a_scan_is_made_only_when_wanted(api: Api, target: str) -> None:
    image = api.http.post(target, params={"createScan": "false"}, data=FORM, files=FILE).json()
    assert image["scans"] == []
    assert "latestScan" not in image


FORM_TYPE = {"Content-Type": "multipart/form-data; boundary=B"}
NOTHING_CHOSEN = b'--B\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--B--\r\n'


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="empty"),
        pytest.param({"headers": {"Content-Type": "application/json"}}, id="empty, with a type"),
        pytest.param(
            {"headers": {"Content-Type": "multipart/form-data; boundary=B"}, "content": b"--B--\r\n"}, id="empty form"
        ),
        pytest.param(
            {"headers": {"Content-Type": "multipart/form-data"}, "content": b"--B--\r\n"}, id="empty form, no boundary"
        ),
        pytest.param({"headers": {"Content-Type": "multipart/form-data"}, "content": b"--B--"}, id="shortest form"),
        pytest.param({"headers": FORM_TYPE, "content": NOTHING_CHOSEN}, id="form without a chosen file"),
    ],
)
def test_the_query_takes_a_temporary_file(api: Api, target: str, body: dict[str, Any]) -> None:
    query = {**FORM, "filename": "router.bin", "tempFileId": temp_file(api, target)}
    answer = api.http.post(target, params=query, **body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["files"][0]["filename"] == "router.bin"
    assert api.incoming() == []


def test_a_temporary_file_serves_one_image(api: Api, target: str) -> None:
    query = {**FORM, "filename": "router.bin", "tempFileId": temp_file(api, target)}
    assert api.http.post(target, params=query).status_code == 201
    assert api.http.post(target, params=query | {"version": "2"}).status_code == 409


def test_a_temporary_file_waits_for_its_bytes_and_belongs_to_its_product(api: Api, target: str) -> None:
    place = api.http.get(target.replace("images:upload", "tempFiles:generateUploadUrl")).json()
    query = {**FORM, "filename": "router.bin", "tempFileId": place["id"]}
    assert api.http.post(target, params=query).status_code == 409
    other = f"{api.product('Other')}/images:upload"
    assert api.http.post(other, params={**query, "tempFileId": temp_file(api, target)}).status_code == 404
    assert api.http.post(target, params={**query, "tempFileId": new_id()}).status_code == 404
    answer = api.http.post(target, params={**query, "tempFileId": "x"})
    assert (answer.status_code, fields(answer)) == (400, ["tempFileId"])


def test_a_place_takes_bytes_once_and_only_with_its_signature(api: Api, target: str) -> None:
    place = api.http.get(target.replace("images:upload", "tempFiles:generateUploadUrl")).json()["uploadUrl"]
    nobody = api.client(None)
    assert nobody.put(place.partition("?")[0], content=b"x").status_code == 401
    assert nobody.put(place[:-1] + ("0" if place[-1] != "0" else "1"), content=b"x").status_code == 401
    assert nobody.put(place.replace("expires=", "expires=9"), content=b"x").status_code == 401
    assert nobody.put(place, content=b"").status_code == 400
    assert nobody.put(place, content=b"x").status_code == 200
    assert nobody.put(place, content=b"y").status_code == 409
    assert len(api.stored()) == 1
    assert api.incoming() == []


@pytest.mark.parametrize(
    ("request_", "wrong"),
    [
        pytest.param({"data": FORM, "files": {"file": ("f.bin", b"")}}, ["file"], id="file without bytes"),
        pytest.param({"data": FORM, "files": {"version": (None, "1.0.2")}}, ["file"], id="no file"),
        pytest.param({}, ["file"], id="nothing"),
        pytest.param({"data": {"version": "1"}, "files": FILE}, ["imageName"], id="no name"),
        pytest.param({"data": {"imageName": " "}, "files": FILE}, ["imageName", "version"], id="blank name"),
        pytest.param({"data": FORM, "files": {"file": ("", b"x")}}, ["filename"], id="file without a name"),
        pytest.param({"data": FORM, "files": {"image": ("f.bin", b"x")}}, ["file"], id="file under another name"),
        pytest.param({"data": FORM | {"imageName": "n" * 10_000}, "files": FILE}, ["imageName"], id="long name"),
        pytest.param({"data": FORM | {"version": "n" * 70_000}, "files": FILE}, ["version"], id="longer than any text"),
        pytest.param({"data": FORM | {"imageName": "a\0b"}, "files": FILE}, ["imageName"], id="name with a zero byte"),
        pytest.param({"data": FORM, "files": {"file": ("n" * 300, b"x")}}, ["filename"], id="long name of a file"),
        pytest.param({"json": FORM}, ["Content-Type"], id="JSON"),
        pytest.param({"data": FORM}, ["Content-Type"], id="URL-encoded form"),
        pytest.param({"content": b"firmware"}, ["Content-Type"], id="bare bytes"),
        pytest.param(
            {"content": b"firmware", "headers": {"Content-Type": "multipart/form-data"}}, ["Content-Type"], id="no form"
        ),
        pytest.param(
            {"content": b"--B\r\n\r\nx", "headers": {"Content-Type": "multipart/form-data; boundary=B"}}, ["body"],
            id="broken form",
        ),
        pytest.param({"params": {"createScan": "maybe"}, "data": FORM, "files": FILE}, ["createScan"], id="no boolean"),
        pytest.param({"params": {"tempFileId": new_id()}, "data": FORM, "files": FILE}, ["file", "tempFileId"], id="2"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(api: Api, target: str, request_: dict[str, Any], wrong: list[str]) -> None:
    answer = api.http.post(target, **request_)
    assert answer.status_code == 400
    assert fields(answer) == wrong
    assert api.incoming() == []
    assert api.stored() == []


def test_the_same_version_twice_is_a_conflict(api: Api, target: str) -> None:
    assert api.http.post(target, data=FORM, files=FILE).status_code == 201
    assert api.http.post(target, data=FORM, files=FILE).status_code == 409
    assert api.incoming() == []


@pytest.mark.parametrize(
    ("form", "status"),
    [({**FORM, "version": "1.0.2"}, 409), ({**FORM, "imageName": "n" * 10_000}, 400)],
    ids=["taken", "too long"],
)
def test_a_name_that_cannot_be_is_refused_before_the_file_is_stored(
    api: Api, target: str, monkeypatch: pytest.MonkeyPatch, form: dict[str, str], status: int
) -> None:
    assert api.http.post(target, data=FORM, files=FILE).status_code == 201

    def write(*_: object) -> None:
        raise AssertionError("bytes were written")

    monkeypatch.setattr(BlobWriter, "write", write)
    assert api.http.post(target, data=form, files={"file": ("f.bin", bytes(3 << 20))}).status_code == status
    assert api.incoming() == []


def test_an_upload_beyond_the_limit_is_refused(api: Api, target: str) -> None:
    api.settings.upload_limit = 1000
    for size in (1001, 3 << 20):
        answer = api.http.post(target, data=FORM, files={"file": ("f.bin", b"x" * size)})
        assert answer.status_code == 413, size
    assert api.http.post(target, data=FORM, files={"file": ("f.bin", b"x" * 1000)}).status_code == 201
    assert api.incoming() == []


@pytest.mark.parametrize("setting", ["upload_limit", "disk_reserve"])
def test_what_is_announced_too_large_is_refused_before_a_byte_is_read(api: Api, setting: str) -> None:
    setattr(api.settings, setting, 1000 if setting == "upload_limit" else 1 << 60)
    headers = [(b"content-length", b"9000000"), (b"content-type", b"multipart/form-data; boundary=B")]

    async def receive() -> dict[str, Any]:
        raise AssertionError("the body was asked for")

    async def take() -> None:
        async with Upload(api.app.state.context, Request({"type": "http", "headers": headers}, receive)) as upload:
            await upload.form()

    with pytest.raises(PayloadTooLarge if setting == "upload_limit" else StorageFull):
        asyncio.run(take())


def test_what_follows_a_form_is_counted(api: Api) -> None:
    """A body without a length could go on for ever behind the end of its form."""
    api.settings.upload_limit = 1000
    bodies = [b"--B--\r\n", *[bytes(1 << 20)] * 3]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": bodies.pop(0), "more_body": bool(bodies)}

    async def take() -> None:
        headers = [(b"content-type", b"multipart/form-data; boundary=B")]
        async with Upload(api.app.state.context, Request({"type": "http", "headers": headers}, receive)) as upload:
            await upload.form()

    with pytest.raises(PayloadTooLarge):
        asyncio.run(take())
    assert len(bodies) == 1


def test_a_full_disk_is_said_before_the_body_is_read(api: Api, target: str) -> None:
    api.settings.disk_reserve = 1 << 60
    answer = api.http.post(target, data=FORM, files=FILE)
    assert answer.status_code == 507
    assert api.incoming() == []
    with pytest.raises(StorageFull):
        refuse_without_room(api.folder, 1 << 60)


def test_a_cancelled_upload_waits_for_its_thread_and_leaves_nothing(api: Api) -> None:
    """As when the server stops: the writer must not be taken away under the thread that writes."""
    started, go = threading.Event(), threading.Event()
    write, abort = BlobWriter.write, BlobWriter.abort
    order: list[str] = []

    def slow(writer: BlobWriter, data: bytes) -> None:
        started.set()
        assert go.wait(10)
        write(writer, data)
        order.append("written")

    def watched(writer: BlobWriter) -> None:
        order.append("aborted")
        abort(writer)

    async def run() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": bytes(1 << 20), "more_body": True}

        async def take() -> None:
            async with Upload(api.app.state.context, Request({"type": "http", "headers": []}, receive)) as upload:
                await upload.raw()

        task = asyncio.create_task(take())
        await asyncio.to_thread(started.wait, 10)
        task.cancel()
        asyncio.get_running_loop().call_later(0.1, go.set)
        with pytest.raises(asyncio.CancelledError):
            await task

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BlobWriter, "write", slow)
        patch.setattr(BlobWriter, "abort", watched)
        asyncio.run(run())
    assert order == ["written", "aborted"]
    assert api.incoming() == []


def test_an_attachment_keeps_the_texts_beside_it(api: Api, target: str) -> None:
    image = api.http.post(target, data=FORM, files=FILE).json()
    path = target.replace(":upload", f"/{image['id']}")
    form = {"kind": "datasheet", "language": "de"}
    answer = api.http.post(f"{path}/files", data=form, files={"file": ("sheet.pdf", b"%PDF")})
    assert answer.status_code == 201
    assert answer.json()["metadata"] == form
    assert answer.json()["isAttachment"] is True
    listed = api.http.get(f"{path}/files").json()["files"]
    assert {file["filename"] for file in listed} == {"sheet.pdf", "firmware.bin"}


def test_an_attachment_to_nothing_is_refused(api: Api, target: str) -> None:
    path = target.replace(":upload", f"/{new_id()}/files")
    assert api.http.post(path, files=FILE).status_code == 404
    image = api.http.post(target, data=FORM, files=FILE).json()
    answer = api.http.post(
        target.replace(":upload", f"/{image['id']}/files"), data={"a": "b"}, files={"c": (None, "d")}
    )
    assert (answer.status_code, fields(answer)) == (400, ["file"])
