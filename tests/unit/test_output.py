"""Output: names stay data, budgets hold, partial results are kept."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.analysis.limits import Limits
from pellucid.analysis.output import Output, safe_name
from pellucid.analysis.pack import Pack
from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats.member import Member
from pellucid.formats.span import zeros


def output(folder: Path, **limits: int) -> Output:
    return Output(folder, unit="test", source_size=10, limits=Limits(**limits))


@given(st.text())
def test_a_safe_name_stays_inside(name: str) -> None:
    parts = safe_name(name).split("/")
    assert not {"", ".", ".."} & set(parts)
    assert "\0" not in safe_name(name)


def test_a_name_that_climbs_is_kept_inside_and_reported(tmp_path: Path) -> None:
    out = output(tmp_path)
    out.file("../../etc/passwd", [b"x"])
    assert out.entries[0].name == "etc/passwd"
    assert [problem.kind for problem in out.problems] == [ProblemKind.UNSAFE_NAME]
    out.close()
    assert [path.name for path in tmp_path.iterdir()] == ["bytes"]


def test_a_leading_dot_or_slash_is_no_problem(tmp_path: Path) -> None:
    out = output(tmp_path)
    out.member(Member(name="./usr/bin/", kind=EntryKind.DIRECTORY))
    out.member(Member(name="/usr//lib", kind=EntryKind.DIRECTORY))
    assert [entry.name for entry in out.entries] == ["usr/bin", "usr/lib"]
    assert not out.problems


def test_bytes_are_limited_and_what_came_before_is_kept(tmp_path: Path) -> None:
    out = output(tmp_path, bytes=1000)
    out.file("first", [b"a" * 600])
    with pytest.raises(BudgetExceeded, match="1,000 bytes"):
        out.file("second", [b"b" * 300, b"c" * 300])
    assert [(entry.name, entry.size) for entry in out.entries] == [("first", 600), ("second", 300)]


def test_expansion_is_limited_beyond_the_floor(tmp_path: Path) -> None:
    out = output(tmp_path, ratio=2, ratio_floor=100)
    with pytest.raises(BudgetExceeded):
        out.file("bomb", [b"\0" * 101])


def test_entries_are_limited(tmp_path: Path) -> None:
    out = output(tmp_path, files=2)
    out.file("1", [])
    out.member(Member(name="2", kind=EntryKind.SYMLINK, target="1"))
    with pytest.raises(BudgetExceeded, match="2 entries"):
        out.file("3", [])


def test_a_file_that_breaks_off_is_kept_with_its_problem(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"good"
        raise Malformed("block 2 is broken")

    out = output(tmp_path)
    out.file("half", chunks())
    out.close()
    assert (tmp_path / "bytes").read_bytes() == b"good"
    assert out.entries[0].size == 4
    assert out.problems[0].message == "half: block 2 is broken"


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    out = output(tmp_path)
    out.file(b"caf\xe9", [])
    assert out.entries[0].name == "caf\\xe9"


def test_problems_that_are_not_listed_are_mentioned(tmp_path: Path) -> None:
    out = output(tmp_path)
    for number in range(500):
        out.problem(ProblemKind.MALFORMED, f"block {number}")
    assert len(out.problems) == 101
    assert out.problems[-1].message == "there are more problems in this artefact than are listed"


def test_a_pack_that_gets_no_room_at_all_leaves_nothing_open(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = len(list(Path("/proc/self/fd").iterdir()))
    pack = Pack(tmp_path, hold=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        pack.begin()
        with pytest.raises(BudgetExceeded, match="no room"):
            pack.write(b"x" * (2 << 20))
        pack.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (pack.written, pack.held) == (0, b"")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_without_room_entries_are_as_long_as_what_was_written(tmp_path: Path) -> None:
    out = output(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, hard))
    try:
        out.file("small", [b"s" * 100])
        with pytest.raises(BudgetExceeded):
            out.file("large", [b"x" * (1 << 20), *zeros(8 << 20), b"y" * (1 << 20)])
        out.file("later", [b"z" * 100])
        out.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    written = (tmp_path / "bytes").read_bytes()
    assert all(entry.stored + entry.size <= len(written) for entry in out.entries)
    contents = {entry.name: written[entry.stored :][: entry.size] for entry in out.entries}
    assert contents["small"] == b"s" * 100
    assert contents["large"].strip(b"\0") == b"x" * (1 << 20)
    assert contents["later"] == b""
