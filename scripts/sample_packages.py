"""The Debian packages of the sample image, fetched through this machine's own APT sources without root."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Package names (a|b: the first that this release has), and the well-known product that each is a part of.
WANTED = {
    "busybox": "busybox",
    "dropbear-bin": "dropbear",
    "dnsmasq-base": "dnsmasq",
    "openssl": "openssl",
    "libssl3|libssl3t64": "openssl",
    "zlib1g": "zlib",
    "curl": "curl",
    "libcurl4|libcurl4t64": "curl",
    "lighttpd": "lighttpd",
    "hostapd": "hostapd",
    "iptables": "iptables",
    "libxtables12": "iptables",
    "libc6": "",
    "libtomcrypt1": "",
    "libtommath1": "",
}
# Only a machine's own network settings matter to a private APT run, not its hooks.
APT_CONFIG = """#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
"""
PRIVATE_STATE = """Dir::State::Lists "{folder}/lists";
Dir::Cache "{folder}";
Dir::Cache::archives "{folder}/archives";
"""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A downloaded package. `version` is Debian's, `upstream` the program's own."""

    name: str
    product: str
    version: str
    upstream: str
    architecture: str
    path: Path


def upstream_version(version: str) -> str:
    """Debian's version without epoch, revision and repacking marks: "1:1.2.13.dfsg-1+b1" -> "1.2.13"."""
    plain = version.split(":", 1)[-1].rsplit("-", 1)[0]
    return re.split(r"[+~]|\.dfsg|\.ds", plain)[0]


def fetch(cache: Path) -> list[Package]:
    """Every wanted package, downloaded into `cache` unless it is there already."""
    debs = cache / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    packages = _on_disk(debs)
    if packages is None:
        for config in _configurations(cache):
            names = [_first_known(config, names) for names in WANTED]
            command = ["apt-get", "-c", str(config), "-qq", "download", *(name for name in names if name)]
            if all(names) and subprocess.run(command, cwd=debs, check=False).returncode == 0:
                break
        packages = _on_disk(debs)
    if packages is None:
        sys.exit("APT could not download the packages of the sample image; its messages above say why")
    return packages


def _configurations(cache: Path) -> list[Path]:
    """First the machine's package lists as they are; then, should they be missing or old, lists of our own."""
    folder = cache / "apt"
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    shared, private = folder / "shared.conf", folder / "private.conf"
    shared.write_text(APT_CONFIG, encoding="utf-8")
    private.write_text(APT_CONFIG + PRIVATE_STATE.format(folder=folder), encoding="utf-8")
    return [shared, private]


def _first_known(config: Path, names: str) -> str:
    """The first of `names` that APT has a candidate of, "" when there is none."""
    if config.stem == "private" and not any((config.parent / "lists").glob("*Packages*")):
        subprocess.run(["apt-get", "-c", str(config), "-qq", "update"], check=False)
    for name in names.split("|"):
        command = ["apt-cache", "-c", str(config), "policy", name]
        answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        candidate = re.search(r"^ *Candidate: (.+)$", answer, re.MULTILINE)
        if candidate and candidate[1] != "(none)":
            return name
    return ""


def _on_disk(debs: Path) -> list[Package] | None:
    """The packages in `debs`, in the order of WANTED; None when one is missing."""
    packages = []
    for names, product in WANTED.items():
        found = [path for name in names.split("|") for path in sorted(debs.glob(f"{name}_*.deb"))]
        if not found:
            return None
        packages.append(_read(found[-1], product))
    return packages


def _read(path: Path, product: str) -> Package:
    command = ["dpkg-deb", "--show", "--showformat=${Package}\t${Version}\t${Architecture}", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    name, version, architecture = answer.split("\t")
    return Package(
        name=name,
        product=product,
        version=version,
        upstream=upstream_version(version),
        architecture=architecture,
        path=path,
    )
