"""Problems of a scan on the wire."""

from pellucid.api.schemas.wire import Wire
from pellucid.domain import problem


class Problem(Wire):
    number: int
    unit: str
    kind: str
    artefact: str
    message: str

    @classmethod
    def of(cls, number: int, value: problem.Problem) -> "Problem":
        return cls(
            number=number, unit=value.unit, kind=value.kind.value, artefact=value.artefact, message=value.message
        )


class Problems(Wire):
    problems: list[Problem]
