"""All formats of a bill: hostile text, licences, identifiers, tables, and where the schemas are from."""

import csv
import io
import json
import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from cyclonedx.schema import __file__ as library_schemas
from hypothesis import given, settings
from hypothesis import strategies as st
from license_expression import get_spdx_licensing  # type: ignore[import-untyped]  # has no types
from lxml import etree  # type: ignore[import-untyped]  # has no types
from packageurl import PackageURL
from tests.reports.example_bill import BILL, HARD, OPENSSL, ROOT, ZLIB, component, large_bill

from pellucid.cli.parser import BILLS
from pellucid.domain.bill import Subject, coverage_of, subject_of
from pellucid.domain.component import ComponentKind
from pellucid.domain.link import Link, LinkKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.reports import schemas
from pellucid.reports.bill_document import FORMATS, bill_document
from pellucid.reports.bill_graph import BillGraph
from pellucid.reports.identifiers import is_cpe, is_purl
from pellucid.reports.licences import Licence, licence_of
from pellucid.reports.spdx_names import element_id

TEXT = st.text(st.characters(codec=None), max_size=30)
WORDS = ("MIT", "zlib", "GPL-2.0-only", "(", ")", "AND", "or", "WITH", "Linux-syscall-note", "nonsense", "+")
FILES = resources.files(schemas)
LIBRARY = Path(library_schemas).parent / "_res"
XML = etree.XMLSchema(etree.parse(LIBRARY / "bom-1.7.SNAPSHOT.xsd"))


def test_the_command_line_offers_every_format() -> None:
    assert set(BILLS) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_bill_is_the_same_text(name: str) -> None:
    text = bill_document(BILL, name)
    assert text == bill_document(replace(BILL, dependencies=BILL.dependencies[::-1]), name)
    assert text.endswith("\n")
    assert text.encode()


@settings(max_examples=60)
@given(texts=st.lists(TEXT, min_size=8, max_size=8))
def test_whatever_an_image_says_every_document_is_valid(texts: list[str]) -> None:
    """Building checks the schemas of JSON; that for XML is stricter."""
    vendor, product, version, purl, cpe, licence, path, seen = texts
    sighting = replace(HARD.evidence[0], artefact=path, seen=seen)
    item = replace(HARD, vendor=vendor, product=product, version=version, purl=purl, cpe=cpe, licence=licence)
    part = component(path, ComponentKind.SCRIPT, interpreter=seen, name=vendor)
    bill = replace(
        BILL,
        image_name=product,
        image_version=version,
        supplier=vendor,
        author=seen,
        dependencies=(replace(item, evidence=(sighting,)), ZLIB),
        components=(part, part),
        links=(Link(source=path, target=path, kind=LinkKind.CALLS),),
    )
    for name in FORMATS:
        text = bill_document(bill, name)
        if name.endswith("xml"):
            XML.assertValid(etree.fromstring(text.encode()))
        elif name.startswith(("cyclonedx", "spdx")):
            json.loads(text)


