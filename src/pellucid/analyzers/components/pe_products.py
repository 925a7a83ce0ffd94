"""Third-party products that name themselves in the version resources of PE images (pe_products.toml)."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.windows import version_texts
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.errors import Malformed
from pellucid.formats import cpe

ANCHOR = "ProductVersion".encode("utf-16-le")


@cache
def _products() -> tuple[dict[str, Any], ...]:
    text = Path(__file__).with_name("pe_products.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["product"])


@analyzer(name="pe_products", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("pe"))
def pe_products(artefact: Artefact) -> Iterator[Fact]:
    """Name well-known third-party products by the company, product and version that a Windows program states.

    Only products of the table are believed: who writes a resource may write anything, and most name their own.
    """
    try:
        at, texts = version_texts(artefact)
    except Malformed:
        return
    company, name, version = (texts.get(key, "") for key in ("CompanyName", "ProductName", "ProductVersion"))
    for row in _products():
        if re.fullmatch(row["name"], name) and re.fullmatch(row.get("company", ".*"), company):
            found = re.match(row["version"], version)
            number = re.sub(r", ?", ".", found[0]).removeprefix("n") if found else ""
            names = [cpe.name(item, number) for item in row["cpe"]]
            yield Dependency(
                vendor=row["vendor"],
                product=row["product"],
                version=number,
                purl=f"{row['purl']}@{number}" if number else row["purl"],
                cpe=names[0],
                cpe_candidates=tuple(names[1:]),
                linkage=Linkage.DIRECT,
                witness=Witness.METADATA,
                confidence=0.9,
                evidence=(artefact.evidence(at, f"{company}, {name} {version}"),),
            )
            return
