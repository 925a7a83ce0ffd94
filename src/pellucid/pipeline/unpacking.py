"""Units that unpack and do nothing else."""

from pellucid.extractors import EXTRACTORS
from pellucid.pipeline.unit_set import Units

UNPACKING = Units(EXTRACTORS)
