"""Golden inputs of what builders write into ELF files, kernel modules and configurations."""

from collections.abc import Iterator

from tests.support.elf_files import ARM, EXECUTABLE, X86_64, Shape, elf_file
from tests.support.elf_sections import note, with_sections
from tests.support.golden_case import Case

PROGRAM = Shape(bits=64, machine=X86_64, type=EXECUTABLE)
BIG = Shape(machine=8, big_endian=True, type=EXECUTABLE)
MODULE = Shape(machine=ARM)
RELOCATABLE = 1
FEDORA = (
    b'{"type":"rpm","name":"coreutils","version":"9.3-5.fc39","architecture":"x86_64",'
    b'"os":"fedora","osVersion":"39","osCpe":"cpe:/o:fedoraproject:fedora:39"}'
)
DEBIAN = b'{"type":"deb","os":"debian","name":"fsverity-utils","version":"1:1.3-1","architecture":"arm64"}'
IN_TREE = (
    b"license=GPL\0depends=xfrm_algo,ipv6\0intree=Y\0name=af_key\0vermagic=6.1.0-50-marvell mod_unload ARMv5 p2v8 \0"
)
FOREIGN = (
    b"version=1.2.3-vendor\0license=Dual MIT/GPL\0description=a driver\0srcversion=0123456789ABCDEF0123456\0"
    b"depends=cfg80211\0name=acme_wifi\0vermagic=5.15.150 SMP mod_unload MIPS32_R2 32BIT \0firmware=acme/fw.bin\0"
)
CONFIG = b"""\
#
# Automatically generated file; DO NOT EDIT.
# Linux/arm64 6.6.32 Kernel Configuration
#
CONFIG_CC_VERSION_TEXT="aarch64-openwrt-linux-musl-gcc (OpenWrt GCC 12.3.0 r23497-6637af95aa) 12.3.0"
CONFIG_CC_IS_GCC=y
CONFIG_BT=m
# CONFIG_TIPC is not set
CONFIG_EXT4_FS=y

#
# Library routines
#
CONFIG_CRC32=y
# end of Library routines
"""
OLD_CONFIG = b"""\
#
# Automatically generated make config: don't edit
# Linux kernel version: 2.6.31.8
# Thu Jan  1 00:00:00 1970
#
CONFIG_MIPS=y
# CONFIG_BT is not set
CONFIG_USB=m

#
# Library routines
#
CONFIG_CRC32=y
"""
BOARD = b"""\
#
# Automatically generated file; DO NOT EDIT.
# Linux/arm 4.9.198 Kernel Configuration
#
CONFIG_ARM=y
CONFIG_MMU=y
# CONFIG_COMPAT_BRK is not set
CONFIG_MODULES=y
# CONFIG_MODULE_SIG is not set
CONFIG_CC_STACKPROTECTOR_STRONG=y
CONFIG_DEVMEM=y
CONFIG_DEVKMEM=y
# CONFIG_STRICT_DEVMEM is not set

#
# Security options
#
# CONFIG_SECURITY_DMESG_RESTRICT is not set

#
# Library routines
#
CONFIG_CRC32=y
"""
DESKTOP = b"""\
#
# Automatically generated file; DO NOT EDIT.
# Linux/x86 6.12.9 Kernel Configuration
#
CONFIG_X86=y
CONFIG_X86_64=y
CONFIG_RANDOMIZE_BASE=y
CONFIG_STACKPROTECTOR_STRONG=y
CONFIG_MITIGATION_PAGE_TABLE_ISOLATION=y
# CONFIG_MODULES is not set

#
# Security options
#
CONFIG_HARDENED_USERCOPY=y
# end of Security options

#
# Library routines
#
# end of Library routines
"""
BANNER = b"Linux version 5.15.150 (builder@host) (mipsel-openwrt-linux-musl-gcc (OpenWrt GCC 12.3.0) 12.3.0) #0 SMP\n\0"


