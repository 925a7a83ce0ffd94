"""Who owns a file, said by every package manager that an analyzer reads lists of."""

import ast
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from tests.support.placed import at, dependency, places

from pellucid.analyzers import components
from pellucid.domain.dependency import Dependency, Witness
from pellucid.domain.file_list import FileList
from pellucid.pipeline.inventory.file_tree import FileTree
from pellucid.pipeline.inventory.managers import MANAGERS, manager_of
from pellucid.pipeline.inventory.ownership import Ownership

SYSTEM = {"usr/bin/tool": "", "usr/bin/other": "", "etc/x": "", "lib": "-> usr/lib"}
SITE = "usr/lib/python3/site-packages"
PERL = "usr/lib/perl5/auto"


def package(name: str, version: str, place: str, purl: str, **values: str) -> Dependency:
    return dependency(name, version, place, purl=purl, witness=Witness.PACKAGE, **values)


def distroless(name: str) -> str:
    return f"var/lib/dpkg/status.d/{name}"


CASES = {
    "dpkg": (
        package("libc6", "2", "var/lib/dpkg/status", "pkg:deb/debian/libc6@2?arch=armhf"),
        ("var/lib/dpkg/info/libc6:armhf.list", FileList(manager="dpkg", package="", paths=("/usr/bin/tool",))),
    ),
    "dpkg, one file for each package": (
        package("libc6", "2", distroless("libc6"), "pkg:deb/debian/libc6@2"),
        (distroless("libc6.md5sums"), FileList(manager="dpkg", package="", paths=("usr/bin/tool",))),
    ),
    "dpkg, names in Base64": (
        package("libc6", "2", "var/lib/dpkg/status", "pkg:deb/debian/libc6@2"),
        (
            distroless(urlsafe_b64encode(b"libc6").decode() + ".md5sums"),
            FileList(manager="dpkg", package="", paths=("usr/bin/tool",)),
        ),
    ),
    "dpkg, names that say nothing": (
        package("libc6", "2", distroless("x1"), "pkg:deb/debian/libc6@2"),
        (distroless("x1.md5sums"), FileList(manager="dpkg", package="", paths=("usr/bin/tool",))),
    ),
    "apk": (
        package("musl", "1", "lib/apk/db/installed", "pkg:apk/alpine/musl@1"),
        ("lib/apk/db/installed", FileList(manager="apk", package="musl", paths=("usr/bin/tool",))),
    ),
    "rpm": (
        package("glibc", "2", "var/lib/rpm/rpmdb.sqlite", "pkg:rpm/fedora/glibc@2"),
        ("var/lib/rpm/rpmdb.sqlite", FileList(manager="rpm", package="glibc", paths=("/usr/bin/tool",))),
    ),
    "opkg": (
        package("libc", "1", "usr/lib/opkg/status", "pkg:opkg/libc@1"),
        ("usr/lib/opkg/info/libc.list", FileList(manager="opkg", package="", paths=("/usr/bin/tool",))),
    ),
    "pacman": (
        package("gcc-libs", "1:13.2.1-3", "var/lib/pacman/local/gcc-libs-1:13.2.1-3/desc", "pkg:alpm/arch/gcc-libs@1"),
        (
            "var/lib/pacman/local/gcc-libs-1:13.2.1-3/files",
            FileList(manager="pacman", package="", paths=("usr/bin/tool",)),
        ),
    ),
    "portage": (
        package(
            "python",
            "3.11.8-r1",
            "var/db/pkg/dev-lang/python-3.11.8-r1/environment.bz2/0",
            "pkg:ebuild/dev-lang/python@3.11.8-r1",
            source_name="dev-lang/python",
        ),
        (
            "var/db/pkg/dev-lang/python-3.11.8-r1/CONTENTS",
            FileList(manager="portage", package="", paths=("/usr/bin/tool",)),
        ),
    ),
    "pkg of FreeBSD": (
        package("curl", "8", "var/db/pkg/local.sqlite", "pkg:bsd/freebsd/curl@8"),
        ("var/db/pkg/local.sqlite", FileList(manager="pkg", package="curl", paths=("/usr/bin/tool",))),
    ),
    "pkg of OpenBSD": (
        package("curl", "8.5.0p1", "var/db/pkg/curl-8.5.0p1/+CONTENTS", "pkg:bsd/openbsd/curl@8.5.0p1"),
        ("var/db/pkg/curl-8.5.0p1/+CONTENTS", FileList(manager="pkg", package="curl", paths=("/usr/bin/tool",))),
    ),
    "slackware": (
        package("bash", "5-1", "var/log/packages/bash-5-x86_64-1", "pkg:generic/slackware/bash@5-1?arch=x86_64"),
        (
            "var/log/packages/bash-5-x86_64-1",
            FileList(manager="slackware", package="bash", paths=("usr/bin/tool",)),
        ),
    ),
    "conda": (
        package("openssl", "3", "usr/conda-meta/openssl-3-h0_0.json", "pkg:conda/openssl@3?channel=main"),
        ("usr/conda-meta/openssl-3-h0_0.json", FileList(manager="conda", package="openssl", paths=("bin/tool",))),
    ),
    "wheel": (
        package("x", "1", f"{SITE}/x-1.dist-info/METADATA", "pkg:pypi/x@1"),
        (f"{SITE}/x-1.dist-info/RECORD", FileList(manager="wheel", package="x", paths=("../../../bin/tool",))),
    ),
    "egg": (
        package("my-x", "1", f"{SITE}/My_X-1-py3.11.egg-info/PKG-INFO", "pkg:pypi/my-x@1"),
        (
            f"{SITE}/My_X-1-py3.11.egg-info/installed-files.txt",
            FileList(manager="wheel", package="", paths=("../../../bin/tool",)),
        ),
    ),
    "pear": (
        package("Archive_Tar", "1", "usr/share/php/.registry/archive_tar.reg", "pkg:pear/pear.php.net/Archive_Tar@1"),
        (
            "usr/share/php/.registry/archive_tar.reg",
            FileList(manager="pear", package="Archive_Tar", paths=("/usr/bin/tool",)),
        ),
    ),
    "packlist": (
        package("XML-Parser", "2", "usr/share/perl5/.meta/XML-Parser-2/MYMETA.json", "pkg:cpan/XML-Parser@2"),
        (f"{PERL}/XML/Parser/.packlist", FileList(manager="packlist", package="", paths=("/usr/bin/tool",))),
    ),
}


