"""Pins every requirement of pyproject.toml in requirements/run.txt and requirements/dev.txt.

The files hold names, versions and markers only: no address of an index, which would be that of whoever ran this.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / "requirements" / "run.txt"
DEV = ROOT / "requirements" / "dev.txt"
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--no-annotate",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--upgrade",
    "--quiet",
]


def pin(target: Path, *source: str) -> None:
    """Resolve `source` and write the result to `target`; what uv did not resolve for Linux is left out."""
    command = [sys.executable, "-m", "uv", "pip", "compile", *source, *OPTIONS]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines = [line for line in answer.splitlines() if "sys_platform == 'win32'" not in line and "jsfetch" not in line]
    title = f"# {target.name}: exact versions, written by `make lock`. Do not edit."
    target.write_text("\n".join([title, *lines]) + "\n", encoding="utf-8")


def main() -> None:
    """Pin what runs first; the development tools must agree with it."""
    pin(RUN, "pyproject.toml")
    pin(DEV, "--group", "dev", "--constraint", str(RUN))
    print(f"wrote {RUN.relative_to(ROOT)} and {DEV.relative_to(ROOT)}; read the diff, then `make check`")


if __name__ == "__main__":
    main()
