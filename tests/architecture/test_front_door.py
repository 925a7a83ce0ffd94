"""The front door: what README, Makefile, bootstrap and CI say agrees."""

import re
import subprocess
from pathlib import Path

import pytest
from tests.architecture.source_tree import FILES, ROOT, report

PAGES = [path for path in FILES if path.suffix == ".md"]
SHELL = [path for path in FILES if path.suffix == ".sh" or path.name in {"bootstrap", "run"}]
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_exactly_two_commands() -> None:
    commands = re.findall(r"^    sh bootstrap (\S+)", README, re.MULTILINE)
    assert commands == ["demo", "check"]
    assert README.count("\n") < 150


def test_ci_runs_the_second_of_them() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").endswith("exec sh bootstrap check\n")


def test_every_target_that_a_page_names_exists() -> None:
    named = {
        (path.name, target)
        for path in PAGES
        for target in re.findall(
            r"(?:`|^    )(?:make|sh bootstrap) ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert named
    assert {target for _, target in named} <= TARGETS, report([str(item) for item in sorted(named)])


@pytest.mark.parametrize("script", SHELL, ids=lambda path: path.name)
def test_shell_scripts_can_be_read(script: Path) -> None:
    shell = "bash" if "bash" in script.read_text(encoding="utf-8").splitlines()[0] else "sh"
    subprocess.run([shell, "-n", script], check=True)


def test_bootstrap_hands_over_to_make_when_nothing_is_missing() -> None:
    done = subprocess.run(["sh", "bootstrap", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {line.split()[1] for line in done.stdout.splitlines()} <= TARGETS
    assert "make demo" in done.stdout


def test_bootstrap_says_what_is_missing_when_it_cannot_install(tmp_path: Path) -> None:
    """Without root and sudo the answer is the command that an administrator needs."""
    for name, body in {"dpkg-query": "exit 1", "id": "echo 1000"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n", encoding="ascii")
        (tmp_path / name).chmod(0o755)
    for name in ("sed", "dirname"):
        (tmp_path / name).symlink_to(Path("/usr/bin", name))
    command = ["/bin/sh", "bootstrap", "demo"]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends" in done.stderr
    assert "squashfs-tools" in done.stderr
    assert "postgresql" not in done.stderr
