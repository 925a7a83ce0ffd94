"""What compilers and packagers embed: what is read of it, and that any bytes give a value or Malformed."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.assemblies import assembly, library
from tests.support.elf_files import ARM, MIPS, X86_64, Shape, elf_file
from tests.support.elf_sections import note, with_sections
from tests.support.golden_rust import macho

from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats import (
    build_manifests,
    cargo_audit,
    clr_metadata,
    elf_sections,
    java_properties,
    kernel_release,
    licence_addresses,
    mcu_images,
    module_info,
    pe,
    pe_imports,
    purl_parts,
    xml_document,
)
from pellucid.formats import macho as macho_files

CASES = Path(__file__).parents[1] / "analyzers" / "components"
SHAPES = [Shape(machine=ARM), Shape(bits=64, machine=X86_64), Shape(machine=MIPS, big_endian=True)]


@pytest.mark.parametrize("shape", SHAPES, ids=["arm", "x86_64", "mips"])
def test_sections_and_notes_of_every_class_and_order(shape: Shape) -> None:
    content = note(shape, "GNU", 3, b"\1\2\3") + note(shape, "FDO", 5, b"x" * 7)
    data = with_sections(shape, {".note.x": content, ".comment": b"GCC"})
    at, found = elf_sections.section(data, ".comment")
    assert (found, data[at : at + 3]) == (b"GCC", b"GCC")
    assert [(item.owner, item.type, item.content) for item in elf_sections.notes(data)] == [
        ("GNU", 3, b"\1\2\3"),
        ("FDO", 5, b"x" * 7),
    ]
    assert elf_sections.build_id(data) == "010203"


def test_a_file_without_sections_has_none() -> None:
    assert elf_sections.sections(elf_file()) == ()
    assert elf_sections.section(elf_file(), ".comment") == (0, b"")


def test_sections_that_lie_elsewhere_are_refused() -> None:
    data = with_sections(Shape(), {".comment": b"GCC"})
    with pytest.raises(Malformed):
        elf_sections.section(data[:60], ".comment")


@pytest.mark.parametrize(
    ("release", "version", "bounds"),
    [
        ("6.1.0-50-marvell", "", "vers:generic/>=6.1|<6.2"),
        ("5.14.0-362.8.1.el9_3.x86_64", "", "vers:generic/>=5.14|<5.15"),
        ("6.1.38-yocto-standard", "6.1.38", ""),
        ("6.8.0-rc3", "6.8.0-rc3", ""),
        ("5.10.0", "5.10.0", ""),
        ("2.6.31.8", "2.6.31.8", ""),
        ("yocto", "", ""),
    ],
)
def test_releases_that_distributions_freeze_name_no_version(release: str, version: str, bounds: str) -> None:
    assert kernel_release.version(release) == (version, bounds)


@pytest.mark.parametrize(
    ("version", "release", "expected"),
    [
        ("6.1.176", "6.1.176", True),
        ("6.1.176-1", "6.1.176-acme+", True),
        ("6.1.176", "6.1.17", False),
        ("6.1.176", "6.1.0-50-marvell", True),
        ("5.15.0-91.101", "5.15.12", True),
        ("6.1.176", "6.10.0-50-marvell", False),
        ("6.6", "6.6.0", True),
        ("6.6", "6.6.1", False),
        ("6.6.0", "6.6.0-rc1", False),
        ("4.4.60", "", False),
        ("unknown", "6.1.0-1", False),
    ],
)
def test_a_release_is_built_from_sources_of_a_version(version: str, release: str, expected: bool) -> None:
    assert kernel_release.may_be(version, release) is expected


def test_fields_of_a_module() -> None:
    fields = b"depends=a,b\0firmware=x\0firmware=y\0vermagic=5.4.1 SMP \0junk\0"
    info = module_info.read(with_sections(Shape(), {".modinfo": fields}))
    assert (info.needs, info.firmware, info.release) == (("a", "b"), ("x", "y"), "5.4.1")


def test_an_assembly_with_wide_and_narrow_names() -> None:
    data = assembly("Acme", (1, 2, 3, 4), references={"System": (4, 0, 0, 0)}, culture="de")
    found = clr_metadata.read(data, pe.read(data))
    assert found is not None
    assert found.assembly is not None
    assert (found.assembly.name, found.assembly.version, found.assembly.culture) == ("Acme", "1.2.3.4", "de")
    assert [(item.name, item.version) for item in found.references] == [("System", "4.0.0.0")]


def test_libraries_that_a_pe_image_needs() -> None:
    data = library("a.dll", ["b.dll", "c.dll", "b.dll"])
    assert pe_imports.read(data, pe.read(data)) == pe_imports.Linking(
        name="a.dll", needed=("b.dll", "c.dll"), is_library=True
    )


def test_libraries_that_a_mach_o_file_needs() -> None:
    image = macho_files.read(macho(b"x"))
    assert [(item.name, item.version) for item in image.loads] == [
        ("/usr/lib/libz.1.dylib", "1.2.11"),
        ("@rpath/libx.dylib", "0.3.0"),
    ]
    assert [part.name for part in image.sections] == ["__DATA,.dep-v0"]


def test_lines_of_a_manifest_are_joined() -> None:
    fields = java_properties.manifest(b"Manifest-Version: 1.0\r\nBundle-Name: a\r\n  b\r\n c\r\n\r\nName: x\r\n")
    assert fields["Bundle-Name"].text == "a bc"
    assert fields["Bundle-Name"].offset == 23


def test_entities_are_refused_and_elements_counted() -> None:
    with pytest.raises(Malformed):
        xml_document.read(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(BudgetExceeded):
        xml_document.read(b"<a>" * 100)
    root = xml_document.read(b'<n:a xmlns:n="u"><b n:c="d">e<f/>g</b></n:a>')
    assert (root.name, root.first("b"), root.children[0].attributes) == ("a", "eg", {"c": "d"})
    assert root.children[0].offset == 17


@pytest.mark.parametrize(
    ("text", "namespace", "name", "version"),
    [
        ("pkg:maven/org.example/thing@1.0?type=jar#x", "org.example", "thing", "1.0"),
        ("pkg:npm/%40scope/x@1", "@scope", "x", "1"),
        ("pkg:generic/a%2Fb", "", "a/b", ""),
        ("pkg:golang/example.org/a/b@v1%2Bincompatible", "example.org/a", "b", "v1+incompatible"),
    ],
)
def test_parts_of_a_package_url(text: str, namespace: str, name: str, version: str) -> None:
    found = purl_parts.parts(text)
    assert (found.namespace, found.name, found.version) == (namespace, name, version)


@pytest.mark.parametrize(
    ("address", "expression"),
    [
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("http://opensource.org/licenses/MIT", "MIT"),
        ("https://licenses.nuget.org/MIT", "MIT"),
        ("https://spdx.org/licenses/BSD-3-Clause.html", "BSD-3-Clause"),
        ("http://www.eclipse.org/legal/epl-v20.html", "EPL-2.0"),
        ("https://www.gnu.org/licenses/gpl-3.0.html", ""),
        ("https://example.org/licenses/MIT", ""),
    ],
)
def test_addresses_that_name_a_licence(address: str, expression: str) -> None:
    assert licence_addresses.spdx_expression(address) == expression


def test_a_list_of_something_else_is_no_manifest() -> None:
    assert build_manifests.image(b"busybox arm 1.36\n" * 10 + b"prose\n" * 5) == ("", [])
    assert build_manifests.image(b"busybox arm 1.36\nzlib arm 1.3\n")[0] == "yocto"


def test_products_of_windows_are_those_of_the_signatures() -> None:
    """What a version resource names and what a signature recognises is one product."""
    table = CASES.parents[2] / "src/pellucid/analyzers/components"
    rows = tomllib.loads((table / "pe_products.toml").read_text(encoding="utf-8"))["product"]
    for row in rows:
        signature = table / "signatures" / f"{row['product']}.toml"
        if signature.exists():
            other = tomllib.loads(signature.read_text(encoding="utf-8"))
            assert {key: row[key] for key in ("vendor", "product", "purl")} == {
                key: other[key] for key in ("vendor", "product", "purl")
            }
            assert row["cpe"][0] == other["cpe"][0]


def _headers(data: bytes) -> None:
    for at in range(0, len(data), 4):
        for read in (mcu_images.application, mcu_images.boot_image, mcu_images.soft_device):
            try:
                read(data, at)
            except Malformed:
                continue


def _dotnet(data: bytes) -> None:
    image = pe.read(data)
    pe_imports.read(data, image)
    clr_metadata.read(data, image)


def _elf(data: bytes) -> None:
    list(elf_sections.notes(data))
    module_info.read(data)


READERS: list[tuple[str, Callable[[bytes], object]]] = [
    ("elf_package_notes/fedora", _elf),
    ("kernel_modules/foreign", _elf),
    ("dotnet_assemblies/package", _dotnet),
    ("pe_components/library", _dotnet),
    ("cargo_auditable/macho", macho_files.read),
    ("cargo_auditable/elf", lambda data: list(cargo_audit.packages(data[320:]))),
    ("maven_poms/inherited", xml_document.read),
    ("java_manifests/bundle", java_properties.manifest),
    ("maven_properties/commons", java_properties.properties),
    ("image_manifests/yocto", build_manifests.image),
    ("yocto_licences/image", lambda data: list(build_manifests.licences(data))),
    ("buildroot_manifests/target", lambda data: list(build_manifests.legal_info(data))),
    ("mcuboot_images/signed", _headers),
    ("esp_applications/sensor", _headers),
]


@pytest.mark.parametrize(("case", "read"), READERS, ids=[case for case, _ in READERS])
@settings(max_examples=60, deadline=2000)
@given(st.data())
def test_any_change_gives_a_value_or_malformed(case: str, read: Callable[[bytes], object], data: st.DataObject) -> None:
    seed = bytearray((CASES / case / "input").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(seed) - 1))
        new = data.draw(st.sampled_from([b"\xff", b"\0", b"\x7f", b"\n", b"<", b'"', b"\xff\xff\xff\xff"]))
        seed[at : at + len(new)] = new
    cut = data.draw(st.integers(0, len(seed)))
    for content in (bytes(seed), bytes(seed[:cut])):
        try:
            read(content)
        except (Malformed, BudgetExceeded):
            continue
