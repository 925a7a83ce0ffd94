"""All units: what a scan runs."""

from collections.abc import Sequence

from pellucid.analysis.analyzer import Analyzer
from pellucid.extractors import EXTRACTORS
from pellucid.pipeline.unit_set import Units


def _analyzers() -> Sequence[Analyzer]:
    from pellucid.analyzers import ANALYZERS  # noqa: PLC0415  # takes its time: as late as may be

    return ANALYZERS


UNITS = Units(EXTRACTORS, _analyzers)
