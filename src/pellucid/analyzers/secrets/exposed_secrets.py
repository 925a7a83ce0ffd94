"""Tokens, keys and passwords that stand in clear in whatever an image holds."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import secret_rules
from pellucid.analyzers.secret_search import secrets_in


@analyzer(
    name="exposed_secrets",
    version=3,
    stage=Stage.SECRETS,
    wants=contains(*secret_rules.keywords()),
    most_facts=2000,
    data=secret_rules.revision,
)
def exposed_secrets(artefact: Artefact) -> Iterator[Fact]:
    """Find secrets by the rules of secrets/rules: tokens of services, passwords in configurations, keys of networks.

    Texts in UTF-16 are searched as well, wherever they stand. What is kept of a secret is a redaction and a
    fingerprint. Placeholders and examples are facts, but marked as such, and so are tokens whose checksum is wrong.
    Private keys and certificates are looked for by other units.
    """
    yield from sorted(secrets_in(artefact), key=lambda secret: secret.evidence.offset)
