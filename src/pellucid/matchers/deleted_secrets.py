"""Keys and secrets that a container image seems to have lost, and still holds."""

from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.finding import Finding
from pellucid.domain.secret import Validity
from pellucid.matchers.classes import finding_of

NAME = "deleted_secrets"


@matcher(name=NAME, version=1)
def deleted_secrets(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report private keys and other secrets in files that a later layer of a container image deletes or replaces.

    They are hidden from the container, and lie in the image all the same.
    """
    hidden = {
        place.artefact.path
        for place in inventory.places
        if place.entry and place.artefact and "shadowedBy" in place.entry.facts
    }
    keys = [item.evidence for item in inventory.crypto_assets if item.kind is CryptoKind.PRIVATE_KEY]
    secrets = [item.evidence for item in inventory.secrets if item.validity is not Validity.FILTERED]
    found = tuple(dict.fromkeys(item for item in (*keys, *secrets) if item.artefact in hidden))
    if found:
        yield finding_of("weakness/container/deleted-secret", found)
