"""Which of the statements about a product apply in an image: what they are made for, and what they ask for besides."""

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.matchers.vulnerabilities.surroundings import Surroundings
from pellucid.matchers.vulnerabilities.verdicts import Verdict

MOST_NAMED = 3
# What target_sw calls the universe of a language's packages.
LANGUAGES = {"PyPI": "python", "npm": "node.js", "RubyGems": "ruby", "crates.io": "rust", "Go": "go", "Maven": "maven"}


@dataclass(frozen=True, slots=True)
class Applicable:
    """Verdicts that may be true here, the best first. `conditional`: each needs something that may not be there."""

    verdicts: tuple[Verdict, ...] = ()
    conditional: bool = False
    notes: tuple[str, ...] = ()


def applicable(found: Sequence[Verdict], surroundings: Surroundings, ecosystem: str) -> Applicable:
    """Without those whose conditions are known not to be met; those that ask for nothing come before the others."""
    if not any(item.affected.only_with or item.affected.target or item.affected.edition for item in found):
        return Applicable(tuple(found))
    sure: list[Verdict] = []
    unsure: list[Verdict] = []
    for item in found:
        answers = [surroundings.fulfilled(item.affected)]
        if item.affected.target and item.affected.target != LANGUAGES.get(ecosystem):
            answers.append(surroundings.fits_target(item.affected.target))
        if False not in answers:
            (unsure if None in answers or item.affected.edition else sure).append(item)
    if sure:
        return Applicable(tuple(sure))
    return Applicable(tuple(unsure), conditional=True, notes=tuple(filter(None, map(_note, unsure[:1]))))


def _note(item: Verdict) -> str:
    said = item.affected
    groups = [" or ".join(_short(platform.cpe) for platform in group[:MOST_NAMED]) for group in said.only_with]
    wanted = [*groups, *([said.target] if said.target else []), *([f"the edition {said.edition}"] * bool(said.edition))]
    return f"It matters only with {', and with '.join(wanted[:MOST_NAMED])}, which is not known to be there."


def _short(cpe: str) -> str:
    fields = cpe.split(":")
    return " ".join(field.replace("_", " ") for field in fields[3:6] if field not in ("*", "-")) or cpe
