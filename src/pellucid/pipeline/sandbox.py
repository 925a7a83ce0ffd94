"""The cage of an analysis process: what it may still do once it reads hostile bytes.

Memory, file size, processor time and descriptors by rlimits; files by Landlock; system calls by seccomp; network by a
namespace of its own; no rights of root. Each layer that this machine cannot give is named, never silently left out.
The bytes to be read come as open descriptors: there is no image, store or key that the process could open itself.
"""

import ctypes
import ctypes.util
import errno
import logging
import os
import resource
import signal
import site
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pellucid.pipeline import namespaces, user

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
MOST_THREADS = 512
CLONE_THREAD = 0x00010000
FORBIDDEN = (
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "execve",
    "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "kill", "tkill", "tgkill",
    "io_uring_setup", "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "bpf", "perf_event_open",
    "keyctl", "add_key", "request_key", "userfaultfd", "init_module", "finit_module", "kexec_load", "reboot",
    "mknod", "mknodat", "symlink", "symlinkat", "link", "linkat",
)  # fmt: skip

SYSTEM = (
    "/usr/lib",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/urandom",
    "/dev/null",
)


SONAMES = {"c": "libc.so.6", "seccomp": "libseccomp.so.2"}

Layers = dict[str, str]
"""Each layer of the cage by name: "" when it is in force, else why it is not."""


def capabilities() -> Layers:
    """What this machine gives of the layers that can be missing, without entering anything."""
    layers: Layers = {"landlock": "", "seccomp": ""}
    with _quick_search():
        try:
            import landlockpy  # noqa: PLC0415  # optional at run time: its absence is reported, not fatal

            if not landlockpy.supported():
                layers["landlock"] = "this kernel has no Landlock (5.13 or later, enabled at boot)"
        except (ImportError, OSError) as error:
            layers["landlock"] = f"landlockpy cannot be used: {error}"
        try:
            import pyseccomp  # noqa: F401, PLC0415  # optional at run time: its absence is reported, not fatal
        except (ImportError, OSError, RuntimeError) as error:
            layers["seccomp"] = f"libseccomp cannot be used (Debian package libseccomp2): {error}"
    return layers


@contextmanager
def _quick_search() -> Iterator[None]:
    """Let both libraries find what they bind by its usual name: ctypes runs ldconfig, or compilers, for each search."""
    search = ctypes.util.find_library

    def find(name: str) -> str | None:
        try:
            ctypes.CDLL(SONAMES[name])
        except (KeyError, OSError):
            return search(name)
        return SONAMES[name]

    ctypes.util.find_library = find
    try:
        yield
    finally:
        ctypes.util.find_library = search


def enter(folder: Path, *, parent: int, memory: int, file_size: int) -> Layers:
    """Give up everything that a parser does not need, and work in `folder`, the only place that may be written to.

    Cannot be undone; import what is needed before. `parent`: the process to die with. Returns what is in force.
    """
    layers = capabilities()
    os.chdir(folder)
    layers["namespaces"] = namespaces.leave()
    with ExitStack() as stack:
        rules = None if layers["landlock"] else stack.enter_context(_landlock(folder))
        layers["user"] = user.drop(keep_reading=rules is not None)
        # Changing the user would take this back.
        die_with_parent(parent)
        _limits(memory, file_size)
        if rules is not None:
            rules.restrict()
    if not layers["seccomp"]:
        _seccomp()
    for name, why in layers.items():
        if why:
            log.warning("sandbox without %s: %s", name, why)
    return layers


def allow_seconds(seconds: float) -> None:
    """Let this process use that much more processor time; the kernel ends it when it has."""
    allowed = int(time.process_time() + seconds) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the one that started it dies; `parent` is the pid it should have."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(1)


def _limits(memory: int, file_size: int) -> None:
    for limit, value in (
        # Private writable memory only: mappings of large images are not counted.
        (resource.RLIMIT_DATA, _data_size() + memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    if os.getuid() == user.PLAIN:
        # For a user who has other processes, the limit would count those, too.
        resource.setrlimit(resource.RLIMIT_NPROC, (MOST_THREADS, MOST_THREADS))


@contextmanager
def _landlock(writable: Path) -> Iterator[Any]:
    """The rules, with every path in them already opened."""
    from landlockpy import AccessFS, Ruleset  # noqa: PLC0415  # optional at run time

    read = AccessFS.READ_FILE | AccessFS.READ_DIR
    write = read | AccessFS.WRITE_FILE | AccessFS.MAKE_REG | AccessFS.REMOVE_FILE | AccessFS.TRUNCATE
    with Ruleset() as rules:
        for path in _interpreter():
            if path.exists():
                rules.allow_path(path, read if path.is_dir() else AccessFS.READ_FILE)
        rules.allow_path(writable, write)
        yield rules


def _seccomp() -> None:
    import pyseccomp  # noqa: PLC0415  # optional at run time

    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    for name in FORBIDDEN:
        try:
            rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
        except (ValueError, OSError):
            log.debug("this architecture has no system call %s", name)
    # No new process; threads may be made. clone3 hides its flags from filters: libraries fall back to clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    no_thread = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_THREAD, 0)
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", no_thread)
    rules.load()


def _interpreter() -> list[Path]:
    """Where modules that are imported late come from, and what the C library reads."""
    places = {*sys.path, sys.prefix, sys.base_prefix, *site.getsitepackages(), str(Path(__file__).parents[2])}
    places.discard("")
    return [*map(Path, sorted(places)), *map(Path, SYSTEM)]


def _data_size() -> int:
    """Private writable memory of this process, in bytes (VmData of /proc/self/status)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
