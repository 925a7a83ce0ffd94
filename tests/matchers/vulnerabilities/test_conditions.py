"""Conditions: what else has to be there for a vulnerability to matter."""

from dataclasses import replace

import pytest
from tests.matchers.inventories import Judged, inventory, judge, package, seen, upstream
from tests.support.statements import EVERY, Statements, below, cpe

from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.statement import Platform

CVE = "CVE-2018-1258"


def platform(name: str, part: str = "a", version: str = "*", fixed: str = "") -> Platform:
    return Platform(cpe=f"cpe:2.3:{part}:{name}:{version}:*:*:*:*:*:*:*", ranges=(below(fixed),) if fixed else ())


HARDWARE = platform("netgear:r7000", "h", "-")
WINDOWS = platform("microsoft:windows", "o", "-")
LINUX = platform("linux:linux_kernel", "o", "-")
DEBIAN_9, DEBIAN_12 = (platform("debian:debian_linux", "o", version) for version in ("9.0", "12.0"))
APACHE = platform("apache:http_server")
TOOL = upstream("tool", "1.0")
HTTPD = upstream("http_server", "2.4.1", "apache")
KERNEL = upstream("linux_kernel", "4.4.60", "linux")
DEBIAN = replace(package("base-files", "12.4", "base-files"), distro="debian-12")
ELF = Component(kind=ComponentKind.EXECUTABLE, format="elf", architecture="arm", bits=32, evidence=seen())
PE = replace(ELF, format="pe")


def with_(*groups: tuple[Platform, ...]) -> Statements:
    return Statements(cpe(CVE, "acme:tool", EVERY, only_with=groups), more=["Debian:12"])


def test_hardware_is_never_known_so_that_the_match_is_conditional() -> None:
    found = judge(with_((HARDWARE,)), TOOL).one
    assert found.conditional
    assert found.confidence == pytest.approx(0.27)
    assert "netgear r7000" in found.description


def test_software_that_is_there_fulfils_and_that_is_not_found_may_still_be_there() -> None:
    assert not judge(with_((APACHE,)), TOOL, HTTPD).one.conditional
    assert judge(with_((APACHE,)), TOOL).one.conditional


@pytest.mark.parametrize(("fixed", "hit"), [("2.4.2", True), ("2.4.1", False)])
def test_the_version_of_what_has_to_be_there_counts(fixed: str, hit: bool) -> None:
    narrow = platform("apache:http_server", fixed=fixed)
    assert bool(judge(with_((narrow,)), TOOL, HTTPD).findings) is hit
    unknown = replace(HTTPD, version="", cpe="cpe:2.3:a:apache:http_server:*:*:*:*:*:*:*:*")
    assert judge(with_((narrow,)), TOOL, unknown).one.conditional


def test_one_alternative_is_enough_and_every_group_is_needed() -> None:
    assert not judge(with_((HARDWARE, APACHE)), TOOL, HTTPD).one.conditional
    assert judge(with_((HARDWARE,), (APACHE,)), TOOL, HTTPD).one.conditional
    assert judge(with_((APACHE,), (WINDOWS,)), TOOL, HTTPD, KERNEL).one.conditional
    image = inventory(TOOL, HTTPD, KERNEL, components=(ELF,))
    assert Judged(with_((APACHE,), (WINDOWS,)), image).names == []


def test_another_operating_system_is_not_there() -> None:
    assert Judged(with_((WINDOWS,)), inventory(TOOL, components=(ELF,))).names == []
    assert Judged(with_((WINDOWS,)), inventory(TOOL, components=(ELF, PE))).one.conditional
    assert not judge(with_((LINUX,)), TOOL, KERNEL).one.conditional
    assert not judge(with_((LINUX,)), TOOL, DEBIAN).one.conditional
    assert judge(with_((LINUX,)), TOOL).one.conditional


def test_a_distribution_in_its_release() -> None:
    assert judge(with_((DEBIAN_9,)), TOOL, DEBIAN).names == []
    assert not judge(with_((DEBIAN_12,)), TOOL, DEBIAN).one.conditional
    ubuntu = platform("canonical:ubuntu_linux", "o", "22.04")
    assert judge(with_((ubuntu,)), TOOL, DEBIAN).names == []
    assert judge(with_((ubuntu,)), TOOL).one.conditional


def test_one_statement_without_conditions_makes_the_match_sure() -> None:
    index = Statements(
        cpe(CVE, "acme:tool", EVERY, only_with=((HARDWARE,),)), cpe(CVE, "acme:tool", below("2.0"), source="cvelist")
    )
    found = judge(index, TOOL).one
    assert not found.conditional
    assert [reason.source for reason in found.reasons] == ["cvelist"]


def test_an_edition_is_a_condition() -> None:
    found = judge(Statements(cpe(CVE, "acme:tool", EVERY, edition="enterprise")), TOOL).one
    assert found.conditional
    assert "edition enterprise" in found.description


def test_what_only_has_to_be_there_is_not_affected_itself() -> None:
    assert judge(with_((APACHE,)), HTTPD).names == []
