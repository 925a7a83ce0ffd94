"""Cases of what starts a device."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import container

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
    "weakness/boot/interruptible": Case(
        hit=container("uboot_env", {"bootdelay": "3"}), miss=container("uboot_env", {"bootdelay": "-2"})
    ),
    "weakness/boot/kernel-arguments": Case(
        hit=container("dtb", {"bootargs": "console=ttyS0 init=/bin/sh"}),
        miss=container("dtb", {"bootargs": "console=ttyS0 init=/sbin/init root=/dev/sda1"}),
    ),
}
