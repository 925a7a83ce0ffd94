"""Secrets on the wire: never more than their redaction."""

from pellucid.api.schemas.wire import Wire
from pellucid.domain import secret as domain
from pellucid.domain.secret import Validity


class Secret(Wire):
    """`secret` is what may be shown of it; `kind` a word of SecretKind."""

    rule: str
    secret: str
    entropy: float
    description: str
    kind: str
    validity: Validity

    @classmethod
    def of(cls, value: domain.Secret) -> "Secret":
        return cls(
            rule=value.rule,
            secret=value.redacted,
            entropy=value.entropy,
            description=value.description,
            kind=value.kind,
            validity=value.validity,
        )
