"""The arithmetic coder of JFFS2's rubin compressors (Linux, fs/jffs2/compr_rubin.c): a model of eight bits, apart."""

TOP = 1 << 15
BELOW_TOP = TOP - 1
MIPS_DIVIDER, MIPS_BITS = 1043, (277, 249, 290, 267, 229, 341, 212, 241)
DYNAMIC_DIVIDER = 256


def mips_rubin(packed: bytes, size: int) -> bytes:
    """With the frequencies of bits in programs for MIPS."""
    return _decoded(packed, size, MIPS_DIVIDER, MIPS_BITS)


def dynamic_rubin(packed: bytes, size: int) -> bytes:
    """With the frequencies of bits in the first eight bytes."""
    if len(packed) < 8:
        raise ValueError("the frequencies are cut off")
    return _decoded(packed[8:], size, DYNAMIC_DIVIDER, tuple(packed[:8]))


def _decoded(packed: bytes, size: int, divider: int, ones: tuple[int, ...]) -> bytes:
    """`ones`: of `divider` occurrences of each bit, how many are 1. Bits behind the end are 0."""
    bits = int.from_bytes(packed, "big") if packed else 0
    left = len(packed) * 8
    low, width, code = 0, 2 * TOP, 0
    plain = bytearray()
    stream = iter(format(bits, f"0{left}b") if left else "")
    for _ in range(16):
        code = code << 1 | (next(stream, "0") == "1")
    for _ in range(size):
        byte = 0
        for place in range(8):
            while low >= TOP or low + width <= TOP:
                low, width = (low & BELOW_TOP) << 1, width << 1
                code = (code & BELOW_TOP) << 1 | (next(stream, "0") == "1")
            zero = min(max((divider - ones[place]) * width // divider, 1), width - 1)
            if code >= low + zero:
                byte |= 1 << place
                low, width = low + zero, width - zero
            else:
                width = zero
        plain.append(byte)
    return bytes(plain)
