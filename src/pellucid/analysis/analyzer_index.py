"""The index of the analyzers: what their modules declare, known without importing them.

A process that analyses one image needs a few of a hundred, and is started for every image.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from importlib import import_module
from typing import Any

import msgspec

from pellucid.analysis.analyzer import Analyzer, Fact, Stage
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One analyzer: the `attribute` of a `module`, and what it declares.

    Literals are their bytes in hex; None stands for those that have a digest, and are asked of the unit. `digest` and
    `data` name the functions that tell of tables, as module:function: these are asked without the unit.
    """

    module: str
    attribute: str
    name: str
    version: int
    stage: Stage
    kinds: tuple[str, ...] | None
    hit: bool
    literals: tuple[str, ...] | None
    most_facts: int
    named: tuple[str, ...]
    digest: str = ""
    data: str = ""
    whole: bool = False


class Late(msgspec.Struct, frozen=True, dict=True):
    """The analyzer `attribute` of `module`, imported when it is first asked something."""

    module: str
    attribute: str

    @cached_property
    def unit(self) -> Analyzer:
        found: Analyzer = getattr(import_module(self.module), self.attribute)
        return found

    def accepts(self, artefact: Artefact) -> bool:
        return self.unit.wants.accepts(artefact)

    def literals(self) -> frozenset[bytes]:
        return self.unit.wants.literals

    def run(self, artefact: Artefact) -> Iterator[Fact]:
        return self.unit.run(artefact)


def read(text: bytes) -> tuple[Analyzer, ...]:
    """The analyzers of an index, in its order. They do what the declared ones do, but have no documentation."""
    return tuple(_late(row) for row in msgspec.json.decode(text, type=list[Row]))


def write(units: Iterable[tuple[str, str, Analyzer]]) -> str:
    """The index of (module, attribute, analyzer), one a line."""
    return "[\n" + ",\n".join(msgspec.json.encode(_row(*unit)).decode() for unit in units) + "\n]\n"


def _row(module: str, attribute: str, unit: Analyzer) -> Row:
    wants = unit.wants
    return Row(
        module=module,
        attribute=attribute,
        name=unit.name,
        version=unit.version,
        stage=unit.stage,
        kinds=None if wants.kinds is None else tuple(sorted(wants.kinds)),
        hit=wants.hit,
        literals=None if wants.digest else tuple(sorted(literal.hex() for literal in wants.literals)),
        most_facts=unit.most_facts,
        named=unit.named,
        digest=_named(wants.digest),
        data=_named(unit.data),
        whole=unit.whole,
    )


def _named(function: Callable[[], object] | None) -> str:
    """A function of a module by its name; no other would be found again."""
    if function is None:
        return ""
    if "." in function.__qualname__ or "<" in function.__qualname__:
        raise ValueError(f"{function.__qualname__} of {function.__module__} is no function of a module")
    return f"{function.__module__}:{function.__qualname__}"


def _call(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)()


def _late(row: Row) -> Analyzer:
    late = Late(row.module, row.attribute)
    wants = Selector(
        late.accepts,
        late.literals if row.literals is None else frozenset(map(bytes.fromhex, row.literals)),
        hit=row.hit,
        kinds=None if row.kinds is None else frozenset(row.kinds),
        digest=partial(_call, row.digest) if row.digest else None,
    )
    return Analyzer(
        name=row.name,
        version=row.version,
        stage=row.stage,
        wants=wants,
        run=late.run,
        most_facts=row.most_facts,
        named=row.named,
        data=partial(_call, row.data) if row.data else None,
        whole=row.whole,
    )
