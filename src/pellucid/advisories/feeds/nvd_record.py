"""One vulnerability of the National Vulnerability Database: the "cve" object of its API and feeds, version 2.0."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pellucid.advisories import scores
from pellucid.advisories.feeds import nvd_affected, nvd_configurations
from pellucid.advisories.feeds.fields import CVE, day, moment, prose, references, weaknesses
from pellucid.advisories.feeds.json_records import Understood
from pellucid.domain.statement import AdvisoryRecord, Affected, FixPlan
from pellucid.domain.vulnerability import KnownExploited, Rating, Reference, Ssvc, VulnerabilityState
from pellucid.formats.json_document import mapping, objects, text, texts

MOST_METRICS = 100
HIGHEST_SCORE = 10
NO_SUPPORT = "unsupported-when-assigned"


def understood(document: Any) -> Understood:
    """What an item of "vulnerabilities" says."""
    cve = mapping(mapping(document).get("cve"))
    name = text(cve.get("id"))
    if not CVE.fullmatch(name):
        return Understood(None, "a record of NVD without the name of a CVE", name)
    rejected = cve.get("vulnStatus") == "Rejected"
    products, fault = ((), "") if rejected else affected(cve)
    metrics = mapping(cve.get("metrics"))
    tags = {tag for item in objects(cve.get("cveTags")) for tag in texts(item.get("tags"))}
    if NO_SUPPORT in tags:
        products = tuple(replace(item, plan=FixPlan.END_OF_LIFE) for item in products)
    record = AdvisoryRecord(
        id=name,
        description=_description(cve),
        state=VulnerabilityState.REJECTED if rejected else VulnerabilityState.LIVE,
        disputed="disputed" in tags,
        published=moment(cve.get("published")),
        modified=moment(cve.get("lastModified")),
        ratings=tuple(dict.fromkeys(_ratings(metrics))),
        kev=_known_exploited(cve),
        ssvc=_decision_points(metrics),
        weaknesses=_weaknesses(cve),
        references=pages(cve),
        affected=products,
    )
    return Understood(record, fault, name)


def affected(cve: dict[str, Any]) -> tuple[tuple[Affected, ...], str]:
    """What is affected, and what could not be read of that. Where NVD says nothing, the publisher's own words count."""
    found = nvd_configurations.applicability(cve.get("configurations"))
    if found.affected or found.fault or cve.get("configurations"):
        return found.affected, found.fault
    return nvd_affected.affected(cve.get("affected")), ""


def pages(cve: dict[str, Any]) -> tuple[Reference, ...]:
    """The references of a record, with what they are for."""
    return references((item.get("url"), _kind(texts(item.get("tags")))) for item in objects(cve.get("references")))


def _description(cve: dict[str, Any]) -> str:
    found = objects(cve.get("descriptions"))
    return next((prose(item.get("value")) for item in found if item.get("lang") == "en"), "")


def _weaknesses(cve: dict[str, Any]) -> tuple[str, ...]:
    descriptions = (text_ for item in objects(cve.get("weaknesses")) for text_ in objects(item.get("description")))
    return weaknesses(item.get("value") for item in descriptions)


def _ratings(metrics: dict[str, Any]) -> Iterator[Rating]:
    """Version 4.0, then 3.1, 3.0, 2; the score that is published counts only where the vector is not understood."""
    for key in ("cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2"):
        for metric in objects(metrics.get(key))[:MOST_METRICS]:
            data = mapping(metric.get("cvssData"))
            source, primary = text(metric.get("source")), metric.get("type") == "Primary"
            vector, score = text(data.get("vectorString")), data.get("baseScore")
            word = text(data.get("baseSeverity")) or text(metric.get("baseSeverity"))
            if found := scores.rating(source, vector, is_primary=primary):
                yield found
            elif isinstance(score, int | float) and 0 <= score <= HIGHEST_SCORE:
                yield Rating(
                    source=source,
                    version=text(data.get("version")),
                    vector=vector,
                    score=float(score),
                    word=scores.severity_of(word),
                    is_primary=primary,
                )


def _known_exploited(cve: dict[str, Any]) -> KnownExploited | None:
    """The entry of CISA's catalogue that NVD repeats; it leaves out whether ransomware uses it."""
    if not text(cve.get("cisaExploitAdd")):
        return None
    return KnownExploited(
        added=day(cve.get("cisaExploitAdd")),
        due=day(cve.get("cisaActionDue")),
        name=text(cve.get("cisaVulnerabilityName")),
        action=text(cve.get("cisaRequiredAction")),
    )


def _decision_points(metrics: dict[str, Any]) -> Ssvc | None:
    """CISA's, who coordinates; else the first that is there."""
    found = sorted(objects(metrics.get("ssvcV203")), key=lambda item: item.get("source") != scores.CISA_ADP)
    if not found:
        return None
    points: dict[str, str] = {}
    for option in objects(mapping(found[0].get("ssvcData")).get("options")):
        points.update((key.lower(), value.lower()) for key, value in option.items() if isinstance(value, str))
    return Ssvc(
        exploitation=points.get("exploitation", ""),
        automatable={"yes": True, "no": False}.get(points.get("automatable", "")),
        technical_impact=points.get("technicalimpact", ""),
    )


def _kind(tags: tuple[str, ...]) -> str:
    return next((kind for tag, kind in _kinds().items() if tag in tags), "")


@cache
def _kinds() -> dict[str, str]:
    table = Path(__file__).with_name("nvd_tables.toml").read_text(encoding="utf-8")
    found: dict[str, str] = tomllib.loads(table)["references"]
    return found
