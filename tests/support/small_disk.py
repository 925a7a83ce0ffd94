"""Images of disk file systems for tests: what the formatters make, cut to what they need, and images of our own."""

import stat
import struct
import tempfile
from pathlib import Path

from tests.support.btrfs_images import Btrfs
from tests.support.trees import run

from pellucid.formats.crc32c import crc32c

COUNT = 29
CONTENT = b"a little content, " * 60 + bytes(range(256))


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    return {"xfs": small_xfs(), "btrfs": Btrfs().build()}


def protofile(root: Path) -> str:
    """The tree below `root` in the language of mkfs.xfs, which knows no spaces, hard links and holes."""
    return f"/unused\n0 0\n{_prototype(root)}"


def _prototype(path: Path) -> str:
    mode = stat.S_IMODE(path.lstat().st_mode)
    rights = ("u" if mode & stat.S_ISUID else "-") + ("g" if mode & stat.S_ISGID else "-") + f"{mode & 0o777:03o} 7 9"
    if path.is_symlink():
        return f"l{rights} {path.readlink()}\n"
    if not path.is_dir():
        return f"-{rights} {path}\n"
    below = (f"{child.name} {_prototype(child)}" for child in sorted(path.iterdir()) if " " not in child.name)
    return f"d{rights}\n{''.join(below)}$\n"


def xfs(prototype: str, folder: Path, *options: str, size: str = "16m", groups: int = 1) -> bytes:
    """An image made by mkfs.xfs; with one group, its journal lies elsewhere."""
    (folder / "prototype").write_text(prototype)
    image, journal = folder / "x.xfs", folder / "x.journal"
    image.unlink(missing_ok=True)
    with journal.open("wb") as file:
        file.truncate(16 << 20)
    place: tuple[str, ...] = ("-d", f"file,name={image},size={size},agcount={groups}")
    if groups == 1:
        place += ("-l", f"logdev={journal}")
    run("mkfs.xfs", "-qfK", "--unsupported", "-L", "sample", "-p", folder / "prototype", *place, *options)
    return image.read_bytes()


def small_xfs() -> bytes:
    """All kinds of entries, the free end taken off."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file").write_bytes(CONTENT * 5)
        (folder / "small").write_bytes(CONTENT)
        long_target = "/".join(["target"] * 60)
        many = "".join(f"a-file-with-number-{number} ---644 1 2 {folder}/small\n" for number in range(COUNT))
        data = xfs(
            "/unused\n0 0\nd--755 0 0\n"
            f"file ---644 1 2 {folder}/file\nlink l--777 0 0 file\nfar l--777 0 0 {long_target}\n"
            f"null c--666 0 0 1 3\nmany d--755 0 0\n{many}$\n$\n",
            folder, "-b", "size=1024",
        )  # fmt: skip
    return cut_xfs(data)


def cut_xfs(data: bytes) -> bytes:
    """The one group of an image without what is free behind its last byte."""
    block = int.from_bytes(data[4:8], "big")
    blocks = -(-len(data.rstrip(b"\0")) // block)
    head = bytearray(data[: blocks * block])
    struct.pack_into(">Q", head, 8, blocks)
    struct.pack_into(">I", head, 84, blocks)
    return sealed_xfs(bytes(head))


def sealed_xfs(data: bytes) -> bytes:
    """The image with a right checksum in its superblock."""
    sector = bytearray(data[: int.from_bytes(data[102:104], "big")])
    sector[224:228] = bytes(4)
    sector[224:228] = crc32c(bytes(sector)).to_bytes(4, "little")
    return bytes(sector) + data[len(sector) :]
