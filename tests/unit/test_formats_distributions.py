"""Distributions: whose packages they are, and what advisories call their releases."""

import pytest

from pellucid.formats.distributions import by_mark, by_release_package, by_suffix, distributions

ROCKY = "Rocky Enterprise Software Foundation"


@pytest.mark.parametrize(
    ("id_", "version", "ecosystem", "label"),
    [
        ("debian", "12", "Debian:12", "debian-12"),
        ("debian", "", "Debian", ""),
        ("ubuntu", "22.04", "Ubuntu:22.04:LTS", "ubuntu-22.04"),
        ("ubuntu", "23.10", "Ubuntu:23.10", "ubuntu-23.10"),
        ("ubuntu", "23.04", "Ubuntu:23.04", "ubuntu-23.04"),
        ("alpine", "3.19.1", "Alpine:v3.19", "alpine-3.19.1"),
        ("wolfi", "", "Wolfi", "wolfi"),
        ("rhel", "9.3", "Red Hat", "rhel-9.3"),
        ("rocky", "9.3", "Rocky Linux:9", "rocky-9.3"),
        ("sles", "15.5", "SUSE:Linux Enterprise Server 15 SP5", "sles-15.5"),
        ("sles", "15", "SUSE:Linux Enterprise Server 15", "sles-15"),
        ("opensuse-leap", "15.5", "openSUSE:Leap 15.5", "opensuse-leap-15.5"),
        ("opensuse-tumbleweed", "", "openSUSE:Tumbleweed", "opensuse-tumbleweed"),
        ("azurelinux", "3.0", "Azure Linux:3", "azurelinux-3.0"),
        ("photon", "5.0", "Photon OS:5.0", "photon-5.0"),
        ("openeuler", "22.03-LTS-SP4", "openEuler:22.03-LTS-SP4", "openeuler-22.03-LTS-SP4"),
        ("fedora", "40", "", "fedora-40"),
    ],
)
def test_names_of_releases(id_: str, version: str, ecosystem: str, label: str) -> None:
    found = distributions()[id_]
    assert found.universe(version) == ecosystem
    assert found.label(version) == label


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ({"alpine-release": "3.19.1-r0", "alpine-base": "3.19.1-r0"}, "alpine-3.19.1"),
        ({"wolfi-baselayout": "20230201-r7"}, "wolfi"),
        ({"alpine-keys": "2.4-r1", "alpine-release": "3.19.1-r0"}, "alpine-3.19.1"),
        ({"alpine-keys": "2.4-r1"}, ""),
        ({"redhat-release": "9.3", "oraclelinux-release": "9.3"}, "ol-9.3"),
        ({"redhat-release": "9.3"}, "rhel-9.3"),
        ({"aaa_base": "84.87", "openSUSE-release": "15.5"}, "opensuse-leap-15.5"),
        ({"openSUSE-release": "20240101"}, "opensuse-tumbleweed"),
        ({"openEuler-release": "22.03LTS_SP4"}, "openeuler-22.03-LTS-SP4"),
        ({"system-release": "2023.3.20240304"}, "amzn-2023"),
        ({"system-release": "2"}, "amzn-2"),
        ({"rocky-release": "unknown"}, None),
        ({"bash": "5.2"}, None),
    ],
)
def test_release_packages(versions: dict[str, str], expected: str | None) -> None:
    found = by_release_package(versions)
    assert (found.label if found else None) == expected


@pytest.mark.parametrize(
    ("release", "maker", "expected"),
    [
        ("27.el9_2.1", "Red Hat, Inc.", "rhel-9"),
        ("1.module+el8.9.0+19.x", ROCKY, "rocky-8"),
        ("1.el9", "Fedora Project", "epel-9"),
        ("3.fc40", "Fedora Project", "fedora-40"),
        ("1.amzn2023.0.1", "Amazon Linux", "amzn-2023"),
        ("150500.5.11.1", "SUSE LLC <https://www.suse.com/>", "sles-15.5"),
        ("lp155.2.3", "openSUSE", "opensuse-leap-15.5"),
        ("1.mga9", "Mageia.Org", "mageia-9"),
        ("2.azl3", "Microsoft Corporation", "azurelinux-3"),
        ("7.oe2203sp4", "http://openeuler.org", "openeuler-22.03-LTS-SP4"),
        ("4.ph5", "Broadcom, Inc.", "photon-5"),
        ("1.el9", "Docker", None),
        ("1", "Red Hat, Inc.", None),
    ],
)
def test_releases_of_rpms(release: str, maker: str, expected: str | None) -> None:
    found = by_suffix(release, [maker])
    assert (found.label if found else None) == expected


@pytest.mark.parametrize(
    ("version", "maintainer", "expected"),
    [
        ("3.0.2-0ubuntu1.15", "", "ubuntu"),
        ("3.23", "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", "ubuntu"),
        ("1.0-1+rpi1", "", "raspbian"),
        ("1.0-1", "Kali Developers <devel@kali.org>", "kali"),
        ("12devuan3", "", "devuan"),
        ("1.0-1", "Somebody <x@debian.org>", None),
    ],
)
def test_derivatives_of_debian(version: str, maintainer: str, expected: str | None) -> None:
    found = by_mark(version, maintainer)
    assert (found.id if found else None) == expected


def test_every_row_can_be_used() -> None:
    for name, item in distributions().items():
        assert name == item.id.lower()
        assert item.namespace == item.namespace.lower()
        assert "{" not in item.universe("9.3")


def test_no_two_distributions_have_a_release_package_in_common() -> None:
    rows = [item for item in distributions().values() if not item.version]
    names = [name for item in rows for name in (*item.releases, *item.members)]
    assert len(names) == len(set(names))
