"""Known vulnerabilities: by score, exploitation and time, and one with all that is known of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Depends, Query

from pellucid.advisories.store.browsing import Chosen
from pellucid.api.dependencies import Vulnerabilities
from pellucid.api.parameters import VulnerabilityId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import vulnerability as schemas
from pellucid.api.schemas.products import Product
from pellucid.domain import names, product
from pellucid.domain.vulnerability import VulnerabilityOrder
from pellucid.services.vulnerabilities import Wanted

router = ContractRouter()
ORDERS = {
    "published": VulnerabilityOrder.PUBLISHED,
    "lastModified": VulnerabilityOrder.MODIFIED,
    "emsScore": VulnerabilityOrder.MATURITY,
}
Share = Annotated[float | None, Query(ge=0, le=1)]
Score = Annotated[float | None, Query(ge=0, le=10)]


def _chosen(
    *,
    cvss_from: Annotated[Score, Query(alias="cvssFrom")] = None,
    cvss_to: Annotated[Score, Query(alias="cvssTo")] = None,
    epss_from: Annotated[Share, Query(alias="epssProbabilityFrom")] = None,
    epss_to: Annotated[Share, Query(alias="epssProbabilityTo")] = None,
    published_from: Annotated[datetime | None, Query(alias="publishedFrom")] = None,
    published_to: Annotated[datetime | None, Query(alias="publishedTo")] = None,
    is_kev: Annotated[bool | None, Query(alias="isKev")] = None,
    is_ransomware: Annotated[bool | None, Query(alias="isKnownRansomwareUse")] = None,
    is_escalated: Annotated[bool | None, Query(alias="isEscalated")] = None,
) -> Chosen:
    return Chosen(
        score_from=cvss_from,
        score_to=cvss_to,
        epss_from=epss_from,
        epss_to=epss_to,
        published_from=_utc(published_from),
        published_to=_utc(published_to),
        is_kev=is_kev,
        is_ransomware=is_ransomware,
        is_escalated=is_escalated,
    )


def _utc(when: datetime | None) -> datetime | None:
    return when.replace(tzinfo=UTC) if when and when.tzinfo is None else when


@router.operation("ListVulnerabilities")
def list_vulnerabilities(
    *,
    vulnerabilities: Vulnerabilities,
    chosen: Annotated[Chosen, Depends(_chosen)],
    skip: Annotated[int, Query(ge=0, le=1 << 31)] = 0,
    size: Annotated[int, Query(ge=0, le=1000)] = 30,
    sort_by: Annotated[Literal["published", "lastModified", "emsScore"], Query(alias="sortBy")] = "published",
    product_id: Annotated[str, Query(alias="productId")] = "",
    image_id: Annotated[str, Query(alias="imageId")] = "",
    with_products: Annotated[bool, Query(alias="withGridAggregations")] = False,
) -> schemas.Vulnerabilities:
    page = vulnerabilities.list(
        Wanted(
            chosen=chosen,
            order=ORDERS[sort_by],
            skip=skip,
            size=size,
            product_id=names.resource_id(product_id, "productId") if product_id else "",
            image_id=names.resource_id(image_id, "imageId") if image_id else "",
            with_products=with_products,
        )
    )
    return schemas.Vulnerabilities(
        vulnerabilities=[
            schemas.Vulnerability.of(
                item.vulnerability,
                escalated=item.escalated,
                products=_products(page.products.get(item.vulnerability.name, ())) if with_products else None,
            )
            for item in page.items
        ],
        total=page.total,
    )


@router.operation("GetVulnerability")
def get_vulnerability(vulnerability_id: VulnerabilityId, vulnerabilities: Vulnerabilities) -> schemas.Vulnerability:
    known, former, products = vulnerabilities.get(vulnerability_id)
    return schemas.Vulnerability.of(
        known.vulnerability,
        escalated=known.escalated,
        history=[schemas.Vulnerability.of(item.vulnerability, id_=item.id) for item in former],
        products=_products(products),
    )


def _products(found: Sequence[product.Product]) -> list[Product]:
    return [Product.of(item) for item in found]
