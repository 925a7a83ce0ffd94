"""Licences in Debian's copyright files."""

import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats.debian_copyright import LARGEST, MOST_LICENCES, licence
from pellucid.reports.licences import licence_of

HEAD = b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nSource: x\n\n"
PLAIN = "This is free software. See /usr/share/common-licenses/{} for the text.\n"
LATER = "either version {} of the License, or\n * (at your option) any later version"


def stated(*paragraphs: tuple[str, str]) -> str:
    text = "\n".join(f"Files: {files}\nCopyright: x\nLicense: {name}\n Its text.\n" for files, name in paragraphs)
    return licence(HEAD + text.encode())


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("GPL-2+", "GPL-2.0-or-later"),
        ("Expat", "MIT"),
        ("BSD-3-clause", "BSD-3-Clause"),
        ("GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl"),
        ("GPL-2+ or Artistic-2.0, and BSD-3-clause", "(GPL-2.0-or-later OR Artistic-2.0) AND BSD-3-Clause"),
        ("GPL-2 and ISC or Expat", "(GPL-2.0-only AND ISC) OR MIT"),
        ("GPL-3+ with Bison exception", "GPL-3.0-or-later WITH Bison-exception-2.2"),
        ("GPL-2+-autoconf-exception", "GPL-2.0-or-later WITH Autoconf-exception-2.0"),
        ("GPL-2 with Linux-syscall-note exception", "GPL-2.0-only WITH Linux-syscall-note"),
        ("GPL-2+ with OpenSSL exception", "GPL-2.0-or-later"),
        ("public-domain", "LicenseRef-public-domain"),
        ("Expat and other", "MIT"),
        ("Expat or other", ""),
        ("BSD-variant", ""),
    ],
)
def test_short_names_become_expressions(name: str, expression: str) -> None:
    assert stated(("*", name)) == expression
    found = licence_of(expression)
    assert found is None or not found.name


def test_the_licence_of_most_files_comes_first_and_that_of_the_packaging_does_not_count() -> None:
    assert stated(("doc/*", "GFDL-1.3+"), ("*", "MIT"), ("debian/*", "GPL-2+"), ("a\n b", "Expat"), ("c", "ISC")) == (
        "MIT AND GFDL-1.3-or-later AND ISC"
    )
    assert stated(("debian/*\n debian/rules", "GPL-2+")) == ""
    assert stated(("*", "own"), ("x", "MIT")) == ""
    assert stated(("*", "MIT"), ("x", "own"), ("y", "public-domain")) == "MIT"
    assert stated(("*", "GPL-1+ or Artistic"), ("x", "Artistic or GPL-1+")) == "GPL-1.0-or-later OR Artistic-1.0-Perl"


def test_texts_of_licences_that_stand_alone_say_nothing_about_files() -> None:
    text = HEAD + b"Files: *\nLicense: MIT\n\nLicense: GPL-2\n License: ISC\n"
    assert licence(text) == "MIT"
    assert licence(HEAD.rstrip() + b"\nLicense: ISC\n") == "ISC"


def test_so_many_licences_are_cut() -> None:
    rows = [(f"f{n}", f"GPL-{n}") for n in (1, 2, 3)] + [(f"g{n}", f"LGPL-{n}+") for n in ("2", "2.1", "3")]
    rows += [(f"h{n}", f"{n} or MIT") for n in ("ISC", "zlib", "curl", "X11", "GPL-2", "GPL-3", "Ruby", "Vim", "NTP")]
    assert stated(*rows).count(" AND ") == MOST_LICENCES - 1


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        (PLAIN.format("GPL-2"), "GPL-2.0-only"),
        (LATER.format(2) + PLAIN.format("GPL-2"), "GPL-2.0-or-later"),
        (LATER.format(2) + PLAIN.format("GPL"), "GPL-2.0-or-later"),
        (LATER.format(2.1) + PLAIN.format("LGPL-2.1."), "LGPL-2.1-or-later"),
        (PLAIN.format("Apache-2.0"), "Apache-2.0"),
        (PLAIN.format("GPL"), ""),
        (PLAIN.format("GPL-2") + "or any later one", ""),
        (LATER.format(3) + PLAIN.format("GPL-2"), ""),
        (PLAIN.format("GPL-2") + PLAIN.format("LGPL-2"), ""),
        (PLAIN.format("GPL-2") + "Permission is hereby granted, free of charge", ""),
        ("Debian packaging: " + PLAIN.format("GPL-2"), ""),
        (PLAIN.format("GPL-2") + "x" * 5000, ""),
        ("no licence at all", ""),
    ],
)
def test_plain_text_is_believed_when_it_refers_to_one_licence_and_tells_no_other(text: str, expression: str) -> None:
    assert licence(text.encode()) == expression


def test_every_known_name_is_a_valid_expression() -> None:
    table = tomllib.loads(
        resources.files("pellucid.formats").joinpath("debian_licences.toml").read_text(encoding="utf-8")
    )
    names = [*table["names"].values()]
    names += [f"GPL-2.0-only WITH {name}" for row in table["exceptions"].values() for name in row.values()]
    for name in names:
        found = licence_of(name)
        assert found is not None, name
        assert name in (found.id, found.expression), name
    assert all(name == name.lower() for name in (*table["names"], *table["free"]["names"], *table["exceptions"]))


@given(
    st.lists(
        st.sampled_from(["Files", "License", ":", " ", "\n", "*", "GPL-2+", " or ", ", and ", "(", "\xff", "debian/*"])
    )
)
def test_whatever_the_text_there_is_an_expression_or_nothing(parts: list[str]) -> None:
    text = licence(HEAD + "".join(parts).encode("latin-1"))
    found = licence_of(text)
    assert found is None or not found.name


def test_a_large_text_is_read_to_its_limit() -> None:
    row = b"Files: a\nLicense: " + b"(" * 200 + b"MIT or " * 40 + b"\n"
    assert licence(HEAD + b"Files: *\nLicense: ISC\n\n" + row * (LARGEST // len(row) + 1000)) == "ISC"
