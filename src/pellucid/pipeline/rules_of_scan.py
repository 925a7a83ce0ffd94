"""Rules that come with a scan: on their way to analysis processes, and in them.

The runner has them as bytes, and lends them to each process as a file that nobody can write to any more.
"""

import fcntl
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pellucid.analysis.scan_rules import ScanRules
from pellucid.pipeline.messages import Request

if TYPE_CHECKING:
    from pellucid.rules.rule_set import LoadedRules

SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class LentRules:
    """Rules of one scan as an open file; `ruleset` tells them from those of others. Close it after the scan."""

    def __init__(self, content: bytes, ruleset: str) -> None:
        self.ruleset = ruleset
        self.descriptor = os.memfd_create("rules", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        with open(self.descriptor, "wb", closefd=False) as stream:
            stream.write(content)
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, SEALS)

    def close(self) -> None:
        """Processes keep theirs."""
        os.close(self.descriptor)


class RulesOfScan:
    """In an analysis process: the rules of the requests that it answers, loaded when they are others."""

    def __init__(self) -> None:
        self._ruleset = ""
        self._rules: LoadedRules | None = None

    def of(self, request: Request, files: Sequence[int]) -> ScanRules | None:
        """The rules that a request asks for; None when it asks for none."""
        if request.rules < 0:
            return None
        if request.ruleset != self._ruleset:
            from pellucid.rules.rule_set import unpacked  # noqa: PLC0415  # only who brings rules needs the library

            descriptor = files[request.rules]
            content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            self._rules, self._ruleset = unpacked(content), request.ruleset
        return self._rules
