"""Libraries of web pages in scripts and style sheets, whatever they were bundled into."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.language_package import NPM, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.web_library import Mark, literals, marks, sighting

MOST_LOOKED_AT = 200


@analyzer(
    name="web_libraries",
    version=1,
    stage=Stage.COMPONENTS,
    wants=Selector(lambda artefact: any(map(artefact.offsets, literals())), literals, hit=True),
)
def web_libraries(artefact: Artefact) -> Iterator[Fact]:
    """List the libraries of web pages that a file contains, by the banners that minifiers leave in place.

    A banner counts where it opens a line of a comment: a script that speaks of a library is not that library.
    Programs that carry their web pages inside of themselves are read as well.
    """
    seen: set[tuple[str, str]] = set()
    for mark in marks():
        for offset in artefact.offsets(mark.literal)[:MOST_LOOKED_AT]:
            found = sighting(artefact.data, mark, offset)
            if found is None or (mark.library, found.version) in seen:
                continue
            seen.add((mark.library, found.version))
            yield _dependency(artefact, mark, found.version, found.offset, found.text)


def _dependency(artefact: Artefact, mark: Mark, version: str, offset: int, text: bytes) -> Fact:
    return language_package(
        artefact,
        NPM,
        mark.library,
        version,
        offset=offset,
        seen=text.decode("utf-8", "replace"),
        witness=Witness.VERSION_STRING,
        confidence=0.9,
        linkage=Linkage.EMBEDDED,
        licence=mark.licence,
        cpe=f"cpe:2.3:a:{mark.cpe}:{version}:*:*:*:*:*:*:*" if mark.cpe else "",
    )
