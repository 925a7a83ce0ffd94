"""Names of software in the CPE dictionary: which are of the same, which only look like it; and Debian's packages of it.

The tables are vendor_aliases.toml, false_friends.toml and debian_cpe.toml. Names are "vendor:product", unescaped and in
lower case, as subjects of statements are.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any


def names_of(name: str) -> tuple[str, ...]:
    """All names of the software that is called `name`, which comes first; just `name` where no other is known."""
    return (name, *(other for other in vendor_aliases().get(name, ()) if other != name))


@lru_cache(maxsize=1)
def vendor_aliases() -> Mapping[str, tuple[str, ...]]:
    """Name -> all names of the same software, itself among them; first that which is in use today."""
    groups = [tuple(group["names"]) for group in _table("vendor_aliases.toml")["group"]]
    return {name: group for group in groups for name in group}


@lru_cache(maxsize=1)
def false_friends() -> Mapping[str, str]:
    """Name -> what it is. Its product is called as other software is: never to be matched by the product alone."""
    return dict(_table("false_friends.toml")["friends"])


@lru_cache(maxsize=1)
def debian_names() -> Mapping[str, tuple[str, ...]]:
    """Source package of Debian -> names of the software that it packages."""
    return {package: tuple(names) for package, names in _table("debian_cpe.toml")["packages"].items()}


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).parent.joinpath(name).read_text(encoding="utf-8"))
