"""Bundles: what is carried over is what was there; nothing that was altered, forged, unsigned or older is taken in."""

import base64
import hashlib
import io
import json
import struct
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.support.small_feeds import nvd_document, nvd_record, osv_record

from pellucid.advisories import bundle as bundles
from pellucid.advisories import signing
from pellucid.advisories.feeds import feed, feeds
from pellucid.advisories.fetching.bundle_intake import check_trust, take_in
from pellucid.advisories.fetching.protocol import Unwatched
from pellucid.advisories.store.index import StoreIndex
from pellucid.advisories.store.store import Store
from pellucid.errors import Conflict, InvalidRequest, Malformed

NOW = datetime(2026, 8, 22, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()


def filled(folder: Path, *, checked: datetime = NOW, records: int = 50) -> Store:
    """A store with two sources."""
    store = Store.in_memory()
    single = folder / "record.json"
    documents = {
        ("osv/Go", "osv"): [json.dumps(osv_record(number)).encode() for number in range(1, records + 1)],
        ("nvd", "nvd"): [nvd_document([nvd_record(f"CVE-2026-{number:04d}") for number in range(1, records + 1)])],
    }

    def read(name: str, contents: list[bytes]) -> Iterator[object]:
        for content in contents:
            single.write_bytes(content)
            yield from feed(name).read(single)

    for (source, name), contents in documents.items():
        store.replace(source, name, read(name, contents), {"etag": "x"}, checked=checked)  # type: ignore[arg-type]  # of records
    return store


def made(folder: Path, **options: object) -> Path:
    path = folder / "advisories.bundle"
    store = filled(folder, **options)  # type: ignore[arg-type]  # by name
    bundles.write(path, store, feeds(), KEY, Unwatched())
    store.close()
    return path


def test_what_is_carried_over_is_what_was_there(tmp_path: Path) -> None:
    before = filled(tmp_path)
    path = tmp_path / "advisories.bundle"
    bundles.write(path, before, feeds(), KEY, Unwatched())
    assert bundles.is_bundle(path)
    bundle = bundles.read(path)
    assert bundle.key == signing.public_text(KEY)
    check_trust(bundle, {bundle.key}, unsigned=False)
    after = Store.in_memory()
    outcomes = take_in(bundle, feeds(), after, Unwatched())
    assert {(item.source, item.state, item.records) for item in outcomes} == {("osv/Go", "new", 50), ("nvd", "new", 50)}
    for old, new in zip(before.sources(), after.sources(), strict=True):
        assert replace(old, state={}, updated=None) == replace(new, updated=None), "as old as it was there"
        assert list(before.raw(old.name)) == list(after.raw(new.name))
    subject = ("Go", "example.org/module7")
    assert StoreIndex(before).about([subject]) == StoreIndex(after).about([subject]) != {}
    assert {item.state for item in take_in(bundle, feeds(), after, Unwatched())} == {"unchanged"}


def test_forecasts_of_another_day_are_no_change(tmp_path: Path) -> None:
    epss, path, single = feed("epss"), tmp_path / "advisories.bundle", tmp_path / "epss_scores-current.csv"
    after = Store.in_memory()
    states = []
    for day, score in (("01", "0.5"), ("02", "0.5"), ("03", "0.6")):
        heading = f"#model_version:v2026.06.15,score_date:2026-08-{day}T12:00:00Z\ncve,epss,percentile\n"
        single.write_text(f"{heading}CVE-2026-0001,{score},0.9{day}\n")
        before = Store.in_memory()
        before.replace("epss", "epss", epss.read(single), {}, checked=NOW)
        bundles.write(path, before, feeds(), KEY, Unwatched())
        (outcome,) = take_in(bundles.read(path), feeds(), after, Unwatched())
        states.append(outcome.state)
        assert before.sources()[0].digest == after.sources()[0].digest
    assert states == ["new", "unchanged", "new"]


def test_any_tar_can_open_it(tmp_path: Path) -> None:
    with tarfile.open(made(tmp_path)) as archive:
        assert archive.getnames() == ["manifest.json", "manifest.sig", "records/0000.zst", "records/0001.zst"]
        manifest = json.load(archive.extractfile("manifest.json") or io.BytesIO())
    assert [(item["source"], item["records"]) for item in manifest["sources"]] == [("nvd", 50), ("osv/Go", 50)]
    assert "not endorsed or certified by the NVD" in manifest["sources"][0]["notice"]


def test_who_is_not_trusted_is_refused(tmp_path: Path) -> None:
    bundle = bundles.read(made(tmp_path))
    with pytest.raises(InvalidRequest, match=r"not trusted here: ed25519:"):
        check_trust(bundle, {signing.public_text(Ed25519PrivateKey.generate())}, unsigned=False)
    with pytest.raises(InvalidRequest, match="not signed"):
        check_trust(replace(bundle, key=""), {"", bundle.key}, unsigned=False)
    check_trust(replace(bundle, key=""), {bundle.key}, unsigned=True)


def test_an_older_bundle_is_refused_unless_forced(tmp_path: Path) -> None:
    old = bundles.read(made(tmp_path, checked=NOW - timedelta(days=1)))
    store = filled(tmp_path)
    with pytest.raises(Conflict, match="older than what is here"):
        take_in(old, feeds(), store, Unwatched())
    assert {item.failure for item in take_in(old, feeds(), store, Unwatched(), force=True)} == {""}
    newer = bundles.read(made(tmp_path, records=20))
    outcomes = take_in(newer, feeds(), store, Unwatched())
    assert all("would be gone" in item.failure for item in outcomes)
    assert {item.records for item in outcomes} == {50}


def test_a_source_that_this_program_does_not_know_fails_alone(tmp_path: Path) -> None:
    bundle = bundles.read(made(tmp_path))
    some = tuple(item for item in feeds() if item.name != "osv")
    outcomes = {item.source: item for item in take_in(bundle, some, Store.in_memory(), Unwatched())}
    assert "no feed 'osv'" in outcomes["osv/Go"].failure
    assert outcomes["nvd"].state == "new"


def test_every_altered_byte_is_seen(tmp_path: Path) -> None:
    path = made(tmp_path, records=3)
    content = path.read_bytes()
    trusted = {signing.public_text(KEY)}
    for at in range(0, len(content), 29):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1 :])
        with pytest.raises((Malformed, InvalidRequest)):
            check_trust(bundles.read(path), trusted, unsigned=False)


