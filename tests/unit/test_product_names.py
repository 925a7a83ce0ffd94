"""Names of software: groups of aliases, false friends, packages of Debian; against each other and our signatures."""

import csv
import os
import re
import tomllib
from collections import defaultdict
from importlib import resources
from pathlib import Path

import pytest

from pellucid.matchers.vulnerabilities.product_names import debian_names, false_friends, names_of, vendor_aliases

NAME = re.compile(r"[a-z0-9._+'~&/-]+:[a-z0-9._+'~&/-]+")
SIGNATURES = resources.files("pellucid.analyzers.components").joinpath("signatures")


def signature_names() -> dict[str, list[str]]:
    """Signature -> its names in the CPE dictionary."""
    found = {}
    for file in SIGNATURES.iterdir():
        if file.name.endswith(".toml"):
            table = tomllib.loads(file.read_text(encoding="utf-8"))
            found[file.name] = [re.sub(r"\\(.)", r"\1", name.partition(":")[2]) for name in table.get("cpe", [])]
    return found


def test_no_name_is_in_two_groups() -> None:
    table = (
        resources.files("pellucid.matchers.vulnerabilities").joinpath("vendor_aliases.toml").read_text(encoding="utf-8")
    )
    listed = [name for group in tomllib.loads(table)["group"] for name in group["names"]]
    assert len(listed) == len(set(listed)) == len(vendor_aliases())
    assert all(len(group["names"]) > 1 for group in tomllib.loads(table)["group"])


def test_names_are_spelt_as_subjects_are() -> None:
    packaged = [name for names in debian_names().values() for name in names]
    for name in (*vendor_aliases(), *false_friends(), *packaged):
        assert NAME.fullmatch(name), name


def test_no_false_friend_is_an_alias_or_packaged() -> None:
    assert not false_friends().keys() & vendor_aliases().keys()
    assert not false_friends().keys() & {name for names in debian_names().values() for name in names}


def test_signatures_name_no_false_friend_and_only_one_software() -> None:
    for signature, names in signature_names().items():
        assert not false_friends().keys() & set(names), signature
        assert len({vendor_aliases().get(name, (name,))[0] for name in names}) < 2, signature


def test_packages_are_called_by_the_first_name() -> None:
    for package, names in debian_names().items():
        for name in names:
            assert vendor_aliases().get(name, (name,))[0] == name, package


def test_all_names_of_curl() -> None:
    assert set(names_of("curl:libcurl")) >= {"haxx:curl", "haxx:libcurl", "daniel_stenberg:curl"}
    assert names_of("curl:libcurl")[0] == "curl:libcurl"
    assert names_of("nobody:knows") == ("nobody:knows",)
    assert "curl_project:curl" not in names_of("haxx:curl")


@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("wpa", ("w1.fi:hostapd", "w1.fi:wpa_supplicant")),
        ("openssl", ("openssl:openssl",)),
        ("linux", ("linux:linux_kernel",)),
        ("mbedtls", ("arm:mbed_tls",)),
        ("pcre2", ("pcre:pcre2",)),
        ("pcre3", ("pcre:pcre",)),
        ("libssh2", ("libssh2:libssh2",)),
        ("xz-utils", ("tukaani:xz",)),
        ("vsftpd", ("vsftpd_project:vsftpd",)),
    ],
)
def test_packages_of_debian(package: str, names: tuple[str, ...]) -> None:
    assert debian_names()[package] == names


@pytest.mark.vulndata
@pytest.mark.skipif("PELLUCID_VULNDATA" not in os.environ, reason="PELLUCID_VULNDATA is not set")
def test_every_vendor_of_a_product_is_decided() -> None:
    """Of a product name with several vendors, what is no false friend is one software."""
    file = Path(os.environ["PELLUCID_VULNDATA"], "nvd", "PRODUCTS.tsv")
    vendors = defaultdict(set)
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            vendors[row["product"]].add(f"{row['vendor']}:{row['product']}")
    assert len(vendors) == 280
    for product, names in vendors.items():
        software = {vendor_aliases().get(name, (name,))[0] for name in names - false_friends().keys()}
        assert len(software) < 2, f"{product}: {sorted(software)}"
