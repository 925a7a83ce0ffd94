"""Small valid discs, disks and virtual disks, made by the tools that know their formats."""

import tempfile
from pathlib import Path

from tests.support.disk_images import MIB, converted
from tests.support.trees import run
from tests.support.udf_images import filled

SECTOR = 512
DISK_SIZE = 160 << 10


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    return {
        "gpt_disk": _gpt(),
        "mbr_disk": _mbr(),
        "qcow2": converted("qcow2", "-c", "-o", "cluster_size=4k", size=MIB),
        "vmdk": converted("vmdk", "-o", "subformat=streamOptimized", size=MIB),
        "vdi": converted("vdi", size=MIB // 4),
        "vhd": converted("vpc", "-o", "force_size=on", size=MIB // 4),
        "vhdx": converted("vhdx", "-o", "block_size=1M,log_size=1M", size=MIB // 4),
        "android_sparse": _sparse(),
        "iso9660": _iso(),
        "udf": filled("hd", "2.01", MIB)[0],
    }


def partitioned(image: Path, script: str) -> None:
    """Write the table that `script` of sfdisk describes into `image`, and a recognisable line into each sector."""
    size = image.stat().st_size
    lines = b"".join(b"sector %08d " % number + bytes(SECTOR - 16) for number in range(size // SECTOR))
    image.write_bytes(lines[:size])
    with image.open("r+b") as file:
        for at in (0, SECTOR, size - SECTOR):
            file.seek(at)
            file.write(bytes(SECTOR))
    run("sfdisk", "--quiet", "--wipe", "never", image, feed=script.encode())


def _disk(script: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "x"
        image.write_bytes(bytes(DISK_SIZE))
        partitioned(image, script)
        return image.read_bytes()


def _gpt() -> bytes:
    return _disk("label: gpt\nunit: sectors\nfirst-lba: 34\n start=40, size=8, name=one, type=U\n start=64, size=50\n")


def _mbr() -> bytes:
    rows = ("start=16, size=8, type=83, bootable", "start=32, size=64, type=5", "start=40, size=8", "start=60, size=8")
    return _disk("label: dos\nunit: sectors\n" + "".join(f" {row}\n" for row in rows))


def _sparse() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "raw").write_bytes(bytes(8192) + b"abcd" * 4096 + b"some content ".ljust(8192, b"."))
        run("img2simg", "raw", "x", cwd=Path(folder))
        return (Path(folder) / "x").read_bytes()


def _iso() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        (tree / "sub/a/b/c/d/e/f/g/h").mkdir(parents=True)
        (tree / "sub/a/b/c/d/e/f/g/h/deep").write_bytes(b"deep")
        (tree / "boot.img").write_bytes(b"boot loader " * 99)
        (tree / ("n" * 200)).symlink_to("t" * 200)
        options = ("-R", "-J", "-b", "boot.img", "-c", "boot.cat", "-no-emul-boot", "-no-pad")
        run("genisoimage", "-quiet", "-o", "x", *options, "tree", cwd=Path(folder))
        return (Path(folder) / "x").read_bytes()
