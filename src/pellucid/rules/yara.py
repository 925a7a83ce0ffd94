"""YARA rules, by the library yara-x: this module is the only one that knows it.

Every file is a namespace of its own; nothing is included from elsewhere, and rules see bytes, never a path.
"""

import io
import logging
from collections.abc import Collection, Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import yara_x

from pellucid.errors import BudgetExceeded, Malformed
from pellucid.rules import yara_text
from pellucid.rules.meta import stated
from pellucid.rules.rule_file import MOST_REMARKS, CheckedFile, CheckedRule, RuleFile
from pellucid.rules.yara_matching import YaraRules

log = logging.getLogger(__name__)
MOST_MATCHES = 10_000
"""Of one pattern in one artefact: conditions that count further than this see no more."""


class Scanner:
    """Compiled rules over bytes."""

    def __init__(self, rules: yara_x.Rules) -> None:
        self._scanner = yara_x.Scanner(rules)
        self._scanner.max_matches_per_pattern(MOST_MATCHES)

    def scan(self, data: bytes, seconds: int) -> Sequence[yara_x.Rule]:
        """The rules that match; raises BudgetExceeded after so many seconds, Malformed when the engine gives up."""
        self._scanner.set_timeout(seconds)
        try:
            return self._scanner.scan(data).matching_rules
        except yara_x.TimeoutError:
            raise BudgetExceeded(f"rules were stopped after {seconds} s") from None
        except yara_x.ScanError as error:
            raise Malformed(f"rules could not be matched: {error}") from None


class Yara:
    """The engine. See `engine.Engine`."""

    name = "yara"
    suffixes = (".yar", ".yara")

    @cached_property
    def version(self) -> str:
        return version("yara-x")

    def check(self, file: RuleFile) -> CheckedFile:
        """Compiled by itself."""
        compiler = _compiler()
        _add(compiler, file.body)
        warnings = [(remark["line"], _said(remark)) for remark in compiler.warnings()]
        errors = [_said(remark) for remark in sorted(compiler.errors(), key=lambda item: item["line"])[:MOST_REMARKS]]
        compiled = () if errors else tuple(compiler.build())
        if not errors and not compiled:
            errors = ["line 1: the file has no rules"]
        if errors:
            return CheckedFile(
                name=file.name, engine=self.name, errors=tuple(errors), warnings=tuple(said for _, said in warnings)
            )
        pieces = {piece.name: piece for piece in yara_text.pieces(file.body)}
        begin = sorted(piece.line for piece in pieces.values())
        rules = []
        for rule in compiled:
            piece = pieces.get(rule.identifier)
            line = piece.line if piece else 1
            end = next((other for other in begin if other > line), 1 << 62)
            rules.append(
                CheckedRule(
                    name=rule.identifier,
                    engine=self.name,
                    body=file.body[piece.start : piece.end] if piece else file.body,
                    line=line,
                    stated=stated(rule.metadata, rule.tags),
                    meta=_plain(rule),
                    warnings=tuple(said for at, said in warnings if line <= at < end),
                )
            )
        return CheckedFile(name=file.name, engine=self.name, rules=tuple(rules))

    def errors(self, source: str) -> list[str]:
        """Why it does not compile."""
        compiler = _compiler()
        _add(compiler, source)
        return [_said(remark) for remark in compiler.errors()[:MOST_REMARKS]]

    def scanner(self, files: Sequence[RuleFile], disabled: Collection[str]) -> Scanner:
        """Of all rules but these."""
        return Scanner(self._built(files, disabled))

    def compile(self, files: Sequence[RuleFile], disabled: Collection[str]) -> bytes:
        """As the library writes it: for the same version of it, on the same kind of machine."""
        sink = io.BytesIO()
        self._built(files, disabled).serialize_into(sink)
        return sink.getvalue()

    def load(self, compiled: bytes, files: Sequence[RuleFile], disabled: Collection[str]) -> YaraRules:
        """No threads are made before the first match: a process may load, and fork."""
        first = Scanner(yara_x.Rules.deserialize_from(io.BytesIO(compiled)))

        def names() -> list[str]:
            return [piece.name for file in files for piece in yara_text.pieces(file.body) if piece.name not in disabled]

        return YaraRules(first, names, lambda left_out: self.scanner(files, {*disabled, *left_out}), disabled)

    def _built(self, files: Sequence[RuleFile], disabled: Collection[str]) -> yara_x.Rules:
        compiler = _compiler()
        for file in files:
            source = file.body
            if disabled:
                names = [piece.name for piece in yara_text.pieces(source)]
                source = yara_text.only(source, [name for name in names if name not in disabled])
            compiler.new_namespace(file.name)
            if (error := _add(compiler, source)) is not None:
                # It was checked by another version of the library.
                log.warning("rules of %s are not matched: %s", file.name, error)
        return compiler.build()


YARA = Yara()


def _compiler() -> yara_x.Compiler:
    compiler = yara_x.Compiler(includes_enabled=False)
    compiler.max_warnings(MOST_REMARKS)
    return compiler


def _add(compiler: yara_x.Compiler, source: str) -> yara_x.CompileError | None:
    """The first error; the compiler keeps all of them."""
    try:
        compiler.add_source(source)
    except yara_x.CompileError as error:
        return error
    return None


def _said(remark: dict[str, Any]) -> str:
    """One line for people: where, what, and what the compiler points at."""
    labels = remark.get("labels") or [{}]
    detail = labels[0].get("text", "")
    return f"line {remark['line']}: {remark['title']}" + (f": {detail}" if detail else "")


def _plain(rule: yara_x.Rule) -> dict[str, Any]:
    """Its meta as JSON has it; what comes several times is a list."""
    found: dict[str, list[Any]] = {}
    for name, value in rule.metadata:
        found.setdefault(name, []).append(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
