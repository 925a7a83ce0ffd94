"""Secrets in the bytes of an artefact, by the rules: patterns are only looked for around the keywords of a rule."""

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pellucid.analysis import secrets_seen
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.common_passwords import defaults
from pellucid.analyzers.secret_checks import CHECKS
from pellucid.analyzers.secret_placeholders import is_example, is_named, is_placeholder
from pellucid.analyzers.secret_rules import Rule, by_keyword, rules
from pellucid.analyzers.secret_traces import entropy, fingerprint, redacted
from pellucid.analyzers.wide_texts import is_wide, narrowed
from pellucid.domain.evidence import Evidence
from pellucid.domain.secret import Secret, SecretKind, Validity
from pellucid.errors import Malformed

MOST_OF_A_RULE = 100
# Bytes around keywords that the pattern of one rule is looked for in, all in all.
MOST_BYTES_OF_A_RULE = 2 << 20
# Letters of UTF-16 in front of where a pattern may begin, for what it says of them.
LOOKED_BACK = 8
# What persons choose: nothing of it is shown.
CHOSEN = frozenset(
    (
        *(SecretKind.PASSWORD, SecretKind.PASSWORD_HASH, SecretKind.WIRELESS_KEY, SecretKind.SHARED_KEY),
        *(SecretKind.COMMUNITY, SecretKind.CONNECTION_STRING),
    )
)


class Spans:
    """Stretches of bytes that do not overlap."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def take(self, start: int, end: int) -> bool:
        """Whether the stretch was free; from now on it is not."""
        at = bisect(self._starts, start)
        if (at and self._ends[at - 1] > start) or (at < len(self._starts) and self._starts[at] < end):
            return False
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True


@dataclass(frozen=True)
class Sighting:
    """A match of a pattern; what is secret of it stands from `start` to `end` of the artefact."""

    match: re.Match[bytes]
    start: int
    end: int


def secrets_in(artefact: Artefact) -> Iterator[Secret]:
    """Each secret once, and where it stands first."""
    known = by_keyword()
    numbers = sorted({number for keyword in artefact.hits if keyword in known for number in known[keyword]})
    if not numbers:
        return
    taken = Spans()
    kind = "text" if is_wide(artefact) else artefact.kind
    for rule in (rules()[number] for number in numbers):
        if not rule.kinds or kind in rule.kinds:
            yield from _of_rule(artefact, rule, taken)


def _of_rule(artefact: Artefact, rule: Rule, taken: Spans) -> Iterator[Secret]:
    seen: set[str] = set()
    for sighting in matches(artefact, rule):
        start, end = sighting.start, sighting.end
        if end <= start:
            continue
        secret = judged(rule, sighting)
        if secret and secret.validity is not Validity.FILTERED and not secret.known:
            secrets_seen.note(artefact, sighting.match[_group(rule)])
            secrets_seen.note(artefact, artefact.window(start, end - start))
        if secret is None or not taken.take(start, end) or secret.fingerprint in seen:
            continue
        seen.add(secret.fingerprint)
        yield secret
        if len(seen) >= MOST_OF_A_RULE:
            return


def matches(artefact: Artefact, rule: Rule) -> Iterator[Sighting]:
    """Those of the pattern around the keywords, none twice: ascending in bytes, then ascending in UTF-16."""
    pattern = rule.pattern if artefact.kind == "text" else rule.loose
    group, reached = _group(rule), 0
    for offset in _hits(artefact, rule, rule.keywords):
        start = max(offset - rule.before, reached)
        for match in artefact.search(pattern, start, min(offset + rule.after, artefact.size)):
            if match.end() > reached:
                reached = match.end()
                yield Sighting(match, *match.span(group))
    reached = 0
    for offset in _hits(artefact, rule, rule.wide):
        around = narrowed(artefact, offset, rule.before + LOOKED_BACK, rule.after)
        first = max((offset - around.start) // 2 - rule.before, (reached - around.start + 1) // 2, 0)
        # There, strings end where they end: the pattern is as it is written.
        for match in rule.pattern.finditer(around.text, first):
            if (end := around.offset(match.end())) > reached:
                reached = end
                start, stop = match.span(group)
                # The zero byte behind the last letter is not of the text in one of the two orders.
                yield Sighting(match, around.offset(start), around.offset(stop) - 1)


def _hits(artefact: Artefact, rule: Rule, words: Sequence[bytes]) -> Sequence[int]:
    """Where one of the words stands, as many as the rule may look at."""
    hits = sorted(offset for word in words for offset in artefact.offsets(word))
    return hits[: MOST_BYTES_OF_A_RULE // (rule.before + rule.after)]


def _group(rule: Rule) -> str | int:
    return "secret" if "secret" in rule.pattern.groupindex else 0


def is_known(value: bytes, kind: SecretKind) -> bool:
    """Whether it is a password that devices are delivered with, and not a word that only stands for one."""
    if kind not in CHOSEN or value.decode("utf-8", "replace") not in defaults():
        return False
    return kind is SecretKind.COMMUNITY or not is_named(value)


def judged(rule: Rule, sighting: Sighting) -> Secret | None:
    """What a match means; None when it is no secret at all."""
    match = sighting.match
    groups = match.groupdict()
    value = groups.get("secret") or match[0]
    account = groups.get("account") or b""
    bits = entropy(value)
    if bits < rule.entropy:
        return None
    verdict = Validity.UNDETERMINED
    content = value
    if rule.check:
        try:
            outcome = CHECKS[rule.check](value)
        except Malformed:
            return None
        if outcome is None:
            return None
        verdict, content, account = outcome.validity, outcome.value or value, outcome.account or account
    known = is_known(content, rule.kind)
    if verdict is Validity.UNDETERMINED and (is_example(match[0]) or (not known and is_placeholder(content))):
        verdict = Validity.FILTERED
    # What a person chose may be the name of the setting, and more.
    types = [word for word in rule.keywords if rule.kind not in CHOSEN or not word.isalnum()]
    prefix = next((word for word in types if value.startswith(word)), b"")
    shown = redacted(value, prefix, shown=rule.kind not in CHOSEN)
    return Secret(
        rule=rule.id,
        kind=rule.kind,
        redacted=shown,
        fingerprint=fingerprint(content, rule.kind),
        evidence=Evidence(
            offset=sighting.start, length=0 if rule.kind in CHOSEN else sighting.end - sighting.start, seen=shown
        ),
        entropy=round(bits, 2),
        description=rule.description,
        account=account[:64].decode("utf-8", "replace"),
        severity=rule.severity,
        validity=verdict,
        known=known,
    )
