"""Units of systemd as texts: systemd.syntax(7)."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

MOST_BYTES = 256 << 10
MOST_LINES = 10_000
LONGEST_VALUE = 20_000


class Unit(msgspec.Struct):
    """The values of each directive of [Service], in their order, since the last empty one.

    `early`: it takes part in booting or shutting down, before or after others can run (DefaultDependencies=no).
    """

    service: dict[str, list[str]] = msgspec.field(default_factory=lambda: defaultdict(list))
    early: bool = False

    def last(self, directive: str, default: str = "") -> str:
        """The value that counts where only one can."""
        values = self.service.get(directive)
        return values[-1] if values else default

    def is_on(self, directive: str, *, default: bool = False) -> bool:
        """Whether a switch is on; what is no switch leaves it as it is."""
        return SWITCHES.get(self.last(directive).lower(), default)


SWITCHES = dict.fromkeys(("1", "yes", "y", "true", "t", "on"), True) | dict.fromkeys(
    ("0", "no", "n", "false", "f", "off"), False
)


def read(data: bytes) -> Unit:
    """What a unit says; an empty value takes back what was said before."""
    unit = Unit()
    for section, name, said in settings(data):
        if section == "Unit" and name == "DefaultDependencies":
            unit.early = not SWITCHES.get(said.lower(), True)
        elif section == "Service":
            unit.service[name].append(said)
            # An empty list of capabilities is one.
            if not said:
                unit.service[name] = [""] if name in KEPT_EMPTY else []
    return unit


def settings(data: bytes) -> Iterator[tuple[str, str, str]]:
    """(section, name, value) of each setting, with lines that a backslash continues."""
    section, held = "", ""
    for raw in data[:MOST_BYTES].split(b"\n")[:MOST_LINES]:
        text = raw.decode("utf-8", "replace").strip()
        if text[:1] in ("#", ";"):
            continue
        if text.endswith("\\") and len(held) < LONGEST_VALUE:
            held += text[:-1] + " "
            continue
        line, held = held + text, ""
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif "=" in line:
            name, _, value = line.partition("=")
            yield section, name.strip(), value.strip()[:LONGEST_VALUE]


KEPT_EMPTY = frozenset(("CapabilityBoundingSet",))
