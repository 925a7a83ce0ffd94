"""Corrections: whoever puts configurations of NVD right says what stands in their place, not what comes on top."""

from collections.abc import Iterable

from pellucid.domain.statement import Statement

NVD = "nvd"
CORRECTORS = frozenset(("anchore",))


def corrected_by(said: Iterable[Statement]) -> frozenset[str]:
    """The vulnerabilities of which the configurations of NVD do not count, by what is said of one product."""
    return frozenset(item.vulnerability for item in said if item.source in CORRECTORS)
