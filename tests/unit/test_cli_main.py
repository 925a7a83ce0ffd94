"""The command line as a whole: help, exit codes, what is loaded, how it is stopped."""

import argparse
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.support.command_line import PELLUCID, environment, pellucid
from tests.support.scripted_api import Reply, Request, ScriptedApi

from pellucid.cli import exit_codes, parser, status
from pellucid.cli import main as entry
from pellucid.errors import Detail, InvalidRequest

COMMANDS = ["scan", "serve", "worker", "upload", "wait", "status", "doctor", "advisories"]
ID = "01J9Z3T5N8K2V4Q6R7S0W1X2Y3"


def help_of(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        parser.build().parse_args([*arguments, "--help"])
    assert caught.value.code == 0
    return capsys.readouterr().out


def test_help_names_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of(capsys=capsys)
    assert all(f"\n    {command}" in text for command in COMMANDS)
    for code in ("0 ", "1 ", "2 ", "130 "):
        assert f"\n  {code}" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_examples_that_parse(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of(command, capsys=capsys)
    block = text[text.index("examples:") :].split("\n\n")[0].splitlines()[1:]
    assert block
    for line in block:
        words = line.split("#")[0].split("|")[0].split(">")[0].split()
        assert words[:2] == ["pellucid", command]
        assert isinstance(parser.build().parse_args(words[1:]), argparse.Namespace)
    assert "exit codes:" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_alone_is_what_it_is_among_all(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    among_all = help_of(command, capsys=capsys)
    with pytest.raises(SystemExit):
        parser.build(command).parse_args([command, "--help"])
    assert capsys.readouterr().out == among_all


def test_help_loads_nothing_that_takes_time() -> None:
    program = (
        "import sys\n"
        "from pellucid.cli.main import main\n"
        "try: main(['scan', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'httpx2', 'rich', 'pydantic', 'sqlalchemy', 'hyperscan', 'fastapi', 'cryptography'}\n"
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("command", ["scan", "extract"])
def test_a_fork_server_is_started_before_what_takes_time_is_loaded(command: str) -> None:
    """It gets ready meanwhile; a library in the command's own imports would hold it up."""
    program = (
        "import sys\n"
        f"import pellucid.cli.{command}\n"
        "heavy = {'rich', 'hyperscan', 'pellucid.pipeline.pool', 'pellucid.domain.finding'}\n"
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["scan"],
        ["scan", "x", "--fail-on", "terrible"],
        ["scan", "x", "--processes", "0"],
        ["serve", "--port", "65536"],
        ["serve", "--port", "-1"],
        ["wait", "p", "i", "--timeout", "soon"],
        ["wait", "p", "i", "--timeout", "0"],
        ["advisories"],
    ],
)
def test_a_command_line_that_makes_no_sense_exits_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        entry.main(arguments)
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("usage: pellucid")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan", "/nowhere/firmware.bin"], "/nowhere/firmware.bin does not exist."),
        (["scan", "/"], "/ is not a regular file."),
        (["upload", "/nowhere/firmware.bin", "--product", "p", "--version", "1"], "does not exist."),
        (["status", "p", "i"], "No credentials: set PELLUCID_TOKEN"),
    ],
)
def test_what_cannot_be_done_exits_with_2_and_one_line(arguments: list[str], said: str) -> None:
    ended = pellucid(*arguments)
    assert ended.code == 2
    assert ended.stdout == ""
    assert said in ended.stderr
    assert ended.stderr.startswith("pellucid: error: ")
    assert len(ended.stderr.splitlines()) == 1


def test_a_server_that_is_not_there_is_named_with_what_to_do() -> None:
    with ScriptedApi() as gone:
        url = gone.url
    ended = pellucid("status", ID, ID, PELLUCID_URL=url, PELLUCID_TOKEN="token")
    assert ended.code == 2
    assert f"Cannot connect to {url}" in ended.stderr
    assert "Is the server running, and PELLUCID_URL right?" in ended.stderr


def test_a_setting_that_cannot_be_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"a")
    ended = pellucid("scan", file, PELLUCID_SCAN_DEPTH="deep")
    assert (ended.code, ended.stdout) == (2, "")
    assert "PELLUCID_SCAN_DEPTH: " in ended.stderr
    assert "given: 'deep'" in ended.stderr


def test_details_of_an_error_are_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: argparse.Namespace) -> int:
        raise InvalidRequest("This will not do.", details=[Detail(reason="it is too long", field="name")])

    monkeypatch.setattr(status, "run", fail)
    assert entry.main(["status", "p", "i"]) == 2
    assert capsys.readouterr().err == "pellucid: error: This will not do.\n  name: it is too long\n"


def test_a_crash_exits_with_2_and_not_with_the_code_of_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(_: argparse.Namespace) -> int:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(status, "run", crash)
    monkeypatch.delenv("PELLUCID_DEBUG", raising=False)
    with pytest.raises(SystemExit) as caught:
        entry.main(["status", "p", "i"])
    assert caught.value.code == 2
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().err


def test_ctrl_c_ends_it_with_130_and_no_traceback() -> None:
    asked = threading.Event()

    with ScriptedApi() as api:

        def never(_: Request) -> Reply:
            asked.set()
            api.stopping.wait(60)
            return Reply({})

        api.routes[f"GET /api/v4/products/{ID}/images/{ID}"] = never
        # Whoever runs the tests in the background of a shell has Ctrl-C ignored, and its children with it.
        process = subprocess.Popen(
            ["env", "--default-signal=INT", *PELLUCID, "status", ID, ID],
            env=environment(PELLUCID_URL=api.url, PELLUCID_TOKEN="token"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert asked.wait(60)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr.strip() == "pellucid: stopped"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    image = {"name": "router", "version": "1", "id": ID, "notes": ["x" * 100] * 20_000}
    with ScriptedApi() as api:
        api.routes[f"GET /api/v4/products/{ID}/images/{ID}"] = lambda _: Reply(image)
        process = subprocess.Popen(
            [*PELLUCID, "status", ID, ID, "--format", "json"],
            env=environment(PELLUCID_URL=api.url, PELLUCID_TOKEN="token"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        stderr = process.stderr.read()
        process.stderr.close()
        assert process.wait(60) == 0
    assert stderr == b""


@pytest.mark.parametrize("daemon", [True, False])
def test_the_program_ends_with_its_code_after_all_that_was_to_be_done_at_its_end(tmp_path: Path, daemon: bool) -> None:
    """Threads that must not be lost are waited for; others are not."""
    program = (
        "import atexit, sys, threading, time\n"
        "from pellucid.cli.main import run\n"
        "atexit.register(print, 'at the end')\n"
        f"def work(): time.sleep({600 if daemon else 1}); print('waited')\n"
        f"threading.Thread(target=work, daemon={daemon}).start()\n"
        f"sys.argv = ['pellucid', 'extract', {str(tmp_path / 'missing')!r}, '--output', {str(tmp_path / 'out')!r}]\n"
        "run()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == exit_codes.FAILED
    assert ended.stdout.split("\n") == ([] if daemon else ["waited"]) + ["at the end", ""]
    assert "missing" in ended.stderr
