"""Advisories: published statements that some versions of a product are affected."""

from dataclasses import dataclass
from datetime import date

from pellucid.domain.severity import Severity


@dataclass(frozen=True, kw_only=True)
class AffectedRange:
    """Half-open or closed interval of versions: `introduced` <= v, and v < `fixed` or v <= `last_affected`.

    An empty `introduced` means from the beginning; empty `fixed` and `last_affected` mean to the end (OSV schema 1.7).
    """

    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""


@dataclass(frozen=True, kw_only=True)
class Advisory:
    """One statement about one product. `ecosystem` is empty for upstream software named by vendor and product.

    `rating` is the publisher's own word, for statements without a CVSS score.
    """

    id: str
    aliases: tuple[str, ...]
    summary: str
    ecosystem: str
    vendor: str
    product: str
    ranges: tuple[AffectedRange, ...]
    versions: tuple[str, ...] = ()
    cvss_score: float | None = None
    cvss_vector: str = ""
    rating: Severity = Severity.UNSPECIFIED
    kev_since: date | None = None
    references: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """By CVSS score, else by the publisher's word."""
        return self.rating if self.cvss_score is None else Severity.from_cvss(self.cvss_score)

    @property
    def cve(self) -> str:
        """The CVE that this advisory speaks of, or its own id."""
        return next((name for name in (self.id, *self.aliases) if name.startswith("CVE-")), self.id)
