"""U-Boot's environment as mkenvimage writes it: any usual size, single or one of a pair, both byte orders."""

import zlib
from pathlib import Path

import pytest
from tests.support.trees import extract, run

from pellucid.errors import Malformed
from pellucid.extractors.uboot_env import uboot_env

TEXT = b"bootdelay=3\nbootargs=console=ttyS0,115200 root=/dev/mtdblock3\nbootcmd=bootm 0x9f020000\nserverip=10.0.0.1\n"


def made(folder: Path, size: int, *options: str) -> bytes:
    (folder / "text").write_bytes(TEXT)
    run("mkenvimage", "-s", str(size), *options, "-o", folder / "env", folder / "text")
    return (folder / "env").read_bytes()


@pytest.mark.parametrize("size", [0x1000, 0x2000, 0x3E00, 0x10000, 0x20000, 0x40000])
@pytest.mark.parametrize("options", [(), ("-r",), ("-b",), ("-p", "0x00"), ("-r", "-b")])
def test_variables_come_out(tmp_path: Path, size: int, options: tuple[str, ...]) -> None:
    data = made(tmp_path, size, *options)
    assert len(data) == size
    assert uboot_env.measure(b"x" * 77 + data + b"\xff" * 4096 + b"more", 77) == size
    assert any(data[item.at : item.at + len(item.literal)] == item.literal for item in uboot_env.signatures)
    found = extract(uboot_env, data, tmp_path / "out")
    assert found.contents == {"environment.txt": TEXT}
    assert found.metadata["bootcmd"] == "bootm 0x9f020000"
    assert found.metadata["variables"] == "4"
    assert found.metadata.get("flag") == ("1" if "-r" in options else None)


@pytest.mark.parametrize(
    "text",
    [
        b"bootdelay=3",
        b"bootargs=" + b"x" * 3000,
        b"bootargs=" + b"x" * 300 + b"\0long=" + b"y" * 300 + b"\0odd.name-2:a#=1",
        b"arch=arm\0empty=\0" + b"n" * 200 + b"=1",
        b"kernel_addr_r=0x80000\0x=caf\xc3\xa9\nof two lines",
    ],
)
@pytest.mark.parametrize("behind", [b"\0", b"\0\0left=over\0from=before", b"\xff" * 100])
def test_whatever_the_variables_are(text: bytes, behind: bytes) -> None:
    """A single one is believed only when nothing is left over behind it."""
    body = (text + b"\0" + behind).ljust(8188, b"\0")
    data = zlib.crc32(body).to_bytes(4, "little") + body
    if b"left" in behind and text == b"bootdelay=3":
        with pytest.raises(Malformed):
            uboot_env.measure(data, 0)
        return
    assert uboot_env.measure(data + bytes(1000), 0) == 8192


@pytest.mark.parametrize(
    "text",
    [
        b"orig_cpu=%d dest_cpu=%d\n\0comm=%s pid=%d prio=%d\n\0error in a function\0",
        b"....cpu=%u idx=%u\n\0 frootid=%d\0",
        b"....console=\0boot_delay\0printk.devkmsg=\0",
    ],
)
def test_strings_of_a_program_cost_no_checksum(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("pellucid.formats.uboot_env.zlib")
    data = text.ljust(0x10000, b"A")
    for start in range(len(text) - 5):
        with pytest.raises(Malformed):
            uboot_env.measure(data, start)


@pytest.mark.parametrize("at", [0, 3, 20, 0xFFF])
def test_a_wrong_checksum_is_no_environment(tmp_path: Path, at: int) -> None:
    data = bytearray(made(tmp_path, 0x1000))
    data[at] ^= 1
    with pytest.raises(Malformed):
        uboot_env.measure(bytes(data), 0)


def test_the_defaults_inside_of_u_boot_are_none(tmp_path: Path) -> None:
    defaults = b"\0" * 4 + TEXT.replace(b"\n", b"\0") + bytes(8192)
    with pytest.raises(Malformed):
        uboot_env.measure(defaults, 0)
    assert extract(uboot_env, defaults, tmp_path).refused