@pytest.mark.parametrize("cut", [0, 1, 511, 512, 700, 1500, 3000])
def test_what_is_cut_off_is_malformed(tmp_path: Path, cut: int) -> None:
    path = made(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:cut])
    with pytest.raises(Malformed):
        bundles.read(path)


def test_an_end_that_is_missing_is_malformed(tmp_path: Path) -> None:
    path = made(tmp_path)
    content = path.read_bytes().rstrip(b"\0")
    for end in (len(content) - 1, len(content), len(content) + 600):
        path.write_bytes(content.ljust(end, b"\0")[:end])
        with pytest.raises(Malformed):
            bundles.read(path)


def test_what_is_added_is_malformed(tmp_path: Path) -> None:
    path = made(tmp_path)
    path.write_bytes(path.read_bytes() + bytes(20 * 512) + b"more")
    with pytest.raises(Malformed, match="behind its end"):
        bundles.read(path)


def forged(folder: Path, change: Callable[[dict[str, object]], None], stream: bytes = b"") -> Path:
    """A bundle of one source by somebody who signs with a key of his own: everything but the content is right."""
    place: dict[str, object] = {"name": "records/0000.zst", "size": len(stream)}
    said = {"source": "osv/Go", "feed": "osv", "records": 1, "licence": "", "notice": "", "newest": None}
    member = place | said | {"checked": None, "updated": None, "sha256": hashlib.sha256(stream).hexdigest()}
    manifest: dict[str, object] = {"format": 1, "created": "2026-08-22T00:00:00Z", "program": "0", "sources": [member]}
    change(manifest)
    content = json.dumps(manifest).encode()
    signature = base64.b64encode(KEY.sign(bundles.CONTEXT + content)).decode()
    path = folder / "forged.bundle"
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        parts = {
            "manifest.json": content,
            "manifest.sig": f"{signing.public_text(KEY)} {signature}\n".encode(),
            "records/0000.zst": stream,
        }
        for name, data in parts.items():
            information = tarfile.TarInfo(name)
            information.size = len(data)
            archive.addfile(information, io.BytesIO(data))
    return path


def set_sources(sources: object) -> Callable[[dict[str, object]], None]:
    return lambda manifest: manifest.update(sources=sources)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.update(format=2),
        lambda manifest: manifest.update(created="2026-08-22T00:00:00"),
        lambda manifest: manifest.update(created="today"),
        lambda manifest: manifest.pop("sources"),
        set_sources("all"),
        set_sources([{}]),
        lambda manifest: manifest.update(sources=manifest["sources"] * 2),
    ],
)
def test_a_manifest_that_is_none_is_malformed(tmp_path: Path, change: Callable[[dict[str, object]], None]) -> None:
    with pytest.raises(Malformed):
        bundles.read(forged(tmp_path, change))


def record(id_: bytes, raw: bytes, length: int | None = None) -> bytes:
    return struct.pack(">HHI", len(id_), 0, len(raw) if length is None else length) + id_ + raw


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\1",
        record(b"a", b"{}", 1 << 31),
        record(b"a", b"{}", 100),
        record(b"a", b"{}") + record(b"b", b"{}"),
        record(b"\xff", b"{}"),
    ],
    ids=["nothing", "half a head", "too long", "cut off", "too many", "no text"],
)
def test_hostile_records_fail_and_change_nothing(tmp_path: Path, content: bytes) -> None:
    path = forged(tmp_path, lambda _: None, zstandard.compress(content))
    store = Store.in_memory()
    (outcome,) = take_in(bundles.read(path), feeds(), store, Unwatched())
    assert outcome.failure
    assert store.sources() == []


def test_a_record_that_is_not_understood_is_kept_as_not_in_order(tmp_path: Path) -> None:
    path = forged(tmp_path, lambda _: None, zstandard.compress(record(b"a", b"not JSON")))
    store = Store.in_memory()
    (outcome,) = take_in(bundles.read(path), feeds(), store, Unwatched())
    assert outcome.records == 1
    assert [id_ for id_, _, _ in store.raw("osv/Go")] == ["a"]


def test_what_unpacks_without_end_is_stopped(tmp_path: Path) -> None:
    bomb = zstandard.compress(record(b"a", b"", 100 << 20) + bytes(300 << 20))
    assert len(bomb) < 100_000
    (outcome,) = take_in(bundles.read(forged(tmp_path, lambda _: None, bomb)), feeds(), Store.in_memory(), Unwatched())
    assert "its manifest says" in outcome.failure


@given(st.binary(max_size=3000))
def test_anything_else_is_malformed(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        assert not bundles.is_bundle(Path(file.name))
        with pytest.raises(Malformed):
            bundles.read(Path(file.name))


def test_an_export_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path)
    before = path.read_bytes()

    def broken(_self: object, _source: str) -> Iterator[object]:
        yield "a", "", b"{}"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "raw", broken)
    with pytest.raises(OSError, match="No space"):
        made(tmp_path)
    assert path.read_bytes() == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["advisories.bundle", "record.json"]
