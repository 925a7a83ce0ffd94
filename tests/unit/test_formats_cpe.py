"""CPE 2.3 names: thirteen parts, whatever the version is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats import cpe


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("", "cpe:2.3:a:maker:thing:*:*:*:*:*:*:*:*"),
        ("1.2.3-rc1", "cpe:2.3:a:maker:thing:1.2.3-rc1:*:*:*:*:*:*:*"),
        ("1.0+dfsg~1", r"cpe:2.3:a:maker:thing:1.0\+dfsg\~1:*:*:*:*:*:*:*"),
        ("1:2", r"cpe:2.3:a:maker:thing:1\:2:*:*:*:*:*:*:*"),
    ],
)
def test_versions_are_quoted(version: str, name: str) -> None:
    assert cpe.name("a:maker:thing", version) == name


@given(st.text(max_size=40))
def test_there_are_always_thirteen_parts(version: str) -> None:
    assert len(re.split(r"(?<!\\):", cpe.name("a:maker:thing", version).replace("\\\\", ""))) == 13
