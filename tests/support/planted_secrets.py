"""A planted set: a secret of each rule in each carrier, and how many of them a scan finds.

    python -m tests.support.planted_secrets FILE      writes the image
    python -m tests.support.planted_secrets           scans it, and prints what each rule found and missed

Everything is made from the templates of the rules: nothing of it is anybody's.
"""

import gzip
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.container_images import docker, tar_of
from tests.support.pe_images import image as pe_image
from tests.support.squashfs_images import Image
from tests.support.synthetic_secrets import filled

from pellucid.analyzers.secret_rules import Rule, rules
from pellucid.domain.secret import Secret, Validity
from pellucid.services.local_scan import scan
from pellucid.settings import Settings

CARRIERS = ("text", "script", "program", "bytecode", "layer", "squashfs", "gzip", "wide", "assembly")
# What these are taken for; the others are texts.
BINARY = {"program": {"elf"}, "bytecode": {"python-bytecode", "data"}, "assembly": {"pe"}}
COUNTER = "counter"
NAME = "planted.tar"


@dataclass(frozen=True)
class Plant:
    """`text` has a secret that `rule` is to find; `path` is where it lies in the image, through containers."""

    rule: Rule
    carrier: str
    text: bytes

    @property
    def path(self) -> str:
        within = {
            "layer": f"layer.tar!shadowed/0/srv/{self.rule.id}.cfg",
            "squashfs": f"squashfs/{self.rule.id}!setting.cfg",
            "gzip": f"gzip/{self.rule.id}.gz!content",
        }
        return within.get(self.carrier, f"{self.carrier}/{self.rule.id}")

    @property
    def data(self) -> bytes:
        carriers = {
            "script": lambda: b"#!/bin/sh\n# made for the plant\n" + self.text + b"\nexit 0\n",
            "program": lambda: b"\x7fELF\1\1\1" + bytes(57) + b".rodata\0" + self.text + b"\0%s: error\0" + bytes(64),
            "bytecode": lambda: (
                b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(24) + b"z" + self._length + self.text + b"r\0\0\0\0"
            ),
            "wide": lambda: b"\xff\xfe" + self._lines.decode("latin-1").encode("utf-16-le"),
            "assembly": lambda: pe_image({".text": b"#US\0\0" + user_string(self.text) + user_string(b"%s")}),
            "gzip": lambda: gzip.compress(self._lines, mtime=0),
        }
        return carriers.get(self.carrier, lambda: self._lines)()

    @property
    def _lines(self) -> bytes:
        return b"# settings\n" + self.text + b"\n# end\n"

    @property
    def _length(self) -> bytes:
        return bytes([len(self.text) & 0xFF])

    @property
    def is_expected(self) -> bool:
        """Some rules are for texts alone, or for programs alone."""
        kinds = self.rule.kinds
        return not kinds or bool(kinds & BINARY.get(self.carrier, {"text"}))


def user_string(text: bytes) -> bytes:
    """As the heap of an assembly has it (ECMA-335, II.24.2.4): its length, UTF-16, and a byte behind it."""
    content = text.decode("latin-1").encode("utf-16-le") + b"\0"
    size = len(content)
    return (bytes([size]) if size < 0x80 else bytes([0x80 | size >> 8, size & 0xFF])) + content


def plants() -> Iterator[Plant]:
    """One of each rule in each carrier, no two of them the same; and all counter-examples, as texts."""
    for rule in rules():
        for number, carrier in enumerate(CARRIERS):
            plant = Plant(rule, carrier, filled(rule.example, 100 + number).encode().strip(b"\0"))
            if plant.is_expected:
                yield plant
        yield Plant(rule, COUNTER, filled(rule.counter_example, 7).encode())


def image(planted: list[Plant]) -> bytes:
    """A tar of everything."""
    files = {item.path: item.data for item in planted if item.carrier not in ("layer", "squashfs", "gzip")}
    files |= {f"gzip/{item.rule.id}.gz": item.data for item in planted if item.carrier == "gzip"}
    kept = {f"srv/{item.rule.id}.cfg": item.data for item in planted if item.carrier == "layer"}
    files["layer.tar"] = docker({"acme:1": [tar_of({"srv": None, **kept}), tar_of({"srv/.wh..wh..opq": b""})]})
    files |= {
        f"squashfs/{item.rule.id}": Image(files={"setting.cfg": item.data}).build()
        for item in planted
        if item.carrier == "squashfs"
    }
    return tar_of(files)


def found_in(folder: Path, planted: list[Plant]) -> dict[str, list[Secret]]:
    """What a scan says are secrets, by path below the image."""
    path = folder / NAME
    path.write_bytes(image(planted))
    result = scan(path, Settings(data_dir=folder / "data", processes=1), lambda _: None)
    found: dict[str, list[Secret]] = {}
    for secret in result.secrets:
        if secret.validity in (Validity.UNDETERMINED, Validity.VALID):
            found.setdefault(secret.evidence.artefact.removeprefix(f"{NAME}!"), []).append(secret)
    return found


def table() -> Iterator[str]:
    """A line for each rule: planted, found, and found besides."""
    planted = list(plants())
    with tempfile.TemporaryDirectory() as folder:
        found = found_in(Path(folder), planted)
    sums: Counter[str] = Counter()
    for rule in rules():
        mine = [item for item in planted if item.rule is rule and item.carrier != COUNTER]
        hit = [item for item in mine if any(one.rule == rule.id for one in found.get(item.path, ()))]
        besides = [one.rule for item in mine for one in found.get(item.path, ()) if one.rule != rule.id]
        wrong = [item for item in planted if item.rule is rule and item.carrier == COUNTER and found.get(item.path)]
        sums.update(planted=len(mine), found=len(hit), besides=len(besides), wrong=len(wrong))
        missed = [item.carrier for item in mine if item not in hit]
        yield f"{rule.id} {len(hit)}/{len(mine)} missed={missed} besides={dict(Counter(besides))} wrong={len(wrong)}"
    yield f"all: {dict(sums)}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_bytes(image(list(plants())))
    else:
        sys.stdout.writelines(f"{line}\n" for line in table())
