"""The report on cryptographic materials on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from pellucid.api.schemas.components import Component
from pellucid.api.schemas.finding import SeenEvidence
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain.finding import FindingStatus, FindingType
from pellucid.domain.severity import Severity
from pellucid.services.crypto_materials import Judged, MaterialsReport

TABLE = (
    *("name", "algorithm", "primitive", "protocol", "compliant", "approval", "severity", "reachable", "component"),
    *("offsets", "recommended"),
)


class MaterialFinding(Wire):
    """An algorithm, protocol, key or certificate in a file. Compliance is missing where NIST is silent.

    Nobody decides on these, so that their status is always new.
    """

    id: str
    create_time: Time
    name: str
    type: FindingType
    component_name: str
    component: Component
    severity: Severity
    is_reachable: bool
    status: FindingStatus
    display_name: str
    crypto_algorithm_name: str | None
    crypto_algorithm_primitive: str | None
    crypto_protocol_name: str | None
    is_nist_ir_8547_compliant: bool | None = Field(alias="isNistIR8547Compliant")
    compliance: list[dict[str, Any]]
    evidence: list[SeenEvidence]

    @classmethod
    def of(cls, value: Judged, judged: datetime) -> "MaterialFinding":
        material = value.material
        return cls(
            id=value.id,
            create_time=judged,
            name=material.name,
            type=FindingType.CRYPTOGRAPHIC_ASSET,
            component_name=value.component.name,
            component=Component.of(value.component),
            severity=material.severity(judged.year),
            is_reachable=value.is_reachable,
            status=FindingStatus.NEW,
            display_name=material.title,
            crypto_algorithm_name=material.algorithm or None,
            crypto_algorithm_primitive=material.primitive or None,
            crypto_protocol_name=material.protocol or None,
            is_nist_ir_8547_compliant=material.is_compliant,
            compliance=[{"nistIr8547": record.document()} for record in material.records],
            evidence=[SeenEvidence.of(item) for item in value.evidence],
        )


class MaterialsImage(Wire):
    id: str
    parent: str
    name: str
    product_name: str
    create_time: Time
    author_email: str
    findings: list[MaterialFinding]

    @classmethod
    def of(cls, report: MaterialsReport) -> "MaterialsImage":
        image = report.image
        return cls(
            id=image.id,
            parent=image.parent,
            name=image.name,
            product_name=report.product_name,
            create_time=image.create_time,
            author_email=image.author.email,
            findings=[MaterialFinding.of(item, report.judged) for item in report.materials],
        )


def table_row(value: Judged, judged: datetime) -> Sequence[str]:
    """The cells of TABLE."""
    material = value.material
    compliant = {True: "yes", False: "no", None: "not covered"}[material.is_compliant]
    instead = dict.fromkeys(
        item.parameter or item.algorithm for record in material.records for item in record.recommendations
    )
    path = value.component.path
    return (
        material.name,
        material.algorithm,
        material.primitive,
        material.protocol,
        compliant,
        "; ".join(str(record.status(judged.year)) for record in material.records),
        str(material.severity(judged.year)),
        "yes" if value.is_reachable else "no",
        path if value.component.parent is None else f"{value.component.container_path}!{path}",
        "; ".join(str(item.offset) for item in value.evidence),
        "; ".join(instead),
    )
