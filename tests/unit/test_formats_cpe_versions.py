"""Versions as the CPE dictionary, authors and tags of repositories write them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats import cpe_versions
from pellucid.formats.cpe_versions import joined, plain, split, version_of_tag
from pellucid.formats.version_order import upstream


@pytest.mark.parametrize(
    ("version", "release", "update"),
    [
        ("9.3p2", "9.3", "p2"),
        ("4.2.8p15", "4.2.8", "p15"),
        ("1.9.5p2", "1.9.5", "p2"),
        ("1.2-rc3", "1.2", "rc3"),
        ("2019.07-rc4", "2019.07", "rc4"),
        ("3.0.0-alpha17", "3.0.0", "alpha17"),
        ("2.0b1", "2.0", "b1"),
        ("9.0.0.M4", "9.0.0", "m4"),
        ("4.2.8p2-RC2", "4.2.8", "p2-rc2"),
        ("2.10-devel", "2.10", "devel"),
        ("1.0.2zd", "1.0.2zd", ""),
        ("1.0.1e-16.el6_5.7", "1.0.1e-16.el6_5.7", ""),
        ("2.12r", "2.12r", ""),
        ("6b", "6b", ""),
        ("1.6.37+apng", "1.6.37+apng", ""),
        ("", "", ""),
    ],
)
def test_a_release_and_its_update(version: str, release: str, update: str) -> None:
    assert split(version) == (release, update)
    if update:
        assert upstream(joined(f"{release}:{update}"), version) == 0


@pytest.mark.parametrize(
    ("listed", "written"),
    [
        ("9.3:p2", "9.3p2"),
        ("1.2:rc3", "1.2-rc3"),
        ("9.3:-", "9.3"),
        ("9.3:*", "9.3"),
        ("9.3", "9.3"),
        ("4.2.5:p242_rc1", "4.2.5-p242_rc1"),
    ],
)
def test_they_are_joined_as_authors_do(listed: str, written: str) -> None:
    assert joined(listed) == written


@pytest.mark.parametrize(
    ("owner", "tag", "version"),
    [
        ("github.com/curl/curl", "curl-7_61_0", "7.61.0"),
        ("haxx:curl", "curl-7_61_0", "7.61.0"),
        ("https://github.com/openssl/openssl.git", "OpenSSL_1_1_1k", "1.1.1k"),
        ("openssl:openssl", "openssl-3.0.0-alpha17", "3.0.0-alpha17"),
        ("github.com/mirror/busybox", "1_35_0", "1.35.0"),
        ("thekelleys.org.uk/dnsmasq", "v2.80", "2.80"),
        ("thekelleys.org.uk/dnsmasq", "refs/tags/v2.80", "2.80"),
        ("github.com/openssh/openssh-portable", "V_9_3_P2", "9.3p2"),
        ("github.com/tianocore/edk2", "edk2-stable202208", "202208"),
        ("lwip_project:lwip", "STABLE-2_1_2_RELEASE", "2.1.2"),
        ("gitlab.gnome.org/GNOME/libxml2", "LIBXML2_2_6_7", "2.6.7"),
        ("gitlab.gnome.org/GNOME/libxml2", "LIBXML2.6.32", "2.6.32"),
        ("github.com/PCRE2Project/pcre2", "pcre2-10.40", "10.40"),
        ("git.postgresql.org/git/postgresql", "REL9_6_24", "9.6.24"),
        ("git.ffmpeg.org/ffmpeg", "n4.4", "4.4"),
        ("github.com/sudo-project/sudo", "SUDO_1_9_5p2", "1.9.5p2"),
        ("github.com/c-ares/c-ares", "cares-1_19_0", "1.19.0"),
        ("gitlab.com/libtiff/libtiff", "Release-v4-0-10", "4.0.10"),
        ("gitlab.com/muttmua/mutt", "mutt-1-5-15-rel", "1.5.15"),
        ("github.com/ImageMagick/ImageMagick", "7.1.0-30", "7.1.0-30"),
        ("github.com/Mbed-TLS/mbedtls", "polarssl-1.3.6", "1.3.6"),
        ("github.com/nodejs/llhttp", "release/v6.0.0", "6.0.0"),
        ("github.com/openldap/openldap", "OPENLDAP_REL_ENG_2_4_43", "2.4.43"),
    ],
)
def test_tags_name_versions(owner: str, tag: str, version: str) -> None:
    assert version_of_tag(owner, tag) == version


@pytest.mark.parametrize(
    ("owner", "tag"),
    [
        ("github.com/openssl/openssl", "OpenSSL_FIPS_1_0"),
        ("github.com/c-ares/c-ares", "curl-7_10_8"),
        ("github.com/curl/curl", "mysql-5.1.32"),
        ("github.com/samba-team/samba", "ldb-1.1.14"),
        ("github.com/u-boot/u-boot", "LABEL_2003_10_01_1830"),
        ("github.com/asterisk/asterisk", "certified-20.7-cert1"),
        ("sourceware.org/git/glibc", "cvs/libc-960228"),
        ("github.com/kamailio/kamailio", "before_the_merge"),
        ("github.com/kamailio/kamailio", ""),
    ],
)
def test_tags_of_other_software_name_none(owner: str, tag: str) -> None:
    assert version_of_tag(owner, tag) == ""


@given(st.sampled_from(["gnu:bash", "isc:bind", "oracle:jdk", "denx:u-boot", "a:b", ""]), st.text(max_size=30))
def test_any_text_is_read(owner: str, text: str) -> None:
    assert len(version_of_tag(owner, text)) <= len(text.lower())
    assert plain(owner, text).strip() or not text.strip()
    release, update = split(text)
    assert text.strip().lower().startswith(release.strip().lower())
    assert update in text.lower()


@pytest.mark.parametrize("text", ["1." * 50_000, "1-" * 50_000, "1_p" * 30_000, "a" * 100_000, "." * 100_000 + "1"])
def test_hostile_texts_are_read_at_once(text: str) -> None:
    begin = time.process_time()
    for owner in ("gnu:bash", "isc:bind", "oracle:jdk", "denx:u-boot", "a:b"):
        meanings = cpe_versions.meanings(owner, text, upstream)
        assert {cpe_versions.meaning(owner, listed, upstream) for listed in (text, f"{text}:-")} & meanings
        version_of_tag(owner, text)
    assert time.process_time() - begin < 3
