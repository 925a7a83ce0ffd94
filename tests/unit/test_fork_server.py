"""The fork server and its processes: who descends from whom, what each can reach, what a loss costs."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pellucid.domain.problem import ProblemKind
from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.messages import Request, Welcome
from pellucid.pipeline.pool import Answered, Lost, Pool
from pellucid.pipeline.scratch import Extent

NAME = "tests.support.evil_units:UNITS"
ROOT = Path(__file__).resolve().parents[2]


def processes() -> dict[str, list[int]]:
    """The fork servers of this process, and the processes of these."""
    servers = children(os.getpid())
    return {"server": servers, "process": [child for server in servers for child in children(server)]}


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"pellucid.pipeline.child" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    return found


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{ROOT}")
    with Pool(2, work=tmp_path / "work", welcome=Welcome(memory=1 << 30, file_size=1 << 30, units=NAME)) as made:
        yield made


def submit(pool: Pool, folder: Path, text: str) -> None:
    data = text.encode()
    path = folder / text.strip("!")
    path.write_bytes(data)
    request = Request(sha256=hashlib.sha256(data).hexdigest(), size=len(data), seconds=20.0)
    pool.submit([(request, Extent(path, 0, len(data)))])


def event(pool: Pool) -> Answered | Lost:
    """The first that happens."""
    while pool.busy:
        for found in pool.events(1.0):
            return found
    raise AssertionError("nothing was asked")


def runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_all_descend_from_one_server_and_end_with_the_pool(pool: Pool, tmp_path: Path) -> None:
    submit(pool, tmp_path, "wait_for_ever!")
    submit(pool, tmp_path, "wait_for_ever!")
    while len(processes()["process"]) < 2:
        time.sleep(0.01)
    found = processes()
    assert len(found["server"]) == 1
    pool.close()
    assert processes() == {"server": [], "process": []}
    assert not any(runs(pid) for pids in found.values() for pid in pids)


def test_a_process_has_no_descriptor_of_the_server_or_of_another_one(pool: Pool, tmp_path: Path) -> None:
    submit(pool, tmp_path, "wait_for_ever!")
    submit(pool, tmp_path, "descriptors!")
    answer = event(pool)
    assert isinstance(answer, Answered)
    assert answer.content.metadata == {"sockets": "1", "pipes": "1", "files": "1"}


@pytest.mark.parametrize(
    ("victim", "words"),
    [
        ("process", "the analysis process died (SIGKILL)"),
        ("server", "the analysis process died (with its fork server)"),
    ],
)
def test_one_that_is_killed_is_replaced(pool: Pool, tmp_path: Path, victim: str, words: str) -> None:
    assert not any(pool.layers().values())
    submit(pool, tmp_path, "wait_for_ever!")
    (pid,) = processes()[victim]
    os.kill(pid, signal.SIGKILL)
    lost = event(pool)
    assert isinstance(lost, Lost)
    assert (lost.kind, lost.message) == (ProblemKind.CRASH, words)
    submit(pool, tmp_path, "descriptors!")
    assert isinstance(event(pool), Answered)


def test_what_a_killed_server_leaves_behind_is_nothing_to_the_next_one(pool: Pool, tmp_path: Path) -> None:
    submit(pool, tmp_path, "wait_for_ever!")
    submit(pool, tmp_path, "wait_for_ever!")
    while len(processes()["process"]) < 2:
        time.sleep(0.01)
    os.kill(processes()["server"][0], signal.SIGKILL)
    assert isinstance(event(pool), Lost)
    # The other one is not known to be lost when its successor is started, from a new server.
    submit(pool, tmp_path, "descriptors!")
    assert {type(event(pool)), type(event(pool))} == {Answered, Lost}
    submit(pool, tmp_path, "descriptors!")
    assert isinstance(event(pool), Answered)


def test_processes_die_with_their_server(pool: Pool) -> None:
    pool.layers()
    (server,), (process,) = processes().values()
    os.kill(server, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while runs(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not runs(process)


def test_one_that_was_started_early_is_taken_and_ended(tmp_path: Path) -> None:
    welcome = Welcome(memory=1 << 30, file_size=1 << 30)
    with ForkServer() as server:
        server.welcome(welcome)
        while not (early := processes()["server"]):
            time.sleep(0.01)
        with Pool(1, work=tmp_path / "work", welcome=welcome, server=server) as pool:
            assert pool.layers()
            assert processes()["server"] == early
        assert not server.runs
    assert processes()["server"] == []


def test_one_that_was_never_needed_is_ended() -> None:
    with ForkServer() as server:
        assert server.runs
    assert not server.runs


def test_a_server_that_is_a_copy_confines_as_much_as_one_that_is_a_program(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("keep out")
    denied = ["network", "write_outside", "read_outside", "fork_without_end", "start_program"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.copied_server", str(tmp_path), *denied, "wait_for_ever", "descriptors"],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdout=subprocess.PIPE,
        timeout=60,
    )
    begin, found = done.stdout.decode().splitlines()
    assert begin == "begin"
    assert json.loads(found) == {
        "program": True,
        "layers": dict.fromkeys(("landlock", "seccomp", "namespaces", "user"), ""),
        **{unit: [ProblemKind.DENIED] for unit in denied},
        "wait_for_ever": [ProblemKind.TIMEOUT, "stopped after 3 s"],
        # The file of the program, which it would leave to its children, is closed.
        "descriptors": ["('sockets', '1')", "('pipes', '1')", "('files', '1')"],
        "left": 0,
    }
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["secret"]
