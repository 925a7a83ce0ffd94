"""Secrets in the bytes of an artefact, by the rules: patterns are only looked for around the keywords of a rule."""

from bisect import bisect
from collections.abc import Iterator

from pellucid.analysis import secrets_seen
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.common_passwords import defaults
from pellucid.analyzers.secret_checks import CHECKS
from pellucid.analyzers.secret_placeholders import is_example, is_named, is_placeholder
from pellucid.analyzers.secret_rules import Rule, by_keyword, rules
from pellucid.analyzers.secret_sightings import Sighting, group, matches
from pellucid.analyzers.secret_traces import entropy, fingerprint, redacted
from pellucid.analyzers.wide_texts import is_wide
from pellucid.domain.evidence import Evidence
from pellucid.domain.secret import Secret, SecretKind, Validity
from pellucid.errors import Malformed

MOST_OF_A_RULE = 100
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
            secrets_seen.note(artefact, sighting.match[group(rule)])
            secrets_seen.note(artefact, artefact.window(start, end - start))
        if secret is None or not taken.take(start, end) or secret.fingerprint in seen:
            continue
        seen.add(secret.fingerprint)
        yield secret
        if len(seen) >= MOST_OF_A_RULE:
            return


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
