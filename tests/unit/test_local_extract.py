"""Extraction into a folder: files alone, all of them, nothing outside, all or nothing, and a manifest of the rest."""

import hashlib
import io
import json
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pellucid.domain.extraction import Extraction
from pellucid.domain.problem import ProblemKind
from pellucid.domain.progress import Progress, Stage
from pellucid.errors import InvalidRequest
from pellucid.services.local_extract import extract
from pellucid.settings import Settings

MANIFEST = "pellucid-extract.json"
Entry = tuple[str, bytes | None, dict[str, Any]]


def tar(*entries: Entry) -> bytes:
    """An archive of (name, content or None, fields of the header)."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content, fields in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content or b"")
            for field, value in fields.items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(content or b""))
    return stream.getvalue()


def file(name: str, content: bytes = b"text\n", **fields: Any) -> Entry:
    return name, content, fields


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> Entry:
    return name, None, {"type": kind, "linkname": target}


def run(
    folder: Path, data: bytes, report: Callable[[Progress], None] = lambda _: None, **settings: Any
) -> tuple[Extraction, dict[str, Any]]:
    """Extract to folder/out; the result and the manifest's entries by place."""
    image = folder / "image.tar"
    image.write_bytes(data)
    found = extract(image, folder / "out", Settings(processes=1, disk_reserve=0, **settings), report)
    document = json.loads((folder / "out" / MANIFEST).read_bytes())
    return found, {entry["place"].removeprefix("image.tar").removeprefix("!"): entry for entry in document["entries"]}