def ownership(found: list[Dependency], lists: list[tuple[str, FileList]]) -> Ownership:
    files = SYSTEM | {item.evidence[0].artefact[len(at("")) :]: "" for item in found}
    files |= {name: "" for name, _ in lists}
    return Ownership(FileTree(places(files)), found, [(at(name), item) for name, item in lists])


@pytest.mark.parametrize("case", CASES)
def test_every_manager_owns_what_it_lists(case: str) -> None:
    one, listed = CASES[case]
    assert manager_of(one) == listed[1].manager
    known = ownership([one], [listed])
    assert known.owner(at("usr/bin/tool")) == 0
    assert known.owner(at("usr/bin/other")) is None


def test_lists_of_every_manager_that_an_analyzer_names_are_understood() -> None:
    named = {
        keyword.value.value
        for path in Path(components.__path__[0]).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "FileList"
        for keyword in node.keywords
        if keyword.arg == "manager" and isinstance(keyword.value, ast.Constant)
    }
    assert named
    assert named <= MANAGERS
    assert {listed.manager for _, (_, listed) in CASES.values()} >= named


def test_a_list_without_its_package_owns_nothing() -> None:
    listed = ("var/lib/dpkg/info/gone.list", FileList(manager="dpkg", package="", paths=("/usr/bin/tool",)))
    one, _ = CASES["dpkg"]
    known = ownership([one], [listed])
    assert known.owner(at("usr/bin/tool")) is None
    assert known.may_own(0, at("usr/bin/tool"), sure=True)


def test_versions_in_slots_and_architectures_are_told_apart() -> None:
    new, new_list = CASES["portage"]
    old = package(
        "python",
        "3.10.2",
        "var/db/pkg/dev-lang/python-3.10.2/environment.bz2/0",
        "pkg:ebuild/dev-lang/python@3.10.2",
        source_name="dev-lang/python",
    )
    old_list = (
        "var/db/pkg/dev-lang/python-3.10.2/CONTENTS",
        FileList(manager="portage", package="", paths=("/usr/bin/other",)),
    )
    known = ownership([old, new], [old_list, new_list])
    assert (known.owner(at("usr/bin/other")), known.owner(at("usr/bin/tool"))) == (0, 1)
    own, own_list = CASES["dpkg"]
    foreign = package("libc6", "2", "var/lib/dpkg/status", "pkg:deb/debian/libc6@2?arch=amd64")
    foreign_list = (
        "var/lib/dpkg/info/libc6:amd64.list",
        FileList(manager="dpkg", package="", paths=("/usr/bin/other",)),
    )
    known = ownership([foreign, own], [own_list, foreign_list])
    assert (known.owner(at("usr/bin/other")), known.owner(at("usr/bin/tool"))) == (0, 1)


def test_the_same_wheel_in_two_environments_owns_its_own_files() -> None:
    first, second = ("opt/a/lib/site-packages", "opt/b/lib/site-packages")
    wheels = [
        package("x", version, f"{folder}/x-{version}.dist-info/METADATA", f"pkg:pypi/x@{version}")
        for folder, version in ((first, "1"), (second, "2"))
    ]
    lists = [
        (f"{folder}/x-{version}.dist-info/RECORD", FileList(manager="wheel", package="x", paths=("x.so",)))
        for folder, version in ((first, "1"), (second, "2"))
    ]
    files = {f"{folder}/x.so": "" for folder in (first, second)}
    files |= {item.evidence[0].artefact[len(at("")) :]: "" for item in wheels} | {name: "" for name, _ in lists}
    known = Ownership(FileTree(places(files)), wheels, [(at(name), item) for name, item in lists])
    assert [known.owner(at(f"{folder}/x.so")) for folder in (first, second)] == [0, 1]


def test_the_system_comes_before_a_language_in_whatever_order_they_are_read() -> None:
    system, system_list = CASES["dpkg"]
    wheel, wheel_list = CASES["wheel"]
    for lists in ([system_list, wheel_list], [wheel_list, system_list]):
        assert ownership([system, wheel], lists).owner(at("usr/bin/tool")) == 0
