"""The user that an analysis process runs as: never root, and without capabilities (capabilities(7))."""

import ctypes
import os
from pathlib import Path

PLAIN = 65534
PR_SET_KEEPCAPS = 8
CAP_DAC_READ_SEARCH = 2
VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def can_keep_reading() -> bool:
    """Whether a process may still read what it may read now after it has called `drop` with `keep_reading`.

    Root in a container often has not got the capability that this takes.
    """
    if os.geteuid() != 0:
        return True
    sets = (_Sets * 2)()
    refused = ctypes.CDLL(None).capget(ctypes.byref(_Header(VERSION_3, 0)), sets)
    return not refused and bool(sets[0].permitted & 1 << CAP_DAC_READ_SEARCH)


def give(folder: Path) -> None:
    """Make a folder that an analysis process writes to: it is its own."""
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, PLAIN, PLAIN)


def drop(*, keep_reading: bool) -> str:
    """Become a plain user when root, and give up all capabilities; returns why it could not be done, or "".

    Root's interpreter often lies where no other user may read it, and modules are imported late. With `keep_reading`
    one capability stays: to read files of others. It is for when Landlock says which files there are.
    """
    library = ctypes.CDLL(None, use_errno=True)
    try:
        kept = 0
        if os.geteuid() == 0:
            library.prctl(PR_SET_KEEPCAPS, int(keep_reading), 0, 0, 0)
            os.setgroups([])
            os.setresgid(PLAIN, PLAIN, PLAIN)
            os.setresuid(PLAIN, PLAIN, PLAIN)
            kept = 1 << CAP_DAC_READ_SEARCH if keep_reading else 0
    except OSError as error:
        return f"still root, this machine does not allow to change it ({error.strerror})"
    sets = (_Sets * 2)(_Sets(kept, kept, 0), _Sets(0, 0, 0))
    if library.capset(ctypes.byref(_Header(VERSION_3, 0)), sets):
        return f"capabilities are kept ({os.strerror(ctypes.get_errno())})"
    return ""
