"""privileged_programs and open_library_paths: verdicts on programs, joined with where they lie and with what rights."""

import pytest
from tests.matchers.elf_trees import Program, program, tree
from tests.matchers.inventories import findings
from tests.support.statements import Statements

from pellucid.analysis.matcher import Inventory
from pellucid.matchers.open_library_paths import open_library_paths
from pellucid.matchers.privileged_programs import privileged_programs

BARE = {"pie": "exec", "relro": "none", "stackCanary": "absent", "fortify": "0/3"}


def rights(*programs: Program) -> list[dict[str, str]]:
    found = findings(privileged_programs(tree(*programs), Statements()))
    return [{"path": item.artefact, **dict(item.attributes)} for one in found for item in one.evidence]


def test_one_finding_names_all_programs_with_rights_and_what_they_lack() -> None:
    capable = program("bin/ping", 0o755, {"nx": "executable"}, capabilities="0x01")
    assert rights(program("bin/su", 0o4755, BARE), program("bin/ls", 0o755, BARE), capable) == [
        {"path": "fw!bin/su", "rights": "set-user-ID 0", "lacking": "pie, relro, stackCanary"},
        {"path": "fw!bin/ping", "rights": "capabilities 0x01", "lacking": "nx"},
    ]


@pytest.mark.parametrize(
    ("mode", "failed", "told"),
    [
        (0o4755, {"pie": "exec"}, "set-user-ID 0"),
        (0o2755, {"pie": "exec"}, "set-group-ID 42"),
        (0o6755, {"pie": "exec"}, "set-user-ID 0, set-group-ID 42"),
        (0o2745, {"pie": "exec"}, ""),
        (0o4644, {"pie": "exec"}, ""),
        (0o4755, {"relro": "partial"}, ""),
        (0o4755, {"relro": "none"}, "set-user-ID 0"),
        (0o4755, {}, ""),
    ],
    ids=["user", "group", "both", "locking", "data", "partial-relro", "no-relro", "guarded"],
)
def test_rights_count_where_the_file_can_be_run_and_lacks_something(
    mode: int, failed: dict[str, str], told: str
) -> None:
    assert [item["rights"] for item in rights(program("bin/a", mode, failed))] == ([told] if told else [])


def open_paths(image: Inventory) -> list[str]:
    found = findings(open_library_paths(image, Statements()))
    return [dict(item.attributes)["reason"] for one in found for item in one.evidence]


@pytest.mark.parametrize(
    ("runpath", "told"),
    [
        ("/open", "/open"),
        ("/open/below/../lib", "/open"),
        ("/usr/lib:/open", "/open"),
        ("$ORIGIN/../open", "/open"),
        ("${ORIGIN}/lib", ""),
        ("/usr/lib", ""),
        ("/missing", ""),
        ("lib", ""),
        ("/open/closed/lib", ""),
    ],
)
def test_folders_are_judged_by_the_rights_that_the_image_states(runpath: str, told: str) -> None:
    folders = {"open": 0o1777, "open/closed": 0o755, "usr": 0o755, "usr/lib": 0o755, "bin": 0o755}
    expected = [f"Everybody can write to {told}."] if told else []
    assert open_paths(tree(program("bin/a", runpath=runpath), folders=folders)) == expected


def test_folders_that_are_open_by_name_need_no_tree() -> None:
    image = tree(program("bin/a", failed={"rpath": "writable"}), program("bin/b", failed={"rpath": "relative"}))
    assert open_paths(image) == ["It was read."]
