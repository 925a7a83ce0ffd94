"""Signatures: every file is in order, recognises its own examples and no other's; the engine is bounded."""

import time
from collections.abc import Callable

import pytest
from scripts import signature_checks
from scripts.signature import TEMPLATE, everything

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.components.product_signatures import product_signatures, recognised
from pellucid.analyzers.signature_table import table, table_of
from pellucid.analyzers.signatures import Example, Signature, parse, signatures
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats.elf import Elf, ElfType, Header
from pellucid.pipeline.patterns import Patterns

PRODUCTS = everything()
THING = """
vendor = "maker"
product = "thing"
cpe = ["a:maker:thing", "a:other:thing"]
purl = "pkg:github/maker/thing"
licence = "MIT"
licence_before = { version = "2.0", licence = "BSD-3-Clause" }
sonames = ["libthing.so", "libthing-"]
files = ["libthing.so.*", "thing-*.so"]
[[hit]]
text = "thing 1.2"
[[miss]]
text = "thing"
"""
VERSION = """
[[version]]
anchor = "thing "
pattern = 'thing (?P<version>\\d{1,2}\\.\\d{1,2})'
"""
NEAR = """
[[version]]
anchor = "thing by maker"
pattern = '\\x00(?P<version>\\d{1,2}\\.\\d{1,2})\\x00'
before = 16
after = 32
near = true
"""
PRESENCE = """
[[presence]]
any_of = ["thing one", "thing two", { hex = "00ff10ee" }]
at_least = 2
none_of = ["not a thing"]
"""
SINCE = """
[[since]]
version = "1.2"
marks = ["thing_open"]
[[since]]
version = "1.10"
marks = ["thing_close"]
[[since]]
version = "2.1"
marks = ["thing_more", "thing_most"]
"""


def thing(*parts: str) -> Signature:
    return parse("thing.toml", (THING + "".join(parts)).encode())


def said(signature: Signature, data: bytes, soname: str = "", kind: str = "elf") -> list[Dependency]:
    known = table_of([signature])
    example = Example(hex=data.hex(), soname=soname, kind=kind)
    return signature_checks.said(example, known, Patterns(known.literals))


@pytest.mark.parametrize("name", PRODUCTS)
def test_each_is_in_order(name: str) -> None:
    assert list(signature_checks.of_one(name, PRODUCTS[name])) == []


def test_each_recognises_its_own_examples_and_nobody_elses() -> None:
    assert list(signature_checks.of_all(PRODUCTS)) == []


def test_the_table_has_all_of_them_without_examples() -> None:
    assert [item.product for item in signatures()] == [item.product for item in PRODUCTS.values()]
    assert not any(item.hit or item.miss for item in signatures())
    assert product_signatures.state != product_signatures.version
    assert product_signatures.wants.literals == table().literals


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("product = 5", "Expected `str`, got `int` - at `$.product`"),
        (
            THING + "[[version]]\nanchor = 'thing'\npatern = 'x'",
            r"unknown field `patern` - at `$.version\[0\]`",
        ),
        (THING + VERSION + "befor = 3", r"unknown field `befor` - at `$.version\[0\]`"),
        (THING + VERSION + "before = 5000", r"<= 4096 - at `$.version\[0\].before`"),
        (THING + VERSION + "linkage = 'static'", r"Invalid enum value 'static' - at `$.version\[0\].linkage`"),
        ("product = ", "thing.toml: Invalid value"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_field(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("$", r"\$")) as caught:
        parse("thing.toml", text.encode())
    assert str(caught.value).startswith("thing.toml: ")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace('vendor = "maker"', 'vendor = ""'), "vendor: is empty"),
        (lambda text: text.replace("a:maker:thing", "maker:thing"), "cpe: 'maker:thing'"),
        (lambda text: text.replace("pkg:github/maker/thing", "github/maker/thing"), "purl:"),
        (lambda text: text.replace('licence = "MIT"', 'licence = "mine"'), "licence:"),
        (lambda text: text.replace('"thing "', '"th"'), "fewer than 4 bytes"),
        (lambda text: text.replace('"thing "', '"version "'), "programs of every kind"),
        (lambda text: text.replace("(?P<version>", "("), "no group `version`"),
        (lambda text: text.replace("thing (?P", "(thing (?P"), "unterminated"),
        (lambda text: text.replace("{1,2})'", "{1,2})(?:a+b?)+'"), "repeats without end in"),
        (lambda text: text.replace("[[miss]]", "[[hit]]"), "hit, miss"),
        (lambda text: text.replace("'thing (", "'thing [a-z ]{0,99}[a-z ]{0,99}[a-z ]{0,50}("), "ms for one place"),
    ],
)
def test_the_linter_sees(change: Callable[[str], str], why: str) -> None:
    good = THING + VERSION
    assert list(signature_checks.of_one("thing.toml", parse("thing.toml", good.encode()))) == []
    found = list(signature_checks.of_one("thing.toml", parse("thing.toml", change(good).encode())))
    assert [item for item in found if why in item], found


