"""CPE names in records of vulnerabilities, which have to name a product."""

from pellucid.errors import Malformed
from pellucid.formats.cpe import ANY, NOT_APPLICABLE, CpeName, parse

NOTHING = ("", ANY, NOT_APPLICABLE)


def product_named(text: str) -> CpeName:
    """Raises Malformed for what is no name, and for a name of no product."""
    name = parse(text)
    if name.part in NOTHING or name.product in NOTHING:
        raise Malformed(f"a CPE name of no product: {text[:100]!r}")
    return name


def narrow(value: str) -> str:
    """A value, or "" where it says nothing: target_sw, sw_edition, the update of a version."""
    return "" if value in NOTHING else value
