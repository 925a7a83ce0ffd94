"""Licences of Debian's packages, from the copyright file that each of them has."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.package_licence import PackageLicence
from pellucid.formats import debian_copyright

FORMAT, OLD_FORMAT, COMMON = b"copyright-format/1.0", b"deps/dep5", b"/usr/share/common-licenses/"


@analyzer(
    name="package_copyrights",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & contains(FORMAT, OLD_FORMAT, COMMON),
    most_facts=1,
    named=("share/doc/*/copyright",),
)
def package_copyrights(artefact: Artefact) -> Iterator[Fact]:
    """State the licence of the package that the folder, share/doc/NAME, is named after, as an SPDX expression.

    It is that of most of the source, and then of its other files, where they have names that are known. A text that is
    not machine-readable is believed when it is short and refers to one of the licences that every Debian has a copy of.
    """
    if licence := debian_copyright.licence(artefact.data):
        yield PackageLicence(manager="dpkg", licence=licence)
