"""U-Boot's environment as it lies in flash (U-Boot, include/env_internal.h), found by its first variable."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats import uboot_env as environments
from pellucid.formats.span import Data
from pellucid.formats.withheld import withheld

SHOWN = (
    b"bootcmd",
    b"bootargs",
    b"bootdelay",
    b"ver",
    b"board",
    b"ethaddr",
    b"serialno",
    b"mtdparts",
    b"bootstopkeysha256",
    b"silent",
)
SIGNATURES = tuple(Signature(name.encode(), at=at) for name in environments.FIRST for at in (4, 5))


def measure(data: Data, start: int) -> int:
    """The one size for which the checksum is right."""
    return environments.read(data, start).length


@extractor(name="uboot_env", version=4, signatures=SIGNATURES, measure=measure, suffix="env")
def uboot_env(artefact: Artefact, output: Output) -> None:
    """Write the variables of U-Boot's environment as lines of text; those that decide about booting become facts,
    without the secrets in them."""
    found = environments.read(artefact.data)
    output.fact("size", found.length)
    output.fact("variables", len(found.variables))
    if found.flag is not None:
        output.fact("flag", found.flag)
    for row in found.variables:
        name, _, value = row.partition(b"=")
        if name in SHOWN:
            output.fact(name.decode("ascii"), withheld(value.decode("utf-8", "backslashreplace")))
    output.file("environment.txt", (row + b"\n" for row in found.variables))
