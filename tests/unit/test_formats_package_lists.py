"""What package managers keep as text beside or instead of a database: lists of files, needs, one file a package."""

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import golden_packages, golden_systems

from pellucid.formats import (
    owned_paths,
    package_needs,
    percent_sections,
    portage,
    rpm_manifest,
    slackware,
    system_release,
)
from pellucid.formats.owned_paths import Room

READERS: dict[str, tuple[Callable[[bytes], Iterable[object]], bytes]] = {
    "list": (owned_paths.listed, golden_packages.LIST),
    "sums": (owned_paths.summed, golden_packages.SUMS),
    "sections": (percent_sections.sections, golden_systems.PACMAN),
    "variables": (portage.variables, golden_systems.ENVIRONMENT),
    "contents": (portage.contents, golden_systems.CONTENTS),
    "name": (lambda data: slackware.full_name(data) or (), golden_systems.SLACKWARE),
    "files": (slackware.files, golden_systems.SLACKWARE),
    "manifest": (rpm_manifest.packages, golden_systems.MANIFEST),
    "release": (system_release.assignments, golden_systems.DEBIAN),
}


@pytest.mark.parametrize("name", READERS)
def test_each_reads_its_own(name: str) -> None:
    read, data = READERS[name]
    assert list(read(data))


@given(name=st.sampled_from(sorted(READERS)), at=st.floats(0, 1), junk=st.binary(max_size=40))
def test_anything_is_read(name: str, at: float, junk: bytes) -> None:
    read, data = READERS[name]
    place = int(at * len(data))
    for hostile in (data[:place] + junk + data[place:], data[:place], junk):
        assert len(list(read(hostile))) <= len(hostile) + 1


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("", ()),
        ("libc6 (>= 2.34)", (("libc6",),)),
        ("a | b, c:any, d [amd64] <!nocheck>", (("a", "b"), ("c",), ("d",))),
        ("a(>=1),a(<<2)", (("a",),)),
        (", ,|", ()),
    ],
)
def test_clauses(relation: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert package_needs.clauses(relation) == expected


def test_the_alternative_that_is_there_counts() -> None:
    providers = package_needs.providers([("exim4", ["mail-agent"]), ("tool", []), ("other", ["exim4"])])
    needs = package_needs.clauses("postfix | mail-agent, missing | gone, tool, exim4")
    assert package_needs.resolved(needs, providers, name="tool") == ("exim4", "missing")
    assert package_needs.resolved(needs, providers, keep=False) == ("exim4", "tool")


def test_capabilities() -> None:
    words = "musl>=1.2 so:libz.so.1 !busybox cmd:sh~1 =x"
    assert package_needs.capabilities(words) == ("musl", "so:libz.so.1", "cmd:sh")


def test_room_is_bounded() -> None:
    room = Room(10)
    assert room.take(["abc", "de"]) == ("abc", "de")
    assert not room.full
    assert room.take(["abc", "d"]) == ()
    assert room.full
    assert room.take(["a"]) == ()


def test_checksums_are_those_that_md5sum_prints(tmp_path: Path) -> None:
    (tmp_path / "a b").write_text("x")
    (tmp_path / "c").write_text("y")
    printed = subprocess.run(["md5sum", "a b", "./c"], cwd=tmp_path, check=True, capture_output=True).stdout
    assert owned_paths.is_checksums(printed)
    assert owned_paths.summed(printed) == ("a b", "c")


def test_a_list_is_absolute_paths_alone() -> None:
    assert owned_paths.listed(b"/.\n/a\n/b c\n") == ("/a", "/b c")
    assert owned_paths.listed(b"/a\nb\n") == ()
    assert not owned_paths.is_list(b"//comment? yes\0\n")
    assert not owned_paths.is_list(b"a\n/b\n")


def test_a_shell_agrees_with_what_is_assigned(tmp_path: Path) -> None:
    file = tmp_path / "os-release"
    file.write_bytes(b'A_A=1\nB_B="a \\"b\\" \\$c"\nC_C=\'d "e"\'\nA_A=2\n#D_D=3\n  E_E=4\n')
    script = f'. {file}; printf "%s\\n" "$A_A" "$B_B" "$C_C" "$D_D" "$E_E"'
    said = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True).stdout.splitlines()
    found = system_release.assignments(file.read_bytes())
    assert [found.get(name, ("", 0))[0] for name in ("A_A", "B_B", "C_C", "D_D", "E_E")] == said


@pytest.mark.parametrize(
    ("line", "believed"),
    [
        (b"sym /a -> b 1", True),
        (b"sym /a b 1", False),
        (b"obj /a b 0123456789abcdef0123456789abcdef 1", True),
        (b"obj /a 0123 1", False),
        (b"dir relative", False),
        (b"fif /run/pipe", True),
        (b"text", False),
    ],
)
def test_lines_of_contents(line: bytes, believed: bool) -> None:
    assert portage.is_contents(line + b"\n") is believed


def test_versions_of_slackware_may_have_hyphens_in_names_alone() -> None:
    assert slackware.full_name(b"PACKAGE NAME: a-b-1.2-noarch-3.tgz\n") == ("a-b", "1.2", "noarch", "3")
    assert slackware.full_name(b"PACKAGE NAME: a-1.2\n") is None
