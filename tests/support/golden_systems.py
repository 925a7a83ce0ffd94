"""Golden inputs of what names an operating system, and of package managers that keep a file or a folder a package."""

from collections.abc import Iterator

from tests.support.golden_case import Case

DEBIAN = b"""\
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
ID=debian
HOME_URL="https://www.debian.org/"
"""
UBUNTU = b"""\
DISTRIB_ID=Ubuntu
DISTRIB_RELEASE=22.04
DISTRIB_CODENAME=jammy
DISTRIB_DESCRIPTION="Ubuntu 22.04.3 LTS"
"""
OPENWRT = b"""\
DISTRIB_ID='OpenWrt'
DISTRIB_RELEASE='23.05.2'
DISTRIB_REVISION='r23630-842932a63d'
DISTRIB_TARGET='ramips/mt7621'
"""
SNAPSHOT = OPENWRT.replace(b"23.05.2", b"SNAPSHOT")
EULER = b"""\
NAME="openEuler"
VERSION="22.03 (LTS-SP4)"
ID="openEuler"
VERSION_ID="22.03"
PRETTY_NAME="openEuler 22.03 (LTS-SP4)"
"""
OTHER = b"""\
# made by hand
ID=acmeos
NAME='Acme\\'s OS'
VERSION_ID=4.1
PRETTY_NAME="Acme \\"OS\\" 4.1"
CPE_NAME="cpe:/o:acme:acme_os:4.1::base"
"""
UNKNOWN = b'PRETTY_NAME="A firmware"\nID=acmeos\nVERSION_ID=unknown\n'
SCRIPT = b'PRETTY_NAME="$1"\necho "$PRETTY_NAME"\n'

PACMAN = b"""\
%NAME%
zlib

%VERSION%
1:1.2.13-2

%BASE%
zlib

%ARCH%
x86_64

%INSTALLDATE%
1700000000

%PACKAGER%
Packager Person <person@archlinux.org>

%LICENSE%
Zlib

%DEPENDS%
glibc>=2.3
libfoo.so=1-64

%PROVIDES%
libz.so=1-64

"""
PACMAN_FILES = b"%FILES%\nusr/\nusr/lib/\nusr/lib/libz.so.1\nusr/share/doc/zlib/read me\n\n%BACKUP%\netc/x\t0\n"

ENVIRONMENT = b"""\
declare -x ARCH="amd64"
declare -x CATEGORY="dev-libs"
declare -x EAPI="8"
declare -- LICENSE="Apache-2.0"
declare -x PF="openssl-3.0.9-r1"
declare -x PN="openssl"
declare -x PR="r1"
declare -x PV="3.0.9"
declare -x SLOT="0/3"
src_install ()
{
    PN=else
}
"""
CONTENTS = b"""\
dir /usr
dir /usr/lib64
obj /usr/lib64/libssl.so.3 0123456789abcdef0123456789abcdef 1700000000
sym /usr/lib64/libssl.so -> libssl.so.3 1700000000
obj /usr/share/doc/read me 0123456789abcdef0123456789abcdef 1700000000
"""
SLACKWARE = b"""\
PACKAGE NAME:     openssl-solibs-1.1.1m-x86_64-1_slack15.0
COMPRESSED PACKAGE SIZE:     1.2M
PACKAGE LOCATION: ./slackware64/a/openssl-solibs-1.1.1m-x86_64-1_slack15.0.txz
PACKAGE DESCRIPTION:
openssl-solibs: openssl-solibs
FILE LIST:
./
lib64/
lib64/libssl.so.1.1
install/
install/slack-desc
"""
SNAP = b"""\
name: hello
version: '2.10'
summary: GNU Hello
base: core22
license: GPL-3.0
architectures:
- amd64
apps:
  hello:
    command: bin/hello
"""
MANIFEST = (
    b"azurelinux-release\t3.0-25.azl3\t1700000000\t1700000000\tMicrosoft Corporation\t(none)\t52\tnoarch\t0"
    b"\tazurelinux-release-3.0-25.azl3.src.rpm\n"
    b"openssl-libs\t3.3.2-1.azl3\t1700000000\t1700000000\tMicrosoft Corporation\t(none)\t6000000\tx86_64\t0"
    b"\topenssl-3.3.2-1.azl3.src.rpm\n"
    b"shadow-utils\t4.14.3-2.azl3\t1700000000\t1700000000\tMicrosoft Corporation\t2\t6000000\tx86_64\t2"
    b"\tshadow-utils-4.14.3-2.azl3.src.rpm\n"
)


def cases() -> Iterator[Case]:
    yield from _systems()
    folder = "components"
    yield Case(f"{folder}/pacman_packages/desc", PACMAN, "an installed package")
    index = PACMAN.replace(b"%INSTALLDATE%\n1700000000", b"%FILENAME%\nzlib.pkg.tar.zst")
    yield Case(f"{folder}/pacman_packages/index", index, "a package that could be installed")
    yield Case(f"{folder}/pacman_files/files", PACMAN_FILES, "the files of an installed package")
    yield Case(f"{folder}/pacman_files/none", b"%FILES%\n\n", "an installed package without files")
    yield Case(f"{folder}/portage_packages/environment", ENVIRONMENT, "the environment of an installed package")
    yield Case(f"{folder}/portage_packages/script", b"CATEGORY=tools\nPN=$1\n", "a script with a variable of that name")
    yield Case(f"{folder}/portage_files/contents", CONTENTS, "the files of an installed package")
    other = b"dir /usr\nobj the ball\n"
    yield Case(f"{folder}/portage_files/text", other, "lines of which one is of another kind")
    yield Case(f"{folder}/slackware_packages/package", SLACKWARE, "an installed package")
    yield Case(f"{folder}/slackware_packages/text", b"PACKAGE NAME: of all packages\n", "text that begins alike")
    yield Case(f"{folder}/snap_packages/snap", SNAP, "the description of a snap")
    yield Case(f"{folder}/snap_packages/other", b"name: hello\nsummary: x\n", "a description without a version")
    yield Case(f"{folder}/rpm_manifest/azure", MANIFEST, "the list of the packages of a small image")
    yield Case(f"{folder}/rpm_manifest/table", b"a\tb-c\t1\t2\td\n", "another table")


def _systems() -> Iterator[Case]:
    name = "components/os_release"
    yield Case(f"{name}/debian", DEBIAN, "os-release of Debian")
    yield Case(f"{name}/ubuntu", UBUNTU, "lsb-release of Ubuntu")
    yield Case(f"{name}/openwrt", OPENWRT, "openwrt_release")
    yield Case(f"{name}/snapshot", SNAPSHOT, "openwrt_release between releases")
    yield Case(f"{name}/openeuler", EULER, "os-release of a long-lived release with a service pack")
    yield Case(f"{name}/other", OTHER, "os-release of a system that states its own CPE")
    yield Case(f"{name}/unknown", UNKNOWN, "os-release of a system that nobody knows, without a number")
    yield Case(f"{name}/script", SCRIPT, "a script with a variable of that name")
    yield Case("components/alpine_release/release", b"3.19.1\n", "the version of the system")
    yield Case("components/alpine_release/number", b"3.19\n", "another number")
