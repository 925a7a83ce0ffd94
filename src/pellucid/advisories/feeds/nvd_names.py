"""CPE names in records of vulnerabilities: formatted strings of 2.3 and URIs of 2.2 (NISTIR 7695, 6.1 and 6.2)."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from pellucid.domain.statement import Subject
from pellucid.errors import Malformed

ANY, NOT_APPLICABLE = "*", "-"
LONGEST = 2048
PARTS = 13
_COLON = re.compile(r"(?<!\\)((?:\\\\)*):")
_ESCAPED = re.compile(r"\\(.)")
# cpe:/part:vendor:product:version:update:edition:language, where the edition may hold five of the newer fields.
URI_FIELDS = 7


@dataclass(frozen=True, kw_only=True)
class Name:
    """What a name means. `version` is "*", "-", "1.0.1", or with an update "1.0.1:beta1", where an update "-" is the
    release without any. `target` (target_sw) and `edition` (sw_edition) are empty where they say nothing."""

    subject: Subject
    version: str
    target: str = ""
    edition: str = ""

    @property
    def plain(self) -> str:
        """The version without the update."""
        return self.version.partition(":")[0]

    @property
    def update(self) -> str:
        """The update, where one is named."""
        update = self.version.partition(":")[2]
        return "" if update == NOT_APPLICABLE else update


# Records name the same few thousand products again and again.
@lru_cache(maxsize=1 << 14)
def name_of(text: str) -> Name:
    """Raises Malformed."""
    if not 0 < len(text) <= LONGEST:
        raise Malformed("no CPE name")
    part, vendor, product, version, update, sw_edition, target_sw = _uri(text) if text[4:5] == "/" else _string(text)
    if part not in ("a", "o", "h") or product in ("", ANY, NOT_APPLICABLE):
        raise Malformed(f"a CPE name of no product: {text[:100]}")
    return Name(
        subject=(f"cpe:{part}", f"{vendor}:{product}"),
        version=(version or ANY) + ("" if update in ("", ANY) else f":{update}"),
        target=_narrow(target_sw),
        edition=_narrow(sw_edition),
    )


def _string(text: str) -> tuple[str, ...]:
    fields = [field.lower() for field in _fields(text)]
    if len(fields) != PARTS or fields[:2] != ["cpe", "2.3"]:
        raise Malformed(f"no CPE name: {text[:100]}")
    return tuple(_ESCAPED.sub(r"\1", field) if "\\" in field else field for field in (*fields[2:7], *fields[9:11]))


def _fields(text: str) -> list[str]:
    if "\\" not in text:
        return text.split(":")
    # A colon behind an even number of backslashes ends a field; those backslashes belong to it.
    found, begin = [], 0
    for match in _COLON.finditer(text):
        found.append(text[begin : match.end() - 1])
        begin = match.end()
    return [*found, text[begin:]]


def _uri(text: str) -> tuple[str, ...]:
    fields = [unquote(field).lower() for field in text.removeprefix("cpe:/").split(":")]
    if not text.startswith("cpe:/") or len(fields) > URI_FIELDS:
        raise Malformed(f"no CPE name: {text[:100]}")
    part, vendor, product, version, update, edition, _ = (*fields, *[""] * (URI_FIELDS - len(fields)))
    # Packed: ~edition~sw_edition~target_sw~target_hw~other
    packed = edition.split("~") if edition.startswith("~") else []
    sw_edition, target_sw = (packed[2], packed[3]) if len(packed) > 3 else ("", "")
    return part, vendor, product, version, update, sw_edition, target_sw


def _narrow(value: str) -> str:
    return "" if value in (ANY, NOT_APPLICABLE) else value
