"""How an occurrence of a finding says that what it is about comes to run."""

from datetime import UTC, datetime

import pytest

from pellucid.api.schemas.finding import Reached
from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.evidence import Evidence
from pellucid.domain.product_finding import PlaceOfFinding
from pellucid.domain.severity import Severity

COMPONENT = TreeComponent(
    scan_id="s",
    number=0,
    parent=None,
    name="httpd",
    path="httpd",
    container_path="",
    kind="executable",
    entry="file",
    format="elf",
    sha256="",
    size=None,
)


def place(environment: str, *stated: str) -> PlaceOfFinding:
    """A place with a call for each confidence; "" for one of which nothing is known."""
    return PlaceOfFinding(
        id="o",
        key="k",
        scan_id="s",
        image_id="i",
        create_time=datetime(2026, 1, 1, tzinfo=UTC),
        severity=Severity.LOW,
        confidence=1.0,
        component=COMPONENT,
        reachability=environment,
        known_fixed_version="",
        evidence=tuple(
            Evidence(offset=1, seen="x", attributes=(("reachability", text),) if text else ()) for text in stated
        ),
        reasons=(),
        software=None,
    )


@pytest.mark.parametrize(
    ("environment", "stated", "expected"),
    [
        ("", (), []),
        ("", ("",), []),
        ("entryPoint", (), [("entryPoint", None)]),
        ("", ("0.5", "1.0", ""), [("code", 1.0)]),
        ("loaded", ("0.5", "0.8"), [("loaded", None), ("code", 0.8)]),
    ],
)
def test_the_surest_call_stands_for_the_code_of_a_place(
    environment: str, stated: tuple[str, ...], expected: list[tuple[str, float | None]]
) -> None:
    assert [(item.kind, item.confidence) for item in Reached.of(place(environment, *stated))] == expected