def test_the_linter_sees_wrong_examples_and_two_products_that_claim_the_same() -> None:
    good = parse(
        "thing.toml", (THING.replace('text = "thing 1.2"', 'text = "thing 1.2"\nversion = "1.2"') + VERSION).encode()
    )
    assert list(signature_checks.of_all({"thing.toml": good})) == []
    wrong = parse("thing.toml", (THING.replace('text = "thing"', 'text = "thing 1.3"') + VERSION).encode())
    assert len(list(signature_checks.of_all({"thing.toml": wrong}))) == 2
    twin = parse("twin.toml", (THING.replace('product = "thing"', 'product = "twin"') + VERSION).encode())
    found = list(signature_checks.of_all({"thing.toml": good, "twin.toml": twin}))
    assert "thing.toml: hit[0]: also taken for twin" in found
    assert "b.toml: product: that of a.toml" in signature_checks.of_all({"a.toml": good, "b.toml": good})


def test_a_new_file_is_in_order_but_for_what_must_be_filled_in() -> None:
    signature = parse("gadget.toml", TEMPLATE.format(product="gadget").encode())
    assert list(signature_checks.of_all({"gadget.toml": signature})) == []
    wrong = [item.partition(":")[0] for item in signature_checks.of_one("gadget.toml", signature)]
    assert wrong == ["vendor", "cpe"]


def test_a_stated_version_makes_a_whole_dependency() -> None:
    (found,) = said(thing(VERSION), b"\0thing 1.4\0")
    assert (found.vendor, found.product, found.version) == ("maker", "thing", "1.4")
    assert (found.purl, found.licence) == ("pkg:github/maker/thing@1.4", "BSD-3-Clause")
    assert found.cpe == "cpe:2.3:a:maker:thing:1.4:*:*:*:*:*:*:*"
    assert found.cpe_candidates == ("cpe:2.3:a:other:thing:1.4:*:*:*:*:*:*:*",)
    assert (found.witness, found.linkage, found.confidence) == (Witness.VERSION_STRING, Linkage.EMBEDDED, 0.9)
    assert (found.evidence[0].offset, found.evidence[0].seen) == (1, "thing 1.4")
    assert said(thing(VERSION), b"\0thing 1.4\0", kind="text") == []


@pytest.mark.parametrize("soname", ["libthing.so", "libthing.so.3", "libthing-x.so.1", "libthing-x-y.so"])
def test_a_soname_makes_it_direct_and_is_enough(soname: str) -> None:
    (found,) = said(thing(VERSION), b"\0thing 1.4\0", soname)
    assert found.linkage == Linkage.DIRECT
    (found,) = said(thing(VERSION), b"....." + soname.encode(), soname)
    assert (found.version, found.linkage, found.confidence) == ("", Linkage.DIRECT, 0.8)
    assert (found.witness, found.evidence[0].offset) == (Witness.SYMBOLS, 5)
    assert found.name_version == "libthing.so.*\nthing-*.so"


@pytest.mark.parametrize("soname", ["libthings.so", "thing.so", "libthing", "libthing.a", "xlibthing.so"])
def test_other_sonames_say_nothing(soname: str) -> None:
    assert said(thing(VERSION), b"", soname) == []


def test_a_soname_of_two_products_needs_another_sign() -> None:
    twin = parse("twin.toml", (THING.replace('product = "thing"', 'product = "twin"') + PRESENCE).encode())
    known = table_of([thing(VERSION), twin])
    searched = Patterns(known.literals)
    assert signature_checks.said(Example(soname="libthing.so"), known, searched) == []
    example = Example(text="thing one thing two", soname="libthing.so")
    (found,) = signature_checks.said(example, known, searched)
    assert (found.product, found.linkage) == ("twin", Linkage.DIRECT)


def test_presence_counts_its_literals_and_minds_what_must_not_stand_there() -> None:
    assert said(thing(PRESENCE), b"thing one") == []
    assert said(thing(PRESENCE), b"thing one thing two not a thing") == []
    (found,) = said(thing(PRESENCE), b"thing one \0\xff\x10\xee")
    assert (found.version, found.witness, found.confidence) == ("", Witness.SYMBOLS, 0.6)
    (found,) = said(thing(PRESENCE.replace("at_least = 2", "")), b"..\0\xff\x10\xee")
    assert (found.witness, found.confidence) == (Witness.CONSTANTS, 0.5)
    assert (found.evidence[0].offset, found.evidence[0].seen) == (2, "00ff10ee")


