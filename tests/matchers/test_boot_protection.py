"""boot_protection: what containers of boot code state."""

import pytest
from tests.matchers.inventories import container, findings
from tests.support.statements import Statements

from pellucid.matchers.boot_protection import boot_protection

NOTHING = Statements()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"bootdelay": "0"}, "a key stops it within 0 seconds"),
        ({"bootdelay": "3"}, "a key stops it within 3 seconds"),
        ({"bootdelay": "-1"}, "it stops at the prompt"),
        ({"bootdelay": "-2"}, ""),
        ({"bootdelay": "3", "bootstopkeysha256": "ab" * 32}, ""),
        ({"bootdelay": "soon"}, ""),
        ({"bootcmd": "bootm"}, ""),
    ],
)
def test_a_prompt_that_anybody_gets_to(facts: dict[str, str], reason: str) -> None:
    found = findings(boot_protection(container("uboot_env", facts), NOTHING))
    assert [dict(item.evidence[0].attributes)["reason"] for item in found] == ([reason] if reason else [])


def test_arguments_are_seen_in_every_command_line_and_named() -> None:
    line = "console=ttyS0 nokaslr root=/dev/mmcblk0p2 single selinux=0 quiet"
    for kind, name in (("uboot_env", "bootargs"), ("dtb", "bootargs"), ("android_boot", "cmdline")):
        (finding,) = findings(boot_protection(container(kind, {name: line}), NOTHING))
        assert [item.seen for item in finding.evidence] == ["nokaslr", "single", "selinux=0"]
        assert finding.evidence[0].attributes == (("reason", "addresses are the same after every start"),)
    assert findings(boot_protection(container("uboot_env", {"bootcmd": line}), NOTHING)) == []


@pytest.mark.parametrize("line", ["", "singleton init=/bin/shell nokaslr=1 selinux=1 kgdboc= quiet"])
def test_others_are_none(line: str) -> None:
    assert findings(boot_protection(container("dtb", {"bootargs": line}), NOTHING)) == []


def test_only_configurations_without_a_signature_are_reported() -> None:
    facts = {"configurations.a": "", "configurations.b": "", "configurations.default": "a", "signatures.b": "x"}
    (finding,) = findings(boot_protection(container("fit", facts), NOTHING))
    assert finding.evidence[0].seen == "configurations without a signature: a"
