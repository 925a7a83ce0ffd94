"""U-Boot's environment as it lies in flash (U-Boot, include/env_internal.h): CRC-32, a flag in pairs, then variables.

There is no magic and no length: it is recognised by the variable that comes first, and by the only size for which
the checksum fits.
"""

import re
import zlib
from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take

CHECKSUM = 4
STEP = 512
LARGEST = 1 << 18
# The variables that come first: U-Boot sorts them, and makers of images begin with what matters.
FIRST = (
    *("addip=", "addmisc=", "altbootcmd=", "arch=", "autoload=", "autostart=", "baudrate=", "board=", "board_name="),
    *("boot_a_script=", "boot_targets=", "bootargs=", "bootcmd=", "bootcount=", "bootdelay=", "bootfile=", "bootm_"),
    *("bootpart=", "console=", "consoledev=", "cpu=", "devnum=", "dfu_alt_info=", "eth1addr=", "ethact=", "ethaddr="),
    *("fdt_addr", "fdtaddr=", "fdtcontroladdr=", "fdtfile=", "fileaddr=", "filesize=", "gatewayip=", "hostname="),
    *("image=", "initrd_", "ipaddr=", "kernel_addr", "loadaddr=", "mtddevname=", "mtdids=", "mtdparts=", "netmask="),
    *("preboot=", "scriptaddr=", "serverip=", "stdin=", "stderr=", "ver="),
)
_FIRST = tuple(name.encode() for name in FIRST)
_NAMED = re.compile(rb"[A-Za-z0-9_]{1,255}=")
_NAME = re.compile(rb"[!-<>-~]{0,255}")
_ROW = re.compile(rb"[!-<>-~]{1,255}=")


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """`length` is the whole size in flash; `flag` counts writes or marks the active one of a pair, None without one."""

    length: int
    flag: int | None
    variables: tuple[bytes, ...]


def read(data: Data, start: int = 0) -> Environment:
    """The environment at `start`; raises Malformed when the checksum fits no size."""
    stated = take(data, start, CHECKSUM)
    head = bytes(data[start : start + STEP])
    for header in (CHECKSUM, CHECKSUM + 1):
        if not _begins(head, header):
            continue
        area = bytes(data[start : start + LARGEST])
        if length := _length(area, header, stated):
            end = area.find(b"\0\0", header, length)
            rows = area[header : end if end >= 0 else length].rstrip(b"\0\xff").split(b"\0")
            flag = area[CHECKSUM] if header > CHECKSUM else None
            return Environment(length=length, flag=flag, variables=tuple(rows))
    raise Malformed("no environment of U-Boot")


def _begins(head: bytes, at: int) -> bool:
    """Whether rows of NAME=value stand there as far as the smallest environment goes: so that text costs no checksums.

    What follows them may be anything, since old releases left there what had been deleted; but not after a single row.
    """
    if not head.startswith(_FIRST, at) or not _NAMED.match(head, at):
        return False
    text, ended, rest = head[at:].partition(b"\0\0")
    rows = text.rstrip(b"\0\xff").split(b"\0")
    if len(rows) == 1:
        return not ended or not rest.strip(b"\0") or not rest.strip(b"\xff")
    # The last one may go on behind the head.
    return all(map(_ROW.match, rows[:-1])) and bool(_ROW.match(rows[-1]) or (not ended and _NAME.fullmatch(rows[-1])))


def _length(area: bytes, header: int, stated: bytes) -> int:
    """The size for which the checksum is right, in either byte order; 0 when there is none."""
    wanted = {int.from_bytes(stated, "little"), int.from_bytes(stated, "big")}
    return next((end for end, checksum in _checksums(area, header) if checksum in wanted), 0)


def _checksums(area: bytes, header: int) -> Iterator[tuple[int, int]]:
    """(size, checksum of what is behind the header) for all sizes that there are."""
    checksum, at = 0, header
    for end in range(STEP, len(area) + 1, STEP):
        checksum = zlib.crc32(area[at:end], checksum)
        at = end
        yield end, checksum
