"""The sandbox: what an analysis process can no longer do once it is inside. Each attempt is made by a real process."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pellucid.pipeline import sandbox, user

PREPARE = """
import errno, os, socket, subprocess, sys, mmap
from pathlib import Path
from pellucid.pipeline import sandbox
folder, readable = Path(sys.argv[1]), Path(sys.argv[2])
given = open(readable, 'rb')
layers = sandbox.enter(folder, parent=os.getppid(), memory=64 << 20, file_size=1 << 20)
"""


def inside(attempt: str, tmp_path: Path) -> str:
    """What a process in the sandbox says after the attempt: its last line."""
    folder, readable = tmp_path / "own", tmp_path / "readable"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, user.PLAIN, user.PLAIN)
    readable.write_bytes(b"image" * 1000)
    (tmp_path / "secret").write_text("keep out")
    program = PREPARE + textwrap.dedent(attempt)
    command = [sys.executable, "-c", program, str(folder), str(readable)]
    answer = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    return (answer.stdout.strip() or answer.stderr.strip()).splitlines()[-1]


def test_this_machine_gives_every_layer() -> None:
    """Where the tests run, a layer that is missing would make the tests below say nothing."""
    assert [name for name, why in sandbox.capabilities().items() if why] == []


@pytest.mark.parametrize(
    "attempt",
    [
        "open(folder.parent / 'secret').read()",
        "open('/etc/passwd').read()",
        "open(folder.parent / 'new', 'w')",
        "open(readable)",
        "os.open('new', os.O_WRONLY | os.O_CREAT | os.O_EXCL, dir_fd=os.open('..', os.O_PATH))",
        "os.setuid(0)",
        "os.chroot('/')",
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
        f"try:\n    {attempt}\n    print('done')\nexcept OSError as error:\n    print(errno.errorcode[error.errno])",
        tmp_path,
    )
    # There is no user 0 in a user namespace without one: EINVAL.
    assert said in {"EPERM", "EACCES"} | ({"EINVAL"} if "setuid" in attempt else set())


def test_it_is_a_plain_user_in_a_network_of_its_own(tmp_path: Path) -> None:
    attempt = """
    import ctypes
    libc = ctypes.CDLL(None)
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    reading = 1 << 2
    print([name for name, why in layers.items() if why], 0 in os.getresuid(), any(bits & ~reading for bits in sets))
    """
    assert inside(attempt, tmp_path) == "[] False False"


def test_memory_is_limited_and_mappings_of_images_are_not_counted(tmp_path: Path) -> None:
    attempt = """
    maps = [mmap.mmap(given.fileno(), 0, prot=mmap.PROT_READ) for _ in range(20)]
    try:
        bytearray(128 << 20)
    except MemoryError:
        print('limited')
    """
    assert inside(attempt, tmp_path) == "limited"


def test_its_own_folder_and_what_it_was_given_are_open(tmp_path: Path) -> None:
    attempt = """
    Path('0').write_bytes(given.read())
    Path('0').unlink()
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
