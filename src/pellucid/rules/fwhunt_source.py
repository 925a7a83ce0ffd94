"""FwHunt rules as YARA rules, which one engine matches in one pass: texts, bytes and GUIDs in a module, and operators.

What a rule says of services, and of the handlers that code has to be in, is not asked: it takes an analysis of the code
as large as that of a decompiler. A pattern of code counts wherever it stands in the module.
"""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

OPERATORS: Mapping[str, str] = {
    "and": "({})",
    "or": "({})",
    "not-any": "not ({})",
    "not-all": "not ({})",
}
JOINED_BY_AND = ("and", "not-all")
ANY = "??"
_GUID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-?([0-9a-f]{12})", re.IGNORECASE)
Definitions = dict[str, str]
"""Patterns by their names, which begin with "$"."""


def yara_rule(identifier: str, rule: Mapping[str, Any]) -> str:
    """The source of one rule, of the fields below its name; raises ValueError for patterns that stand for nothing."""
    variants = rule.get("variants") or {"default": {name: value for name, value in rule.items() if name != "meta"}}
    patterns: Definitions = {}
    conditions = [_variant(number, variant, patterns) for number, variant in enumerate(variants.values())]
    defined = "\n".join(f"    {name} = {pattern}" for name, pattern in patterns.items())
    strings = f"  strings:\n{defined}\n" if defined else ""
    return f"rule {identifier} {{\n{strings}  condition:\n    {' or '.join(conditions)}\n}}\n"


def looks_at_code(rule: Mapping[str, Any]) -> bool:
    """Whether it wants code to be in certain handlers."""
    return "code" in rule or any("code" in variant for variant in (rule.get("variants") or {}).values())


def asks_for_services(rule: Mapping[str, Any]) -> bool:
    """Whether it wants protocols, PPIs or variables to be used by certain services."""
    parts = [rule, *(rule.get("variants") or {}).values()]
    return any(name in part for part in parts for name in ("protocols", "ppi", "nvram"))


def _variant(number: int, variant: Mapping[str, Any], patterns: Definitions) -> str:
    """All its sections must hold."""
    held = []
    for section, content in variant.items():
        by_operator = content if isinstance(content, dict) and set(content) & set(OPERATORS) else {"and": content}
        for operator, items in by_operator.items():
            names = []
            for index, item in enumerate(_items(items)):
                terms = []
                for part, pattern in enumerate(MAKERS[section](item)):
                    name = f"${section}_{number}_{operator.replace('-', '_')}_{index}_{part}"
                    patterns[name] = pattern
                    terms.append(name)
                names.append(f"({' and '.join(terms)})")
            if names:
                joined = (" and " if operator in JOINED_BY_AND else " or ").join(names)
                held.append(OPERATORS[operator].format(joined))
    if not held:
        raise ValueError("there are no conditions")
    return f"({' and '.join(held)})"


def _items(listed: Any) -> Iterator[Any]:
    """Items stand in a list, or below numbers; those of older rules below a number in the list."""
    for item in listed.values() if isinstance(listed, dict) else listed:
        yield _flat(item)


def _flat(item: Any) -> Any:
    """An item as a text, or as a mapping of its fields."""
    if isinstance(item, list):
        return {name: value for part in item if isinstance(part, dict) for name, value in part.items()}
    if isinstance(item, dict) and len(item) == 1:
        ((name, value),) = item.items()
        if str(name).isdigit():
            return _flat(value)
    return item


def _text(item: Any) -> Iterator[str]:
    yield _bytes(str(item).encode("utf-8"))


def _wide(item: Any) -> Iterator[str]:
    """UTF-16, little endian unless it is said otherwise."""
    big = isinstance(item, dict) and "utf16be" in item
    text = next(iter(item.values()), "") if isinstance(item, dict) else item
    yield _bytes(str(text).encode("utf-16-be" if big else "utf-16-le"))


def _pattern(item: Any) -> Iterator[str]:
    """Pairs of hexadecimal digits; a dot is any digit. Bytes that are anything count for nothing at either end."""
    text = str(item.get("pattern", "") if isinstance(item, dict) else item).strip().lower()
    pairs = [text[at : at + 2].replace(".", "?") for at in range(0, len(text), 2)]
    told = [number for number, pair in enumerate(pairs) if pair != ANY]
    if not told or len(text) % 2:
        raise ValueError("a pattern of nothing but dots")
    yield f"{{ {' '.join(pairs[told[0] : told[-1] + 1])} }}"


def _guid(item: Mapping[str, Any]) -> Iterator[str]:
    """As it stands in memory: the first three parts are little endian (UEFI 2.10, appendix A)."""
    yield _bytes(uuid.UUID("".join(guid_parts(item.get("value") or item.get("guid")))).bytes_le)


def _variable(item: Mapping[str, Any]) -> Iterator[str]:
    yield from _wide(item.get("name", ""))
    yield from _guid(item)


def guid_parts(text: Any) -> Sequence[str]:
    """The five groups of digits; older rules leave out the last hyphen. Raises ValueError for anything else."""
    found = _GUID.fullmatch(str(text).strip())
    if found is None:
        raise ValueError(f"{str(text)[:60]!r} is no GUID")
    return found.groups()


def _bytes(content: bytes) -> str:
    if not content:
        raise ValueError("an empty text")
    return f"{{ {content.hex(' ')} }}"


MAKERS = {
    "strings": _text,
    "wide_strings": _wide,
    "hex_strings": _pattern,
    "code": _pattern,
    "guids": _guid,
    "protocols": _guid,
    "ppi": _guid,
    "nvram": _variable,
}
