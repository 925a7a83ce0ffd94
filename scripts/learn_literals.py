"""One pass over bytes for tens of thousands of literals."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import hyperscan

MOST_OFFSETS = 500


class Literals:
    """Compiled literals: `located` ones are found with all their offsets, `others` with one."""

    def __init__(self, located: Collection[bytes], others: Collection[bytes] = ()) -> None:
        self._all = sorted(set(located) | set(others))
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        wanted = set(located)
        once = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH
        flags = [hyperscan.HS_FLAG_DOTALL if literal in wanted else once for literal in self._all]
        if self._all:
            numbers = list(range(len(self._all)))
            # Escaped: what is given as a literal ends at its first zero byte.
            escaped = [b"".join(b"\\x%02x" % byte for byte in literal) for literal in self._all]
            self._database.compile(expressions=escaped, ids=numbers, flags=flags)

    def search(self, data: bytes) -> Mapping[bytes, Sequence[int]]:
        """Offsets, ascending, of each literal that is there."""
        found: dict[int, list[int]] = defaultdict(list)

        def hit(number: int, _start: int, stop: int, _flags: int, _context: object) -> None:
            stops = found[number]
            if len(stops) < MOST_OFFSETS:
                stops.append(stop)

        if self._all and data:
            self._database.scan(data, match_event_handler=hit)
        return {self._all[number]: [stop - len(self._all[number]) for stop in stops] for number, stops in found.items()}
