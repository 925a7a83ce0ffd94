"""Cases of what starts a device."""

from msgspec import structs
from tests.matchers.class_cases import Case
from tests.matchers.inventories import container, seen

from pellucid.analysis.matcher import Inventory
from pellucid.domain.hardening import Check, Hardening, Verdict

ROOT, OTHER = "5e" * 32, "a0" * 32


def verity(data: Verdict, root: str, asked: str = ROOT) -> Inventory:
    """A tree with this root hash, and a command line that asks for one."""
    checks = (
        Check(name="rootHash", verdict=Verdict.UNKNOWN, value=root, reason="It was read."),
        Check(name="treeData", verdict=data, value="differ", reason="It was compared."),
    )
    tree = Hardening(subject="dmVerity", checks=checks, evidence=seen(artefact="disk!2-root.img"))
    return structs.replace(container("fit", {"bootargs": f"quiet roothash={asked}"}), hardening=(tree,))


CASES = {
    "mitigation/boot/fit-unsigned": Case(
        hit=container("fit", {"configurations.default": "a", "configurations.a": "kernel=k"}),
        miss=container("fit", {"configurations.a": "kernel=k", "signatures.a": "sha256,rsa2048 with dev over kernel"}),
    ),
    "mitigation/boot/vbmeta-unsigned": Case(
        hit=container("android_vbmeta", {"algorithm": "NONE", "flags": "0x0"}, "ota.zip!vbmeta.img"),
        miss=container("android_vbmeta", {"algorithm": "NONE", "flags": "0x0"}, "ota.zip!system.img!vbmeta.0"),
    ),
    "mitigation/boot/verification-disabled": Case(
        hit=container("android_vbmeta", {"algorithm": "SHA256_RSA2048", "flags": "0x2"}),
        miss=container("android_vbmeta", {"algorithm": "SHA256_RSA2048", "flags": "0x0"}),
    ),
    "mitigation/boot/verity-broken": Case(
        hit=verity(Verdict.FAIL, ROOT),
        # Nobody asks for that tree.
        miss=structs.replace(verity(Verdict.FAIL, ROOT), places=()),
    ),
    "mitigation/boot/verity-other-root": Case(hit=verity(Verdict.PASS, OTHER), miss=verity(Verdict.PASS, ROOT)),
    "weakness/boot/interruptible": Case(
        hit=container("uboot_env", {"bootdelay": "3"}), miss=container("uboot_env", {"bootdelay": "-2"})
    ),
    "weakness/boot/kernel-arguments": Case(
        hit=container("dtb", {"bootargs": "console=ttyS0 init=/bin/sh"}),
        miss=container("dtb", {"bootargs": "console=ttyS0 init=/sbin/init root=/dev/sda1"}),
    ),
}
