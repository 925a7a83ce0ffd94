"""A program that gives its work to a fork server that is a copy of it; prints, as JSON, what became of that.

    python -m tests.support.copied_server FOLDER UNIT [UNIT ...]

UNIT is the name of one of `evil_units`. The output has the layers of the sandbox, whether all was as it should be with
what the program had open, what each unit met, and how many processes were left at the end.
"""

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.messages import Request, Welcome
from pellucid.pipeline.pool import Answered, Pool
from pellucid.pipeline.scratch import Extent

UNITS = "tests.support.evil_units:UNITS"


def main(folder: Path, names: list[str]) -> None:
    """Run them, one after the other."""
    found: dict[str, object] = {}
    # Printed once, by the program: a copy must not write what was waiting to be written.
    sys.stdout.write("begin\n")
    welcome = Welcome(memory=1 << 30, file_size=1 << 30, units=UNITS)
    with tempfile.TemporaryFile() as own, ForkServer(copy_for=UNITS) as server:
        os.set_inheritable(own.fileno(), True)
        server.welcome(welcome)
        found["program"] = (
            Path(f"/proc/{children()[0]}/cmdline").read_bytes() == Path("/proc/self/cmdline").read_bytes()
        )
        with Pool(1, work=folder / "work", welcome=welcome, server=server) as pool:
            found["layers"] = pool.layers()
            for name in names:
                found[name] = _asked(pool, folder / name, f"{name}!{folder / 'outside'}!".encode())
    print(json.dumps(found | {"left": len(children())}))


def _asked(pool: Pool, path: Path, data: bytes) -> list[str]:
    path.write_bytes(data)
    request = Request(sha256=hashlib.sha256(data).hexdigest(), size=len(data), seconds=3.0)
    pool.submit([(request, Extent(path, 0, len(data)))])
    while pool.busy:
        for event in pool.events(1.0):
            if isinstance(event, Answered):
                content = event.content
                return [*(str(item.kind) for item in content.problems), *map(str, content.metadata.items())]
            return [str(event.kind), event.message]
    return []


def children() -> list[int]:
    """Processes of this one."""
    return [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text(encoding="ascii").split()
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
