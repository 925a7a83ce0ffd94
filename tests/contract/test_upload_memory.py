"""Memory stays flat while a large file is uploaded: the benchmark, on a file larger than what is allowed."""

import re
import subprocess
import sys
from pathlib import Path

from tests.architecture.source_tree import ROOT

SIZE = 300  # MiB: a server that kept the file would need more than it may
MOST = 200  # MB


def test_the_server_needs_no_more_memory_than_it_may(tmp_path: Path) -> None:
    command = [sys.executable, "benchmarks/upload.py", "--size", str(SIZE), "--rounds", "1", "--folder", str(tmp_path)]
    # The rate is the benchmark's to judge, on a machine that does nothing else.
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False).stdout
    peak = re.search(r"peak memory of the server: (\d+) MB", output)
    assert peak is not None
    assert int(peak[1]) < MOST
