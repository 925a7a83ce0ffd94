"""Which of the claims about an image decides on a finding in it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pellucid.domain.dependency import Dependency
from pellucid.domain.vex_claim import HeldClaim, ImageNames, VexStatus
from pellucid.services.vex_products import means, means_image

# Where claims about several dependencies do not agree, the worst counts.
WORST = (VexStatus.AFFECTED, VexStatus.UNDER_INVESTIGATION, VexStatus.NOT_AFFECTED, VexStatus.FIXED)
CLOSING = (VexStatus.NOT_AFFECTED, VexStatus.FIXED)
ATTACHED, INSIDE = "VEX", "VEX in the image"


class Claims:
    """Claims that count for one image."""

    def __init__(self, claims: Iterable[HeldClaim], image: ImageNames) -> None:
        self._image = image
        self._by_name: dict[str, list[HeldClaim]] = defaultdict(list)
        for held in claims:
            for name in dict.fromkeys(map(str.casefold, held.claim.statement.names)):
                self._by_name[name].append(held)

    def decisive(self, names: Iterable[str], dependencies: Sequence[Dependency]) -> HeldClaim | None:
        """The claim on a vulnerability, by any of its names, in these dependencies; None where there is none.

        Of several about the same dependency, what the team attached counts more than what lay in the image, and
        otherwise the newest. All dependencies must be spoken of: only that something is affected is believed of a part.
        """
        found = {id(held): held for name in names for held in self._by_name.get(name.casefold(), ())}
        whole = [held for held in found.values() if means_image(held.claim.statement.products, self._image)]
        if not dependencies:
            return max(whole, key=_weight, default=None)
        spoken: dict[int, HeldClaim] = {}
        for number, item in enumerate(dependencies):
            about = [held for held in found.values() if means(held.claim.statement.products, item)]
            if best := max((*whole, *about), key=_weight, default=None):
                spoken[number] = best
        covered = [dependencies[number] for number in spoken]
        silent = [item for number, item in enumerate(dependencies) if number not in spoken]
        # Where the word of whoever made the image is needed to close it, it is closed by nothing more.
        closed = all(held.claim.statement.status in CLOSING for held in spoken.values())
        weak = [held for held in spoken.values() if not held.attached] if closed else []
        worst = min(weak or spoken.values(), key=_badness, default=None)
        if any(not _lies_in(item, covered) for item in silent):
            return worst if worst and worst.claim.statement.status is VexStatus.AFFECTED else None
        return worst


def source_of(held: HeldClaim) -> str:
    """Who says so, for people: "VEX: router.openvex.json, Example Inc."."""
    kind = ATTACHED if held.attached else INSIDE
    return f"{kind}: {', '.join(filter(None, (held.document, held.claim.author)))}"


def _weight(held: HeldClaim) -> tuple[bool, float, int]:
    """The more, the more it counts; of what was said at the same time, the worse."""
    return held.attached, held.time.timestamp(), -WORST.index(held.claim.statement.status)


def _badness(held: HeldClaim) -> tuple[int, bool, float]:
    return WORST.index(held.claim.statement.status), not held.attached, -held.time.timestamp()


def _lies_in(item: Dependency, others: Sequence[Dependency]) -> bool:
    """Whether software recognised from bytes is all in files of one of the others: it is a part of that package."""
    return bool(item.places) and any(set(item.places) <= set(other.places) for other in others)
