"""FwHunt rules for UEFI firmware (the format of github.com/binarly-io/FwHunt): read and checked.

A file is YAML: the rule's name, and below it `meta` and conditions, or `variants` with conditions of their own.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import yaml

from pellucid.rules.fwhunt_source import guid_parts
from pellucid.rules.meta import stated
from pellucid.rules.rule_file import MOST_REMARKS, NAME, CheckedFile, CheckedRule, RuleFile

# Of one rule: the largest that are published have some hundred lines.
DEEPEST = 12
MOST_EVENTS = 20_000
LARGEST = 256 << 10
# The sections of conditions, each with what an item of it must have; () is a plain text.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "strings": (),
    "wide_strings": (),
    "hex_strings": (),
    "code": ("pattern",),
    "guids": ("name", "value"),
    "protocols": ("name", "value"),
    "ppi": ("name", "value"),
    "nvram": ("name", "guid"),
}
OPERATORS = ("and", "or", "not-any", "not-all")
# What may stand in front of a text of `wide_strings`.
ENCODINGS = ("utf16le", "utf16be")
PATTERN = re.compile(r"(?:[0-9a-f.]{2})+", re.IGNORECASE)
# Escapes can name halves of characters, which stand for nothing by themselves.
HALF = re.compile(r"[\ud800-\udfff]")
Remarks = Iterator[tuple[int, str]]
"""Lines, from 1, and what is wrong there."""


class FwHunt:
    """The checker. See `engine.Checker`."""

    name = "fwhunt"
    suffixes = (".yml", ".yaml")

    def check(self, file: RuleFile) -> CheckedFile:
        """A file is one rule, whose name is its first key."""
        return self.read(file)[0]

    def read(self, file: RuleFile) -> tuple[CheckedFile, dict[str, Any]]:
        """The same, with what stands below the name; nothing when there are errors."""
        try:
            root = _composed(file.body)
            errors = [f"line {line}: {what}" for line, what in _wrong(root)][:MOST_REMARKS]
        except yaml.YAMLError as error:
            errors = [_said(error)]
        if errors:
            return CheckedFile(name=file.name, engine=self.name, errors=tuple(errors)), {}
        key, node = root.value[0]
        rule = _plain(node)
        meta = rule["meta"]
        checked = CheckedFile(
            name=file.name,
            engine=self.name,
            rules=(
                CheckedRule(
                    name=key.value,
                    engine=self.name,
                    body=file.body,
                    line=_line(key),
                    stated=stated(list(meta.items())),
                    meta=meta,
                ),
            ),
        )
        return checked, rule


def document_of(body: str) -> tuple[str, dict[str, Any]]:
    """The name of a rule that was checked, and what stands below it; all scalars are texts as they stand there."""
    key, rule = _composed(body).value[0]
    return str(key.value), _plain(rule)


def _composed(text: str) -> Any:
    """The tree of the document; raises YAMLError, also for what is nested too deep or refers to other parts."""
    if len(text) > LARGEST:
        raise yaml.YAMLError(f"it is larger than {LARGEST >> 10} KiB")
    try:
        _bound(yaml.parse(text, yaml.SafeLoader))
        return yaml.compose(text, yaml.SafeLoader)
    except (ValueError, OverflowError):
        # The library makes a character of any number that an escape names.
        raise yaml.YAMLError("an escape names no character") from None


def _bound(events: Iterable[Any]) -> None:
    depth = 0
    for number, event in enumerate(events):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused(event, "anchors and aliases are not allowed")
        if depth > DEEPEST or number > MOST_EVENTS:
            raise _refused(event, "it is too large, or nested too deep")
        if isinstance(event, yaml.ScalarEvent) and HALF.search(event.value):
            raise _refused(event, "a text has half a character")


def _refused(event: Any, why: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=why, problem_mark=event.start_mark)


def _said(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"line {mark.line + 1 if mark else 1}: {problem}"


def _wrong(root: Any) -> Remarks:
    """All that keeps a document from being a rule."""
    if not isinstance(root, yaml.MappingNode) or not root.value:
        yield 1, "a rule is a mapping: its name, with meta and conditions below it"
        return
    if node := next(_no_text(root), None):
        yield _line(node), "what stands before a colon is a text"
        return
    key, rule = root.value[0]
    if len(root.value) > 1:
        yield _line(root.value[1][0]), "a file has one rule"
    if not NAME.fullmatch(key.value):
        yield _line(key), "the name of the rule is no text of 1 to 255 characters without slashes"
        return
    if not isinstance(rule, yaml.MappingNode):
        yield _line(key), "the rule has neither meta nor conditions"
        return
    parts = _fields(rule)
    if not isinstance(parts.get("meta"), yaml.MappingNode):
        yield _line(key), "the rule has no meta"
    if "variants" not in parts:
        yield from _conditions(rule, also=("meta",))
    elif not isinstance(parts["variants"], yaml.MappingNode) or not parts["variants"].value:
        yield _line(parts["variants"]), "variants is a mapping of names and conditions"
    else:
        for name, variant in parts["variants"].value:
            if isinstance(variant, yaml.MappingNode):
                yield from _conditions(variant)
            else:
                yield _line(name), "the variant has no conditions"


def _no_text(node: Any) -> Iterator[Any]:
    """Keys that are no scalars."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield from _no_text(value)
            else:
                yield key
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _no_text(item)


