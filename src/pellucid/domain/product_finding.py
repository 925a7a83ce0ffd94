"""Findings as a product has them: the newest judgement, what was decided, and where they are."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from hashlib import sha256

from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.dependency import Linkage
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import FindingStatus, FindingType, Predicate, Reason
from pellucid.domain.ids import named_id
from pellucid.domain.image import Image
from pellucid.domain.secret import Secret
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import Vulnerability


class Part(Enum):
    """What of a finding is loaded only where it is asked for."""

    BODY = auto()  # description, identifiers, references, impact, recommended action, secret
    VULNERABILITY = auto()
    IMAGES = auto()
    COMPONENTS = auto()
    SOFTWARE = auto()
    CRYPTOGRAPHY = auto()


@dataclass(frozen=True, kw_only=True)
class AffectedSoftware:
    """A dependency of a scan that a finding is about; `components` counts the places that carry it."""

    id: str
    vendor: str
    product: str
    version: str
    licence: str
    linkage: Linkage
    components: int = 0


@dataclass(frozen=True, kw_only=True)
class SeenIn:
    """Where a finding is in one scan, in the order of the tree; `software` and `asset` are the first it is about."""

    image_id: str
    scan_id: str
    components: tuple[TreeComponent, ...] = ()
    software: AffectedSoftware | None = None
    asset: CryptoAsset | None = None


@dataclass(frozen=True, kw_only=True)
class ProductFinding:
    """`images` are those whose newest finished scan has it, newest first, and `seen` where it is in the newest of them.

    `side` is "left", "right" or "both" where two images are compared. `component_name` is the name of its first place
    when it was judged last.
    """

    id: str
    product_id: str
    product_name: str
    key: str
    class_: str
    type: FindingType
    subtype: str
    tool: str
    severity: Severity
    status: FindingStatus
    name: str
    title: str
    create_time: datetime
    vulnerability_name: str
    predicates: tuple[Predicate, ...]
    known_fixed_version: str
    cvss_score: float | None
    epss: float | None
    maturity: float | None
    risk: float
    ssvc_decision: str
    is_reachable: bool
    is_conditional: bool
    confidence: float
    component_name: str
    description: str = ""
    recommended_action: str = ""
    impact: str = ""
    weaknesses: tuple[str, ...] = ()
    secret: Secret | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    references: tuple[str, ...] = ()
    vulnerability: Vulnerability | None = None
    images: tuple[Image, ...] = ()
    seen: SeenIn | None = None
    side: str = ""

    @property
    def parent(self) -> str:
        return f"products/{self.product_id}"

    @property
    def vulnerability_id(self) -> str:
        """Where the vulnerability can be asked for; "" when it is about none."""
        return named_id(self.vulnerability_name) if self.vulnerability_name else ""


@dataclass(frozen=True, kw_only=True)
class PlaceOfFinding:
    """An occurrence: one place in one scan, with what was seen there and why it is a finding."""

    id: str
    key: str
    scan_id: str
    image_id: str
    create_time: datetime
    severity: Severity
    confidence: float
    component: TreeComponent
    reachability: str
    known_fixed_version: str
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    software: AffectedSoftware | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same judgement in the same place of every version: without offsets and names of images."""
        inside = self.component.container_path.partition("!")[2]
        path = "!".join(filter(None, (inside, self.component.path)))
        parts = [part.partition(".")[2] if part.startswith("0x") else part for part in path.split("!")]
        return sha256("\0".join((self.key, *parts)).encode("utf-8", "surrogatepass")).hexdigest()
