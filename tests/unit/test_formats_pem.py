"""PEM text in the disguises that firmware has for it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import Malformed
from pellucid.formats import pem

CONTENT = bytes(range(100))
LINES = [base64.b64encode(CONTENT)[at : at + 64] for at in range(0, 136, 64)]
BEGIN, END = b"-----BEGIN EC PRIVATE KEY-----", b"-----END EC PRIVATE KEY-----"


def block(line_end: bytes, indent: bytes = b"") -> bytes:
    return line_end.join(indent + line for line in [BEGIN, *LINES, END])[len(indent) :]


@pytest.mark.parametrize(
    "text",
    [block(b"\n"), block(b"\r\n"), block(b"\n", b"    "), block(b"\\n"), block(b"\\r\\n"), block(b"\\n\\\n")],
    ids=["lf", "crlf", "indented", "escaped", "escaped-crlf", "continued"],
)
def test_reads_every_kind_of_line_end(text: bytes) -> None:
    found = pem.read(b"xx" + text + b"tail", 2)
    assert found.label == "EC PRIVATE KEY"
    assert found.content == CONTENT
    assert (found.start, found.end) == (2, 2 + len(text))
    assert not found.truncated


def test_keeps_the_headers_of_encrypted_keys_apart() -> None:
    text = block(b"\n").replace(BEGIN + b"\n", BEGIN + b"\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n")
    found = pem.read(text, 0)
    assert found.headers == ("Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00")
    assert found.content == CONTENT


def test_a_block_without_end_is_truncated_and_read_as_far_as_it_goes() -> None:
    found = pem.read(BEGIN + b"\n" + LINES[0] + b"\n\0\0\0 not base64", 0)
    assert found.truncated
    assert found.content == base64.b64decode(LINES[0])


def test_a_block_ends_where_another_begins() -> None:
    found = pem.read(BEGIN + b"\n" + LINES[0] + b"\n" + block(b"\n"), 0)
    assert found.truncated
    assert found.content == base64.b64decode(LINES[0])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"-----BEGIN",
        BEGIN + b"\0" + END,
        BEGIN + b"\n%s\n" + END,
        BEGIN + b"\n" + b"!" * 64 + b"\n" + END,
        BEGIN + b"\nAAAA\n" + END,
        b"-----BEGIN lower case-----\n" + LINES[0],
    ],
)
def test_labels_in_a_program_are_no_blocks(text: bytes) -> None:
    with pytest.raises(Malformed):
        pem.read(text, 0)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_give_a_block_or_malformed(body: bytes, offset: int) -> None:
    try:
        found = pem.read(BEGIN + b"\n" + body, min(offset, 10))
    except Malformed:
        return
    assert len(found.content) <= len(body)
