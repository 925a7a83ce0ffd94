"""Units that try what a reader must not: each is an extractor of its own format, run by real processes."""

import os
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Extractor, Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats.span import Data
from pellucid.pipeline.unit_set import Units

CANARY = "PELLUCID_CANARY"


def whole(data: Data, start: int) -> int:
    return len(data) - start


def unit(run: Callable[[Artefact, Output], object]) -> Extractor:
    """An extractor of the format whose files begin with the function's name; what was put before still counts."""

    def reader(artefact: Artefact, output: Output) -> None:
        output.file("before", [b"what came out before"])
        run(artefact, output)
        output.file("after", [b"it was not stopped"])

    name = run.__name__
    return extractor(name=name, version=1, signatures=(Signature(f"{name}!".encode()),), measure=whole)(reader)


def network(_artefact: Artefact, _output: Output) -> None:
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def write_outside(artefact: Artefact, _output: Output) -> None:
    """To the folder that the file names."""
    Path(bytes(artefact.data).split(b"!")[1].decode(), CANARY).write_text("outside")


def read_outside(artefact: Artefact, output: Output) -> None:
    """A file of the folder that the file names."""
    output.file("stolen", [Path(bytes(artefact.data).split(b"!")[1].decode(), "secret").read_bytes()])


def fork_without_end(_artefact: Artefact, _output: Output) -> None:
    while True:
        os.fork()


def start_program(_artefact: Artefact, _output: Output) -> None:
    subprocess.run(["/bin/true"], check=True)


def eat_memory(_artefact: Artefact, _output: Output) -> None:
    kept = []
    while True:
        kept.append(bytearray(32 << 20))


def eat_processor(_artefact: Artefact, _output: Output) -> None:
    """With two threads, so that processor time passes faster than the clock where there are two cores."""
    threading.Thread(target=_spin, daemon=True).start()
    _spin()


def wait_for_ever(_artefact: Artefact, _output: Output) -> None:
    time.sleep(3600)


def fill_disk(_artefact: Artefact, output: Output) -> None:
    while True:
        output.file("more", [os.urandom(1 << 20)])


def fill_disk_by_itself(_artefact: Artefact, _output: Output) -> None:
    """Past the output, by its own system calls."""
    with Path("grown").open("wb") as file:
        while True:
            file.write(bytes(1 << 20))


def die(_artefact: Artefact, _output: Output) -> None:
    os.abort()


def descriptors(_artefact: Artefact, output: Output) -> None:
    """What it has open besides its standard output; of files, that is the one to read."""
    modes = []
    for descriptor in {*range(256)} - {1, 2}:
        with suppress(OSError):
            modes.append(os.fstat(descriptor).st_mode)
    output.fact("sockets", sum(map(stat.S_ISSOCK, modes)))
    output.fact("pipes", sum(map(stat.S_ISFIFO, modes)))
    output.fact("files", sum(map(stat.S_ISREG, modes)))


def _spin() -> None:
    while True:
        sum(range(1000))


EVIL = (
    network, write_outside, read_outside, fork_without_end, start_program, eat_memory, eat_processor, wait_for_ever,
    fill_disk, fill_disk_by_itself, die, descriptors,
)  # fmt: skip
UNITS = Units(tuple(unit(run) for run in EVIL))
