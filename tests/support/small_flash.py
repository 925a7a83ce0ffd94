"""One small valid image of every file system for flash, to be mutated."""

import tempfile
from pathlib import Path

from tests.support.trees import run

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
        return {"jffs2": _jffs2(folder, tree)}


def _jffs2(folder: Path, tree: Path) -> bytes:
    run("mkfs.jffs2", "-l", "-e", "8KiB", "-p", "-r", tree, "-o", folder / "jffs2")
    return (folder / "jffs2").read_bytes()
