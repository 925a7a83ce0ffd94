"""Analyzers: units that read one artefact and yield facts, one file each, in the order of order.txt.

A module is imported when its analyzer is first asked. Until then index.json, generated, says what it declares.
"""

from importlib import import_module
from pathlib import Path

from pellucid.analysis import analyzer_index
from pellucid.analysis.analyzer import Analyzer

_FILES = Path(__file__).parent

ANALYZERS = analyzer_index.read(_FILES.joinpath("index.json").read_bytes())


def declared() -> list[tuple[str, str, Analyzer]]:
    """(module, attribute, analyzer) as the modules of order.txt declare them; imports every one of them."""
    lines = _FILES.joinpath("order.txt").read_text(encoding="utf-8").splitlines()
    modules = [import_module(f"{__name__}.{line}") for line in lines if line and not line.startswith("#")]
    return [
        (module.__name__, attribute, value)
        for module in modules
        for attribute, value in vars(module).items()
        if isinstance(value, Analyzer)
    ]