@pytest.mark.parametrize(
    ("stated", "licence"),
    [
        ("mit", Licence(id="MIT")),
        ("GPL-2.0+", Licence(id="GPL-2.0+")),
        ("Apache-2.0+", Licence(expression="Apache-2.0+")),
        ("gpl-2.0-only or (MIT and bsd-3-clause)", Licence(expression="GPL-2.0-only OR (MIT AND BSD-3-Clause)")),
        ("MIT  AND(Zlib) ", Licence(expression="MIT AND (Zlib)")),
        ("GPL-2.0-only with linux-syscall-note", Licence(expression="GPL-2.0-only WITH Linux-syscall-note")),
        ("LicenseRef-own OR MIT", Licence(expression="LicenseRef-own OR MIT")),
        ("GPL v2", Licence(name="GPL v2")),
        ("MIT WITH Zlib", Licence(name="MIT WITH Zlib")),
        ("(MIT) WITH Linux-syscall-note", Licence(name="(MIT) WITH Linux-syscall-note")),
        ("Linux-syscall-note", Licence(name="Linux-syscall-note")),
        ("(MIT", Licence(name="(MIT")),
        ("MIT)", Licence(name="MIT)")),
        (")(", Licence(name=")(")),
        ("MIT AND", Licence(name="MIT AND")),
        ("MIT Zlib", Licence(name="MIT Zlib")),
        ("MIT/Zlib", Licence(name="MIT/Zlib")),
        ("", None),
        (" NOASSERTION", None),
    ],
)
def test_licences(stated: str, licence: Licence | None) -> None:
    assert licence_of(stated) == licence


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            ["MIT", "zlib", "GPL-2.0-only", "(", ")", "AND", "or", "WITH", "Linux-syscall-note", "nonsense", "+"]
        )
    ).map(" ".join)
)
def test_an_expression_is_one_to_another_tool_too(text: str) -> None:
    licence = licence_of(text)
    if licence and licence.expression:
        licensing = get_spdx_licensing()
        assert licensing.validate(licence.expression).errors == []
        assert licensing.parse(licence.expression) == licensing.parse(text)


def test_very_long_licences_are_names() -> None:
    text = " AND ".join(["MIT"] * 1000)
    assert licence_of(text) == Licence(name=text)
    assert len(Licence(name=text).reference) < 70


def test_a_name_becomes_a_reference_that_is_explained() -> None:
    licence = Licence(name="Apache 2, or so")
    assert licence.reference.startswith("LicenseRef-Apache-2-or-so-")
    assert licence.unexplained == {licence.reference: "Apache 2, or so"}
    assert Licence(name="Apache 2, or so!").reference != licence.reference


@settings(max_examples=1000)
@given(st.text("pkg:/@?#%ab1.=&-", max_size=20).map("pkg:".__add__))
def test_what_passes_for_a_package_url_is_one(text: str) -> None:
    if is_purl(text):
        assert PackageURL.from_string(text).name


def test_identifiers() -> None:
    assert is_purl(ZLIB.purl)
    assert not any(map(is_purl, ("", "pkg:", "pkg:deb", "pkg:deb/", "deb/debian/a@1", "pkg:deb/a b", "pkg:deb/@1")))
    assert is_cpe(ZLIB.cpe)
    assert is_cpe(r"cpe:2.3:o:linux:linux_kernel:6.1\+x:*:*:*:*:*:*:*")
    assert not any(map(is_cpe, ("", "cpe:/a:b:c", ZLIB.cpe + ":*", ZLIB.cpe.replace("zlib", "z b"))))


def test_packages_need_those_of_their_own_database() -> None:
    """Two root file systems in one image, each with its own packages."""
    other = [replace(seen, artefact="other!status") for seen in ZLIB.evidence]
    near = replace(ZLIB, product="libc6", purl="pkg:deb/debian/libc6@1", version="1")
    far = replace(near, purl="pkg:deb/debian/libc6@2", version="2", evidence=tuple(other))
    graph = BillGraph(replace(BILL, dependencies=(ZLIB, near, far)))
    refs = {item.purl: ref for ref, item in graph.dependencies}
    assert (refs[ZLIB.purl], refs[near.purl]) in graph.required
    assert (refs[ZLIB.purl], refs[far.purl]) not in graph.required


def test_a_spreadsheet_gets_no_formula_and_every_dependency() -> None:
    rows = list(csv.DictReader(io.StringIO(bill_document(BILL, "csv"))))
    assert [row["name"][:7] for row in rows] == ["'=cmda&", "libc6", "linux_k", "openssl", "zlib1g"]
    assert rows[4]["licence"] == "Zlib"
    assert rows[4]["components"] == "1"
    assert rows[3]["version"] == OPENSSL.version_range
    assert len(list(csv.reader(io.StringIO(bill_document(large_bill(50, 0), "csv"))))) == 51


