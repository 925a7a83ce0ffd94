"""Where the patterns of rules of secrets match: around the keywords of a rule alone, in bytes and in UTF-16."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.secret_rules import Rule
from pellucid.analyzers.wide_texts import narrowed

# Bytes around keywords that the pattern of one rule is looked for in, all in all.
MOST_BYTES_OF_A_RULE = 2 << 20
# Letters of UTF-16 in front of where a pattern may begin, for what it says of them.
LOOKED_BACK = 8


class Sighting(msgspec.Struct, frozen=True):
    """A match of a pattern; what is secret of it stands from `start` to `end` of the artefact."""

    match: re.Match[bytes]
    start: int
    end: int


def matches(artefact: Artefact, rule: Rule) -> Iterator[Sighting]:
    """Those of the pattern around the keywords, none twice: ascending in bytes, then ascending in UTF-16."""
    pattern = rule.pattern if artefact.kind == "text" else rule.loose
    part, reached = group(rule), 0
    for offset in _hits(artefact, rule, rule.keywords):
        start = max(offset - rule.before, reached)
        for match in artefact.search(pattern, start, min(offset + rule.after, artefact.size)):
            if match.end() > reached:
                reached = match.end()
                yield Sighting(match, *match.span(part))
    reached = 0
    for offset in _hits(artefact, rule, rule.wide):
        around = narrowed(artefact, offset, rule.before + LOOKED_BACK, rule.after)
        first = max((offset - around.start) // 2 - rule.before, (reached - around.start + 1) // 2, 0)
        # There, strings end where they end: the pattern is as it is written.
        for match in rule.pattern.finditer(around.text, first):
            if (end := around.offset(match.end())) > reached:
                reached = end
                start, stop = match.span(part)
                # The zero byte behind the last letter is not of the text in one of the two orders.
                yield Sighting(match, around.offset(start), around.offset(stop) - 1)


def _hits(artefact: Artefact, rule: Rule, words: Sequence[bytes]) -> Sequence[int]:
    """Where one of the words stands, as many as the rule may look at."""
    hits = sorted(offset for word in words for offset in artefact.offsets(word))
    return hits[: MOST_BYTES_OF_A_RULE // (rule.before + rule.after)]


def group(rule: Rule) -> str | int:
    """What of a match is secret."""
    return "secret" if "secret" in rule.pattern.groupindex else 0