def _conditions(node: Any, also: tuple[str, ...] = ()) -> Remarks:
    found = False
    for key, value in node.value:
        if key.value in SECTIONS:
            found = True
            yield from _section(key, value)
        elif key.value not in also:
            yield _line(key), f"{key.value!r} is none of {', '.join(SECTIONS)}"
    if not found:
        yield _line(node), "there are no conditions"


def _section(key: Any, node: Any, operators: Collection[str] = OPERATORS) -> Remarks:
    """Items as a list, numbered, or either of them below operators, which are not mixed, and not nested."""
    if isinstance(node, yaml.MappingNode):
        if {name.value for name, _ in node.value}.isdisjoint(operators):
            operators = ()
        for name, value in node.value:
            if name.value in operators and isinstance(value, yaml.SequenceNode | yaml.MappingNode):
                yield from _section(key, value, ())
            elif name.value.isdigit() and not operators:
                yield from _item(key.value, value)
            else:
                yield _line(name), f"{name.value!r} is none of {', '.join(OPERATORS)}, and no number"
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _item(key.value, item)
    if not isinstance(node, yaml.MappingNode | yaml.SequenceNode) or not node.value:
        yield _line(key), f"{key.value} lists nothing"


def _item(section: str, node: Any) -> Remarks:
    needed = SECTIONS[section]
    texts = dict(_texts(node)) if needed else {"": _plain_text(section, node)}
    missing = [name for name in needed or ("",) if not texts.get(name)]
    if missing:
        yield _line(node), f"an item of {section} has no {missing[0] or 'text'}"
    pattern = texts.get("pattern" if needed else "") if section in ("code", "hex_strings") else None
    if pattern and not PATTERN.fullmatch(pattern):
        yield _line(node), "a pattern is pairs of hexadecimal digits, or of dots for any byte"
    guid = texts.get("guid" if section == "nvram" else "value")
    if guid:
        try:
            guid_parts(guid)
        except ValueError as error:
            yield _line(node), str(error)


def _plain_text(section: str, node: Any) -> str:
    """The text that an item is; "": it is none, such as a text with a colon that nobody has put in quotes."""
    while not isinstance(node, yaml.ScalarNode):
        if len(node.value) != 1:
            return ""
        if isinstance(node, yaml.SequenceNode):
            (node,) = node.value
            continue
        ((key, node),) = node.value
        if not key.value.isdigit() and (section != "wide_strings" or key.value not in ENCODINGS):
            return ""
    return str(node.value.strip())


def _texts(node: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Scalars of an item by their names; older rules write one as a list of mappings, some below a number."""
    if isinstance(node, yaml.ScalarNode):
        yield name, node.value.strip()
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(value, yaml.ScalarNode) or not name:
                yield from _texts(value, "" if isinstance(value, yaml.SequenceNode) else str(key.value))
    else:
        for value in node.value:
            yield from _texts(value, name)


def _fields(node: Any) -> dict[str, Any]:
    return {key.value: value for key, value in node.value}


def _plain(node: Any) -> Any:
    """Texts as they stand in the file: "1.0" stays what it is."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    return [_plain(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else node.value


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
