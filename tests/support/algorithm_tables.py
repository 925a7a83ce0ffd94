"""Tables of cryptographic algorithms, worked out from what their specifications say of them.

Numbers are worked out with integers alone, so that each digit is right.
"""

from collections.abc import Iterable, Iterator
from itertools import count, islice
from math import isqrt


def aes_sbox() -> bytes:
    """FIPS 197, 5.1.1: the inverse in GF(2^8) and an affine map."""
    return bytes(
        value ^ _left(value, 1) ^ _left(value, 2) ^ _left(value, 3) ^ _left(value, 4) ^ 0x63 for value in _inverses()
    )


def aes_inverse_sbox() -> bytes:
    """FIPS 197, 5.3.2."""
    table = aes_sbox()
    return bytes(table.index(value) for value in range(256))


def aes_encryption_words() -> tuple[int, ...]:
    """Te0: the columns 02 01 01 03 times S[x], the most significant byte first."""
    return tuple(_times(s, 2) << 24 | s << 16 | s << 8 | _times(s, 3) for s in aes_sbox())


def aes_decryption_words() -> tuple[int, ...]:
    """Td0: the columns 0e 09 0d 0b times the inverse of S."""
    return tuple(
        _times(s, 14) << 24 | _times(s, 9) << 16 | _times(s, 13) << 8 | _times(s, 11) for s in aes_inverse_sbox()
    )


def sm4_sbox() -> bytes:
    """GB/T 32907-2016: an affine map, the inverse in GF(2^8) with the polynomial 1f5, and the map again."""

    def affine(value: int) -> int:
        mask, out = 0xA7, 0
        for bit in range(8):
            out |= ((value & _left(mask, bit)).bit_count() & 1) << bit
        return out ^ 0xD3

    inverse = _inverses(0x1F5)
    return bytes(affine(inverse[affine(value)]) for value in range(256))


def sm4_keys() -> tuple[int, ...]:
    """CK: its bytes are multiples of seven."""
    return tuple(int.from_bytes(bytes((28 * i + 7 * j) % 256 for j in range(4)), "big") for i in range(32))


def sm3_constants() -> tuple[int, ...]:
    """GB/T 32905-2016: T(j), turned left by j as implementations keep it."""
    return tuple(_left(0x79CC4519 if j < 16 else 0x7A879D8A, j % 32, 32) for j in range(64))


