"""file_permissions and set_id_programs: rights count where a system lies, and less where nobody can write."""

from dataclasses import replace

import pytest
from msgspec import structs
from tests.matchers.inventories import findings
from tests.matchers.system_trees import D, F, system
from tests.support.statements import Statements

from pellucid.analysis.matcher import Inventory
from pellucid.domain.entry import Entry
from pellucid.domain.severity import Severity
from pellucid.matchers.file_permissions import file_permissions
from pellucid.matchers.set_id_programs import set_id_programs

PROGRAM = ("sbin/start", F, 0o4777)


def classes(image: Inventory) -> dict[str, Severity]:
    found = [*file_permissions(image, Statements()), *set_id_programs(image, Statements())]
    return {finding.class_: finding.severity for finding in findings(found)}


def test_what_is_wrong_is_shown_as_ls_does() -> None:
    (finding,) = findings(file_permissions(system(PROGRAM), Statements()))
    (evidence,) = finding.evidence
    assert (evidence.artefact, evidence.seen) == ("fw!sbin/start", "-rwsrwxrwx 0:0")
    assert dict(evidence.attributes) == {"mode": "4777", "owner": "0:0"}


@pytest.mark.parametrize(("kind", "severity"), [("ext", Severity.HIGH), ("squashfs", Severity.LOW)])
def test_what_nobody_can_write_to_counts_less(kind: str, severity: Severity) -> None:
    assert classes(system(PROGRAM, kind=kind)) == {
        "weakness/permission/writable-program": severity,
        "weakness/set-id/unusual-program": Severity.LOW,
    }


def test_a_system_may_lie_in_a_folder() -> None:
    assert classes(system(PROGRAM, kind="container_image", root="rootfs/"))


def test_what_a_later_layer_hides_is_not_there() -> None:
    image = system(PROGRAM, kind="container_image")
    entry = image.places[-1].entry
    assert entry is not None
    hidden = replace(image.places[-1], entry=replace(entry, facts={"shadowedBy": "sha256:0"}))
    assert not classes(structs.replace(image, places=(*image.places[:-1], hidden)))


@pytest.mark.parametrize("kind", ["zip", "fat", "elf"])
def test_containers_that_state_no_rights_are_left_out(kind: str) -> None:
    assert not classes(system(PROGRAM, kind=kind))


def test_an_archive_of_anything_else_is_left_out() -> None:
    image = system(PROGRAM, kind="tar")
    only = [place for place in image.places if place.entry is None or not place.entry.name.startswith("etc/")]
    assert not classes(structs.replace(image, places=tuple(only)))
    assert not classes(
        structs.replace(image, places=tuple(replace(place, entry=_without_mode(place.entry)) for place in only))
    )


def _without_mode(entry: Entry | None) -> Entry | None:
    return entry and replace(entry, mode=None)


def test_folders_of_users_are_their_own_business() -> None:
    assert not classes(system(("tmp", D, 0o1777), ("proc/1", D, 0o777), ("mnt/usb", D, 0o777)))
