"""What an unpacked kernel holds: its version, its configuration (kernel/configs.c) and its initramfs (usr/)."""

from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import cpio, gzip
from pellucid.formats.linux import compressed
from pellucid.formats.span import Data
from pellucid.formats.streams import Unpacked, counted, drained

CONFIG_START, CONFIG_END = b"IKCFG_ST", b"IKCFG_ED"
LARGEST_CONFIG = 16 << 20
BANNER = b"Linux version "
LONGEST_BANNER = 400
MOST_BANNERS = 50
# usr/initramfs_data.S: aligned, and nothing that an empty initramfs could not be.
ALIGNMENT = 4
MOST_ARCHIVES = 1000
SMALLEST_ARCHIVE = 128


class Part(msgspec.Struct, frozen=True):
    """A run of bytes inside a kernel."""

    name: str
    at: int
    size: int


def banner(data: Data) -> str:
    """The line with which the kernel greets: version, who built it with what, when. Empty when there is none."""
    at = -1
    for _ in range(MOST_BANNERS):
        at = data.find(BANNER, at + 1)
        if at < 0:
            return ""
        line = data[at : at + LONGEST_BANNER].partition(b"\n")[0].partition(b"\0")[0]
        if line[len(BANNER) : len(BANNER) + 1].isdigit():
            return line.decode("latin-1")
    return ""


def config(data: Data, start: int = 0) -> Unpacked:
    """The text of the configuration whose start mark is at `start`; returns where its end mark ends."""
    if data[start : start + len(CONFIG_START)] != CONFIG_START:
        raise Malformed("no kernel configuration")
    end, _, _ = yield from counted(gzip.unpacked(data, start + len(CONFIG_START)), LARGEST_CONFIG)
    if data[end : end + len(CONFIG_END)] != CONFIG_END:
        raise Malformed("a kernel configuration without its end mark")
    return end + len(CONFIG_END)


def config_length(data: Data, start: int) -> int:
    """The length of a configuration with its marks; raises Malformed when there is none at `start`."""
    return drained(config(data, start)) - start


def configs(data: Data) -> Iterator[int]:
    """Where configurations are: a kernel has one."""
    at = data.find(CONFIG_START)
    for _ in range(MOST_BANNERS):
        if at < 0:
            return
        try:
            config_length(data, at)
        except Malformed:
            pass
        else:
            yield at
            return
        at = data.find(CONFIG_START, at + 1)


def initramfs(data: Data) -> Iterator[Part]:
    """Archives that were linked into the kernel, plain or compressed, as they are."""
    yield from _plain(data)
    for at, known in compressed.candidates(data, 0, len(data), ALIGNMENT):
        if not compressed.first_piece(known, data, at).startswith((cpio.NEWC, cpio.CRC)):
            continue
        try:
            size = compressed.length(known, data, at)
        except Malformed:
            continue
        yield Part(f"initramfs.cpio.{known.suffix}", at, size)
        return


def _plain(data: Data) -> Iterator[Part]:
    at, end = -1, 0
    for _ in range(MOST_ARCHIVES):
        at = data.find(cpio.NEWC, max(at + 1, end))
        if at < 0:
            return
        if at % ALIGNMENT:
            continue
        try:
            size = cpio.length(data, at)
        except Malformed:
            continue
        if size >= SMALLEST_ARCHIVE:
            yield Part("initramfs.cpio", at, size)
            end = at + size
