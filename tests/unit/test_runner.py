"""The runner with real analysis processes: contents once, results reused, losses made good, budgets kept."""

import io
import os
import shutil
import signal
import tarfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
from msgspec import structs
from tests.unit.test_fork_server import processes

from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence
from pellucid.domain.problem import ProblemKind
from pellucid.domain.progress import Progress
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.content import Content, UnitResult, decode, encode
from pellucid.pipeline.merging import Found, merge
from pellucid.pipeline.messages import EVERYTHING, Welcome
from pellucid.pipeline.outcome import Outcome, Source
from pellucid.pipeline.pool import Pool
from pellucid.pipeline.runner import Runner
from pellucid.pipeline.scratch import Scratch
from pellucid.pipeline.unit_set import Units
from pellucid.pipeline.units import UNITS
from pellucid.services.analysis_means import source_of

STATUS = b"Package: busybox\nStatus: install ok installed\nArchitecture: armhf\nVersion: 1:1.35.0-4\n\n"


class Memory:
    """A result cache that says what was asked of it."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        return {key: self.kept[key] for key in keys if key in self.kept}

    def put_many(self, results: Mapping[str, bytes]) -> None:
        self.kept.update(results)


class Bench:
    """A folder, a store, a cache and a pool to run over files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = Memory()
        self.seen: list[Progress] = []
        self.report: Callable[[Progress], None] = self.seen.append

    def run(
        self,
        path: Path,
        *,
        budget: Budget | None = None,
        processes: int = 1,
        disturb: str = "",
        units: str = EVERYTHING,
        with_units: Units = UNITS,
    ) -> Outcome:
        work = self.folder / "work"
        shutil.rmtree(self.folder / "artefacts", ignore_errors=True)
        with Pool(processes, work=work, welcome=Welcome(memory=1 << 30, file_size=1 << 30, units=units)) as pool:
            runner = Runner(
                source=source_of(path),
                units=with_units,
                pool=pool,
                cache=self.cache,
                scratch=Scratch(self.folder / "artefacts"),
                budget=budget or Budget(),
                report=self.report,
            )
            if disturb:
                threading.Thread(target=_kill, args=(disturb,), daemon=True).start()
            return runner.run()


