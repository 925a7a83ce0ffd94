"""What advisories and inventories call the same package: names as the package's ecosystem normalises them.

The rules are package_names.toml; PyPI's is that of PEP 503.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

from pellucid.domain.statement import Subject

# Hosts of repositories that take no notice of case.
_CASELESS = ("github.com/", "gitlab.com/", "bitbucket.org/")
_SCHEME = re.compile(r"(?:git\+)?[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SHORT = re.compile(r"(?:[^@/:]+@)?([^/:]+):(?!/)(.*)")  # user@host:path, as ssh takes it


def subject_of(ecosystem: str, name: str) -> Subject:
    """The subject of a package: both sides of a comparison are put through this.

    Ecosystems keep their releases ("Ubuntu:22.04:LTS", "Red Hat:enterprise_linux:9::appstream").
    """
    family, colon, _ = ecosystem.partition(":")
    spelling, registries = _spellings().get(family, ("", False))
    return (family if colon and registries else ecosystem), _spelt(name.strip(), spelling)


def repository_of(address: str) -> str:
    """The address of a source repository without scheme, user, port, query and ".git": "github.com/curl/curl"."""
    text = address.strip()
    if scheme := _SCHEME.match(text):
        host, slash, path = text[scheme.end() :].partition("/")
        text = host.rpartition("@")[2].partition(":")[0].lower() + slash + path
    elif short := _SHORT.fullmatch(text):
        text = f"{short[1].lower()}/{short[2]}"
    text = text.partition("?")[0].partition("#")[0].rstrip("/").removesuffix(".git").rstrip("/")
    return text.lower() if text.lower().startswith(_CASELESS) else text


def named(vendor: str, product: str) -> Subject:
    """Software that has no name in any register, by what its vendor calls it: ("name", "the_vendor:the_product")."""
    return "name", ":".join("_".join(part.lower().split()) for part in (vendor, product))


def _spelt(name: str, spelling: str) -> str:
    if spelling == "pep503":
        return re.sub(r"[-_.]+", "-", name).lower()
    if spelling == "address":
        return repository_of(name)
    return name.lower() if spelling == "lower" else name


@cache
def _spellings() -> dict[str, tuple[str, bool]]:
    text = Path(__file__).with_name("package_names.toml").read_text(encoding="utf-8")
    return {name: (row.get("spelling", ""), row.get("registries", False)) for name, row in tomllib.loads(text).items()}
