"""Ranges of versions as text: "vers:generic/>=1.2.9|<1.3.1" (the VERS specification, of which one interval is used)."""

from pellucid.formats import version_order
from pellucid.formats.version_order import Comparator

SCHEME = "vers:generic/"
OPERATORS = (">=", "<=", ">", "<", "=")


def interval(*, above: str = "", from_: str = "", below: str = "") -> str:
    """What is known of a version: later than `above`, not before `from_`, earlier than `below`; empty for nothing."""
    bounds = [f">{above}"] if above else [f">={from_}"] if from_ else []
    bounds += [f"<{below}"] if below else []
    return SCHEME + "|".join(bounds) if bounds else ""


def contains(text: str, version: str, order: Comparator = version_order.upstream) -> bool:
    """Whether `version` fulfils every constraint of the interval; an interval that cannot be read excludes nothing."""
    for constraint in text.partition("/")[2].split("|"):
        operator = next((sign for sign in OPERATORS if constraint.startswith(sign)), "")
        if not operator:
            continue
        difference = order(version, constraint.removeprefix(operator))
        fulfilled = {
            ">=": difference >= 0,
            "<=": difference <= 0,
            ">": difference > 0,
            "<": difference < 0,
            "=": difference == 0,
        }
        if not fulfilled[operator]:
            return False
    return True
