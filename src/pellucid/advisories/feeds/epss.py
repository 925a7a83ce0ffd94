"""Scores of the Exploit Prediction Scoring System of FIRST: one CSV a day, for all CVEs (https://www.first.org/epss/).

A comment, "#model_version:v2026.06.15,score_date:2026-08-16T12:00:00Z", then "cve,epss,percentile" and a row for each
CVE. Files up to 2022-02-03 have no comment, the first ones no percentile. A record is kept as its row with the day and
the model behind it; a CVE that is not in the file has no score, which is not a score of nothing.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.fields import CVE, moment
from pellucid.advisories.feeds.publications import Publication, head, opened, text
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import Epss
from pellucid.errors import Malformed

SOURCE = "epss"
BEGINNING = re.compile(rb"#model_version:[^\n]{0,200}\ncve,epss|cve,epss")
COMMENT = re.compile(r"#model_version:([^,\s]{1,50}),\s*score_date:(\S{10,40})")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# 0 to 1; some of the early percentiles have a power of ten ("9.5e-05").
SHARE = re.compile(r"(?:0|1)(?:\.\d{1,24})?|\d(?:\.\d{1,24})?[eE]-\d{1,2}")
COLUMNS = (("cve", "epss"), ("cve", "epss", "percentile"))
LONGEST_LINE = 1000
SHORTEST, LONGEST = 2, 5


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    with opened(path) as stream:
        lines = _lines(stream)
        first = next(lines, "")
        model, day = "", _day_of(path.name)
        if first.startswith("#"):
            model, day = _said(first, day)
            first = next(lines, "")
        if tuple(first.split(",")) not in COLUMNS:
            raise Malformed("no scores of EPSS")
        for number, line in enumerate(lines):
            yield _raw_record(line, day, model, number)


def _normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    return _understood(raw.decode("utf-8", "replace"))


def _lines(stream: Publication) -> Iterator[str]:
    content = text(stream)
    while line := content.readline(LONGEST_LINE):
        stream.next_record()
        if stripped := line.rstrip("\r\n"):
            yield stripped


def _raw_record(line: str, day: str, model: str, number: int) -> RawRecord:
    fields = line.split(",", 3)[:3]
    whole = ",".join((*fields, *[""] * (3 - len(fields)), day, model))
    record = _understood(whole)
    if record is None:
        return RawRecord(id=f"row {number}", raw=whole.encode(), record=None, fault="no CVE with a score from 0 to 1")
    return RawRecord(id=record.id, raw=whole.encode(), record=record, stamp=_stamp(whole.encode()))


def _stamp(raw: bytes) -> bytes:
    """The day is another every day, and so is nearly every percentile, by a little: neither is a change."""
    _, probability, percentile, _, model = (*raw.decode("utf-8", "replace").split(","), "", "", "", "", "")[:LONGEST]
    share = _share(percentile)
    return f"{probability},{percentile if share is None else round(share, 2)},{model}".encode()


def _understood(line: str) -> AdvisoryRecord | None:
    cve, probability, percentile, day, model = (*line.split(","), "", "", "", "", "")[:LONGEST]
    if not CVE.fullmatch(cve) or (chance := _share(probability)) is None:
        return None
    return AdvisoryRecord(
        id=cve,
        epss=Epss(
            probability=chance,
            percentile=_share(percentile),
            day=date.fromisoformat(day) if day else None,
            model=model,
        ),
    )


def _share(written: str) -> float | None:
    if not SHARE.fullmatch(written):
        return None
    found = float(written)
    return found if found <= 1 else None


def _said(comment: str, day: str) -> tuple[str, str]:
    """The model and the day of the comment; `day` is that of the file's name."""
    found = COMMENT.match(comment)
    if not found:
        return "", day
    when = moment(found[2])
    return found[1], when.date().isoformat() if when else day


def _day_of(name: str) -> str:
    found = DAY.search(name)
    return found[0] if found and moment(found[0]) else ""


def _recognise(_path: Path, first: bytes) -> str:
    return SOURCE if BEGINNING.match(head(first)) else ""


FEED = Feed(
    name=SOURCE,
    title="Exploit Prediction Scoring System",
    version=1,
    licence="free to use with attribution to FIRST",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
            name="epss/epss_scores-*.csv.gz",
        ),
    ),
    recognise=_recognise,
    read=read,
    normalise=_normalise,
    stamp=_stamp,
    notice="EPSS scores by FIRST.org and Empirical Security, https://www.first.org/epss.",
)
