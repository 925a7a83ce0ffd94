"""Linux namespaces of an analysis process: its own network, which has no interface, and its own System V IPC."""

import ctypes
import os

CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000


def leave() -> str:
    """Leave the namespaces of the parent; returns why it could not be done, or "".

    Root may do it by right; others through a user namespace, where the machine allows them (namespaces(7)).
    """
    wanted = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    library = ctypes.CDLL(None, use_errno=True)
    for flags in (wanted, wanted | CLONE_NEWUSER) if os.geteuid() == 0 else (wanted | CLONE_NEWUSER,):
        if library.unshare(flags) == 0:
            return ""
    return f"this machine does not allow it ({os.strerror(ctypes.get_errno())})"
