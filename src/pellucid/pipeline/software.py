"""Units that find out what an image is made of, and nothing else."""

from pellucid.analysis.analyzer import Stage
from pellucid.analyzers import ANALYZERS
from pellucid.extractors import EXTRACTORS
from pellucid.pipeline.unit_set import Units

SOFTWARE = Units(EXTRACTORS, [unit for unit in ANALYZERS if unit.stage is Stage.COMPONENTS])
