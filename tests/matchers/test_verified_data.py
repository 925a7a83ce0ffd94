"""Hash trees and what asks for them, put together."""

import pytest
from msgspec import structs
from tests.matchers.inventories import container, findings, seen
from tests.support.statements import Statements

from pellucid.analysis.matcher import Inventory
from pellucid.domain.finding import Finding
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.matchers.verified_data import verified_data

BROKEN, OTHER = "mitigation/boot/verity-broken", "mitigation/boot/verity-other-root"
ROOT, ANOTHER = "5e" * 32, "a0" * 32
UNASKED, STATED, WRONG = Verdict.UNKNOWN, Verdict.PASS, Verdict.FAIL


def tree(
    root: str, data: Verdict, *, is_root: Verdict = UNASKED, path: str = "disk", name: str = "system"
) -> Hardening:
    checks = (
        Check(name="rootHash", verdict=is_root, value=root, reason="It was read."),
        Check(name="treeData", verdict=data, value="differ", reason="It was compared."),
    )
    return Hardening(subject="dmVerity", name=name, checks=checks, evidence=seen(artefact=path))


def claim(root: str) -> Hardening:
    check = Check(name="rootHash", verdict=Verdict.PASS, value=root, reason="It is asked for.")
    return Hardening(subject="verityClaim", checks=(check,), evidence=seen(artefact="loader.conf"))


def judged(image: Inventory, *facts: Hardening) -> list[Finding]:
    return findings(verified_data(structs.replace(image, hardening=facts), Statements()))


NOTHING = container("tar", {})


@pytest.mark.parametrize(
    ("facts", "classes"),
    [
        ((tree(ROOT, Verdict.FAIL), claim(ROOT)), [BROKEN]),
        ((tree(ROOT, Verdict.FAIL), claim(ANOTHER)), [OTHER]),
        ((tree(ROOT, Verdict.FAIL),), []),
        ((tree(ROOT, Verdict.PASS), claim(ROOT)), []),
        ((tree(ROOT, Verdict.UNKNOWN), claim(ROOT)), []),
        # The data of the tree that was seen alone are in the disk.
        ((tree(ROOT, Verdict.FAIL, path="disk!2"), tree(ROOT, Verdict.PASS), claim(ROOT)), []),
        ((claim(ROOT),), []),
        # Of two systems, the tree of one is there and asked for: the other one is delivered elsewhere.
        ((tree(ROOT, Verdict.PASS), claim(ROOT), claim(ANOTHER)), []),
        ((tree(ROOT, Verdict.FAIL, is_root=STATED),), [BROKEN]),
        ((tree("other", Verdict.PASS, is_root=WRONG),), [BROKEN]),
        ((tree(ROOT, Verdict.PASS, is_root=STATED), claim(ANOTHER)), []),
    ],
)
def test_what_is_asked_for_is_there_and_sound(facts: tuple[Hardening, ...], classes: list[str]) -> None:
    assert [finding.class_ for finding in judged(NOTHING, *facts)] == classes


@pytest.mark.parametrize(("stated", "classes"), [(ANOTHER, [OTHER]), (ROOT, [])])
def test_another_partition_describes_the_tree(stated: str, classes: list[str]) -> None:
    image = container("android_vbmeta", {"hashtree.system": f"sha256 {stated}"}, "vbmeta.img")
    found = judged(image, tree(ROOT, Verdict.PASS, is_root=STATED))
    assert [finding.class_ for finding in found] == classes
    assert not judged(image, tree(ROOT, Verdict.PASS, is_root=STATED, name="vendor"))


def test_the_finding_shows_what_asks_for_it() -> None:
    line = f"root=/dev/dm-0 roothash={ANOTHER}"
    (finding,) = judged(container("uboot_env", {"bootargs": line}, "flash!0x40"), tree(ROOT, Verdict.PASS))
    (place,) = finding.evidence
    assert (place.artefact, place.seen) == ("flash!0x40", f"roothash={ANOTHER}")
