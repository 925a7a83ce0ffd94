"""The configuration inside a Linux kernel, as /proc/config.gz shows it (Linux, kernel/configs.c)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats.linux import contents
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """The gzip between its two marks, found by unpacking it."""
    return contents.config_length(data, start)


@extractor(
    name="kernel_config",
    version=1,
    signatures=(Signature(contents.CONFIG_START),),
    measure=measure,
    suffix="ikconfig",
)
def kernel_config(artefact: Artefact, output: Output) -> None:
    """Unpack the configuration that a kernel carries between two marks."""
    output.file("config", contents.config(artefact.data))
