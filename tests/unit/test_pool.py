"""Which analysis process gets what."""

import hashlib
from pathlib import Path

import pytest

from pellucid.pipeline import pool
from pellucid.pipeline.messages import SOFTWARE, UNPACKING, Request, Welcome
from pellucid.pipeline.scratch import Extent

LARGE, SMALL = b"\1" * (pool.MUCH + 1), b"text\n"


def process_of(processes: pool.Pool, path: Path) -> str:
    """The name of the folder of the process that examines the file; "" when it died."""
    data = path.read_bytes()
    processes.submit([(Request(sha256=hashlib.sha256(data).hexdigest(), size=len(data)), Extent(path, 0, len(data)))])
    while processes.busy:
        for event in processes.events(1.0):
            if isinstance(event, pool.Lost):
                return ""
            assert event.folder.is_dir()
            return event.folder.parent.name
    raise AssertionError("no answer")


@pytest.mark.parametrize(
    ("units", "expected"),
    [(SOFTWARE, ["process-1", "process-2", "process-2", "process-2"]), (UNPACKING, ["process-1"] * 4)],
)
def test_one_that_began_before_its_server_was_ready_makes_room(tmp_path: Path, units: str, expected: list[str]) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(LARGE)
    small.write_bytes(SMALL)
    welcome = Welcome(memory=1 << 30, file_size=1 << 30, units=units)
    with pool.Pool(1, work=tmp_path / "work", welcome=welcome) as processes:
        assert [process_of(processes, path) for path in (large, small, large, small)] == expected
    assert list((tmp_path / "work").iterdir()) == []


def test_a_server_that_died_is_replaced_and_leaves_nothing(tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(LARGE)
    small.write_bytes(SMALL)
    welcome = Welcome(memory=1 << 30, file_size=1 << 30, units=SOFTWARE)
    with pool.Pool(1, work=tmp_path / "work", welcome=welcome) as processes:
        assert [process_of(processes, path) for path in (large, small)] == ["process-1", "process-2"]
        server = processes._server
        assert server
        server.close()
        assert [process_of(processes, path) for path in (large, large, small)] == ["", "process-3", "process-4"]
    assert list((tmp_path / "work").iterdir()) == []