def test_presence_says_nothing_of_kernel_modules() -> None:
    signature, data = thing(VERSION, PRESENCE), b"thing one thing two"
    known = table_of([signature])
    header = Header(type=ElfType.RELOCATABLE, machine="arm", bits=32, little_endian=True)
    for is_module in (False, True):
        memo = {"elf": Elf(header=header, is_module=is_module)}
        artefact = Artefact(data=data, kind="elf", hits=Patterns(known.literals).search(data), memo=memo)
        assert len(list(recognised(artefact, known))) == (not is_module)


def test_presence_is_silent_where_a_version_is_stated() -> None:
    (found,) = said(thing(VERSION, PRESENCE), b"thing one thing two thing 3.1")
    assert found.version == "3.1"


@pytest.mark.parametrize(
    ("data", "soname", "bounds"),
    [
        (b"", "libthing.so", "vers:generic/<1.2"),
        (b"\0thing_open\0", "libthing.so", "vers:generic/>=1.2|<1.10"),
        (b"\0thing_close\0", "libthing.so", "vers:generic/>=1.10|<2.1"),
        (b"\0thing_open\0thing_more\0", "libthing.so", "vers:generic/>=2.1"),
        (b"thing_opened", "libthing.so", "vers:generic/<1.2"),
        (b"\0thing_open\0thing one thing two", "", "vers:generic/>=1.2"),
        (b"thing one thing two", "", ""),
    ],
)
def test_marks_bound_the_version(data: bytes, soname: str, bounds: str) -> None:
    (found,) = said(thing(PRESENCE, SINCE), data, soname)
    assert found.version_range == bounds


@pytest.mark.parametrize(
    ("data", "version"),
    [
        (b"thing by maker\0" + b"1.2\0\0\0" + b"3.4\0", "1.2"),
        (b"\0009.9\0..\0001.2\0thing by maker....\0003.4\0", "1.2"),
        (b"\0001.2\0.thing by maker.\0003.4\0", None),
        (b"thing by maker" + b"." * 30 + b"\0001.2\0", None),
        (b"\0001.2\0thing by maker" + b"." * 40 + b"\0003.4\0thing by maker", None),
        (
            b"\0001.2\0thing by maker"
            + b"." * 40
            + b"\0003.4\0thing by maker"
            + b"." * 40
            + b"thing by maker\0001.2\0",
            "1.2",
        ),
    ],
)
def test_the_nearest_counts_and_two_equally_near_ones_do_not(data: bytes, version: str | None) -> None:
    found = said(thing(NEAR), data)
    assert [item.version for item in found] == ([version] if version else [])


def test_a_flood_of_anchors_is_bounded() -> None:
    """Every anchor of every product, thousands of times, is looked at in a time that does not grow with them."""
    literals = sorted(table().literals)
    flood = b"\0".join(literals * 20)
    flood += b"".join(literal * 3000 for literal in literals[:: len(literals) // 8])
    for kind in ("elf", "data"):
        artefact = Artefact(data=flood, kind=kind, hits=Patterns(literals).search(flood))
        start = time.process_time()
        assert len(list(recognised(artefact, table()))) < 8000
        assert time.process_time() - start < 20


def test_what_another_library_of_the_product_has_not_got_bounds_nothing() -> None:
    signature = parse("thing.toml", THING.replace('"libthing-"', '"libother.so"').encode() + SINCE.encode())
    assert said(signature, b"", "libthing.so.1")[0].version_range == "vers:generic/<1.2"
    assert said(signature, b"\0thing_open\0", "libother.so.1")[0].version_range == "vers:generic/>=1.2"
    assert said(signature, b"", "libother.so.1")[0].version_range == ""


def test_constants_may_tell_the_version() -> None:
    signature = thing(PRESENCE.replace("at_least = 2", 'version = "1.7"\nconfidence = 0.7'))
    (found,) = said(signature, b"..\0\xff\x10\xee")
    assert (found.version, found.witness, found.confidence) == ("1.7", Witness.CONSTANTS, 0.7)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "0.0.0.0", "192.168.1.1", "255.255.255.0", "224.0.0.1"]
)  # no socket is bound
def test_an_address_is_no_version(address: str) -> None:
    signature = thing(
        VERSION.replace(r"\\d{1,2}\\.\\d{1,2}", r"[\\d.]{3,20}").replace(r"\d{1,2}\.\d{1,2}", r"[\d.]{3,20}")
    )
    assert said(signature, f"thing {address}\0".encode()) == []
    assert said(signature, b"thing 10.0.0.1\0")[0].version == "10.0.0.1"
