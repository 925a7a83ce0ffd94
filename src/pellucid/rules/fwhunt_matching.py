"""Matching modules of UEFI firmware with FwHunt rules: they are matched as YARA rules, and speak as themselves."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import structs

from pellucid.analysis.artefact import Artefact
from pellucid.domain.problem import Problem
from pellucid.domain.rule_match import RuleMatch
from pellucid.rules.engine import ReadyRules
from pellucid.rules.fwhunt import FwHunt, document_of
from pellucid.rules.fwhunt_source import asks_for_services, guid_parts, looks_at_code, yara_rule
from pellucid.rules.meta import stated
from pellucid.rules.rule_file import CheckedFile, RuleFile, Stated
from pellucid.rules.yara import YARA

MODULES = ("pe", "te")
WHOLE_FIRMWARE = "firmware"
VOLUME_GUID = "moduleGuid"
REVISION = 1
CODE = "line 1: code counts wherever it stands in the module, not only in handlers of SMIs"
SERVICES = "line 1: protocols, PPIs and variables count wherever the module names them, whatever it does with them"
TYPES = {"threats": "maliciousCode", "supplychain": "supplyChainFailure", "mitigationfailures": "mitigation"}


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule is called and says; `guids` are the modules that it is about, all of them when there are none."""

    name: str
    stated: Stated
    guids: tuple[str, ...]
    anywhere: bool


class _Packed(msgspec.Struct, frozen=True):
    compiled: bytes
    source: str
    named: dict[str, Named]


class FwHuntEngine(FwHunt):
    """The checker with an engine. See `engine.Engine`."""

    @property
    def version(self) -> str:
        return f"{REVISION} {YARA.version}"

    def check(self, file: RuleFile) -> CheckedFile:
        """What the reader says, and then the engine."""
        checked, rule = self.read(file)
        if checked.errors:
            return checked
        try:
            said = YARA.errors(yara_rule("fwhunt_0", rule))
            _named(checked.rules[0].name, rule["meta"])
        except ValueError as error:
            said = [f"line 1: {error}"]
        if said:
            return CheckedFile(
                name=file.name, engine=self.name, errors=tuple(f"line 1: {text.partition(': ')[2]}" for text in said)
            )
        warnings = ((CODE,) if looks_at_code(rule) else ()) + ((SERVICES,) if asks_for_services(rule) else ())
        return structs.replace(checked, rules=tuple(structs.replace(item, warnings=warnings) for item in checked.rules))

    def compile(self, files: Sequence[RuleFile], disabled: Collection[str]) -> bytes:
        """The YARA rules that they are matched as; "fwhunt_7" is that of the seventh file."""
        rules: list[str] = []
        named: dict[str, Named] = {}
        for number, file in enumerate(files):
            name, rule = document_of(file.body)
            if name not in disabled:
                rules.append(yara_rule(f"fwhunt_{number}", rule))
                named[f"fwhunt_{number}"] = _named(name, rule["meta"])
        if not rules:
            return b""
        source = "\n".join(rules)
        compiled = YARA.compile([RuleFile(name="fwhunt", body=source)], ())
        return msgspec.msgpack.encode(_Packed(compiled, source, named))

    def load(self, compiled: bytes, _files: Sequence[RuleFile], _disabled: Collection[str], /) -> ReadyRules:
        """What `compile` made, which has all that is asked of the files: to read them again takes long."""
        if not compiled:
            return FwHuntRules(None, {})
        found = msgspec.msgpack.decode(compiled, type=_Packed)
        inner = YARA.load(found.compiled, [RuleFile(name="fwhunt", body=found.source)], ())
        return FwHuntRules(inner, found.named)


class FwHuntRules:
    """Rules that are ready: `inner` matches, `named` says what its identifiers stand for."""

    def __init__(self, inner: ReadyRules | None, named: Mapping[str, Named]) -> None:
        self._inner, self._named = inner, named
        self._anywhere = any(item.anywhere for item in named.values())

    def match(self, artefact: Artefact, ruleset: str) -> Iterator[RuleMatch | Problem]:
        """See `engine.ReadyRules`. Rules about modules are tried on modules, others on everything."""
        is_module = artefact.kind in MODULES
        if self._inner is None or not (is_module or self._anywhere):
            return
        for said in self._inner.match(artefact, ruleset):
            if isinstance(said, Problem):
                yield replace(said, unit=FwHunt.name, message=self._renamed(said.message))
                continue
            rule = self._named.get(said.rule)
            if rule and (is_module or rule.anywhere):
                yield _match(said, rule)

    def _renamed(self, message: str) -> str:
        words = [
            self._named[word.rstrip(",)")].name if word.rstrip(",)") in self._named else word
            for word in message.split(" ")
        ]
        return " ".join(words)


def _match(found: RuleMatch, rule: Named) -> RuleMatch:
    said = rule.stated
    return replace(
        found,
        engine=FwHunt.name,
        rule=rule.name,
        title=said.title,
        description=said.description,
        severity=said.severity,
        author=said.author,
        weakness=said.weakness,
        classification=said.type,
        identifiers=(*said.identifiers, *((VOLUME_GUID, guid) for guid in rule.guids)),
        references=said.references,
    )


def _named(name: str, meta: Mapping[str, Any]) -> Named:
    said = stated(list(meta.items()))
    namespace = str(meta.get("namespace", "")).replace(" ", "").lower()
    return Named(
        name=name,
        stated=said
        if said.type
        else structs.replace(said, type=TYPES.get(namespace, "knownVulnerability" if said.identifiers else "")),
        guids=tuple("-".join(guid_parts(guid)).lower() for guid in meta.get("volume guids") or ()),
        anywhere=str(meta.get("target", "")).strip().lower() == WHOLE_FIRMWARE,
    )


FWHUNT = FwHuntEngine()
