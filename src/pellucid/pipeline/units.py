"""All units: what a scan runs."""

from pellucid.analyzers import ANALYZERS
from pellucid.extractors import EXTRACTORS
from pellucid.pipeline.unit_set import Units

UNITS = Units(EXTRACTORS, ANALYZERS)
