"""Notes of findings on the wire: why there is one, and which document decided on it."""

from collections.abc import Iterable

from pellucid.api.schemas.wire import Wire
from pellucid.domain.finding import Reason
from pellucid.domain.triage import FindingState


class Note(Wire):
    title: str
    content: str

    @classmethod
    def of(cls, reasons: Iterable[Reason], decision: FindingState | None) -> "list[Note]":
        """One for each reason; one for the decision, when it was taken from a document."""
        return [*map(_why, reasons), *([_said(decision)] if decision and decision.source else [])]


def _said(decision: FindingState) -> Note:
    """Which document the status was taken from, and what that says."""
    why = f" ({decision.justification})" if decision.justification else ""
    content = f"{decision.source} says so{why}. {decision.note}".strip()
    return Note(title=f"Why its status is {decision.status}", content=content)


def _why(reason: Reason) -> Note:
    """Why there is a finding, as a sentence or two."""
    source = f"{reason.source} {reason.record}".strip()
    says = f"{source} says that {reason.range} is affected." if reason.range else f"{source} says so."
    seen = f"The version is known from: {reason.witness}." if reason.witness else ""
    sure = f"Confidence {reason.confidence:.0%}."
    return Note(title="Why this is a finding", content=" ".join(filter(None, (says, seen, sure, reason.note))))
