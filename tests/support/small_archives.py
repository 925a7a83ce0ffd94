"""One small valid input for every extractor of archives and packages, to be mutated."""

import tempfile
from pathlib import Path

from tests.support import rpm_packages
from tests.support.trees import run

CONTENT = b"a little content, " * 60 + bytes(range(256))


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    return {
        "rpm": _rpm(),
        "lzip": run("lzip", "-c", feed=CONTENT) + run("lzip", "-c", feed=b"second"),
        "lzop": run("lzop", "-c", feed=CONTENT) + run("lzop", "--crc32", "-c", feed=b"second"),
        "compress": run("compress", "-c", "-f", feed=CONTENT * 8),
        "7z": _sevenzip(),
    }


def _sevenzip() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("one", "two"):
            (Path(folder) / name).write_bytes(CONTENT + name.encode())
        (Path(folder) / "empty").mkdir()
        run("7z", "a", "-bd", "-m0=BCJ2", "-m1=LZMA", "-mhc=off", "x.7z", ".", cwd=Path(folder))
        return (Path(folder) / "x.7z").read_bytes()


def _rpm() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tree").mkdir()
        (Path(folder) / "tree/file").write_bytes(CONTENT)
        (Path(folder) / "tree/link").symlink_to("file")
        return rpm_packages.built(Path(folder) / "tree")
