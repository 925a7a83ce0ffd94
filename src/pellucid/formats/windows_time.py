"""Times of Windows: 100 ns since 1601 (MS-DTYP, FILETIME)."""

UNIX_EPOCH = 116_444_736_000_000_000
PER_SECOND = 10_000_000


def seconds(filetime: int | None) -> int | None:
    """Seconds since 1970; None for no time."""
    return None if not filetime else (filetime - UNIX_EPOCH) // PER_SECOND
