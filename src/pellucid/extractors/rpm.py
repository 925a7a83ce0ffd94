"""RPM packages (RPM reference manual, "Package format"): the header as facts, the payload as files."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats.rpm import header as packages
from pellucid.formats.rpm import payload
from pellucid.formats.rpm.files import Listed, listed
from pellucid.formats.rpm.header import LEAD_MAGIC, Package
from pellucid.formats.span import Data
from pellucid.formats.streams import measured

TEXTS = {
    "name": 1000,
    "version": 1001,
    "release": 1002,
    "summary": 1004,
    "vendor": 1011,
    "license": 1014,
    "url": 1020,
    "arch": 1022,
    "sourceRpm": 1044,
    "distribution": 1010,
}
EPOCH, BUILD_TIME = 1003, 1006


def measure(data: Data, start: int) -> int:
    """As the signature states it; without that, the payload is unpacked to find its end."""
    package = packages.read(data, start)
    if package.end is not None:
        return package.end - start
    return package.payload - start + measured(payload.unpacked(data, package), data, package.payload)


@extractor(
    name="rpm",
    version=2,
    signatures=(Signature(LEAD_MAGIC + b"\x03"), Signature(LEAD_MAGIC + b"\x04")),
    measure=measure,
    partial=True,
)
def rpm(artefact: Artefact, output: Output) -> None:
    """Take an RPM package apart, binary or source: its files with modes, links, owners' names; nothing is verified.

    The header stays in it, and says which package it is.
    """
    package = packages.read(artefact.data)
    _facts(package, output)
    files: list[Listed] = []
    try:
        files = listed(package.header)
        output.fact("payloadCompressor", payload.compressor(artefact.data, package) or "none")
    except Malformed as error:
        output.failure(error)
    put(output, payload.members(artefact.data, package, files))


def _facts(package: Package, output: Output) -> None:
    output.fact("type", "source" if package.source else "binary")
    for name, tag in TEXTS.items():
        if value := package.header.text(tag):
            output.fact(name, value)
    for name, tag in (("epoch", EPOCH), ("buildTime", BUILD_TIME)):
        if numbers := package.header.numbers(tag):
            output.fact(name, numbers[0])
