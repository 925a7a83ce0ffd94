"""What a rule's meta says, by the several names that people give its parts (meta_words.toml)."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pellucid.domain.finding import FindingType
from pellucid.domain.severity import Severity
from pellucid.rules.rule_file import Stated

LONGEST = 2_000
MOST_REFERENCES = 20
CVE = re.compile(r"CVE-\d{4}-\d{4,10}", re.IGNORECASE)
CWE = re.compile(r"CWE[-_ ]?(\d{1,5})|(\d{1,5})", re.IGNORECASE)
ADDRESS = re.compile(r"https?://[^\s\"'<>,;]{3,1000}")


def stated(meta: Sequence[tuple[str, Any]], tags: Iterable[str] = ()) -> Stated:
    """Of pairs of a name and a value, which may come several times; a type may also be among the tags."""
    found = _gathered(meta)
    names = _table("names")

    def first(part: str) -> str:
        return next((text for name in names[part] for text in found.get(name, ())), "")

    def every(part: str) -> str:
        return " ".join(
            text for name, texts in found.items() if name.rstrip("0123456789_") in names[part] for text in texts
        )

    cves = tuple(dict.fromkeys(item.upper() for item in CVE.findall(every("cve"))))
    weakness = CWE.search(first("weakness"))
    return Stated(
        title=first("title"),
        description=first("description"),
        severity=_severity(found, names["severity"]),
        type=_type([text for name in names["type"] for text in found.get(name, ())], tags, known=bool(cves)),
        author=first("author"),
        weakness=f"CWE-{int(weakness[1] or weakness[2])}" if weakness else "",
        identifiers=tuple(("cve", item) for item in cves),
        references=tuple(dict.fromkeys(ADDRESS.findall(every("reference"))))[:MOST_REFERENCES],
    )


def _gathered(meta: Sequence[tuple[str, Any]]) -> Mapping[str, list[str]]:
    """Texts by plain name; what is no text is written as one, a list is several."""
    found: dict[str, list[str]] = {}
    for name, value in meta:
        plain = re.sub(r"[\s-]+", "_", str(name).strip().lower())
        for item in value if isinstance(value, list | tuple) else (value,):
            text = item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
            text = "".join(c if c.isprintable() else " " for c in text[:LONGEST]).strip()
            if text and item is not None:
                found.setdefault(plain, []).append(text)
    return found


def _severity(found: Mapping[str, list[str]], names: Sequence[str]) -> str:
    """By a word; a score counts to 100, that of CVSS to 10."""
    for name, text in [(known, text) for known in names for text in found.get(known, ())]:
        for severity, words in _table("severities").items():
            if text.lower() in words and not name.endswith("score"):
                return severity
        try:
            # "7.5 High" is how some write it.
            number = float(text.split()[0])
        except ValueError:
            continue
        if name == "cvss_score":
            return str(Severity.from_cvss(number))
        return str(Severity.from_cvss(number / 10))
    return ""


def _type(texts: Sequence[str], tags: Iterable[str], *, known: bool) -> str:
    for text in (*texts, *tags):
        for words in (text, *re.split(r"[^A-Za-z]+", text)):
            if found := _types().get(re.sub(r"[^a-z]", "", words.lower())):
                if found != "vulnerability":
                    return found
                return str(FindingType.KNOWN_VULNERABILITY if known else FindingType.UNKNOWN_VULNERABILITY)
    return ""


@cache
def _types() -> Mapping[str, str]:
    return {word: type_ for type_, words in _table("types").items() for word in words}


@cache
def _words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(Path(__file__).with_name("meta_words.toml").read_text(encoding="utf-8"))


def _table(name: str) -> Mapping[str, Sequence[str]]:
    return _words()[name]
