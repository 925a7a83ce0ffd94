"""Extractors: artefact -> artefacts, one file each, in the order in which they are asked.

A module is imported when its extractor is first called. Until then index.json, generated, says what it declares.
"""

from importlib import import_module
from pathlib import Path

from pellucid.analysis import extractor_index
from pellucid.analysis.extractor import Extractor

_FILES = Path(__file__).parent

EXTRACTORS = extractor_index.read(_FILES.joinpath("index.json").read_bytes())


def declared() -> list[tuple[str, str, Extractor]]:
    """(module, attribute, extractor) as the modules of order.txt declare them; imports every one of them."""
    lines = _FILES.joinpath("order.txt").read_text(encoding="utf-8").splitlines()
    modules = [import_module(f"{__name__}.{line}") for line in lines if line and not line.startswith("#")]
    return [
        (module.__name__, attribute, value)
        for module in modules
        for attribute, value in vars(module).items()
        if isinstance(value, Extractor)
    ]
