"""Anchore's overrides: a tar of records that have the configurations of NVD."""

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.feed_nvd import criteria, either, match, node

from pellucid.advisories.feeds import anchore
from pellucid.domain.statement import Affected
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import Reference
from pellucid.errors import Malformed

FOLDER = "nvd-data-overrides-main/"


def _override(name: str, **cve: Any) -> bytes:
    lib = either(node(match(criteria("a:acme:lib"), EndExcluding="2.0")))
    annotation = {
        "cna": "acme",
        "cve_id": name,
        "description": "Something is wrong.",
        "modified": "2031-05-28T22:25:46.966000+00:00",
        "published": "2031-05-01T00:00:00+00:00",
        "reason": "Added CPE configurations because not yet analyzed by NVD.",
        "references": ["https://acme.example/1"],
    }
    return json.dumps({"_annotation": annotation, "cve": {"configurations": [lib], **cve}}, indent=2).encode()


def _tar(folder: Path, members: dict[str, bytes], *, mode: Any = "w:gz") -> Path:
    path = folder / "overrides.tar.gz"
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("folder", ["", FOLDER, "./"])
@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_records_of_a_tar(tmp_path: Path, folder: str, mode: str) -> None:
    members = {
        f"{folder}README.md": b"# Overrides",
        f"{folder}data/2031/CVE-2031-1000.json": _override(
            "CVE-2031-1000", references=[{"url": "https://acme.example/2"}]
        ),
        f"{folder}data/2031/notes.json": b"{}",
    }

    path = _tar(tmp_path, members, mode=mode)
    (found,) = anchore.read(path)

    assert anchore.FEED.recognise(path, path.read_bytes()[:65536]) == "anchore"
    assert (found.id, found.fault) == ("CVE-2031-1000", "")
    assert found.record
    assert found.record.description == "Something is wrong."
    assert found.record.modified == datetime(2031, 5, 28, 22, 25, 46, 966_000, tzinfo=UTC)
    assert found.record.references == (Reference(url="https://acme.example/2"), Reference(url="https://acme.example/1"))
    assert found.record.affected == (Affected(subject=("cpe:a", "acme:lib"), ranges=(VersionRange(fixed="2.0"),)),)
    assert anchore.FEED.normalise("anchore", found.raw) == found.record


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"_annotation": {}, "cve": {}}', _override("CVE-2031-1001"), b"[" * 100_000]
)
def test_a_record_that_is_none_does_not_keep_the_others_back(tmp_path: Path, content: bytes) -> None:
    members = {
        f"{FOLDER}data/2031/CVE-2031-1000.json": content,
        f"{FOLDER}data/2031/CVE-2031-1002.json": _override("CVE-2031-1002"),
    }

    bad, good = anchore.read(_tar(tmp_path, members))

    assert (bad.id, bad.record) == ("CVE-2031-1000", None)
    assert bad.fault
    assert good.record


def test_a_record_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchore, "LARGEST", 100)

    (found,) = anchore.read(_tar(tmp_path, {"data/2031/CVE-2031-1000.json": _override("CVE-2031-1000")}))

    assert (found.record, found.fault) == (None, "more than 100 bytes")


@pytest.mark.parametrize("members", [{}, {"data/2031/../../CVE-2031-1000.json": b"{}"}])
def test_a_tar_of_something_else_is_malformed(tmp_path: Path, members: dict[str, bytes]) -> None:
    path = _tar(tmp_path, members)

    assert anchore.FEED.recognise(path, path.read_bytes()) == ""
    with pytest.raises(Malformed, match=path.name):
        list(anchore.read(path))


def test_a_file_that_was_cut_is_malformed(tmp_path: Path) -> None:
    path = _tar(tmp_path, {f"data/2031/CVE-2031-{1000 + n}.json": _override(f"CVE-2031-{1000 + n}") for n in range(9)})
    path.write_bytes(path.read_bytes()[:-200])

    with pytest.raises(Malformed, match=path.name):
        list(anchore.read(path))
