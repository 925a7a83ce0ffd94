"""Files of Python packages that are installed as wheels, from their RECORD (recording installed projects, PyPA)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import canonical, plain
from pellucid.domain.file_list import FileList
from pellucid.formats.indented_text import lines

ANCHOR = b".dist-info/METADATA,"
MOST_PATHS = 200_000
# The folder is named after the package and its version, neither of which has a hyphen.
OWN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._]*)-[^/-]+\.dist-info/METADATA")
ROW = re.compile(r'(?:"([^"]+)"|([^",]+)),(?:[a-z0-9]+=[\w=-]+)?,\d*')


@analyzer(name="python_records", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & plain)
def python_records(artefact: Artefact) -> Iterator[Fact]:
    """List the files that a Python wheel has brought, relative to the folder that its *.dist-info lies in."""
    paths = []
    name = ""
    for line in lines(artefact.data):
        row = ROW.fullmatch(line.text)
        if row is None:
            return
        paths.append(row[1] or row[2])
        if found := OWN.fullmatch(paths[-1]):
            name = canonical(found[1])
        if len(paths) >= MOST_PATHS:
            break
    if name:
        yield FileList(manager="wheel", package=name, paths=tuple(paths))
