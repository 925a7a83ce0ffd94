"""What units have seen of secrets while they looked at an artefact: kept as long as that takes, and nowhere else."""

from collections.abc import Collection

from pellucid.analysis.artefact import Artefact

HIDDEN = "***"
# What is shorter stands by chance in other words, too.
SHORTEST = 4
_NAME = "secrets"


def note(artefact: Artefact, secret: bytes) -> None:
    """Have this withheld from all that is said of the artefact."""
    artefact.memo.setdefault(_NAME, set()).add(secret)


def seen(artefact: Artefact) -> Collection[bytes]:
    """All that were noted."""
    found: Collection[bytes] = artefact.memo.get(_NAME, ())
    return found
