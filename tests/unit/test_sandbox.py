"""The sandbox: what an analysis process can no longer do once it is inside. Each attempt is made by a real process."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pellucid.pipeline import sandbox

PREPARE = """
import os, socket, subprocess, sys, mmap
from pathlib import Path
from pellucid.pipeline import sandbox
folder, readable = Path(sys.argv[1]), Path(sys.argv[2])
sandbox.enter(readable=[readable], writable=folder, memory=64 << 20, file_size=1 << 20)
"""


def inside(attempt: str, tmp_path: Path) -> str:
    """What a process in the sandbox says after the attempt: its last line."""
    folder, readable = tmp_path / "own", tmp_path / "readable"
    folder.mkdir()
    readable.write_bytes(b"image" * 1000)
    (tmp_path / "secret").write_text("keep out")
    program = PREPARE + textwrap.dedent(attempt)
    command = [sys.executable, "-c", program, str(folder), str(readable)]
    answer = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    return (answer.stdout.strip() or answer.stderr.strip()).splitlines()[-1]


def test_this_machine_gives_every_layer() -> None:
    """Where the tests run, a layer that is missing would make the tests below say nothing."""
    assert sandbox.capabilities().missing == {}


@pytest.mark.parametrize(
    "attempt",
    [
        "open(folder.parent / 'secret').read()",
        "open('/etc/passwd').read()",
        "open(folder.parent / 'new', 'w')",
        "open(readable, 'r+')",
        "os.listdir('/root')",
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "subprocess.run(['/bin/true'])",
        "os.execv('/bin/true', ['true'])",
        "os.fork()",
        "os.kill(os.getppid(), 0)",
        "os.symlink('/etc/passwd', folder / 'link')",
        "os.mkfifo(folder / 'fifo')",
        "os.link(readable, folder / 'hard')",
    ],
)
def test_refused(attempt: str, tmp_path: Path) -> None:
    said = inside(
        f"try:\n    {attempt}\nexcept PermissionError as error:\n    print('refused')\nelse:\n    print('done')",
        tmp_path,
    )
    assert said == "refused"


def test_memory_is_limited_and_mappings_of_images_are_not_counted(tmp_path: Path) -> None:
    attempt = """
    big = open(readable, 'rb')
    maps = [mmap.mmap(big.fileno(), 0, prot=mmap.PROT_READ) for _ in range(20)]
    try:
        bytearray(128 << 20)
    except MemoryError:
        print('limited')
    """
    assert inside(attempt, tmp_path) == "limited"


def test_its_own_folder_and_what_it_was_given_are_open(tmp_path: Path) -> None:
    attempt = """
    (folder / '0').write_bytes(readable.read_bytes())
    (folder / '0').unlink()
    import zoneinfo, decimal, threading
    thread = threading.Thread(target=print, args=['a thread'])
    thread.start()
    thread.join()
    """
    assert inside(attempt, tmp_path) == "a thread"


def test_a_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    program = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', '''
import os, sys, time
from pellucid.pipeline import sandbox
sandbox.die_with_parent(os.getppid())
print("ready", flush=True)
time.sleep(60)
'''], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(200):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        os.sched_yield()
        subprocess.run(["sleep", "0.02"], check=True)
    raise AssertionError("the child outlived its parent")
