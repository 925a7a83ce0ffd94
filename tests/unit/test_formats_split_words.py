"""Words in halves: every register, both orders of bytes, and what is none of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.golden_algorithms import aarch64, mips

from pellucid.formats import split_words

WORDS = st.integers(min_value=0, max_value=0xFFFFFFFF)


def swapped(code: bytes) -> bytes:
    return b"".join(code[i : i + 4][::-1] for i in range(0, len(code), 4))


@given(WORDS, st.integers(min_value=0, max_value=23))
def test_finds_a_word_in_any_register(word: int, before: int) -> None:
    values = [0] * before + [word]
    big = mips(values)[-12:]
    arm = aarch64(values)[-8:]
    for code, machine in (
        (big, split_words.MIPS_BIG),
        (swapped(big), split_words.MIPS_LITTLE),
        (arm, split_words.AARCH64),
    ):
        assert split_words.built(word, machine).stands_in(b"\0" + code + b"\0")
        assert any(upper in code for upper in split_words.upper_halves(word, machine))


@pytest.mark.parametrize("machine", split_words.MACHINES)
def test_one_half_is_not_enough(machine: str) -> None:
    upper = next(iter(split_words.upper_halves(0xD76AA478, machine)))
    built = split_words.built(0xD76AA478, machine)
    assert built.upper.search(upper)
    assert not built.stands_in(upper + bytes(100))


def test_the_second_half_may_be_added() -> None:
    built = split_words.built(0x242070DB, split_words.MIPS_BIG)
    assert built.stands_in(bytes.fromhex("3c032420 00000000 246370db"))
    assert not built.stands_in(bytes.fromhex("3c032420 00000000 8c6370db"))


@pytest.mark.parametrize("machine", split_words.MACHINES)
def test_has_a_literal_for_each_register(machine: str) -> None:
    literals = list(split_words.upper_halves(0xD76AA478, machine))
    assert len(set(literals)) == len(literals) >= 15
    assert {len(literal) for literal in literals} == {4}


@pytest.mark.parametrize(
    ("machine", "code"),
    [
        # As an assembler makes them of: movw r3, #0xa478; movt r3, #0xd76a
        (split_words.ARM, "78340ae3 6a374de3"),
        (split_words.THUMB, "4af27843 cdf26a73"),
        (split_words.AARCH64, "038f9452 43edba72"),
        (split_words.MIPS_BIG, "3c03d76a 3463a478"),
        (split_words.MIPS_LITTLE, "6ad7033c 78a46334"),
    ],
)
def test_reads_what_assemblers_write(machine: str, code: str) -> None:
    window = bytes.fromhex(code)
    built = split_words.built(0xD76AA478, machine)
    assert built.upper.search(window)
    assert built.lower.search(window)
    assert any(upper in window for upper in split_words.upper_halves(0xD76AA478, machine))
    others = [other for other in split_words.MACHINES if other != machine]
    assert not any(split_words.built(0xD76AA478, other).stands_in(window) for other in others)
