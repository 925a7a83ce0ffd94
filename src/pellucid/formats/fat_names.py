"""Names in folders of FAT: eight and three characters, and the long ones spread over entries before them."""

LOWER_BASE, LOWER_EXTENSION = 0x08, 0x10
CASE_AT = 12
ESCAPED_FIRST = 0x05
LAST_PART = 0x40
MOST_PARTS = 20


def short_name(raw: bytes) -> str:
    """The short name of an entry, in lower case where Windows NT's flags say so."""
    first = b"\xe5" if raw[0] == ESCAPED_FIRST else raw[:1]
    base = (first + raw[1:8]).decode("cp437").rstrip()
    extension = raw[8:11].decode("cp437").rstrip()
    if raw[CASE_AT] & LOWER_BASE:
        base = base.lower()
    if raw[CASE_AT] & LOWER_EXTENSION:
        extension = extension.lower()
    return f"{base}.{extension}".replace("/", "_") if extension else base.replace("/", "_")


class Names:
    """Collects the parts of a long name, which stand last part first, until their entry follows."""

    def __init__(self) -> None:
        self._parts: dict[int, bytes] = {}
        self._checksum = -1

    def add(self, raw: bytes) -> None:
        """One part: 13 characters of UTF-16."""
        number = raw[0] & ~LAST_PART
        if raw[0] & LAST_PART:
            self.forget()
            self._checksum = raw[13]
        if 0 < number <= MOST_PARTS and raw[13] == self._checksum:
            self._parts[number] = raw[1:11] + raw[14:26] + raw[28:32]
        else:
            self.forget()

    def take(self, short: bytes) -> str:
        """The long name, if it is whole and belongs to the entry with this short name; else empty."""
        parts, checksum = self._parts, self._checksum
        self.forget()
        if not parts or checksum != _checksum(short) or set(parts) != set(range(1, len(parts) + 1)):
            return ""
        text = b"".join(parts[number] for number in range(1, len(parts) + 1)).decode("utf-16-le", "replace")
        return text.partition("\0")[0].rstrip("\uffff").replace("/", "_")

    def forget(self) -> None:
        """What was collected belongs to a deleted entry."""
        self._parts, self._checksum = {}, -1


def _checksum(short: bytes) -> int:
    total = 0
    for byte in short:
        total = ((total >> 1 | (total & 1) << 7) + byte) & 0xFF
    return total
