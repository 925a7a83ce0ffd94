"""Package URLs (ECMA-427, purl)."""

from collections.abc import Mapping
from urllib.parse import quote


def package_url(place: str, name: str, version: str, qualifiers: Mapping[str, str] | None = None) -> str:
    """`pkg:place/name@version?a=b&c=d`, percent-encoded; `place` is the type, with a namespace or without.

    An empty version and empty qualifiers are left out.
    """
    stated = sorted((key, quote(value, safe=":")) for key, value in (qualifiers or {}).items() if value)
    text = f"pkg:{place}/{quote(name, safe='')}"
    if version:
        text += f"@{quote(version, safe=':')}"
    return text + ("?" + "&".join(f"{key}={value}" for key, value in stated) if stated else "")
