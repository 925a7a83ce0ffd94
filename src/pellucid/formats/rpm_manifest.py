"""Lists of RPM packages as text, for images that leave the database out (Azure Linux: var/lib/rpmmanifest).

A line has ten fields between tabs, as `rpm -qa --qf` prints them: NAME, VERSION-RELEASE, INSTALLTIME, BUILDTIME,
VENDOR, EPOCH, SIZE, ARCH, EPOCHNUM, SOURCERPM. "(none)" stands for what is not there.
"""

import re
from collections.abc import Iterator

from pellucid.formats.rpm_database import KEYS, Installed
from pellucid.formats.span import Data

LARGEST = 16 << 20
LINE = re.compile(
    rb"^([^\t\n]{1,256})\t([^\t\n-]{1,256})-([^\t\n-]{1,256})\t\d+\t\d+\t([^\t\n]{0,256})\t(\d{1,10}|\(none\))"
    rb"\t\d+\t([^\t\n]{0,64})\t\d+\t([^\t\n]{0,768})$",
    re.MULTILINE,
)


def is_manifest(data: Data) -> bool:
    """Whether the first line is such a list's."""
    return LINE.match(data) is not None


def packages(data: Data) -> Iterator[Installed]:
    """The packages, in order; other lines are left out."""
    for found in LINE.finditer(bytes(data[:LARGEST])):
        name, version, release, vendor, epoch, architecture, source = (_text(group) for group in found.groups())
        if name != KEYS:
            yield Installed(
                offset=found.start(),
                name=name,
                version=version,
                release=release,
                epoch=epoch if epoch != "0" else "",
                architecture=architecture,
                makers=(vendor,),
                vendor=vendor,
                licence="",
                source=source,
                module="",
                needed=(),
                provided=(),
            )


def _text(value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    return "" if text == "(none)" else text
