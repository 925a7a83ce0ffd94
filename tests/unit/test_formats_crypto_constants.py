"""The table of constants: right to the last digit, searched by what is rare, and known by their algorithms."""

from collections import Counter

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.support import algorithm_tables as tables
from tests.support.golden_algorithms import aarch64, mips, words

from pellucid.formats import crypto_algorithms, crypto_constants, split_words
from pellucid.formats.crypto_constants import SEARCHED, Pattern

PATTERNS = [pattern for patterns in crypto_constants.by_literal().values() for pattern in patterns]


def of(algorithm: str, what: str = "") -> list[Pattern]:
    return [
        item for item in PATTERNS if item.constant.algorithm == algorithm and item.constant.what.startswith(what or "")
    ]


def turned(values: tuple[int, ...], by: int) -> tuple[int, ...]:
    return tuple((value >> by | value << 32 - by) & 0xFFFFFFFF for value in values)


WORKED_OUT = [
    ("AES", "S-box", tables.aes_sbox()),
    ("AES", "inverse S-box", tables.aes_inverse_sbox()),
    *(("AES", f"table of encryption Te{n}", turned(tables.aes_encryption_words(), 8 * n)) for n in range(4)),
    *(("AES", f"table of decryption Td{n}", turned(tables.aes_decryption_words(), 8 * n)) for n in range(4)),
    ("DES-crypt", "S-boxes, two numbers to a byte", tables.des_crypt_sbox()),
    ("Magma", "S-boxes for tests, turned", tables.gost_words("42f59108e3bcd7a6", "c9fe813a274d60b5")),
    ("Magma", "S-boxes of CryptoPro, set A, turned", tables.gost_words("96328b17a4efc0d5", "37e98af0526cb4d1")),
    ("Magma", "S-boxes of TC 26, set Z, turned", tables.gost_words("c462a5b9e8d703f1", "68239a5c1e47bd0f")),
    ("GOST R 34.11-94", "S-boxes for tests, turned", tables.gost_words("4a92d80e6b1c7f53", "eb4c6dfa23810759")),
    ("GOST R 34.11-94", "S-boxes of CryptoPro, turned", tables.gost_words("a4568137dce092bf", "5f402db91763cea8")),
    ("Blowfish", "P-array", tables.pi_words(18)),
    ("Twofish", "permutation q0", tables.twofish_q(0)),
    ("Twofish", "permutation q1", tables.twofish_q(1)),
    ("SM4", "S-box", tables.sm4_sbox()),
    ("SM4", "constants of the key schedule", tables.sm4_keys()),
    ("MD5", "sines", tables.md5_constants()),
    ("SHA-224", "initial values", tuple(value & 0xFFFFFFFF for value in tables.square_roots(64, 8, 8))),
    ("SHA-256", "round constants", tables.cube_roots(32, 64)),
    ("SHA-256", "initial values, with the constants of SHA-512", tables.square_roots(32, 8)),
    ("BLAKE2b", "initial values, which SHA-512 shares", tables.square_roots(64, 8)),
    ("BLAKE2s", "initial values, which SHA-256 shares", tables.square_roots(32, 8)),
    ("SHA-384", "initial values", tables.square_roots(64, 8, 8)),
    ("SHA-512", "round constants", tables.cube_roots(64, 80)),
    ("Keccak", "round constants", tables.keccak_constants()),
    ("Keccak", "round constants, lower halves", tables.keccak_constants()),
    ("SM3", "round constants", tables.sm3_constants()),
    ("Whirlpool", "S-box", tables.whirlpool_sbox()),
    ("ML-KEM", "powers of zeta, Montgomery", tables.ml_kem_zetas(montgomery=True)),
    ("ML-KEM", "powers of zeta", tables.ml_kem_zetas(montgomery=False)),
    ("ML-DSA", "powers of zeta, Montgomery", tables.ml_dsa_zetas(montgomery=True)[1:]),
    ("ML-DSA", "powers of zeta", tables.ml_dsa_zetas(montgomery=False)[1:]),
]


@pytest.mark.parametrize(("algorithm", "what", "table"), WORKED_OUT, ids=lambda value: str(value)[:30])
def test_has_the_numbers_of_the_specification(algorithm: str, what: str, table: bytes | tuple[int, ...]) -> None:
    patterns = [item for item in of(algorithm, what) if item.constant.what == what]
    assert patterns
    for pattern in patterns:
        if isinstance(table, bytes) and pattern.form == "bytes":
            assert table.startswith(pattern.content)
        elif not isinstance(table, bytes) and pattern.form[:2] in ("16", "32", "64"):
            bits = int(pattern.form[:2])
            order = ">" if "big" in pattern.form else "<"
            size = len(pattern.content) * 8 // bits
            layout = order + {16: "H", 32: "I", 64: "Q"}[bits]
            assert words(layout, (value & (1 << bits) - 1 for value in table[:size])) == pattern.content


@pytest.mark.parametrize(
    ("name", "curve"),
    [
        ("P-256", ec.SECP256R1()),
        ("P-384", ec.SECP384R1()),
        ("P-521", ec.SECP521R1()),
        ("secp256k1", ec.SECP256K1()),
        ("brainpoolP256r1", ec.BrainpoolP256R1()),
        ("brainpoolP384r1", ec.BrainpoolP384R1()),
        ("brainpoolP512r1", ec.BrainpoolP512R1()),
    ],
)
def test_has_the_base_points_of_curves(name: str, curve: ec.EllipticCurve) -> None:
    x = ec.derive_private_key(1, curve).public_key().public_numbers().x
    forms = {item.form: item.content for item in of("EC", "base point") if item.constant.parameters == name}
    assert int.from_bytes(forms["big-endian"], "big") == x
    assert int.from_bytes(forms["little-endian"], "little") == x
    limbs = forms["limbs of 32 bits, big-endian"]
    assert sum(int.from_bytes(limbs[i : i + 4], "big") << 8 * i for i in range(0, len(limbs), 4)) == x


