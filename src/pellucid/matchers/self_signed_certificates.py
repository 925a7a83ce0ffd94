"""Certificates that vouch for themselves although they are nobody's anchor."""

from collections.abc import Iterator, Set

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.subjects import Subject, certificates

NAME = "self_signed_certificates"
# Uses of keys that are those of a peer (RFC 5280, 4.2.1.12).
OF_A_PEER = frozenset({"serverAuth", "clientAuth", "emailProtection"})


@matcher(name=NAME, version=1)
def self_signed_certificates(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each self-signed certificate that a peer shows as its own: one that cannot issue others, names a host,
    is for TLS or mail, or lies here with its private key.

    The anchors of a trust store are self-signed by their nature and are not reported; nor is an authority's
    certificate that lies alone, which is what a device that checks others needs, nor one that is built into a program
    or made for signing code: a key is pinned so, as those of modules and of wireless regulations are in a kernel.
    """
    private = {asset.fingerprint for asset in inventory.crypto_assets if asset.kind is CryptoKind.PRIVATE_KEY}
    for subject in certificates(inventory.crypto_assets):
        if not is_self_signed_leaf(subject, private):
            continue
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/certificate/self-signed",
            severity=Severity.MEDIUM,
            name="Self-signed certificate",
            title=f"Certificate {subject.called} is signed by nobody but itself",
            description=f"The certificate of {subject.called} is signed with its own key. A peer cannot tell it from "
            "one that somebody between the two has made, and people learn to accept what they cannot check.",
            action="Issue certificates to devices by an authority that peers know, or pin this one at each peer.",
        )


def is_self_signed_leaf(subject: Subject, private_keys: Set[str]) -> bool:
    """Whether it stands for a peer, not for an authority. `private_keys`: fingerprints of those that are there."""
    asset, usages = subject.asset, set(subject.asset.usages)
    if not asset.is_self_signed or subject.is_anchor:
        return False
    if (subject.key and subject.key in private_keys) or usages & OF_A_PEER:
        return True
    if asset.is_ca:
        return bool(asset.names) and "keyCertSign" not in usages
    return bool(asset.names) or not (subject.is_built_in or "codeSigning" in usages)
