"""What a maintainer knows of the products: learn_products.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, kw_only=True)
class Product:
    """Its source packages in Debian, and what these do not say in a form that can be read."""

    name: str
    sources: tuple[str, ...]
    cpe: tuple[str, ...] = ()
    licence: str = ""
    purl: str = ""
    sonames: tuple[str, ...] = ()
    """Sonames that are its own although other products have them, too."""
    akin: tuple[str, ...] = ()
    """Source packages that share its texts, but do not have its code in them: relatives, forks, what it embeds."""


def _read() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def releases() -> list[str]:
    """Suite and architecture ("bookworm-mipsel"), the oldest first."""
    return list(_read()["releases"])


def strangers() -> list[str]:
    """Source packages that no signature is learnt for: what others must not be taken for."""
    return list(_read()["strangers"])


def products() -> dict[str, Product]:
    """All products by name."""
    table = _read()
    found = {name: Product(name=name, sources=(name,)) for name in table["sources"]}
    for name, entry in table["product"].items():
        fields = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
        found[name] = Product(name=name, **({"sources": (name,)} | fields))
    return found
