"""Licences that lie beside the database of a package manager."""

from collections.abc import Mapping

from tests.support.placed import at, debian, dependency, places

from pellucid.domain.dependency import Dependency
from pellucid.domain.package_licence import PackageLicence
from pellucid.pipeline.inventory.assembly import assemble

FILES = {
    "var/lib/dpkg/status": "",
    "usr/share/doc/zlib1g/copyright": "",
    "usr/share/doc/zlib1g-dev": "-> zlib1g",
    "usr/share/doc/tool/copyright": "-> /usr/share/doc/zlib1g/copyright",
    "etc/x": "",
}
STATED = (at("usr/share/doc/zlib1g/copyright"), PackageLicence(manager="dpkg", licence="Zlib"))


def licences(
    *packages: Dependency, files: Mapping[str, str] = FILES, stated: tuple[str, PackageLicence] = STATED
) -> dict[str, str]:
    found = assemble(
        places(files), components=(), dependencies=packages, file_lists=(), starts=(), package_licences=[stated]
    )
    return {item.product: item.licence for item in found.dependencies}


def test_a_package_has_the_licence_in_its_folder_which_may_be_a_link_to_another() -> None:
    names = ("zlib1g", "zlib1g-dev", "tool", "other", "../doc/gone")
    assert licences(*(debian(name, "1-1") for name in names)) == {
        "zlib1g": "Zlib",
        "zlib1g-dev": "Zlib",
        "tool": "Zlib",
        "other": "",
        "../doc/gone": "",
    }


def test_what_is_no_package_of_debian_has_none_of_it() -> None:
    rpm = dependency("zlib1g", "1", "var/lib/dpkg/status", purl="pkg:rpm/fedora/zlib1g@1")
    assert licences(rpm, debian("tool", "1-1")) == {"zlib1g": "", "tool": "Zlib"}


def test_a_licence_is_of_its_own_root() -> None:
    files = {f"{root}/{name}": target for root in ("a", "b") for name, target in FILES.items()}
    stated = (at("b/usr/share/doc/zlib1g/copyright"), STATED[1])
    packages = [
        debian(name, "1-1", database=f"{root}/var/lib/dpkg/status") for root, name in (("a", "zlib1g"), ("b", "tool"))
    ]
    assert licences(*packages, files=files, stated=stated) == {"zlib1g": "", "tool": "Zlib"}
