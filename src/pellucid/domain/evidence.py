"""Why a fact is believed: where it was seen and what was there."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One sighting.

    `offset` and `length` are bytes into the artefact; `seen` is a short printable excerpt, never a secret.
    `artefact` is the path inside the image; analyzers leave it empty (they see content, not places), the
    pipeline fills it in. `attributes` are what else is to be said of this sighting, as pairs of a name in camel case
    and a short text: the address and the caller of a call, the property that a program lacks.
    """

    offset: int
    seen: str
    length: int = 0
    artefact: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