def test_primes_of_groups_begin_with_digits_of_pi() -> None:
    (pattern,) = [item for item in of("DH", "prime of 2^n - 2^(n-64) + pi") if item.form == "big-endian"]
    assert tables.modp_prime(2048, 124476).to_bytes(256, "big").startswith(pattern.content)


def test_names_algorithms_that_are_known() -> None:
    for pattern in PATTERNS:
        assert crypto_algorithms.by_name(pattern.constant.algorithm)
        assert not pattern.constant.parameters or crypto_algorithms.curve(pattern.constant.parameters)


def test_searches_for_bytes_that_are_rare() -> None:
    for pattern in PATTERNS:
        literal = pattern.literal
        assert len(literal) == SEARCHED
        assert pattern.content[pattern.at : pattern.at + SEARCHED] == literal
        assert len(set(literal)) >= 5 or pattern.whole
    shared = [{item.constant.algorithm for item in patterns} for patterns in crypto_constants.by_literal().values()]
    assert sorted(map(sorted, filter(lambda names: len(names) > 1, shared))) == [
        ["BLAKE2s", "SHA-256"],
        ["BLAKE2s", "SHA-256"],
        ["ChaCha20", "Salsa20"],
        ["MD5", "SHA-1"],
        ["MD5", "SHA-1"],
    ]


def test_tables_of_checksums_have_none_of_it() -> None:
    polynomials = (0xEDB88320, 0x82F63B78, 0xEB31D82E, 0xD5828281)
    for polynomial in polynomials:
        for layout in ("<I", ">I", "<Q", ">Q"):
            table = words(layout, tables.crc32_table(polynomial))
            assert not [item for item in PATTERNS if item.literal in table]


def test_has_all_forms_of_a_table_of_words() -> None:
    forms = Counter(item.form for item in of("SHA-512"))
    assert forms == {"64-bit big-endian": 1, "64-bit little-endian": 1, "halves of 64 bits, little-endian": 1}


SCATTERED = [
    ("MD5", tables.md5_constants()),
    ("SHA-224", tuple(value & 0xFFFFFFFF for value in tables.square_roots(64, 8, 8))),
    ("SHA-256", tables.cube_roots(32, 64)),
    ("SHA-512", (0xD728AE22, 0x428A2F98, *tables.halves(tables.cube_roots(64, 80)[1:]))),
    ("SHA-384", tables.halves(tables.square_roots(64, 8, 8))),
]


@pytest.mark.parametrize(("algorithm", "values"), SCATTERED, ids=lambda value: str(value)[:10])
def test_scattered_words_are_those_of_the_specification(algorithm: str, values: tuple[int, ...]) -> None:
    forms = [item for item in crypto_constants.by_first_word().values() if item.constant.algorithm == algorithm]
    forms = [item for item in forms if not item.machine]
    assert len(forms) == 2
    for item in forms:
        order = "<I" if "little" in item.form else ">I"
        assert b"".join(item.words) == words(order, values[: len(item.words)])
        assert item.stand_in(bytes(3).join(item.words))
        assert not item.stand_in(b"".join(item.words[: item.least - 1]))


def test_wide_words_are_those_of_the_specification() -> None:
    found = [item for item in crypto_constants.by_first_word().values() if not item.machine and "little" in item.form]
    by_what = {item.constant.what: item.words for item in found if item.constant.algorithm == "Poly1305"}
    # RFC 8439, 2.5: bits that are cleared of r, which limbs of some bits share.
    mask = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    for bits in (64, 44, 26):
        limbs = [mask >> at & (1 << bits) - 1 for at in range(0, 128, bits)]
        numbers = {int.from_bytes(word, "little") for word in by_what[f"masks of the key, {bits} bits"]}
        assert numbers <= set(limbs), bits
    (siphash,) = [item for item in found if item.constant.algorithm == "SipHash"]
    assert sorted(siphash.words) == sorted(
        b"somepseudorandomlygeneratedbytes"[at : at + 4][::-1] for at in range(0, 32, 4)
    )


@pytest.mark.parametrize("machine", [split_words.AARCH64, split_words.MIPS_BIG])
def test_wide_constants_in_halves_are_not_those_of_a_narrower_hash(machine: str) -> None:
    halves = tables.halves(tables.square_roots(64, 8, 8))
    code = (aarch64 if machine == split_words.AARCH64 else mips)(halves)
    stand = {
        item.constant.algorithm
        for item in crypto_constants.by_first_word().values()
        if item.machine == machine and item.stand_in(code)
    }
    assert stand == {"SHA-384"}


def test_scattered_words_are_at_least_sixteen_bytes() -> None:
    assert all(len(item.words[0]) * item.least >= SEARCHED for item in crypto_constants.by_first_word().values())


def test_wide_constants_are_not_those_of_a_narrower_hash() -> None:
    found = crypto_constants.by_first_word()
    sha256, sha224 = found[bytes.fromhex("982f8a42")], found[bytes.fromhex("d89e05c1")]
    assert not sha256.stand_in(words("<Q", tables.cube_roots(64, 80)))
    assert not sha224.stand_in(words("<Q", tables.square_roots(64, 8, 8)))
