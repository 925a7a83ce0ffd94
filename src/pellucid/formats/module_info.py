"""What modules of the Linux kernel say of themselves (.modinfo; Linux, include/linux/module.h and scripts/mod)."""

import msgspec

from pellucid.formats import elf_sections
from pellucid.formats.span import Data

SECTION = ".modinfo"
MOST_FIELDS = 20_000
LONGEST = 1024


class ModuleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`fields` are the first values by name, `offsets` where they stand; `needs` are the modules it depends on."""

    fields: dict[str, str] = msgspec.field(default_factory=dict)
    offsets: dict[str, int] = msgspec.field(default_factory=dict)
    firmware: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        """The first value of a name, empty when it is not there."""
        return self.fields.get(name, "")

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(filter(None, (name.strip() for name in self["depends"].split(","))))

    @property
    def release(self) -> str:
        """The kernel that it was built for, as `uname -r` shows it."""
        return self["vermagic"].partition(" ")[0]


def read(data: Data) -> ModuleInfo:
    """The fields of a module, none for an ELF file that is no module; raises Malformed."""
    at, content = elf_sections.section(data, SECTION)
    info = ModuleInfo()
    firmware: list[str] = []
    for item in content.split(b"\0", MOST_FIELDS)[:MOST_FIELDS]:
        name, equals, value = item[:LONGEST].decode("utf-8", "replace").partition("=")
        if equals:
            info.fields.setdefault(name, value)
            info.offsets.setdefault(name, at)
            if name == "firmware":
                firmware.append(value)
        at += len(item) + 1
    return ModuleInfo(fields=info.fields, offsets=info.offsets, firmware=tuple(firmware))