def test_a_long_list_of_places_is_cut_and_says_so() -> None:
    many = replace(ZLIB, places=tuple(f"{ROOT}{number:03}" for number in range(100)))
    bill = replace(BILL, dependencies=(many,))
    (row,) = csv.DictReader(io.StringIO(bill_document(bill, "csv")))
    assert row["places"].endswith("015; and 84 more")
    (package, *_) = json.loads(bill_document(bill, "cyclonedx"))["components"]
    facts = [(item["name"], item["value"]) for item in package["properties"]]
    assert facts.count(("pellucid:placesNotListed", "36")) == 1
    assert sum(name == "pellucid:place" for name, _ in facts) == 64


def test_markdown_shows_text_as_it_is() -> None:
    text = bill_document(BILL, "md")
    assert "# Software bill of materials: router\n" in text
    assert "- Product: Röuter \\<9000\\>" in text
    assert "564, 2 of them not fully read" in text
    assert "| squashfs | malformed | 3 |" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 1 + 5 + 1 + 1
    assert not [line for line in rows if line.replace("\\|", "").count("|") not in (4, 7)]


def test_what_an_image_is() -> None:
    assert subject_of("container_image", contains=True) is Subject.CONTAINER
    assert subject_of("elf", contains=False) is Subject.APPLICATION
    assert subject_of("uimage", contains=True) is Subject.FIRMWARE
    assert subject_of("data", contains=False) is Subject.FILE


def test_coverage_counts_what_was_not_read_and_nothing_else() -> None:
    problems = [
        Problem(unit="squashfs", kind=ProblemKind.MALFORMED, message="", artefact="a"),
        Problem(unit="zip", kind=ProblemKind.ENCRYPTED, message="", artefact="a"),
        Problem(unit="zip", kind=ProblemKind.UNSAFE_NAME, message="", artefact="b"),
        Problem(unit="known_vulnerabilities", kind=ProblemKind.CRASH, message=""),
        Problem(unit="pipeline", kind=ProblemKind.BUDGET, message=""),
    ]
    coverage = coverage_of(problems, 9)
    assert (coverage.artefacts, coverage.unread, coverage.whole) == (9, 2, False)
    assert coverage.problems == {
        ("pipeline", ProblemKind.BUDGET): 1,
        ("squashfs", ProblemKind.MALFORMED): 1,
        ("zip", ProblemKind.ENCRYPTED): 1,
    }
    assert coverage_of(problems[2:4], 9).whole


def test_a_supplier_of_blanks_is_none() -> None:
    package = json.loads(bill_document(replace(BILL, supplier=" \n", author="\t"), "spdx"))
    assert package["packages"][0]["supplier"] == "NOASSERTION"
    assert package["creationInfo"]["creators"] == ["Tool: pellucid-0.1.0"]


def test_ids_are_letters_digits_dots_and_dashes() -> None:
    ids = {element_id(ref) for ref, _ in BillGraph(BILL).components}
    assert len(ids) == len(BILL.components)
    assert all(name.replace("-", "").replace(".", "").isalnum() and name.isascii() for name in ids)


def test_every_schema_says_where_it_is_from() -> None:
    origins = tomllib.loads(FILES.joinpath("origins.toml").read_text(encoding="utf-8"))
    listed = sorted(name for origin in origins.values() for name in origin["files"])
    assert listed == sorted(path.name for path in FILES.iterdir() if path.name.endswith(".json"))
    assert all(origin["source"] and origin["licence"] for origin in origins.values())


def test_the_schemas_of_cyclonedx_are_those_of_its_library() -> None:
    """A newer library may bring a newer list of licences: then copy its files."""
    for name in tomllib.loads(FILES.joinpath("origins.toml").read_text(encoding="utf-8"))["cyclonedx"]["files"]:
        assert FILES.joinpath(name).read_bytes() == (LIBRARY / name).read_bytes()
