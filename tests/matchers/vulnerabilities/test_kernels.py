"""The kernel: branches, and whether the part that has a vulnerability was built."""

from dataclasses import replace

import pytest
from tests.matchers.inventories import Judged, inventory, judge, package, seen, upstream
from tests.support.statements import EVERY, Statements, below, cpe, debian, known, said

from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.dependency import Dependency
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.domain.statement import Statement
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import Vulnerability
from pellucid.formats import kernel_parts

CVE = "CVE-2024-0001"
RESOLVED = "In the Linux kernel, the following vulnerability has been resolved:\n\n{}\n\nLong story."


def kernel(version: str) -> Dependency:
    return upstream("linux_kernel", version, "linux")


def about(*ranges: VersionRange, **more: object) -> Statement:
    return cpe(CVE, "linux:linux_kernel", *(ranges or (EVERY,)), part="o", **more)


def built(*options: str, release: str = "5.10.1", path: str = "config") -> Observation:
    """A whole configuration, by the options that it sets."""
    values = {name: "n" for part in kernel_parts.parts() for name in part.options} | dict.fromkeys(options, "m")
    note = " ".join(f"{name}={value}" for name, value in values.items())
    place = seen(artefact=f"router.bin!{path}")
    return Observation(kind=ObservationKind.KERNEL_OPTIONS, name=release, note=note, evidence=place)


def image(release: str, path: str = "boot/vmlinuz!content") -> Observation:
    return Observation(kind=ObservationKind.KERNEL, name=release, evidence=seen(artefact=f"router.bin!{path}"))


def module(path: str) -> Component:
    place = seen(artefact=f"router.bin!{path}")
    return Component(kind=ComponentKind.MODULE, format="elf", architecture="arm", bits=32, evidence=place)


def judged(
    text: str,
    *builds: Observation,
    modules: tuple[Component, ...] = (),
    files: tuple[str, ...] = (),
    of: tuple[Dependency, ...] = (),
) -> Judged:
    index = Statements(about(files=files), known=[known(CVE, description=text)])
    return Judged(index, inventory(*(of or (kernel("5.10.1"),)), observations=builds, components=modules))


def test_the_branch_that_the_version_is_of_decides() -> None:
    branches = (below("4.19.300", "4.15"), below("5.10.200", "4.20"), below("6.1.60", "5.11"))
    index = Statements(about(*branches))
    fixes = {
        version: judge(index, kernel(version)).one.known_fixed_version
        for version in ("4.19.299", "5.10.1", "6.0", "6.1.59-rc1")
    }
    assert fixes == {"4.19.299": "4.19.300", "5.10.1": "5.10.200", "6.0": "6.1.60", "6.1.59-rc1": "6.1.60"}
    for version in ("4.14.1", "4.19.300", "5.10.200", "6.1.60", "6.6"):
        assert judge(index, kernel(version)).names == []


def test_what_the_cna_of_the_kernel_states_by_name() -> None:
    index = Statements(said(CVE, ("name", "linux:linux"), below("6.1.60", "5.11"), source="cvelist"))
    assert judge(index, kernel("6.1.59")).names == [CVE]
    assert judge(index, kernel("6.1.60")).names == []


WITHOUT = built("NETFILTER", "EXT4_FS")
BUILT = built("BT", "ATH11K", "NF_TABLES", "NTFS3_FS")
TEXTS = (
    "A use after free in net/bluetooth/l2cap_core.c in the Linux kernel.",
    RESOLVED.format("Bluetooth: L2CAP: Fix use-after-free in l2cap_sock_ready_cb"),
    RESOLVED.format("wifi: ath11k: fix a leak"),
    RESOLVED.format("netfilter: nf_tables: reject unsupported families"),
    RESOLVED.format("fs/ntfs3: Validate ff offset"),
)


@pytest.mark.parametrize("text", TEXTS)
def test_what_was_not_built_cannot_be_reached(text: str) -> None:
    found = judged(text, WITHOUT).one
    assert found.reachability == "unreachable"
    assert "is not set" in found.description
    built = judged(text, BUILT).one
    assert built.reachability == ""
    assert found.risk < built.risk / 5


def test_nothing_is_concluded_without_the_configuration() -> None:
    assert judged(TEXTS[0]).one.reachability == ""
    assert judged(TEXTS[0], modules=(module("lib/modules/5.10.1/kernel/fs/ext4/ext4.ko"),)).one.reachability == ""
    assert judged("It breaks in a way that nobody describes.", WITHOUT).one.reachability == ""
    assert judged(RESOLVED.format("mm: fix a race"), WITHOUT).one.reachability == ""


def test_a_module_that_lies_there_was_built_whatever_a_configuration_says() -> None:
    there = module("lib/modules/5.10.1/kernel/net/bluetooth/bluetooth.ko")
    other = module("lib/modules/5.10.1/kernel/net/bluetooth/bluetooth_6lowpan.ko.xz")
    assert judged(TEXTS[0], WITHOUT, modules=(there,)).one.reachability == ""
    assert judged(TEXTS[0], WITHOUT, modules=(other,)).one.reachability == "unreachable"


def test_one_of_several_kernels_is_enough() -> None:
    assert judged(TEXTS[0], WITHOUT, BUILT).one.reachability == ""
    assert judged(TEXTS[0], WITHOUT, WITHOUT).one.reachability == "unreachable"


ACME, OTHER = "5.10.1-acme", "5.10.1-other"
OWN = built(path=f"fs!boot/config-{ACME}")
NAMED = package(f"linux-image-{ACME}", "5.10.1-3", "linux")


