"""Packs as git writes them, and as it would not: differences that grow without end, that miss what they build on."""

import hashlib
import os
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support import git_packs
from tests.support.git_packs import AT_OFFSET, BLOB, BY_ID, Part, copy, difference, identity, pack, varint
from tests.support.trees import Extraction, extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.git_pack import git_pack
from pellucid.formats.git import pack as packs

PERSON = ("-c", "user.name=a", "-c", "user.email=a@acme.io")


def repository(folder: Path, *options: str) -> Path:
    """Thirty versions of a file, one of which is deleted, packed as `git gc` does it."""
    run("git", "init", "-q", *options, folder)
    lines = [f"line {number} {os.urandom(4).hex()}\n" for number in range(400)]
    for version in range(30):
        lines[version * 7] = f"changed in {version}\n"
        (folder / "grows").write_text("".join(lines))
        (folder / f"sub {version % 3}").mkdir(exist_ok=True)
        (folder / f"sub {version % 3}" / "näme").write_bytes(bytes([version]) * (version * 997))
        (folder / "passing").write_text(f"version {version}") if version % 2 else (folder / "passing").unlink(True)
        run("git", "-C", folder, *PERSON, "add", "-A")
        run("git", "-C", folder, *PERSON, "commit", "-q", "-m", f"number {version}")
    run("git", "-C", folder, *PERSON, "tag", "-a", "-m", "what it says", "v1")
    run("git", "-C", folder, "gc", "-q", "--aggressive", "--prune=now")
    return folder


def blobs(folder: Path) -> dict[str, bytes]:
    """All that git itself says are there, by id."""
    listed = run("git", "-C", folder, "cat-file", "--batch-all-objects", "--batch-check").decode().splitlines()
    ids = [line.split()[0] for line in listed if line.split()[1] == "blob"]
    return {name: run("git", "-C", folder, "cat-file", "blob", name) for name in ids}


def by_id(found: Extraction) -> dict[str, bytes]:
    """Blobs that came out."""
    return {item.facts["gitObject"]: found.contents[item.name] for item in found.entries if "gitObject" in item.facts}


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_a_repository_comes_out_as_git_says_it_is(tmp_path: Path, options: tuple[str, ...]) -> None:
    folder = repository(tmp_path / "r", *options)
    (path,) = (folder / ".git/objects/pack").glob("*.pack")
    data = path.read_bytes()
    found = extract(git_pack, data, tmp_path / "out")
    assert by_id(found) == blobs(folder)
    assert not found.problems
    assert git_pack.measure(data, 0) == len(data)
    assert git_pack.measure(b"x" * 9 + data + b"behind", 9) == len(data)
    assert found.ended_at == len(data)
    assert found.contents["commits"].count(b"\ncommitter ") == 30
    assert b"what it says" in found.contents["tags"]
    head = run("git", "-C", folder, "rev-parse", "HEAD").decode()[:12]
    assert found.contents[f"{head}/grows"] == (folder / "grows").read_bytes()
    assert found.contents[f"{head}/sub 2/näme"] == (folder / "sub 2/näme").read_bytes()


