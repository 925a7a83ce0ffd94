"""U-Boot's environment as mkenvimage writes it: any usual size, single or one of a pair, both byte orders."""

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
