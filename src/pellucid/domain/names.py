"""Names, texts and ids that callers give: checked, or InvalidRequest that says what is wrong with which field."""

import unicodedata
from collections.abc import Container, Iterable, Mapping
from pathlib import PurePosixPath

from pellucid.domain.ids import is_id
from pellucid.errors import Detail, InvalidRequest

NAME_LENGTH = 255
FILENAME_BYTES = 255  # what file systems take
TEXT_LENGTH = 10_000
METADATA_ENTRIES = 64
METADATA_LENGTH = 4096
IDS = 1000
# Control characters, lone surrogates (which are no text at all) and line separators.
REFUSED = ("Cc", "Cs", "Zl", "Zp")
LAYOUT = dict.fromkeys(map(ord, "\t\r\n"), " ")
# Characters that make text read differently from what it is (Unicode standard annex 9, "explicit directional").
DIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def name(text: str, field: str = "name") -> str:
    """A name or version: 1 to 255 characters on one line, without space around it."""
    text = _printable(text.strip(), field)
    if not text:
        raise invalid(field, "must not be empty")
    if len(text) > NAME_LENGTH:
        raise invalid(field, f"has {len(text)} characters; at most {NAME_LENGTH} are possible")
    return text


def filename(text: str, field: str = "filename") -> str:
    """The last component of a path of either kind, at most 255 bytes of UTF-8."""
    text = _printable(text.strip().replace("\\", "/"), field)
    last = PurePosixPath(text).name
    if last in ("", ".", ".."):
        raise invalid(field, "must name a file")
    size = len(last.encode())
    if size > FILENAME_BYTES:
        raise invalid(field, f"has {size} bytes; at most {FILENAME_BYTES} are possible")
    return last


def text(value: str, field: str) -> str:
    """Free text: up to 10,000 characters, lines and tabs allowed."""
    if len(value) > TEXT_LENGTH:
        raise invalid(field, f"has {len(value)} characters; at most {TEXT_LENGTH} are possible")
    _printable(value.translate(LAYOUT), field)
    return value.strip()


def metadata(values: Mapping[str, str], field: str = "metadata") -> dict[str, str]:
    """At most 64 pairs of a name and a text of up to 4,096 characters."""
    if len(values) > METADATA_ENTRIES:
        raise invalid(field, f"has {len(values)} entries; at most {METADATA_ENTRIES} are possible")
    checked = {}
    for key, value in values.items():
        if len(value) > METADATA_LENGTH:
            raise invalid(field, f"has a value of {len(value)} characters; at most {METADATA_LENGTH} are possible")
        checked[name(key, field)] = text(value, field)
    return checked


def resource_id(text: str, field: str = "id") -> str:
    """A ULID, in capital letters."""
    candidate = text.strip().upper()
    if not is_id(candidate):
        raise invalid(field, f"must be a ULID of 26 characters, not {text[:64]!r}")
    return candidate


def product_id(text: str, field: str = "productId") -> str:
    """A product's id, also when it is written as its resource name "products/<id>"."""
    return resource_id(text.strip().removeprefix("products/"), field)


def resource_ids(texts: Iterable[str], field: str = "ids") -> list[str]:
    """1 to 1,000 ids in the order given, each once; "products/<id>" is taken for its id."""
    ids = list(dict.fromkeys(product_id(text, field) for text in texts))
    if not 1 <= len(ids) <= IDS:
        raise invalid(field, f"must name 1 to {IDS} resources, not {len(ids)}")
    return ids


def refuse_unknown(noun: str, ids: Iterable[str], known: Container[str]) -> None:
    """Raise InvalidRequest that names every id which is not known."""
    unknown = [wanted for wanted in ids if wanted not in known]
    if unknown:
        details = [Detail(reason=f"there is no {noun} {wanted}", field="ids") for wanted in unknown]
        raise InvalidRequest(f"Some ids name no {noun}; nothing was changed.", details=details)


def invalid(field: str, reason: str) -> InvalidRequest:
    """The error for one field, to be raised."""
    return InvalidRequest(f"{field} {reason}.", details=[Detail(reason=reason, field=field)])


def _printable(text: str, field: str) -> str:
    for letter in text:
        if unicodedata.category(letter) in REFUSED or letter in DIRECTIONAL:
            raise invalid(field, f"must not contain the control character U+{ord(letter):04X}")
    return text
