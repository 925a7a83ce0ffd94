"""Signatures that are learnt from packages: tiny ELF files with versions, messages and symbols that change."""

import io
import tarfile
from pathlib import Path

import pytest
from scripts import (
    learn_licences,
    learn_marks,
    learn_packs,
    learn_signatures,
    learn_survey,
    learn_verify,
    learn_versions,
    learn_writing,
)
from scripts.learn_archive import Release
from scripts.learn_builds import Build, ElfFile
from scripts.learn_choose import Chooser
from scripts.learn_fetch import pack_path
from scripts.learn_products import Product, products, releases, strangers
from scripts.learn_propose import Proposal, propose
from tests.support.elf_files import ARM, MIPS, X86_64, Shape, elf_file

from pellucid.analyzers.signatures import parse

MESSAGES = (
    b"\0cannot open the wombat burrow\0wombat table is full: %d\0no wombat answers at %s\0a wombat cannot fly\0"
    b"the wombat sleeps until %s\0more than one wombat in here\0wombat and burrow do not fit\0"
)


def library(version: str, *, machine: int = ARM, messages: bytes = MESSAGES) -> bytes:
    """A library that states its version beside its name."""
    payload = messages + b"wombat/" + version.encode() + b" (digging)\0"
    return elf_file(Shape(machine=machine), soname="libwombat.so.2", payload=payload)


def build(version: str, data: bytes, *, release: str = "old-armhf", source: str = "wombat") -> Build:
    return Build(
        source=source,
        release=release,
        version=version,
        packages=("libwombat2",),
        homepage="https://github.com/Burrow/Wombat",
        copyright="Format: x\n\nFiles: *\nCopyright: somebody\nLicense: LGPL-2.1+\n",
        files=(ElfFile("libwombat2", f"usr/lib/libwombat.so.{version}", data),),
    )


@pytest.fixture
def wombats() -> list[Build]:
    return [
        build("1.2.3", library("1.2.3"), release="old-armhf"),
        build("1.2.3", library("1.2.3", machine=X86_64), release="old-amd64"),
        build("1.4", library("1.4", machine=MIPS), release="new-mipsel"),
    ]


def write_pack(work: Path, source: str, release: str, version: str, data: bytes) -> Path:
    file = learn_packs.PackedFile("lib", f"usr/lib/{source}.so", data)
    path = pack_path(work, release, source)
    learn_packs.write(path, learn_packs.Pack(source, release, version, "", "", [file]))
    return path


def proposal_of(found: list[Build]) -> Proposal:
    proposal = propose("wombat", found)
    assert proposal is not None
    return proposal


@pytest.mark.parametrize(
    ("debian", "upstream"),
    [
        ("1:1.2.13.dfsg-1", "1.2.13"),
        ("1:1.3.dfsg+really1.3.1-1", "1.3.1"),
        ("5.9.3+dfsg-2+deb12u1", "5.9.3"),
        ("1:9.2p1-2", "9.2p1"),
        ("2.90-4~deb12u2", "2.90"),
        ("252", "252"),
        ("4.9.0~rc2-1", ""),
        ("0~git20230101-1", ""),
        ("1.0+git2-1", ""),
    ],
)
def test_upstream_versions(debian: str, upstream: str) -> None:
    assert learn_versions.upstream(debian) == upstream


def test_spellings_of_one_version_are_the_same() -> None:
    assert learn_versions.same("2.14", "2.14.0")
    assert learn_versions.same("6.9.11.60", "6.9.11-60")
    assert not learn_versions.same("2.14", "2.1.4")
    assert not learn_versions.inside("1.2.11", "vers:generic/>1.2.11|<1.2.13")


def test_versions_are_found_by_themselves() -> None:
    assert list(learn_versions.Spellings("6.9.11.60").places(b"Magick 6.9.11-60 Q16")) == [(7, 16)]
    assert list(learn_versions.Spellings("1.2").places(b"1.2.3 and 11.2, 0.1.2, 1.2b; v1.2")) == [(30, 33)]


def test_expressions_fit_the_shape_of_the_versions() -> None:
    import re

    expression = re.compile(learn_versions.expression(["9.2p1", "8.4p1"]) + learn_versions.END)
    assert expression.fullmatch("10.0p2")
    assert not expression.fullmatch("10")
    assert re.fullmatch(learn_versions.expression(["252", "247"]), "256")
    assert not re.fullmatch(learn_versions.expression(["1.2.3"]), "1")


def test_code_is_zeroed_and_text_is_not() -> None:
    data = Path("/bin/true").read_bytes()
    blanked = learn_packs.without_code(data)
    assert len(blanked) == len(data)
    assert blanked.count(0) > data.count(0)
    assert b"GLIBC_2" in blanked