def cases() -> Iterator[Case]:
    yield from _notes()
    yield from _compilers()
    name = "components/kernel_modules"
    tree, foreign = {".modinfo": IN_TREE}, {".modinfo": FOREIGN}
    yield Case(f"{name}/tree", with_sections(MODULE, tree, type_=RELOCATABLE), "a module of Debian's kernel")
    yield Case(f"{name}/foreign", with_sections(BIG, foreign, type_=RELOCATABLE), "a vendor's own module")
    yield Case(f"{name}/tool", elf_file(PROGRAM, payload=b"\0vermagic=\0version=\0"), "a program that reads modules")
    name = "components/kernel_configs"
    yield Case(f"{name}/current", CONFIG, "the configuration of a current kernel")
    yield Case(f"{name}/old", OLD_CONFIG, "the configuration of an old kernel")
    cut = CONFIG.partition(b"# Library")[0]
    yield Case(f"{name}/cut", cut, "a configuration of which the end is missing")
    yield Case(f"{name}/prose", b"How to write a Kernel Configuration\nLinux/arm 6.1 Kernel Configuration\n", "prose")
    name = "hardening/kernel_options"
    yield Case(f"{name}/board", BOARD, "the configuration of a kernel of 32-bit ARM")
    yield Case(f"{name}/desktop", DESKTOP, "the configuration of a kernel of x86-64")
    yield Case(f"{name}/fragment", BOARD.partition(b"# Security")[0], "a configuration of which the end is missing")
    name = "components/kernel_images"
    twice = elf_file(BIG, payload=b"\0" + BANNER + BANNER + b"Linux version %s (%s)\0")
    yield Case(f"{name}/twice", twice, "a kernel that has its banner twice")
    yield Case(f"{name}/image", bytes(64) + BANNER, "a kernel as it lies in memory")
    yield Case(f"{name}/tool", elf_file(PROGRAM, payload=b"\0Linux version 2.6 or later is needed\0"), "a program")


def _notes() -> Iterator[Case]:
    name = "components/elf_package_notes"
    fingerprint = note(PROGRAM, "GNU", 3, bytes(range(20)))
    fedora = {".note.gnu.build-id": fingerprint, ".note.package": note(PROGRAM, "FDO", 0xCAFE1A7E, FEDORA + b"\0")}
    debian = {".note.package": note(BIG, "FDO", 0xCAFE1A7E, DEBIAN + b"\0\0")}
    other = {".note.package": note(PROGRAM, "FDO", 0x407C0C0A, b'[{"filename":"libz.so.1"}]\0')}
    yield Case(f"{name}/fedora", with_sections(PROGRAM, fedora), "a program of Fedora")
    yield Case(f"{name}/debian", with_sections(BIG, debian), "a big-endian program of Debian")
    yield Case(f"{name}/dlopen", with_sections(PROGRAM, other), "a note of the same owner on other things")


def _compilers() -> Iterator[Case]:
    name = "components/elf_compilers"
    gcc = (
        b"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0\0GCC: (GNU Toolchain for the A-profile 9.2-2019.12 (arm-9.10)) 9.2.1\0"
    )
    clang = (
        b"Linker: LLD 16.0.2\0Android (9352603, based on r450784d1) clang version 14.0.7 (https://example.org 4c6)\0"
    )
    stripped = elf_file(BIG, payload=b"\0GCC: (OpenWrt GCC 12.3.0 r23497-6637af95aa) 12.3.0\0")
    speaks = b"\0prefix GCC: (x) 1.2.3\0clang version 14.0.6\0"
    yield Case(f"{name}/gcc", with_sections(PROGRAM, {".comment": gcc}), "a program of two compilers")
    yield Case(f"{name}/clang", with_sections(PROGRAM, {".comment": clang}), "a program of clang for Android")
    yield Case(f"{name}/stripped", stripped, "a program without sections")
    yield Case(f"{name}/speaks", elf_file(PROGRAM, payload=speaks), "a program that speaks of compilers")