def test_differences_by_id_are_applied(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r")
    everything = run("git", "-C", folder, "rev-list", "--objects", "--all")
    ids = b"\n".join(line.split()[0] for line in everything.splitlines()) + b"\n"
    data = run("git", "-C", folder, "pack-objects", "--stdout", "--no-reuse-delta", "-q", feed=ids)
    assert sum(isinstance(base, bytes) for base in packs.read(data).deltas) > 10
    assert by_id(extract(git_pack, data, tmp_path / "out")) == blobs(folder)


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_a_blob_is_named_by_the_newest_commit_that_has_it(tmp_path: Path, digest: str) -> None:
    parts = git_packs.history(digest)
    found = extract(git_pack, pack(parts, digest), tmp_path)
    new, old = (identity(git_packs.COMMIT, part.content, digest).hex()[:12] for part in parts[:2])
    names = {entry.name: entry.mtime for entry in found.entries}
    assert names == {
        "commits": None,
        "tags": None,
        f"{new}/file": 2000,
        f"{old}/sub/file": 1000,
        f"{old}/sub/gone": 1000,
    }
    assert not found.problems


def test_a_blob_of_no_commit_is_named_by_its_id(tmp_path: Path) -> None:
    found = extract(git_pack, pack([Part(BLOB, b"alone")]), tmp_path)
    assert found.contents == {identity(BLOB, b"alone").hex(): b"alone"}


def test_what_a_difference_is_to_may_come_later_or_be_absent(tmp_path: Path) -> None:
    base, made = b"base " * 9, b"base " * 9 + b"made"
    parts = [
        Part(BY_ID, difference(base, made), base=identity(BLOB, base)),
        Part(BY_ID, difference(b"x", b"y"), base=identity(BLOB, b"of another pack")),
        Part(BLOB, base),
    ]
    found = extract(git_pack, pack(parts), tmp_path)
    assert set(found.contents.values()) == {base, made}
    assert found.problems == [
        (ProblemKind.UNSUPPORTED, "1 objects are differences to ones that are not there, or cannot be read")
    ]


def test_differences_in_a_circle_are_left_out(tmp_path: Path) -> None:
    one, other = identity(BLOB, b"one"), identity(BLOB, b"other")
    parts = [
        Part(BLOB, b"good"),
        Part(BY_ID, difference(b"one", b"other"), base=one),
        Part(BY_ID, difference(b"other", b"one"), base=other),
    ]
    found = extract(git_pack, pack(parts), tmp_path)
    assert list(found.contents.values()) == [b"good"]
    assert "2 objects" in found.problems[0][1]


def test_differences_that_double_come_to_an_end(tmp_path: Path) -> None:
    parts, size = [Part(BLOB, b"x" * 65536)], 65536
    for number in range(20):
        copies = b"".join(copy(at, 0) for at in range(0, size, 65536))
        parts.append(Part(AT_OFFSET, varint(size) + varint(size * 2) + copies * 2, base=number))
        size *= 2
    found = extract(git_pack, pack(parts), tmp_path)
    assert max(map(len, found.contents.values())) <= packs.MOST_CONTENT
    assert "more than" in found.stopped or any("an object of" in message for _, message in found.problems)


@pytest.mark.parametrize(
    "broken",
    [
        varint(5) + varint(9) + b"\x04abcd",
        varint(4) + varint(9) + b"\x04abcd",
        varint(4) + varint(2) + b"\x04abcd",
        varint(4) + varint(4) + b"\0",
        varint(4) + varint(4) + b"\x7fab",
        varint(4) + varint(9) + copy(0, 9),
        varint(4) + varint(4) + b"\xff\x01",
        b"\x80" * 30,
        varint(4) + varint(1 << 40) + copy(0, 4),
    ],
)
def test_a_difference_that_is_wrong_costs_only_what_is_built_on_it(tmp_path: Path, broken: bytes) -> None:
    parts = [Part(BLOB, b"base"), Part(AT_OFFSET, broken, base=0), Part(BLOB, b"other")]
    found = extract(git_pack, pack(parts), tmp_path)
    assert set(found.contents.values()) == {b"base", b"other"}
    assert len(found.problems) == 1


@pytest.mark.parametrize("size", [3, 5, 1 << 30, 1 << 66])
def test_a_false_size_ends_the_pack(tmp_path: Path, size: int) -> None:
    parts = [Part(BLOB, b"good"), Part(BLOB, b"four", size=size), Part(BLOB, b"last")]
    data = pack(parts)
    assert list(extract(git_pack, data, tmp_path).contents.values()) == [b"good"]
    with pytest.raises(Malformed):
        git_pack.measure(data, 0)


def test_the_start_of_one_is_read(tmp_path: Path) -> None:
    parts = git_packs.history()
    data = pack(parts)
    seen = {len(extract(git_pack, data[:length], tmp_path).entries) for length in range(len(data))}
    assert seen == set(range(6))
    with pytest.raises(Malformed):
        git_pack.measure(data[:-1], 0)
    damaged = data[:-1] + bytes([data[-1] ^ 1])
    assert "checksum" in extract(git_pack, damaged, tmp_path).problems[0][1]


def test_a_chain_of_thousands_is_followed(tmp_path: Path) -> None:
    contents = [f"version {number}".encode() for number in range(4000)]
    parts = [Part(BLOB, contents[0])]
    parts += [
        Part(AT_OFFSET, difference(before, this), base=number)
        for number, (before, this) in enumerate(pairwise(contents))
    ]
    found = extract(git_pack, pack(parts), tmp_path)
    assert set(found.contents.values()) == set(contents)


def test_what_is_held_for_others_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MOST_HELD", 100)
    base = bytes(range(99))
    parts = [Part(BLOB, base)]
    parts += [Part(AT_OFFSET, difference(base, base + b"more"), base=0)]
    parts += [Part(AT_OFFSET, difference(base + b"more", base + b"and more"), base=1)]
    found = extract(git_pack, pack(parts), tmp_path)
    assert len(found.contents) == 2
    assert {kind for kind, _ in found.problems} == {ProblemKind.UNSUPPORTED}


def test_the_id_of_an_object_is_that_of_git() -> None:
    assert packs.identified("sha1", "blob", b"").hex() == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert packs.identified("sha256", "blob", b"") == hashlib.sha256(b"blob 0\0").digest()
