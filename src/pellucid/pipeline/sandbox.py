"""The cage of an analysis process: what it may still do once it reads hostile bytes.

Memory, file size and descriptors by rlimits; files by Landlock; system calls by seccomp. Each layer that this
machine cannot give is named by `capabilities`, never silently left out.
"""

import ctypes
import errno
import logging
import os
import resource
import signal
import site
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
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


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """Which layers this machine gives; an empty string means it does, else it says why not."""

    landlock: str
    seccomp: str

    @property
    def missing(self) -> dict[str, str]:
        return {name: why for name, why in (("landlock", self.landlock), ("seccomp", self.seccomp)) if why}


def capabilities() -> Capabilities:
    """Look, without entering anything."""
    landlock = seccomp = ""
    try:
        import landlockpy  # noqa: PLC0415  # optional at run time: its absence is reported, not fatal

        if not landlockpy.supported():
            landlock = "this kernel has no Landlock (5.13 or later, enabled at boot)"
    except (ImportError, OSError) as error:
        landlock = f"landlockpy cannot be used: {error}"
    try:
        import pyseccomp  # noqa: F401, PLC0415  # optional at run time: its absence is reported, not fatal
    except (ImportError, OSError, RuntimeError) as error:
        seccomp = f"libseccomp cannot be used (Debian package libseccomp2): {error}"
    return Capabilities(landlock=landlock, seccomp=seccomp)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the one that started it dies; `parent` is the pid it should have."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(1)


def enter(*, readable: Sequence[Path], writable: Path, memory: int, file_size: int) -> None:
    """Give up everything that a parser does not need. Cannot be undone; import what is needed before."""
    have = capabilities()
    for limit, value in (
        # Private writable memory only: mappings of large images are not counted.
        (resource.RLIMIT_DATA, _data_size() + memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    if not have.landlock:
        _landlock(readable, writable)
    if not have.seccomp:
        _seccomp()
    for name, why in have.missing.items():
        log.warning("sandbox without %s: %s", name, why)


def _landlock(readable: Sequence[Path], writable: Path) -> None:
    from landlockpy import AccessFS, Ruleset  # noqa: PLC0415  # optional at run time

    read = AccessFS.READ_FILE | AccessFS.READ_DIR
    write = read | AccessFS.WRITE_FILE | AccessFS.MAKE_REG | AccessFS.REMOVE_FILE | AccessFS.TRUNCATE
    with Ruleset() as rules:
        for path in (*_interpreter(), *readable):
            if path.exists():
                rules.allow_path(path, read if path.is_dir() else AccessFS.READ_FILE)
        rules.allow_path(writable, write)
        rules.restrict()


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
