"""Findings about secrets that lie in an image."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.secret import Secret, SecretKind, Validity
from pellucid.domain.severity import Severity
from pellucid.matchers.classes import finding_of

NAME = "exposed_secrets"
EMPTY = "empty-password"
MOST_PLACES = 100
JUDGED = (Validity.UNDETERMINED, Validity.VALID)
# Manuals, translations, examples and tests of software: what stands there opens nothing.
TOLD = re.compile(
    r"(?:^|[/!])(?:usr/share/(?:doc|man|info|locale|help|gtk-doc|javadoc|licenses?|common-licenses|i18n|zoneinfo|perl\d?|vim|nano"
    r"|bash-completion|zsh|fish|examples?|lintian|bug|metainfo|appdata)|(?:test|tests|testing|testdata|test-data|spec|examples?|samples?|docs?"
    r"|fixtures|locale|locales|i18n|lang|man\d?|man-pages|__tests__|demos?)|pydoc_data|site-packages/[^/!]+/tests?)[/!]"
    r"|(?:^|[/!])(?:README|CHANGELOG|NEWS|COPYING|LICEN[CS]E|AUTHORS|CHANGES)(?:[.][\w.]+)?(?:$|!)"
    r"|[.](?:md|rst|po|pot|mo|html?|pod|[1-8](?:[.]gz)?|texi|info|h|hpp|po[.]js|example|sample|dist)(?:$|!)",
    re.IGNORECASE,
)


@matcher(name=NAME, version=1)
def exposed_secrets(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each secret once for each rule that finds it, with every place that it is at.

    Not reported are placeholders, examples and what has a wrong checksum, and whatever stands in manuals,
    translations, headers and tests of software.
    """
    found: dict[tuple[str, str], list[Secret]] = {}
    for secret in inventory.secrets:
        if secret.validity in JUDGED and not TOLD.search(secret.evidence.artefact):
            found.setdefault((secret.rule, secret.fingerprint), []).append(secret)
    for _, secrets in sorted(found.items()):
        yield _finding(secrets)


def _finding(secrets: list[Secret]) -> Finding:
    """Of one secret, which may be at many places; the worst of them says how bad it is."""
    worst = max(secrets, key=lambda item: Severity(item.severity).rank)
    class_id = class_of(worst)
    places = tuple(dict.fromkeys(map(_seen, secrets)))[:MOST_PLACES]
    subject = f"{worst.description} of {worst.account}" if worst.account else worst.description
    finding = finding_of(
        class_id,
        places,
        worst.rule,
        worst.fingerprint,
        title=subject,
        severity=Severity(worst.severity),
        confidence=worst.confidence,
    )
    return replace(finding, subtype=worst.kind, secret=worst)


def _seen(secret: Secret) -> Evidence:
    said = (("rule", secret.rule), ("account", secret.account), ("validity", secret.validity.value))
    return replace(
        secret.evidence, attributes=(*secret.evidence.attributes, *((name, text) for name, text in said if text))
    )


def class_of(secret: Secret) -> str:
    """The class of findings for a secret."""
    table = classes_of_kinds()
    if secret.kind == SecretKind.PASSWORD_HASH:
        return table["cracked" if secret.validity is Validity.VALID else secret.kind]
    if secret.rule == EMPTY:
        return table["empty"]
    if secret.known:
        return table["communityKnown" if secret.kind == SecretKind.COMMUNITY else "known"]
    return table.get(secret.kind, table["password"])


@cache
def classes_of_kinds() -> Mapping[str, str]:
    """Classes by kind of secret, and by what else is known of one."""
    table: dict[str, str] = tomllib.loads(Path(__file__).with_name("exposed_secrets.toml").read_text(encoding="utf-8"))[
        "kind"
    ]
    return table
