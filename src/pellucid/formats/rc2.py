"""RC2 in CBC mode (RFC 2268), only to decrypt: old PKCS#12 stores hide their certificates with it."""

from struct import Struct

from pellucid.errors import Malformed

BLOCK = Struct("<4H")
KEYS = Struct("<64H")
# How many mixing rounds come between the two mashing ones, backwards.
ROUNDS = (5, 6, 5)
ROTATIONS = (1, 2, 3, 5)


def decrypt(key: bytes, iv: bytes, data: bytes, table: bytes) -> bytes:
    """Plain bytes with their padding; as many bits of `key` count as it has. `table` is the substitution."""
    if len(data) % BLOCK.size or len(iv) != BLOCK.size or not 1 <= len(key) <= 128:
        raise Malformed("RC2 with a broken block")
    keys = _expanded(key, table)
    plain = bytearray()
    for at in range(0, len(data), BLOCK.size):
        block = data[at : at + BLOCK.size]
        plain += bytes(a ^ b for a, b in zip(_block(block, keys), iv, strict=True))
        iv = block
    return bytes(plain)


def _expanded(key: bytes, table: bytes) -> tuple[int, ...]:
    length, buffer = len(key), bytearray(key)
    for at in range(length, 128):
        buffer.append(table[(buffer[at - 1] + buffer[at - length]) & 0xFF])
    buffer[128 - length] = table[buffer[128 - length]]
    for at in range(127 - length, -1, -1):
        buffer[at] = table[buffer[at + 1] ^ buffer[at + length]]
    return KEYS.unpack(buffer)


def _block(block: bytes, keys: tuple[int, ...]) -> bytes:
    words, at = list(BLOCK.unpack(block)), 63
    for number, rounds in enumerate(ROUNDS):
        if number:
            for i in (3, 2, 1, 0):
                words[i] = words[i] - keys[words[i - 1] & 63] & 0xFFFF
        for _ in range(rounds):
            for i in (3, 2, 1, 0):
                word, turn = words[i], ROTATIONS[i]
                word = (word >> turn | word << 16 - turn) & 0xFFFF
                chosen = (words[i - 1] & words[i - 2]) + (~words[i - 1] & words[i - 3])
                words[i] = word - keys[at] - chosen & 0xFFFF
                at -= 1
    return BLOCK.pack(*words)
