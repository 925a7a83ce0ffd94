"""Golden inputs of product_signatures: ELF files that hold what each product's own code holds, and near misses."""

from collections.abc import Iterator

from tests.support.elf_files import EXECUTABLE, Shape, elf_file
from tests.support.golden_case import Case

PROGRAM = Shape(type=EXECUTABLE)
NAME = "components/product_signatures"

# Case -> (payload, what it is). Strings as compilers lay them out: ended by a zero byte, aligned to four.
HITS: dict[str, tuple[bytes, str]] = {
    "busybox": (b"\0BusyBox v1.36.1 (2024-01-01 00:00:00 UTC)\0", "the banner of BusyBox"),
    "busybox-unknown": (b"\0BusyBox is a multi-call binary that combines\0", "BusyBox without its banner"),
    "dropbear": (b"\0SSH-2.0-dropbear_2022.83\r\n\0Dropbear server v%s\0", "the identification of Dropbear"),
    "dropbear-unknown": (b"\0Dropbear server v%s\0", "Dropbear with its identification changed"),
    "dnsmasq": (b"\0Dnsmasq version %s  %s\0dnsmasq-2.90\0\0\0", "dnsmasq's name with version"),
    "dnsmasq-unknown": (b"\0Dnsmasq is free software, and you are welcome\0", "dnsmasq without a version"),
    "openssl": (b'\0OpenSSL 1.0.2k-fips  26 Jan 2017\0OPENSSLDIR: "/etc/ssl"\0', "libcrypto of OpenSSL 1.0.2"),
    "openssl-static": (b"\0OpenSSL 3.0.13 30 Jan 2024\0../crypto/evp/evp_enc.c\0", "OpenSSL linked in statically"),
    "openssl-program": (b"\0OpenSSL 3.0.13 30 Jan 2024\0apps/openssl.c\0", "the openssl program"),
    "lighttpd": (b"\0lighttpd/1.4.69 (ssl) - a light and fast webserver\n\0", "the banner of lighttpd"),
    "zlib-embedded": (b"\0 inflate 1.2.11 Copyright 1995-2017 Mark Adler \0", "a copy of zlib's inflate"),
    "curl-program": (b"\0curl 8.5.0 (mips-unknown-linux-musl) %s\n\0curl_easy_perform\0", "the curl program"),
    "curl-static": (b"\0libcurl/7.61.0\0Could not resolve host: %s\0", "libcurl linked in statically"),
    "hostapd": (b"\0\0002.10\0\0\0\0hostapd v%s\nUser space daemon\0", "hostapd with its version before the banner"),
    "hostapd-inline": (b"\0hostapd v2.6\nUser space daemon\0", "hostapd with its version in the banner"),
    "hostapd-cli": (b"\0hostapd_cli v2.9\0", "the control program of hostapd"),
    "hostapd-unknown": (b"\0hostapd v%s\nUser space daemon\0", "hostapd with its version elsewhere"),
    "wpa-supplicant": (b"\0wpa_supplicant v2.10\nCopyright\0wpa_cli v2.10\0", "wpa_supplicant"),
    "iptables-legacy": (b"\0iptables-restore\0\0001.8.9 (legacy)\0", "iptables for the legacy interface"),
    "iptables-nft": (b"\0iptables-restore\0\0001.8.11 (nf_tables)\0", "iptables for nf_tables"),
    "iptables-old": (b"\0</iptables-rules>\n\0\0verbose\0help\0\0001.4.21\0", "iptables before there were two"),
    "glibc": (b"\0GNU C Library (Buildroot) stable release version 2.36.\n\0", "the banner of the GNU C library"),
    "kernel": (b"\0Linux version 4.14.95-acme (a@b) (gcc 7.3.0) #1 SMP\n\0", "a kernel in an ELF file"),
}
MISSES: dict[str, tuple[bytes, str]] = {
    "openssl-user": (b"\0OpenSSL 3.0.16 11 Feb 2025\0tls: using %s\0", "a program that prints what it was built with"),
    "dnsmasq-user": (b"\0dnsmasq-2.90\0", "the name of a file of dnsmasq"),
    "dropbear-prose": (b"\0We expect SSH-2.0-dropbear_2022.83 here\0", "a program that speaks of Dropbear"),
    "busybox-prose": (b"\0BusyBox version 1.36.1\0busybox-1.36.1.tar.bz2\0", "BusyBox named without its banner"),
    "lighttpd-client": (b"\0Server: lighttpd/1.4.69\0", "a program that knows a server's name"),
    "zlib-user": (b"\0compiled with zlib 1.2.13\0deflate 1.2.13\0", "a program that links zlib"),
    "curl-user": (b"\0agent/1.0 libcurl/7.61.0\0curl 7.61.0\0", "a program that links libcurl"),
    "hostapd-user": (b"\0my-hostapd v2.10\0hostapd version\0", "a program that speaks of hostapd"),
    "iptables-user": (b"\0001.8.9 (legacy)\0mode\0", "another program with a legacy mode"),
    "glibc-user": (b"\0GNU C Library version 2.36 is needed\0", "a program that speaks of the C library"),
    "wpa-user": (b"\0wpa_supplicant version\0wpa_cli -v\0", "a program that starts wpa_supplicant"),
    "kernel-user": (b"\0Linux version %s\0Linux version 4.14.95\0", "a program that reads /proc/version"),
}
DEBIAN = (
    b"\0\1Linux version 6.1.0-40-marvell (debian-kernel@lists.debian.org) (gcc-12) #1 Debian 6.1.153-1 (2025-09-20)\n\0"
)
UBUNTU = b"\0\1Linux version 5.15.0-91-generic (b@c) (gcc) #101-Ubuntu SMP (Ubuntu 5.15.0-91.101-generic 5.15.131)\n\0"


def cases() -> Iterator[Case]:
    for name, (payload, what) in {**HITS, **MISSES}.items():
        yield Case(f"{NAME}/{name}", elf_file(PROGRAM, payload=payload), what)
    zlib = b"\0 deflate 1.2.13 Copyright 1995-2022 Jean-loup Gailly and Mark Adler \0"
    yield Case(f"{NAME}/zlib", elf_file(soname="libz.so.1", payload=zlib), "zlib itself")
    yield Case(f"{NAME}/kernel-debian", DEBIAN, "a raw kernel of Debian, whose banner freezes the version")
    yield Case(f"{NAME}/kernel-ubuntu", UBUNTU, "a raw kernel of Ubuntu, whose banner freezes the version")
    yield Case(f"{NAME}/text", b"BusyBox v1.36.1 (2024)\nlighttpd/1.4.69 - a light and fast webserver\n", "text")
