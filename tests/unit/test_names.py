"""Names, texts and ids that callers give."""

from collections.abc import Callable

import pytest
from hypothesis import given as anything
from hypothesis import strategies

from pellucid.domain import names
from pellucid.domain.ids import new_id
from pellucid.errors import InvalidRequest

ULID = "01JD8Z0Q2V3W4X5Y6Z7A8B9C0D"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a", "a"), ("  Router 1.0  ", "Router 1.0"), ("日本語 — ß", "日本語 — ß"), ("é" * 255, "é" * 255)],
)
def test_good_names(given: str, kept: str) -> None:
    assert names.name(given) == kept


@pytest.mark.parametrize(
    "given", ["", "   ", "x" * 256, "x" * 10_240, "a\nb", "a\0b", "a\x1bb", "\ud800", "a\u2028b", "fw\u202etxt.exe"]
)
def test_bad_names(given: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        names.name(given, "imageName")
    (detail,) = caught.value.details
    assert detail.field == "imageName"
    assert len(caught.value.message) < 120


def test_a_long_name_says_how_long() -> None:
    with pytest.raises(InvalidRequest, match="imageName has 10240 characters; at most 255 are possible"):
        names.name("x" * 10_240, "imageName")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("fw.bin", "fw.bin"),
        ("../../etc/passwd", "passwd"),
        (r"C:\fw\a b.bin", "a b.bin"),
        ("/fw/", "fw"),
        ("ü" * 127, "ü" * 127),
    ],
)
def test_good_filenames(given: str, kept: str) -> None:
    assert names.filename(given) == kept


@pytest.mark.parametrize("given", ["", "/", "..", "a/..", "\\", "ü" * 128, "a\nb", "\udcff"])
def test_bad_filenames(given: str) -> None:
    with pytest.raises(InvalidRequest, match="filename"):
        names.filename(given)


def test_text_may_have_lines_but_no_controls() -> None:
    assert names.text(" a\r\n\tb ", "description") == "a\r\n\tb"
    for bad in ("a\0", "a\x0bb", "x" * 10_001):
        with pytest.raises(InvalidRequest, match="description"):
            names.text(bad, "description")


def test_metadata() -> None:
    assert names.metadata({" kind ": "data\nsheet"}) == {"kind": "data\nsheet"}
    for bad in ({"": "x"}, {"k": "x" * 4097}, {str(number): "" for number in range(65)}, {"k": "\0"}):
        with pytest.raises(InvalidRequest, match="metadata"):
            names.metadata(bad)


@pytest.mark.parametrize("given", [ULID, f"products/{ULID}", ULID.lower(), f" {ULID} "])
def test_product_ids(given: str) -> None:
    assert names.product_id(given) == ULID


@pytest.mark.parametrize("check", [names.product_id, names.resource_id])
@pytest.mark.parametrize("given", ["", "1", ULID + "0", "8" + ULID[1:], f"products/{ULID}/images", "U" * 26, "é" * 26])
def test_what_is_no_id(check: Callable[[str], str], given: str) -> None:
    with pytest.raises(InvalidRequest, match="ULID"):
        check(given)


def test_several_ids() -> None:
    assert names.resource_ids([f"products/{ULID}", ULID]) == [ULID]
    for bad in ([], [new_id() for _ in range(1001)], ["1"]):
        with pytest.raises(InvalidRequest):
            names.resource_ids(bad)


def test_unknown_ids_are_all_named() -> None:
    with pytest.raises(InvalidRequest) as caught:
        names.refuse_unknown("image", ["a", "b", "c"], {"b"})
    assert [detail.reason for detail in caught.value.details] == ["there is no image a", "there is no image c"]


@anything(strategies.text(alphabet=strategies.characters(exclude_categories=[]), max_size=300))
def test_whatever_is_given_is_a_storable_name_or_an_invalid_request(text: str) -> None:
    for check in (names.name, names.filename, names.product_id):
        try:
            checked = check(text)
        except InvalidRequest:
            continue
        assert 0 < len(checked) <= 255
        assert "\0" not in checked
        assert checked.encode().decode() == checked
        assert check(checked) == checked
