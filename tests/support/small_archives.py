"""One small valid input for every extractor of archives and packages, to be mutated."""

import tempfile
from pathlib import Path

from tests.support import rpm_packages
from tests.support.rar_archives import rar5
from tests.support.trees import run

RAR_ENTRIES = [("file", 0o100644, b"content"), ("link", 0o120777, b"file")]
CONTENT = b"a little content, " * 60 + bytes(range(256))


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    return {
        "rpm": _rpm(),
        "lzip": run("lzip", "-c", feed=CONTENT) + run("lzip", "-c", feed=b"second"),
        "lzop": run("lzop", "-c", feed=CONTENT) + run("lzop", "--crc32", "-c", feed=b"second"),
        "compress": run("compress", "-c", "-f", feed=CONTENT * 8),
        "sevenzip": _sevenzip(),
        "cab": _packed("gcab", "-cz", "x"),
        "rar": rar5(RAR_ENTRIES),
        "lzh": _packed("jlha", "aqo5", "x"),
        "xar": _packed("bsdtar", "--format", "xar", "-cf", "x"),
    }


def _packed(*command: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("one", "two"):
            (Path(folder) / name).write_bytes(CONTENT + name.encode())
        run(*command, "one", "two", cwd=Path(folder))
        return (Path(folder) / command[-1]).read_bytes()


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
