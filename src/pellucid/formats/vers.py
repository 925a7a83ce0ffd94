"""Ranges of versions as text: "vers:generic/>=1.2.9|<1.3.1" (the VERS specification, of which one interval is used)."""

from pellucid.domain.version_range import VersionRange
from pellucid.formats import version_order
from pellucid.formats.version_order import Comparator

SCHEME = "vers:generic/"
OPERATORS = (">=", "<=", ">", "<", "=")
_BOUNDS = {">=": "introduced", ">": "after", "<": "fixed", "<=": "last_affected"}


def interval(*, above: str = "", from_: str = "", below: str = "") -> str:
    """What is known of a version: later than `above`, not before `from_`, earlier than `below`; empty for nothing."""
    bounds = [f">{above}"] if above else [f">={from_}"] if from_ else []
    bounds += [f"<{below}"] if below else []
    return SCHEME + "|".join(bounds) if bounds else ""


def contains(text: str, version: str, order: Comparator = version_order.upstream) -> bool:
    """Whether `version` fulfils every constraint of the interval; an interval that cannot be read excludes nothing."""
    for operator, bound in _constraints(text):
        difference = order(version, bound)
        fulfilled = {
            ">=": difference >= 0,
            "<=": difference <= 0,
            ">": difference > 0,
            "<": difference < 0,
            "=": difference == 0,
        }
        if operator and not fulfilled[operator]:
            return False
    return True


def range_of(text: str) -> VersionRange | None:
    """The interval; None for a text that is none, or more than one. The scheme before "/" may be missing."""
    found: dict[str, str] = {}
    for operator, bound in _constraints(text if text.startswith("vers:") else f"/{text}"):
        kinds = ("introduced", "last_affected") if operator == "=" else (_BOUNDS.get(operator, ""),)
        if not bound or not all(kinds) or any(kind in found for kind in kinds):
            return None
        found |= dict.fromkeys(kinds, bound)
    one_of_each = not {"introduced", "after"} <= found.keys() and not {"fixed", "last_affected"} <= found.keys()
    return VersionRange(**found) if found and one_of_each else None


def _constraints(text: str) -> list[tuple[str, str]]:
    """(operator, version) of each; the operator is empty where there is none."""
    found = []
    for constraint in text.partition("/")[2].split("|"):
        operator = next((sign for sign in OPERATORS if constraint.startswith(sign)), "")
        found.append((operator, constraint.removeprefix(operator).strip()))
    return found
