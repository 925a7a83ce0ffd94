"""One small valid image of every file system for flash, to be mutated."""

import tempfile
from pathlib import Path

from tests.support.trees import run
from tests.support.yaffs_images import Image

CONTENT = b"a little content, " * 400 + bytes(range(256))


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tree = folder / "tree"
        (tree / "sub/deeper").mkdir(parents=True)
        (tree / "sub/file").write_bytes(CONTENT)
        (tree / "small").write_bytes(b"stored as it is")
        (tree / "second").hardlink_to(tree / "small")
        (tree / "link").symlink_to("small")
        return {
            "jffs2": _jffs2(folder, tree),
            "ubifs": _ubifs(folder, tree),
            "ubi": _ubi(folder),
            "yaffs": Image(page=512, spare=16).tree(tree).build(),
        }


def _jffs2(folder: Path, tree: Path) -> bytes:
    run("mkfs.jffs2", "-l", "-e", "8KiB", "-p", "-r", tree, "-o", folder / "jffs2")
    return (folder / "jffs2").read_bytes()


def _ubifs(folder: Path, tree: Path) -> bytes:
    run("mkfs.ubifs", "-m", "512", "-e", "15KiB", "-c", "40", "-x", "zlib", "-r", tree, "-o", folder / "ubifs")
    return (folder / "ubifs").read_bytes()


def _ubi(folder: Path) -> bytes:
    (folder / "static").write_bytes(CONTENT * 3)
    (folder / "x.ini").write_text(
        f"[a]\nmode=ubi\nimage={folder / 'ubifs'}\nvol_id=3\nvol_size=1MiB\nvol_type=dynamic\nvol_name=rootfs\n"
        f"[b]\nmode=ubi\nimage={folder / 'static'}\nvol_id=5\nvol_type=static\nvol_name=kernel\n"
    )
    run("ubinize", "-m", "512", "-p", "16KiB", "-Q", "77", "-o", folder / "ubi", folder / "x.ini")
    return (folder / "ubi").read_bytes()
