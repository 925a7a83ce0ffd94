"""Algorithms that virtual private networks are configured to offer."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import configured_crypto


@analyzer(
    name="vpn_settings",
    version=1,
    stage=Stage.CRYPTO,
    wants=configured_crypto.wanted("vpn"),
    most_facts=500,
    named=(
        "ipsec.conf",
        "ipsec.d/*.conf",
        "swanctl.conf",
        "swanctl/conf.d/*.conf",
        "*.ovpn",
        "openvpn/*.conf",
        "openvpn/*/*.conf",
    ),
)
def vpn_settings(artefact: Artefact) -> Iterator[Fact]:
    """Read the proposals of strongSwan and Libreswan for IKE, ESP and AH, and the ciphers that OpenVPN is told to take.

    The words of a proposal count one by one.
    """
    yield from configured_crypto.uses(artefact, "vpn")
