"""CPE 2.3 names as formatted strings (NISTIR 7695, 6.2)."""

import re

_SPECIAL = re.compile(r"([^A-Za-z0-9._-])")


def name(product: str, version: str = "") -> str:
    """The name of a version of `product`, which is "part:vendor:product" as the dictionary spells it.

    An empty version stands for any.
    """
    quoted = _SPECIAL.sub(r"\\\1", version)
    return f"cpe:2.3:{product}:{quoted or '*'}:*:*:*:*:*:*:*"
