"""Algorithms and versions that SSH servers and clients are configured to offer."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import configured_crypto


@analyzer(
    name="ssh_settings",
    version=1,
    stage=Stage.CRYPTO,
    wants=configured_crypto.wanted("ssh"),
    most_facts=500,
    named=("sshd_config", "ssh_config", "sshd_config.d/*.conf", "ssh_config.d/*.conf", ".ssh/config"),
)
def ssh_settings(artefact: Artefact) -> Iterator[Fact]:
    """Read what OpenSSH is told to offer: ciphers, MACs, agreements of keys, keys of hosts, protocol versions.

    Lists that only take something away ("-3des-cbc") choose nothing.
    """
    yield from configured_crypto.uses(artefact, "ssh")
