"""Names of packages, repositories and products, as both sides of a comparison spell them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats.package_names import named, repository_of, subject_of


@pytest.mark.parametrize(
    ("ecosystem", "name", "subject"),
    [
        ("PyPI", "Zope.Interface__x", ("PyPI", "zope-interface-x")),
        ("npm", "@Scope/Name", ("npm", "@Scope/Name")),
        ("NuGet", "Newtonsoft.Json", ("NuGet", "newtonsoft.json")),
        ("Maven", "org.Acme:Tool", ("Maven", "org.Acme:Tool")),
        ("Maven:https://maven.google.com", "a:b", ("Maven", "a:b")),
        ("Packagist:https://packages.drupal.org/8", "Drupal/Core", ("Packagist", "drupal/core")),
        ("Ubuntu:22.04:LTS", "busybox", ("Ubuntu:22.04:LTS", "busybox")),
        ("Red Hat:enterprise_linux:9::appstream", "zlib", ("Red Hat:enterprise_linux:9::appstream", "zlib")),
        ("SwiftURL", "https://github.com/Acme/Tool.git", ("SwiftURL", "github.com/acme/tool")),
        ("Go", "github.com/BurntSushi/toml", ("Go", "github.com/BurntSushi/toml")),
        ("Never heard of", " As It Is ", ("Never heard of", "As It Is")),
    ],
)
def test_subjects(ecosystem: str, name: str, subject: tuple[str, str]) -> None:
    assert subject_of(ecosystem, name) == subject


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("https://github.com/curl/curl.git", "github.com/curl/curl"),
        ("https://github.com/Python-Pillow/Pillow", "github.com/python-pillow/pillow"),
        ("git@github.com:curl/curl.git", "github.com/curl/curl"),
        ("ssh://git@Example.org:2222/Some/Thing.git/", "example.org/Some/Thing"),
        (
            "https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git/",
            "git.kernel.org/pub/scm/linux/kernel/git/stable/linux",
        ),
        ("https://git.example.org/?p=a.git;a=summary", "git.example.org"),
        ("", ""),
    ],
)
def test_repositories(address: str, repository: str) -> None:
    assert repository_of(address) == repository


def test_products_without_a_register() -> None:
    assert named("Palo Alto  Networks", "PAN-OS") == ("name", "palo_alto_networks:pan-os")


@given(st.sampled_from(["PyPI", "NuGet", "Maven:x", "SwiftURL", "npm"]), st.text(max_size=60))
def test_a_subject_put_through_again_is_the_same(ecosystem: str, name: str) -> None:
    found = subject_of(ecosystem, name)
    if ecosystem != "SwiftURL":  # an address inside an address may be taken apart again
        assert subject_of(*found) == found