def md5_constants() -> tuple[int, ...]:
    """RFC 1321, 3.4: the integer part of 2^32 times |sin(i)|."""
    return tuple((abs(_sine(i)) << 32) // _ONE for i in range(1, 65))


def cube_roots(bits: int, size: int) -> tuple[int, ...]:
    """FIPS 180-4, 4.2: the first `bits` of the fractional parts of the cube roots of the first primes."""
    return tuple(_cube_root(p << 3 * bits) % (1 << bits) for p in islice(_primes(), size))


def square_roots(bits: int, size: int, skip: int = 0) -> tuple[int, ...]:
    """FIPS 180-4, 5.3: the same of square roots."""
    return tuple(isqrt(p << 2 * bits) % (1 << bits) for p in islice(_primes(), skip, skip + size))


def halves(values: Iterable[int]) -> tuple[int, ...]:
    """The upper and the lower 32 bits of each of these words of 64."""
    return tuple(half for value in values for half in (value >> 32, value & 0xFFFFFFFF))


def pi_words(size: int) -> tuple[int, ...]:
    """The fraction of pi in words of 32 bits: the P-array of Blowfish, followed by its S-boxes."""
    fraction = _pi(32 * size) - (3 << 32 * size)
    return tuple(fraction >> 32 * (size - 1 - i) & 0xFFFFFFFF for i in range(size))


def keccak_constants() -> tuple[int, ...]:
    """FIPS 202, 3.2.5: the round constants of Keccak-f[1600]."""
    register, out = 1, []
    for _ in range(24):
        value = 0
        for j in range(7):
            value |= (register & 1) << ((1 << j) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        out.append(value)
    return tuple(out)


def crc32_table(polynomial: int = 0xEDB88320) -> tuple[int, ...]:
    """A table that every archiver has, and that has nothing to do with cryptography."""
    out = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        out.append(value)
    return tuple(out)


def twofish_q(number: int) -> bytes:
    """Twofish, 4.3.5: q0 or q1."""
    rows = (
        ("817D6F320B59ECA4", "ECB81235F4A6709D", "BA5E6D90C8F32471", "D7F4126E9B3085CA"),
        ("28BDF76E31940AC5", "1E2B4C376DA5F908", "4C75169A0ED82B3F", "B951C3DE647F208A"),
    )[number]
    t = [[int(digit, 16) for digit in row] for row in rows]
    out = []
    for x in range(256):
        a, b = x >> 4, x & 15
        for i in (0, 2):
            a, b = a ^ b, a ^ ((b >> 1 | b << 3) & 15) ^ (8 * a & 15)
            a, b = t[i][a], t[i + 1][b]
        out.append(b << 4 | a)
    return bytes(out)


def des_crypt_sbox() -> bytes:
    """FIPS 46-3, S1, by the bits of the index as they come: two numbers to a byte, the lower one first."""
    rows = ("E4D12FB83A6C5907", "0F74E2D1A6CB9538", "41E8D62BFC973A50", "FC8249175B3EA06D")
    numbers = [int(rows[(i >> 5 & 1) << 1 | i & 1][i >> 1 & 15], 16) for i in range(64)]
    return bytes(low | high << 4 for low, high in zip(numbers[::2], numbers[1::2], strict=True))


def gost_words(first: str, second: str) -> tuple[int, ...]:
    """GOST 28147-89 by two S-boxes of RFC 4357 in one table, turned by the eleven bits of a round."""
    boxes = [[int(digit, 16) for digit in box] for box in (first, second)]
    return tuple(_left(boxes[0][x & 15] | boxes[1][x >> 4] << 4, 11, 32) for x in range(256))


def whirlpool_sbox() -> bytes:
    """ISO/IEC 10118-3: from the mini-boxes E and R."""
    e, r = ([int(digit, 16) for digit in row] for row in ("1B9CD6F3E874A250", "7CBDE49F638A2510"))
    out = []
    for x in range(256):
        u, v = e[x >> 4], e.index(x & 15)
        w = r[u ^ v]
        out.append(e[u ^ w] << 4 | e.index(v ^ w))
    return bytes(out)


def ml_kem_zetas(*, montgomery: bool) -> tuple[int, ...]:
    """FIPS 203, appendix A: powers of 17 modulo 3329, also times 2^16 and centred, in bit-reversed order."""
    out = []
    for i in range(128):
        value = pow(17, int(f"{i:07b}"[::-1], 2), 3329)
        if montgomery:
            value = value * (1 << 16) % 3329
            value -= 3329 if value > 1664 else 0
        out.append(value)
    return tuple(out)


def ml_dsa_zetas(*, montgomery: bool) -> tuple[int, ...]:
    """FIPS 204, appendix B: powers of 1753 modulo 8380417, also times 2^32 and centred, in bit-reversed order."""
    out = []
    for i in range(256):
        value = pow(1753, int(f"{i:08b}"[::-1], 2), 8380417)
        if montgomery:
            value = value * (1 << 32) % 8380417
            value -= 8380417 if value > 4190208 else 0
        out.append(value)
    return tuple(out)


def modp_prime(bits: int, offset: int) -> int:
    """RFC 3526: 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + offset)."""
    return (1 << bits) - (1 << bits - 64) - 1 + ((_pi(bits - 130) + offset) << 64)


_ONE = 1 << 256


def _sine(x: int) -> int:
    """Times 2^256, by its series."""
    term, total, n = x * _ONE, 0, 1
    while term:
        total += term
        n += 2
        term = -term * x * x // (n * (n - 1)) if abs(term) > n else 0
    return total


def _pi(bits: int) -> int:
    """The integer part of 2^bits times pi, by Machin's formula."""
    one = 1 << bits + 64

    def arctan(x: int) -> int:
        term = one // x
        total, n, sign = term, 1, -1
        while term:
            term //= x * x
            n += 2
            total += sign * (term // n)
            sign = -sign
        return total

    return 4 * (4 * arctan(5) - arctan(239)) >> 64


def _primes() -> Iterator[int]:
    return (n for n in count(2) if all(n % d for d in range(2, isqrt(n) + 1)))


def _cube_root(n: int) -> int:
    low, high = 0, 1 << n.bit_length() // 3 + 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= n else (low, middle - 1)
    return low


def _times(a: int, b: int, polynomial: int = 0x11B) -> int:
    out = 0
    while b:
        out ^= a if b & 1 else 0
        a = a << 1 ^ (polynomial if a & 0x80 else 0)
        b >>= 1
    return out


def _inverses(polynomial: int = 0x11B) -> tuple[int, ...]:
    out = [0] * 256
    for value in range(1, 256):
        power = value
        for _ in range(6):  # value^254
            power = _times(_times(power, power, polynomial), value, polynomial)
        out[value] = _times(power, power, polynomial)
    return tuple(out)


def _left(value: int, by: int, bits: int = 8) -> int:
    return (value << by | value >> bits - by) & (1 << bits) - 1
