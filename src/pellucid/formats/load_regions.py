"""What text records load into memory: runs of bytes at addresses, joined where they touch."""

from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed

MOST_RUNS = 100_000


class Regions(msgspec.Struct):
    """Collects records; later ones that touch the run before are joined to it at once."""

    _runs: list[tuple[int, bytearray]] = msgspec.field(default_factory=list)
    _end: int = -1

    def add(self, address: int, content: bytes) -> None:
        if address == self._end:
            self._runs[-1][1].extend(content)
        elif len(self._runs) < MOST_RUNS:
            self._runs.append((address, bytearray(content)))
        else:
            raise Malformed(f"more than {MOST_RUNS:,} separate runs of bytes")
        self._end = address + len(content)

    def joined(self) -> Iterator[tuple[int, bytearray] | Malformed]:
        """(address, bytes) ascending; a run that overlaps the one before comes on its own, after a Malformed."""
        held: tuple[int, bytearray] | None = None
        for start, content in sorted(self._runs, key=lambda run: run[0]):
            if held and start == held[0] + len(held[1]):
                held[1].extend(content)
                continue
            if held:
                yield held
                if start < held[0] + len(held[1]):
                    yield Malformed(f"what is loaded to 0x{start:08x} overlaps what is loaded to 0x{held[0]:08x}")
            held = (start, content)
        if held:
            yield held