def _kill(victim: str) -> None:
    """End the fork server, or the first analysis process, of this test, as soon as it is there."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if found := processes()[victim]:
            os.kill(found[0], signal.SIGKILL)
            return
        time.sleep(0.01)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def tar(path: Path, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture
def image(tmp_path: Path) -> Path:
    inner = tar(tmp_path / "inner.tar", {"a/status": STATUS, "readme": b"hello\n"}).read_bytes()
    files = {"var/lib/dpkg/status": STATUS, "one.tar": inner, "two.tar": inner, "empty": b""}
    return tar(tmp_path / "image.tar", files)


def shown(found: Found) -> object:
    return msgspec.to_builtins(found)


def test_equal_contents_are_examined_once_and_facts_name_every_place(bench: Bench, image: Path) -> None:
    outcome = bench.run(image)
    found = merge(outcome)
    assert len(outcome.contents) == 5
    assert [artefact.path for artefact in found.artefacts] == [
        "image.tar",
        "image.tar!var/lib/dpkg/status",
        "image.tar!one.tar",
        "image.tar!one.tar!a/status",
        "image.tar!one.tar!readme",
        "image.tar!two.tar",
        "image.tar!two.tar!a/status",
        "image.tar!two.tar!readme",
        "image.tar!empty",
    ]
    (busybox,) = found.dependencies
    assert busybox.version == "1:1.35.0-4"
    assert {item.artefact for item in busybox.evidence} == {
        artefact.path for artefact in found.artefacts if artefact.path.endswith("status")
    }
    assert (bench.seen[-1].done, bench.seen[-1].known) == (5, 5)


def test_a_second_scan_examines_nothing_and_finds_the_same(bench: Bench, image: Path) -> None:
    first, second = bench.run(image), bench.run(image)
    assert (first.reused, second.reused) == (0, 5)
    assert shown(merge(first)) == shown(merge(second))


def test_a_changed_analyzer_is_run_again_even_if_the_bytes_have_to_be_unpacked_anew(bench: Bench, image: Path) -> None:
    expected = shown(merge(bench.run(image)))
    for key, payload in bench.cache.kept.items():
        content = decode(payload)
        content.units.pop("dpkg_packages", None)
        content.versions = {**content.versions, "dpkg_packages": 0}
        bench.cache.kept[key] = encode(content)
    again = bench.run(image)
    assert shown(merge(again)) == expected
    assert again.reused == 2, "the two containers are known"


def test_another_set_of_extractors_means_everything_anew(bench: Bench, image: Path) -> None:
    bench.run(image)
    bench.cache.kept = {
        key: encode(structs.replace(decode(payload), identity="other")) for key, payload in bench.cache.kept.items()
    }
    assert bench.run(image).reused == 0


def test_a_damaged_cache_entry_is_made_again(bench: Bench, image: Path) -> None:
    bench.run(image)
    bench.cache.kept = dict.fromkeys(bench.cache.kept, b"{")
    assert bench.run(image).reused == 0


@pytest.mark.parametrize("victim", ["process", "server"])
def test_a_killed_process_costs_nothing_but_time(bench: Bench, image: Path, victim: str) -> None:
    expected = shown(merge(bench.run(image)))
    bench.cache.kept.clear()
    disturbed = bench.run(image, disturb=victim)
    assert shown(merge(disturbed)) == expected


def test_what_takes_too_long_is_a_problem_and_is_not_remembered(bench: Bench, image: Path) -> None:
    budget = Budget(unit_seconds=-70.0)  # the start of a process is allowed for with 60 s
    outcome = bench.run(image, budget=budget)
    assert [problem.kind for problem in merge(outcome).problems] == [ProblemKind.TIMEOUT]
    assert bench.cache.kept == {}
    assert merge(bench.run(image)).problems == ()


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        (Budget(files=3), "more than 3 artefacts: nothing more is unpacked"),
        (Budget(bytes=1000), "more than 1,000 bytes came out: the rest was not unpacked"),
        (Budget(ratio=0, ratio_floor=2000), "more than 2,000 bytes came out: the rest was not unpacked"),
        (Budget(seconds=-1), "longer than"),
        (Budget(reserve=1 << 60), "the disk is nearly full"),
    ],
)
def test_a_used_up_budget_ends_the_scan_with_what_is_known(
    bench: Bench, image: Path, budget: Budget, message: str
) -> None:
    found = merge(bench.run(image, budget=budget))
    assert {problem.kind for problem in found.problems} == {ProblemKind.BUDGET}
    assert message in found.problems[0].message
    assert found.artefacts[0].path == "image.tar"


def test_a_program_is_analysed_when_nothing_more_may_be_unpacked(bench: Bench, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(Path("/bin/true").read_bytes() + b"attached" * 1000)
    image = tar(tmp_path / "image.tar", {"a": b"1", "b": b"2", "program": program.read_bytes()})
    outcome = bench.run(image, budget=Budget(bytes=len(program.read_bytes()) + 3))
    spent = next(content for content in outcome.contents.values() if content.size == program.stat().st_size)
    assert (spent.kind, spent.unpacked) == ("elf", False)
    assert [problem.message for problem in spent.problems if problem.kind is ProblemKind.BUDGET] == [
        "elf was not unpacked: a limit of the whole scan was reached before"
    ]
    assert "elf_components" in spent.units


def test_a_budget_that_runs_out_while_several_processes_answer_ends_the_scan_quietly(
    bench: Bench, tmp_path: Path
) -> None:
    """The processes that are ended then have answers waiting, too."""
    containers = {}
    for number in range(40):
        files = {f"file-{index}": f"{number} {index}".encode() for index in range(20)}
        containers[f"{number}.tar"] = tar(tmp_path / "inner.tar", files).read_bytes()
    image = tar(tmp_path / "image.tar", containers)
    for most in (45, 60, 100, 200, 400):
        bench.cache.kept.clear()
        outcome = bench.run(image, budget=Budget(files=most), processes=4)
        problems = merge(outcome).problems
        assert {(problem.kind, problem.unit) for problem in problems} == {(ProblemKind.BUDGET, "pipeline")}
        kinds = [content.kind for content in outcome.contents.values() if not content.unpacked]
        assert kinds.count("tar") == sum("tar was not unpacked" in problem.message for problem in problems)
        assert len(outcome.contents) <= most


def test_nesting_is_limited(bench: Bench, image: Path) -> None:
    found = merge(bench.run(image, budget=Budget(depth=1)))
    assert {artefact.path for artefact in found.artefacts if artefact.kind == "unknown"} == {
        "image.tar!one.tar!a/status",
        "image.tar!one.tar!readme",
        "image.tar!two.tar!a/status",
        "image.tar!two.tar!readme",
    } - {"image.tar!one.tar!a/status", "image.tar!two.tar!a/status"}
    assert "nested deeper than 1 levels" in found.problems[0].message


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02\x03" * 500, os.urandom(1 << 18)], ids=["empty", "regular", "random"]
)
def test_a_file_that_is_nothing_is_a_finished_scan_that_says_so(bench: Bench, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "thing.bin"
    path.write_bytes(data)
    found = merge(bench.run(path))
    kinds = {problem.kind for problem in found.problems}
    assert ProblemKind.NOTHING_RECOGNISED in kinds
    assert (ProblemKind.ENCRYPTED in kinds) == (len(data) == 1 << 18)


def test_the_run_can_be_stopped_at_any_report(bench: Bench, image: Path) -> None:
    def stop(_progress: Progress) -> None:
        raise InterruptedError

    bench.report = stop
    with pytest.raises(InterruptedError):
        bench.run(image)


def test_a_version_known_from_one_file_stands_for_the_product_in_the_others() -> None:
    known = dependency("hostapd", "2.10", "usr/sbin/hostapd_cli")
    unknown = dependency("hostapd", "", "usr/sbin/hostapd")
    other = dependency("zlib", "", "lib/libz.so")
    content = Content(sha256="a", size=1, identity="", kind="elf")
    content.units["product_signatures"] = UnitResult(dependencies=[unknown, other, known])
    source = Source(path=Path("x"), name="x", digest="a", size=1)
    found = merge(Outcome(source=source, contents={"a": content})).dependencies
    assert {(item.product, item.version): len(item.evidence) for item in found} == {
        ("hostapd", "2.10"): 2,
        ("zlib", ""): 1,
    }


def dependency(product: str, version: str, seen: str) -> Dependency:
    evidence = (Evidence(offset=0, seen=seen),)
    return Dependency(
        vendor="v", product=product, version=version, purl=f"pkg:generic/{product}", confidence=0.5, evidence=evidence
    )
