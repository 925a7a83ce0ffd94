"""Images of disk file systems for tests: what the formatters make, cut to what they need, and images of our own."""

import stat
import struct
import tempfile
from pathlib import Path

from tests.support.btrfs_images import Btrfs
from tests.support.exfat_images import Exfat, formatted
from tests.support.f2fs_images import F2fs
from tests.support.trees import run

from pellucid.formats.crc32c import crc32c
from pellucid.formats.ntfs import record, volume
from pellucid.formats.ntfs.table import Table

COUNT = 29
FIRST_OF_USERS = 64
CONTENT = b"a little content, " * 60 + bytes(range(256))


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    return {
        "xfs": small_xfs(),
        "btrfs": Btrfs().build(),
        "ntfs": small_ntfs(),
        "f2fs": F2fs().build(),
        "exfat": small_exfat(),
    }


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


def ntfs(source: Path, folder: Path, *options: str, size: int = 24 << 20) -> bytes:
    """An image made by mkntfs, filled by wimlib, which needs no mount."""
    image, archive = folder / "x.ntfs", folder / "x.wim"
    image.unlink(missing_ok=True)
    archive.unlink(missing_ok=True)
    with image.open("wb") as file:
        file.truncate(size)
    run("mkntfs", "-F", "-q", "-L", "sample", *options, image)
    run("wimcapture", source, archive, "--compress=none", "--norpfix")
    run("wimapply", archive, "1", image)
    return image.read_bytes()


def small_ntfs() -> bytes:
    """Resident and compressed content, links, a stream, a list of attributes; without the volume's own files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, image = folder / "source", folder / "x.ntfs"
        (source / "sub").mkdir(parents=True)
        (source / "small").write_bytes(b"resident")
        (source / "sub/file").write_bytes(CONTENT * 8)
        (source / "link").symlink_to("sub/file")
        for number in range(12):
            (source / f"{number:060}").hardlink_to(source / "sub/file")
        ntfs(source, folder, "-C", "-c", "512", size=1280 << 10)
        run("ntfscp", "-q", "-N", "stream", image, source / "small", "small")
        data = image.read_bytes()
    return cut_ntfs(data)


def cut_ntfs(data: bytes) -> bytes:
    """The file table, and behind it what its files have in clusters: lists of attributes and contents of one run."""
    found = volume.read(data)
    table = Table(data, found)
    kept = bytearray(data[: (found.table * found.cluster) + table.count * found.record])
    for number, raw in table:
        spread = [item for item in record.parse(raw).attributes if not item.resident and number >= FIRST_OF_USERS]
        for item in spread:
            (_, place, count), *_ = volume.runs(item.value, item.first)
            old = item.value[:4]
            assert old[0] == 0x21
            at = kept.index(old, (found.table * found.cluster) + number * found.record)
            struct.pack_into("<H", kept, at + 2, len(kept) // found.cluster)
            kept += data[place * found.cluster : (place + count) * found.cluster]
    struct.pack_into("<Q", kept, 40, len(kept) // found.sector)
    struct.pack_into("<Q", kept, 56, found.table)
    return bytes(kept)


def small_exfat() -> bytes:
    """A chained file, and one in a folder."""
    with tempfile.TemporaryDirectory() as name:
        image = Exfat(bytearray(formatted(Path(name), "-c", "512", "-b", "4K")))
    image.file("chained", CONTENT, image.root, contiguous=False)
    image.file("with a rather long name", CONTENT, image.folder("sub", image.root))
    return bytes(image.data)
