"""Versions of TLS, cipher suites and groups that servers and libraries are configured to offer."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import configured_crypto


@analyzer(
    name="tls_settings",
    version=1,
    stage=Stage.CRYPTO,
    wants=configured_crypto.wanted("tls"),
    most_facts=500,
    named=(
        "openssl.cnf",
        "openssl.conf",
        "nginx.conf",
        "nginx/*.conf",
        "nginx/*/*",
        "apache2.conf",
        "httpd.conf",
        "apache2/*/*.conf",
        "httpd/*/*.conf",
        "extra/httpd-*.conf",
        "lighttpd.conf",
        "lighttpd/*.conf",
        "lighttpd/*/*.conf",
        "stunnel.conf",
        "stunnel/*.conf",
        "stunnel4/*.conf",
    ),
)
def tls_settings(artefact: Artefact) -> Iterator[Fact]:
    """Read what OpenSSL, nginx, Apache, lighttpd and stunnel are told to offer: versions of TLS, cipher suites, groups.

    What a list excludes is not chosen; words for sets of suites that depend on the library ("HIGH") are not resolved.
    """
    yield from configured_crypto.uses(artefact, "tls")