def contents(folder: Path) -> dict[str, bytes]:
    """Files below a folder by path; anything but files and folders fails."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = path.lstat().st_mode
        assert stat.S_ISREG(kind) or stat.S_ISDIR(kind), path
        if stat.S_ISREG(kind) and path.name != MANIFEST:
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def test_every_file_comes_out_and_the_rest_is_listed(tmp_path: Path) -> None:
    inner = tar(file("a/one", b"1\n"), file("a/two", b"2\n"))
    data = tar(
        file("bin/tool", b"#!/bin/sh\n", mode=0o4755, uid=7, gid=8, mtime=1_600_000_000),
        ("empty", None, {"type": tarfile.DIRTYPE, "mode": 0o700}),
        file("inner.tar", inner),
        file("again.tar", inner),
        link("bin/sh", "../../../../etc/passwd"),
        link("bin/hard", "./bin/tool", tarfile.LNKTYPE),
        link("bin/hard2", "bin/hard", tarfile.LNKTYPE),
        link("bin/lost", "nowhere", tarfile.LNKTYPE),
        link("bin/loop", "bin/loop", tarfile.LNKTYPE),
        ("dev/sda", None, {"type": tarfile.BLKTYPE, "devmajor": 8}),
        ("pipe", None, {"type": tarfile.FIFOTYPE}),
    )
    found, entries = run(tmp_path, data)
    assert contents(tmp_path / "out") == {
        "bin/tool": b"#!/bin/sh\n",
        "bin/hard": b"#!/bin/sh\n",
        "bin/hard2": b"#!/bin/sh\n",
        "inner.tar": inner,
        "inner.tar.extracted/a/one": b"1\n",
        "inner.tar.extracted/a/two": b"2\n",
        "again.tar": inner,
        "again.tar.extracted/a/one": b"1\n",
        "again.tar.extracted/a/two": b"2\n",
    }
    assert (tmp_path / "out" / "empty").is_dir()
    assert (found.files, found.listed, found.renamed) == (9, 5, 0)
    assert found.bytes == 3 * 10 + 2 * len(inner) + 8
    # Set-id bits are facts of the manifest, not of the disk; copies of one content are files of their own.
    tool = (tmp_path / "out" / "bin" / "tool").stat()
    assert (tool.st_mode & 0o7111, tool.st_nlink) == (0, 1)
    assert entries["bin/tool"] == {
        "place": "image.tar!bin/tool",
        "path": "bin/tool",
        "kind": "file",
        "format": "text",
        "size": 10,
        "sha256": hashlib.sha256(b"#!/bin/sh\n").hexdigest(),
        "mode": "4755",
        "uid": 7,
        "gid": 8,
        "mtime": 1_600_000_000,
    }
    assert entries["inner.tar!a/one"]["path"] == "inner.tar.extracted/a/one"
    assert entries["bin/sh"]["target"] == "../../../../etc/passwd"
    assert {
        name: entries[name]["path"] for name in ("bin/sh", "bin/lost", "bin/loop", "dev/sda", "pipe")
    } == dict.fromkeys(("bin/sh", "bin/lost", "bin/loop", "dev/sda", "pipe"))
    assert "nothing in this container" in entries["bin/lost"]["note"]
    assert entries["dev/sda"]["note"] == "not created: blockDevice"


def test_names_never_lead_outside_or_collide(tmp_path: Path) -> None:
    data = tar(
        file("../../outside"),
        file("/absolute"),
        file("Makefile"),
        file("makefile"),
        file("a"),
        file("a/b"),
        file(MANIFEST),
        file(".pellucid-partial/x"),
        file("x" * 300),
        file("/".join(["d" * 100] * 50)),
        link("exit", ".."),
        file("exit/way"),
    )
    found, entries = run(tmp_path, data)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["image.tar", "out"]
    written = contents(tmp_path / "out")
    assert len(written) == 11
    assert set(written.values()) == {b"text\n"}
    assert {"outside", "absolute", "Makefile", "makefile~2", "a", "a~2/b", "exit/way"} < written.keys()
    assert entries["makefile"] == entries["makefile"] | {"path": "makefile~2"}
    assert "renamed" in entries["makefile"]["note"]
    assert entries[MANIFEST]["path"] == f"{MANIFEST}~2"
    assert found.renamed == 6
    assert ProblemKind.UNSAFE_NAME in {problem.kind for problem in found.problems}


def test_a_folder_with_something_in_it_is_refused_and_stays(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("keep")
    with pytest.raises(InvalidRequest, match="is not empty: choose a new folder, or add --force"):
        run(tmp_path, tar(file("a")))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidRequest, match="is not a folder"):
        extract(tmp_path / "image.tar", tmp_path / "file", Settings(), lambda _: None)


def test_force_replaces_what_has_the_same_name_and_follows_no_link(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    for folder in (out / "etc" / "old", elsewhere):
        folder.mkdir(parents=True)
    (out / "mine").write_text("keep")
    (out / "usr").symlink_to(elsewhere)
    (out / "note").symlink_to(elsewhere / "note")
    (out / "bin").write_text("a file before")
    image = tmp_path / "image.tar"
    image.write_bytes(tar(file("etc/new"), file("usr/x"), file("note"), file("bin/y")))
    extract(image, out, Settings(processes=1, disk_reserve=0), lambda _: None, force=True)
    assert sorted(contents(out)) == ["bin/y", "etc/new", "mine", "note", "usr/x"]
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("existed", [False, True])
def test_what_is_stopped_leaves_nothing(tmp_path: Path, existed: bool) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage is Stage.STORING:
            raise KeyboardInterrupt

    if existed:
        (tmp_path / "out").mkdir()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, tar(file("a"), file("b")), stop)
    assert (tmp_path / "out").exists() == existed
    assert not existed or list((tmp_path / "out").iterdir()) == []


def test_budgets_bound_what_is_written(tmp_path: Path) -> None:
    """Copies count, too: a small archive may link to its largest file as often as it likes."""
    big = file("big", b"\xfe" * 100_000)
    links = [link(f"link{number}", "big", tarfile.LNKTYPE) for number in range(20)]
    found, entries = run(tmp_path, tar(big, *links), scan_bytes=500_000)
    assert found.files == 5
    assert found.bytes == 500_000
    assert [problem.kind for problem in found.problems] == [ProblemKind.BUDGET]
    assert "more than 500,000 bytes" in entries["link4"]["note"]
    assert entries["link19"]["note"] == "not written: a budget was reached"
    assert len(contents(tmp_path / "out")) == 5


def test_folders_count_like_files(tmp_path: Path) -> None:
    names = ["/".join([str(number), *"abcdefgh"]) for number in range(50)]
    found, _ = run(tmp_path, tar(*(file(name, name.encode()) for name in names)), scan_files=60)
    assert found.files + found.folders == 120
    assert [problem.kind for problem in found.problems] == [ProblemKind.BUDGET]


def test_a_file_in_which_nothing_is(tmp_path: Path) -> None:
    found, entries = run(tmp_path, b"plain words\n")
    assert (found.files, list(entries)) == (0, [""])
    assert contents(tmp_path / "out") == {}
