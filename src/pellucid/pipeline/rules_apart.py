"""Rules are read, checked and compiled apart: by one process a call, in a sandbox, which cannot harm who asks.

The compiler is a library that reads what others wrote. Question and answer are files in memory, the process's stdin and
stdout; the answer is decoded as data.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import field, structs

from pellucid import logs
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.pipeline import sandbox
from pellucid.rules import archive
from pellucid.rules.checking import check_all
from pellucid.rules.rule_file import CheckedFile, RuleFile
from pellucid.rules.rule_set import RuleSet, packed

SECONDS = 60.0
MEMORY = 1 << 30
LARGEST_ANSWER = 256 << 20
PROGRAM = "from pellucid.pipeline.rules_apart import main; main()"
Checked = tuple[list[RuleFile], list[CheckedFile]]
"""Files of rules, and what is to be said of each."""


class _Question(msgspec.Struct, frozen=True, kw_only=True):
    """Of `rules`, or else of a file."""

    rules: RuleSet | None = None
    filename: str = ""
    content: bytes = b""
    folder: str = ""
    parent: int = field(default_factory=os.getpid)
    seconds: float


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    checked: Checked | None = None
    packed: bytes | None = None
    refused: str = ""


def checked(filename: str, content: bytes, *, seconds: float = SECONDS) -> Checked:
    """Of an archive, or of a file of rules. Malformed: it is none, or damaged; BudgetExceeded: it is too much."""
    answer = _asked(_Question(filename=filename, content=content, seconds=seconds))
    if answer.checked is None:
        raise Malformed(answer.refused)
    return answer.checked


def compiled(rules: RuleSet, *, seconds: float = SECONDS) -> bytes:
    """For `rule_set.unpacked`; raises as `checked` does."""
    answer = _asked(_Question(rules=rules, seconds=seconds))
    if answer.packed is None:
        raise Malformed(answer.refused)
    return answer.packed


def _asked(asked: _Question) -> _Answer:
    with (
        tempfile.TemporaryDirectory() as folder,
        os.fdopen(os.memfd_create("question"), "w+b") as question,
        os.fdopen(os.memfd_create("answer"), "w+b") as answer,
    ):
        question.write(msgspec.msgpack.encode(structs.replace(asked, folder=folder)))
        question.seek(0)
        code = _run(question, answer, asked.seconds)
        if code == -signal.SIGXCPU:
            raise BudgetExceeded(f"checking the rules took longer than {asked.seconds:.0f} s")
        if code:
            raise BudgetExceeded("checking the rules took too much memory, or ended the process that did it")
        answer.seek(0)
        try:
            return msgspec.msgpack.decode(answer.read(LARGEST_ANSWER), type=_Answer)
        except msgspec.DecodeError as error:
            raise Malformed(f"the check of the rules gave no usable answer: {error}") from None


def _run(question: BinaryIO, answer: BinaryIO, seconds: float) -> int:
    try:
        return subprocess.run(  # noqa: S603  # our own module under our own interpreter
            # -P: what lies in the folder that somebody happens to be in is not ours to import.
            (sys.executable, "-P", "-c", PROGRAM),
            stdin=question,
            stdout=answer,
            # A core may be busy with other things.
            timeout=2 * seconds + 30,
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -signal.SIGXCPU


def main() -> None:
    """Answer one question; in the process that was started for it."""
    logs.configure()
    with os.fdopen(os.dup(1), "wb") as sink:
        # Whatever a library prints is no answer.
        os.dup2(2, 1)
        question = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Question)
        sandbox.enter(Path(question.folder), parent=question.parent, memory=MEMORY, file_size=LARGEST_ANSWER)
        sandbox.allow_seconds(question.seconds)
        try:
            answer = _answer(question)
        except (Malformed, BudgetExceeded) as error:
            answer = _Answer(refused=error.message)
        sink.write(msgspec.msgpack.encode(answer))


def _answer(question: _Question) -> _Answer:
    if question.rules is not None:
        return _Answer(packed=packed(question.rules))
    files, refused = archive.taken(question.filename, question.content)
    return _Answer(checked=(files, check_all(files, refused)))
