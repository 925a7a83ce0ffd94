"""The report on cryptographic materials as a document for people: what has to go, what may stay, and where it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pellucid.domain.crypto_compliance import ApprovalStatus, ComplianceRecord
from pellucid.domain.severity import Severity
from pellucid.reports.pdf import Column, Document, Section
from pellucid.services.crypto_materials import Judged, Material, MaterialsReport

Places = Mapping[Material, list[Judged]]
SUBTITLE = "Post-quantum readiness by NIST IR 8547 (initial public draft, November 2024)"
# Of one material; the others are counted.
MOST_PLACES = 8
HOLDS = {
    ApprovalStatus.ACCEPTABLE: "acceptable",
    ApprovalStatus.DEPRECATED: "deprecated",
    ApprovalStatus.DISALLOWED: "disallowed",
    ApprovalStatus.LEGACY_USE: "legacy use only",
}
NAME = Column(head="Material", share=5)
WHERE = Column(head="Where", share=7, code=True)
STATUS = Column(head="Status", share=4)
INSTEAD = Column(head="Use instead", share=3)
STRENGTH = Column(head="Strength", share=3)
RANK = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}
NOT_COVERED = "NIST has neither approved nor judged these. That is no praise: see what they are used for."
METHOD = (
    "What an image holds and configures is found in its bytes: keys and certificates as they lie there, algorithms by "
    "their constants, by the functions that programs import, and by settings that switch them on.\n"
    "A certificate is judged by its key and by the hash that was signed. Years are those of the draft and can change. "
    "A status “after 2030” holds from the beginning of 2031.\n"
    "Offsets in files, and what was seen there, are in the same report as JSON. Private keys are told by their place, "
    "type and fingerprint, and are not part of any report."
)


def materials_document(report: MaterialsReport) -> Document:
    """Each material once, with the files that it is in."""
    places: dict[Material, list[Judged]] = defaultdict(list)
    for item in report.materials:
        places[item.material].append(item)
    image = report.image
    return Document(
        title=f"Cryptographic materials of {image.name} {image.version}",
        subtitle=SUBTITLE,
        made=report.judged,
        facts=(
            ("Product", report.product_name),
            ("Image", f"{image.name} {image.version}"),
            *((f"File, {file.filename}", f"SHA-256 {file.blob.sha256}") for file in image.files[:1]),
            ("Scan ended", f"{report.judged:%Y-%m-%d %H:%M} UTC"),
            ("Report", f"products/{image.product_id}/images/{image.id}"),
        ),
        counts=_counts(list(places), report.judged.year),
        sections=(*_judged(places, report.judged.year), *_open(places), Section(title="How to read this", text=METHOD)),
    )


def _counts(materials: Sequence[Material], year: int) -> Sequence[tuple[str, int]]:
    going = [item for item in materials if item.is_compliant is False]
    urgent = [item for item in going if item.severity(year) in (Severity.HIGH, Severity.MEDIUM)]
    broken = [item for item in going if any(record.quantum_vulnerable for record in item.records)]
    staying = [item for item in materials if item.is_compliant]
    open_ = [item for item in materials if item.is_compliant is None and not item.protocol]
    return (
        ("not compliant", len(going)),
        ("disallowed or deprecated now", len(urgent)),
        ("broken by a quantum computer", len(broken)),
        ("compliant", len(staying)),
        ("not covered", len(open_)),
    )


def _judged(places: Places, year: int) -> Sequence[Section]:
    order = sorted(places, key=lambda item: (RANK.get(item.severity(year), 9), item.title))
    going = [item for item in order if item.is_compliant is False]
    staying = [item for item in order if item.is_compliant]
    return (
        Section(
            title="What has to be replaced",
            text="The most urgent first.",
            columns=(NAME, WHERE, STATUS, INSTEAD),
            rows=[(item.title, _where(places[item]), _status(item, year), _instead(item)) for item in going],
            empty="Nothing was found that has to be replaced.",
        ),
        Section(
            title="What may stay",
            columns=(NAME, WHERE, STATUS, STRENGTH),
            rows=[(item.title, _where(places[item]), _status(item, year), _strength(item)) for item in staying],
            empty="Nothing was found that NIST has judged and that may stay.",
        ),
    )


def _open(places: Places) -> Sequence[Section]:
    order = sorted((item for item in places if item.is_compliant is None), key=lambda item: item.title)
    return (
        Section(
            title="Not covered",
            text=NOT_COVERED,
            columns=(NAME, WHERE),
            rows=[(item.title, _where(places[item])) for item in order if not item.protocol],
            empty="Nothing of that kind was found.",
        ),
        Section(
            title="Protocols",
            text="NIST IR 8547 judges algorithms, and no versions of protocols.",
            columns=(NAME, WHERE),
            rows=[(item.protocol, _where(places[item])) for item in order if item.protocol],
            empty="No version of a protocol was found.",
        ),
    )


def _where(found: Sequence[Judged]) -> str:
    """Files, one a line; those that run are told."""
    lines = [f"{_path(item)}{' (runs)' if item.is_reachable else ''}" for item in found[:MOST_PLACES]]
    more = len(found) - len(lines)
    return "\n".join([*lines, *([f"and {more} more"] if more > 0 else [])])


def _path(item: Judged) -> str:
    path = item.component.path
    return path if item.component.parent is None else f"{item.component.container_path}!{path}"


def _status(material: Material, year: int) -> str:
    """Of each algorithm that is judged: what holds now, and what will."""
    several = len(material.records) > 1
    lines = (
        f"{f'{_named(record)}: ' if several else ''}{_holds(record, year)}"
        for record in material.records
        if record.is_compliant is not None
    )
    return "\n".join(_once(lines))


def _holds(record: ComplianceRecord, year: int) -> str:
    if not record.transitions:
        return "may stay" if record.is_compliant else "never approved"
    now = HOLDS.get(record.status(year), "not judged")
    later = [
        f"{HOLDS.get(item.status, 'not judged')} after {item.year}" for item in record.transitions if item.year >= year
    ]
    return ", ".join([now, *later])


def _instead(material: Material) -> str:
    offers = (offer.parameter or offer.algorithm for record in material.records for offer in record.recommendations)
    return "\n".join(_once(offers))


def _strength(material: Material) -> str:
    lines = []
    for record in material.records:
        if record.security is not None and record.is_compliant:
            category = f", category {record.security.category}" if record.security.category else ""
            lines.append(f"{record.security.strength} bits{category}")
    return "\n".join(_once(lines))


def _named(record: ComplianceRecord) -> str:
    return (
        record.parameter
        if record.parameter.startswith(record.algorithm)
        else f"{record.algorithm} {record.parameter}".strip()
    )


def _once(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