def test_bytes_that_are_no_elf_file_stay_as_they_are() -> None:
    for data in (b"", b"\x7fELF" + bytes(60), b"\x7fELF\x02\x01" + b"\xff" * 90):
        assert learn_packs.without_code(data) == data


def test_elf_files_and_the_copyright_come_out_of_a_deb(tmp_path: Path) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:xz") as archive:
        for name, data in {
            "./usr/lib/libx.so": library("1.0"),
            "./usr/share/doc/x/copyright": b"MIT",
            "./a": b"#!",
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    body = content.getvalue()
    header = b"data.tar.xz".ljust(16) + b"0".ljust(12) + b"0".ljust(12) + b"100644".ljust(8)
    deb = tmp_path / "libx_1_armhf.deb"
    deb.write_bytes(b"!<arch>\n" + header + str(len(body)).encode().ljust(10) + b"`\n" + body)
    files, text = learn_packs.elf_files(deb)
    assert [(file.package, file.path) for file in files] == [("libx", "usr/lib/libx.so")]
    assert text == "MIT"


def test_the_template_is_what_stays_when_the_version_changes(wombats: list[Build]) -> None:
    candidate = proposal_of(wombats).candidates[0]
    assert candidate.anchor == "wombat/"
    assert candidate.example.startswith("\0wombat/1.4")


def test_a_lone_version_is_read_by_its_neighbour() -> None:
    found = [
        build(
            version,
            elf_file(soname="libwombat.so.2", payload=MESSAGES + version.encode() + b"\0"),
            release=f"{version}-armhf",
        )
        for version in ("1.2.3", "1.4.0")
    ]
    candidates = proposal_of(found).candidates
    assert candidates
    assert all(candidate.near for candidate in candidates)
    assert "wombat" in candidates[0].anchor


def test_marks_are_messages_of_every_build(wombats: list[Build]) -> None:
    other = build("1.5", library("1.5", messages=MESSAGES.replace(b"a wombat cannot fly", b"a wombat can fly now")))
    marks = proposal_of([*wombats, other]).marks["libwombat.so"]
    assert "cannot open the wombat burrow" in marks
    assert "a wombat cannot fly" not in marks


def symbols(architecture: str, *names: str) -> learn_marks.Symbols:
    return learn_marks.Symbols(architecture, frozenset(names), frozenset(names))


def test_steps_are_proven_on_both_sides_by_two_architectures() -> None:
    role = learn_marks.Role(soname="libwombat.so")
    role.by_version["1.0"] = [symbols("armhf", "wombat_old"), symbols("amd64", "wombat_old")]
    role.by_version["1.2"] = [
        symbols("armhf", "wombat_old", "wombat_dig"),
        symbols("mipsel", "wombat_old", "wombat_dig"),
    ]
    assert list(learn_marks.since(role)) == [("1.0", "1.2", ["wombat_dig"])]
    role.by_version["1.2"].pop()
    assert not list(learn_marks.since(role))


def test_a_symbol_that_goes_again_is_no_step() -> None:
    role = learn_marks.Role(soname="libwombat.so")
    for version, names in {"1.0": ["wombat_old"], "1.2": ["wombat_old", "wombat_dig"], "1.4": ["wombat_old"]}.items():
        role.by_version[version] = [symbols("armhf", *names), symbols("amd64", *names)]
    assert not list(learn_marks.since(role))


def surveyed(tmp_path: Path, wombats: list[Build], others: dict[str, bytes]) -> tuple[Proposal, Chooser]:
    proposal = proposal_of(wombats)
    packs = [write_pack(tmp_path, item.source, item.release, item.version, item.files[0].data) for item in wombats]
    packs += [write_pack(tmp_path, name, "old-armhf", "7.0", data) for name, data in others.items()]
    return proposal, Chooser([proposal], learn_survey.survey([proposal], packs))


def test_a_program_that_prints_what_it_was_built_with_brings_a_condition(tmp_path: Path, wombats: list[Build]) -> None:
    user = elf_file(payload=b"\0wombat/1.2.3 (digging)\0")
    proposal, chooser = surveyed(tmp_path, wombats, {"zoo": user})
    rules = [rule for rule, _ in chooser.choose(proposal).versions]
    assert rules
    assert all(rule.any_of for rule in rules)
    assert not chooser.embedders["wombat"]


def test_who_has_the_marks_embeds_the_product(tmp_path: Path, wombats: list[Build]) -> None:
    proposal, chooser = surveyed(tmp_path, wombats, {"zoo": library("1.2.3")})
    assert chooser.embedders["wombat"] == {"zoo"}
    assert not any(rule.any_of for rule, _ in chooser.choose(proposal).versions)


def test_what_is_written_is_a_signature_that_fits_its_own_examples(tmp_path: Path, wombats: list[Build]) -> None:
    proposal, chooser = surveyed(tmp_path, wombats, {"zoo": elf_file(payload=b"\0nothing\0")})
    product = Product(name="wombat", sources=("wombat",))
    signature = learn_writing.compose(proposal, chooser.choose(proposal), product, proposal.sonames)
    assert signature is not None
    assert signature.vendor == "burrow"
    assert signature.purl == "pkg:github/burrow/wombat"
    assert signature.licence == "LGPL-2.1-or-later"
    assert signature.sonames == ("libwombat.so",)
    assert signature.hit[0].version == "1.4"
    assert parse("wombat.toml", learn_writing.text_of(signature).encode()) == signature


def test_verification_counts_right_wrong_and_elsewhere(tmp_path: Path) -> None:
    banner = elf_file(payload=b"\0 deflate 1.2.13 Copyright 1995-2022 Jean-loup Gailly and Mark Adler \0")
    packs = [
        write_pack(tmp_path, "zlib", "new-armhf", "1:1.2.13.dfsg-1", banner),
        write_pack(tmp_path, "zlib", "old-armhf", "1:1.2.11.dfsg-1", banner),
        write_pack(tmp_path, "zlib", "odd-armhf", "0~git2-1", banner),
        write_pack(tmp_path, "zoo", "new-armhf", "7.0", banner),
    ]
    result = learn_verify.verify(packs, {"zlib": {"zlib"}})["zlib"]
    assert result.hits == {("zlib", "new-armhf")}
    assert result.wrong == {("zlib", "old-armhf"): "1.2.11: 1.2.13"}
    assert result.unnumbered == {("zlib", "odd-armhf")}
    assert result.elsewhere == {"zoo": ("usr/lib/zoo.so", "1.2.13")}


def test_a_soname_that_others_have_is_nobodys(wombats: list[Build]) -> None:
    proposal = proposal_of(wombats)
    product = {"wombat": Product(name="wombat", sources=("wombat",))}
    alone = {"libwombat.so": {"wombat", "zoo"}}
    assert learn_signatures.own_sonames([proposal], product, set(), alone) == {"wombat": ["libwombat.so"]}
    shared = {"libwombat.so": {"wombat", "zoo", "park"}}
    assert learn_signatures.own_sonames([proposal], product, set(), shared) == {"wombat": []}
    assert learn_signatures.own_sonames([proposal], product, {"libwombat.so"}, alone) == {"wombat": []}
    claimed = {"wombat": Product(name="wombat", sources=("wombat",), sonames=("libwombat.so",))}
    assert learn_signatures.own_sonames([proposal], claimed, set(), shared) == {"wombat": ["libwombat.so"]}


def test_file_names_tell_a_version_only_where_they_always_do(wombats: list[Build]) -> None:
    assert proposal_of(wombats).files == ["libwombat.so.*"]
    moved = build("1.6", library("1.6"))
    wrong = Build(**(vars(moved) | {"files": (ElfFile("l", "usr/lib/libwombat.so.2.0", library("1.6")),)}))
    assert not proposal_of([*wombats, wrong]).files


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        ("GPL-2+", "GPL-2.0-or-later"),
        ("Expat or LGPL-2.0+", "MIT OR LGPL-2.0-or-later"),
        ("BSD-3-clause and ISC", "BSD-3-Clause AND ISC"),
        ("GPL-2+ with a twist", ""),
        ("GPL-2+ or MIT and ISC", ""),
    ],
)
def test_licences(words: str, expression: str) -> None:
    assert learn_licences.stated(f"Format: x\n\nFiles: *\nCopyright: a\n b\nLicense: {words}\n") == expression


def test_the_index_has_programs_and_libraries(tmp_path: Path) -> None:
    release = Release("old", "armhf", tmp_path)
    lists = release.root / "lists"
    lists.mkdir(parents=True)
    text = (
        "Package: libw2\nSource: w (1.0-1)\nVersion: 1.0-1+b2\nArchitecture: armhf\nSize: 9\n\n"
        "Package: libw-dev\nSource: w\nVersion: 1.0-1\nArchitecture: armhf\nSize: 9\n\n"
        "Package: w-data\nVersion: 1.0-1\nArchitecture: all\nSize: 9\n"
    )
    (lists / "a_Packages").write_text(text, encoding="utf-8")
    assert [(item.name, item.source_version) for item in release.index()["w"]] == [("libw2", "1.0-1")]


def test_the_products_are_each_listed_once() -> None:
    found = products()
    named = [*strangers(), *(source for product in found.values() for source in product.sources)]
    assert len(named) == len(set(named)) > 2000
    assert all("-" in release for release in releases())
