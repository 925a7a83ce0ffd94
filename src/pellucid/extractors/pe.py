"""PE programs and libraries: resources, certificates, attached data (Microsoft, "PE Format")."""

from collections.abc import Iterator
from itertools import islice

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats import pe as images
from pellucid.formats import pe_resources, pe_sections, pe_version
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Data, pieces

VERSION_FACTS = {
    "CompanyName": "companyName",
    "FileDescription": "fileDescription",
    "FileVersion": "fileVersion",
    "InternalName": "internalName",
    "LegalCopyright": "legalCopyright",
    "OriginalFilename": "originalFilename",
    "ProductName": "productName",
    "ProductVersion": "productVersion",
}
MOST_VERSIONS = 16
SUFFIXES = {pe_resources.MANIFEST: ".xml", "html": ".html"}


def measure(data: Data, start: int) -> int:
    """All that there is; Malformed when the program carries nothing that could be taken out."""
    if start:
        raise Malformed("PE images are only believed at the start")
    if not any(isinstance(member, Member) for member in _contents(data, images.read(data))):
        raise Malformed("a PE image that carries nothing else")
    return len(data)


@extractor(name="pe", version=1, signatures=(Signature(images.MAGIC),), measure=measure, carve=False, partial=True)
def pe(artefact: Artefact, output: Output) -> None:
    """Take out what a program carries beside its code: resources, signatures, files in sections, attached data.

    The texts of the version resource become facts.
    """
    data = artefact.data
    image = images.read(data)
    output.fact("machine", image.machine)
    output.fact("subsystem", image.subsystem)
    output.fact("timestamp", image.timestamp)
    for resource in islice(_versions(data, image), MOST_VERSIONS):
        texts = pe_version.strings(data[resource.at : resource.at + min(resource.size, pe_version.LARGEST)])
        for name, fact in VERSION_FACTS.items():
            if texts.get(name):
                output.fact(fact, texts[name])
    put(output, _contents(data, image))


def _contents(data: Data, image: images.Image) -> Members:
    yield from pe_sections.members(data, image)
    yield from _certificates(data, image)
    for number, (at, size) in enumerate(images.overlays(data, image), 1):
        yield Member(name="overlay.bin" if number == 1 else f"overlay-{number}.bin", chunks=pieces(data, at, size))
    yield from _resources(data, image)


def _versions(data: Data, image: images.Image) -> Iterator[pe_resources.Resource]:
    for found in pe_resources.resources(data, image):
        if isinstance(found, pe_resources.Resource) and found.type == pe_resources.VERSION:
            yield found


def _certificates(data: Data, image: images.Image) -> Members:
    try:
        for number, (kind, at, size) in enumerate(images.certificates(data, image), 1):
            suffix = "p7b" if kind == images.PKCS_SIGNED_DATA else "bin"
            name = f"certificate.{suffix}" if number == 1 else f"certificate-{number}.{suffix}"
            yield Member(name=name, chunks=pieces(data, at, size), facts={"certificateType": str(kind)})
    except Malformed as error:
        yield error


def _resources(data: Data, image: images.Image) -> Members:
    for found in pe_resources.resources(data, image):
        if isinstance(found, Malformed):
            yield found
            continue
        parts = (_part(found.type), _part(found.name), _part(found.language))
        facts = {"resourceType": found.type, "language": found.language}
        name = f"resources/{parts[0]}/{parts[1]}-{parts[2]}{SUFFIXES.get(found.type, '.bin')}"
        yield Member(name=name, chunks=pieces(data, found.at, found.size), facts=facts)


def _part(text: str) -> str:
    """`text` as a part of a path."""
    return "".join(letter if letter.isalnum() or letter in "._- " else "_" for letter in text).strip(" .") or "_"
