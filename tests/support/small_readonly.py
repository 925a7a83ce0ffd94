"""Small images of read-only file systems, to be mutated."""

import tempfile
from pathlib import Path

from tests.support.trees import run

CONTENT = b"a little content, " * 300 + bytes(range(256)) * 8


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    with tempfile.TemporaryDirectory() as folder:
        tree, image = Path(folder) / "tree", Path(folder) / "x"
        (tree / "sub/deeper").mkdir(parents=True)
        (tree / "sub/file").write_bytes(CONTENT)
        (tree / "sub/linked").hardlink_to(tree / "sub/file")
        (tree / "small").write_bytes(b"small")
        (tree / "link").symlink_to("small")
        run("mkfs.erofs", "-T1", "-zlz4hc", "-C8192", "-Eztailpacking", image, tree)
        found = {"erofs": image.read_bytes()}
        run("mkfs.cramfs", tree, image)
        found["cramfs"] = image.read_bytes()
        run("genromfs", "-d", tree, "-f", image, "-V", "volume")
        found["romfs"] = image.read_bytes()
    return found