@pytest.mark.parametrize(
    "seen_there",
    [
        (WITHOUT,),
        (WITHOUT, image("5.10.1")),
        (WITHOUT, image(ACME)),
        (WITHOUT, image(ACME), image("4.14.7")),
        (WITHOUT, built("BT", release="4.14.7"), image("4.14.7")),
        (OWN, image(ACME)),
        (
            built(path="a!vmlinux!config"),
            built(path="b!vmlinux!config"),
            image(ACME, "a!vmlinux"),
            image(OTHER, "b!vmlinux"),
        ),
        (built(path=f"fs!usr/lib/modules/{ACME}/config"), image(ACME)),
        (built(release="5.10.170", path="fs!boot/config-5.10.0-21-arm.gz!content"), image("5.10.0-21-arm")),
    ],
)
def test_every_kernel_that_it_may_be_was_built_without(seen_there: tuple[Observation, ...]) -> None:
    assert judged(TEXTS[0], *seen_there).one.reachability == "unreachable"


@pytest.mark.parametrize(
    "seen_there",
    [
        (built(release="5.10.2"),),
        (built(release="4.14.7"), image("5.10.1")),
        (WITHOUT, image(ACME), image(OTHER)),
        (OWN, image(ACME), image(OTHER)),
        (OWN, image(OTHER)),
        (built(path="a!vmlinux!config"), image(ACME, "a!vmlinux"), image(OTHER, "b!vmlinux")),
        (built(path="flash.bin!ikconfig!config"), image(ACME, "flash.bin"), image(OTHER, "flash.bin")),
        (WITHOUT, image("5.10.0-21-arm"), image("5.10.0-22-arm")),
        (replace(WITHOUT, note="USB=n"),),
        (replace(WITHOUT, note="BT EXT4_FS"),),
    ],
)
def test_in_doubt_nothing_is_concluded(seen_there: tuple[Observation, ...]) -> None:
    assert judged(TEXTS[0], *seen_there).one.reachability == ""


def test_packages_name_the_kernel_that_they_are() -> None:
    text = [known(CVE, description=TEXTS[0])]
    index = Statements(debian(CVE, "linux", EVERY), known=text)
    other = built("BT", path=f"fs!boot/config-{OTHER}")
    without = built(path=f"fs!boot/config-{OTHER}")
    for there, expected in (
        ((OWN, other), "unreachable"),
        ((WITHOUT,), "unreachable"),
        ((WITHOUT, image(ACME)), "unreachable"),
        ((without,), ""),
        ((without, image(ACME)), ""),
        ((WITHOUT, image(OTHER)), ""),
    ):
        assert Judged(index, inventory(NAMED, observations=there)).one.reachability == expected
    both = inventory(NAMED, package(f"linux-image-{OTHER}", "5.10.1-3", "linux"), observations=(OWN, other))
    assert Judged(index, both).one.reachability == ""


def test_modules_are_of_the_kernel_that_their_folder_names() -> None:
    there = module("fs!lib/modules/4.14.7/kernel/net/bluetooth/bluetooth.ko")
    assert judged(TEXTS[0], OWN, image(ACME), modules=(there,)).one.reachability == "unreachable"
    there = module(f"fs!lib/modules/{OTHER}/kernel/fs/ext4/ext4.ko")
    assert judged(TEXTS[0], OWN, image(ACME), modules=(there,)).one.reachability == "", "that kernel is there, too"
    assert judged(TEXTS[0], WITHOUT, image(ACME), modules=(there,)).one.reachability == ""
    for path in (f"fs!lib/modules/{ACME}/bluetooth.ko.xz!content", "fs!system/lib/modules/bluetooth.ko"):
        assert judged(TEXTS[0], OWN, image(ACME), modules=(module(path),)).one.reachability == ""
    unnamed = replace(module("flash.bin!0x40.elf"), name="bluetooth")
    assert judged(TEXTS[0], OWN, image(ACME), modules=(unnamed,)).one.reachability == ""


def test_says_which_kernel_and_where_that_stands() -> None:
    found = judged(TEXTS[0], OWN, image(ACME)).one
    assert f"Linux {ACME} was built without" in found.description
    assert f"(CONFIG_BT is not set in boot/config-{ACME})" in found.description
    both = judged(TEXTS[0], OWN, built(path=f"fs!boot/config-{OTHER}"), image(ACME), image(OTHER)).one
    assert f"Linux {ACME} and {OTHER} were built without" in both.description


def test_nothing_is_concluded_where_there_are_more_kernels_than_an_image_has() -> None:
    many = [image(f"4.{number}.1") for number in range(80)]
    assert judged(TEXTS[0], WITHOUT, *many[:60]).one.reachability == "unreachable"
    assert judged(TEXTS[0], WITHOUT, *many).one.reachability == ""


def test_files_that_a_source_states_say_more_than_the_text() -> None:
    found = judged(TEXTS[0], built("BT"), files=("fs/ntfs3/frecord.c",))
    assert found.one.reachability == "unreachable"
    assert "CONFIG_NTFS3_FS" in found.one.description


def test_a_distribution_s_kernel_is_one_and_other_software_is_none() -> None:
    text: list[Vulnerability] = [known(CVE, description=TEXTS[0])]
    package_ = package("linux-image-6.1.0-13-amd64", "6.1.55-1", "linux")
    without = built(release="6.1.55", path="boot/config-6.1.0-13-amd64")
    own = Judged(Statements(debian(CVE, "linux", EVERY), known=text), inventory(package_, observations=(without,)))
    assert own.one.reachability == "unreachable"
    bluez = package("bluez", "5.66-1", "bluez")
    other = Judged(Statements(debian(CVE, "bluez", EVERY), known=text), inventory(bluez, observations=(WITHOUT,)))
    assert other.one.reachability == ""
