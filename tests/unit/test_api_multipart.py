"""Forms as they arrive: in any pieces, in any order, well made or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.api.multipart import MOST_PARTS, Block, FormReader, boundary_of, sniffed_boundary
from pellucid.errors import InvalidRequest

BOUNDARY = b"----7c9a56249a9d962d"
# Content that looks like delimiters is what a reader gets wrong.
TRICKY = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b"-", b"--", b"\r\n--", b"\r\n--" + BOUNDARY[:-1], BOUNDARY, b"x"]),
    max_size=12,
).map(b"".join)


def part(name: str, content: bytes, *, filename: str | None = None, more: str = "") -> bytes:
    disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return f"Content-Disposition: {disposition}\r\n{more}\r\n".encode() + content


def form(*parts: bytes, boundary: bytes = BOUNDARY) -> bytes:
    opened = b"".join(b"--" + boundary + b"\r\n" + content + b"\r\n" for content in parts)
    return opened + b"--" + boundary + b"--\r\n"


def read(body: bytes, sizes: list[int] | None = None) -> tuple[dict[str, str], list[str], bytes]:
    """Texts, file names and the file's bytes of a body that comes in chunks of these sizes, over and over."""
    names: list[str] = []
    reader = FormReader(BOUNDARY, names.append)
    content = b""
    position = turn = 0
    sizes = sizes or [len(body) or 1]
    while position < len(body):
        size = sizes[turn % len(sizes)]
        reader.feed(body[position : position + size])
        content += b"".join(reader.block.take())
        position, turn = position + size, turn + 1
    reader.finish()
    return reader.texts, names, content


@given(TRICKY, TRICKY, st.lists(st.integers(1, 40), min_size=1, max_size=6), st.booleans())
def test_chunks_and_order_do_not_matter(content: bytes, text: bytes, sizes: list[int], file_first: bool) -> None:
    if b"\r\n--" + BOUNDARY in b"\r\n" + content or b"\r\n--" + BOUNDARY in b"\r\n" + text:
        return
    parts = [part("file", content, filename="f.bin"), part("version", text)]
    texts, names, got = read(form(*(parts if file_first else reversed(parts))), sizes)
    assert (texts, names, got) == ({"version": text.decode()}, ["f.bin"], content)


@given(st.binary(max_size=300), st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_any_bytes_are_read_or_refused(body: bytes, sizes: list[int]) -> None:
    try:
        read(b"--" + BOUNDARY + b"\r\n" + body, sizes)
    except InvalidRequest as error:
        refused = error
    else:
        return
    assert refused.details


def test_nothing_is_kept_of_a_file() -> None:
    reader = FormReader(BOUNDARY, lambda _name: None)
    reader.feed(form(part("file", b"", filename="f.bin"))[: -len(BOUNDARY) - 8])
    for _ in range(100):
        reader.feed(b"x" * 10_000)
        assert sum(view.nbytes for view in reader.block.take()) in (10_000, 10_000 - len(BOUNDARY) - 4)


def test_a_block_is_full_of_bytes_or_of_crumbs() -> None:
    block = Block()
    block.add(memoryview(bytes(1 << 20)))
    assert block.is_full
    assert len(block.take()) == 1
    for _ in range(1023):
        block.add(memoryview(b"x"))
    assert not block.is_full
    block.add(memoryview(b"x"))
    assert block.is_full


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(form(part("image", b"x", filename="f.bin")), "file", id="file under another name"),
        pytest.param(form(*[part("file", b"x", filename="f.bin")] * 2), "file", id="two files"),
        pytest.param(form(part("version", b"\xff\xfe")), "version", id="text that is no UTF-8"),
        pytest.param(form(part("version", b"x" * 70_000)), "version", id="text that is too long"),
        pytest.param(form(*[part(f"n{number}", b"") for number in range(MOST_PARTS + 1)]), "body", id="many parts"),
        pytest.param(form(b"Content-Type: text/plain\r\n\r\nx"), "body", id="part without a name"),
        pytest.param(form(b"X: " + b"y" * 5000 + b"\r\n\r\nx"), "body", id="header that is too long"),
        pytest.param(form(b"X: y\r\n" * 40 + b"\r\nx"), "body", id="many headers"),
        pytest.param(form(part("file", b"eA==", filename="f", more="Content-Transfer-Encoding: base64\r\n")), "body",
                     id="encoded bytes"),
        pytest.param(form(part("file", b"x", filename="f.bin"))[:-6], "body", id="cut off"),
        pytest.param(b"--other\r\n\r\n", "body", id="another boundary"),
        pytest.param(b"no form at all", "body", id="no form"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(body: bytes, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(body)
    assert [detail.field for detail in refused.value.details] == [field]


def test_an_empty_form_is_a_form() -> None:
    assert read(form()) == ({}, [], b"")


@pytest.mark.parametrize("name", ["ключ.bin", 'a\\"b.bin', "a;b=c.bin"])
def test_names_of_files_are_read_whole(name: str) -> None:
    assert read(form(part("file", b"x", filename=name)))[1] == [name.replace("\\", "")]


@pytest.mark.parametrize(
    ("body", "boundary"),
    [
        (form(part("version", b"1")), BOUNDARY),
        (b"\r\n" + form(part("version", b"1")), BOUNDARY),
        (form(), BOUNDARY),
        (b"--" + BOUNDARY, b""),
        (b"version=1\r\n", b""),
        (b"", b""),
    ],
)
def test_a_boundary_is_found_in_the_body(body: bytes, boundary: bytes) -> None:
    assert sniffed_boundary(body) == boundary


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('multipart/form-data; charset=utf-8; boundary="a b"', b"a b"),
        ("multipart/form-data", b""),
        ("", b""),
    ],
)
def test_a_boundary_is_found_in_the_header(header: str, boundary: bytes) -> None:
    assert boundary_of(header) == boundary
