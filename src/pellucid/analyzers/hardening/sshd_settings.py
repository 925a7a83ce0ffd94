"""Whom servers of SSH let in, and how: sshd_config(5) of OpenSSH, the configuration of Dropbear on OpenWrt."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import checked_settings

MARKS = (
    b"PermitRootLogin",
    b"PasswordAuth",
    b"PermitEmptyPasswords",
    b"Subsystem",
    b"HostKey",
    b"UsePAM",
    b"AuthorizedKeysFile",
    b"X11Forwarding",
    b"ListenAddress",
    b"StrictModes",
    b"HostbasedAuthentication",
    b"RootLogin",
)


@analyzer(
    name="sshd_settings",
    version=1,
    stage=Stage.HARDENING,
    wants=checked_settings.wanted(*MARKS),
    named=(
        "etc*/sshd_config",
        "etc*/ssh/sshd_config",
        "etc*/openssh/sshd_config",
        "sshd_config.d/*.conf",
        "etc*/config/dropbear",
    ),
)
def sshd_settings(artefact: Artefact) -> Iterator[Fact]:
    """Judge whom a server of SSH lets in: root, passwords, empty ones, other machines; what is not set has its default.

    What holds for some users or addresses only (Match) is left out. Algorithms are facts of their own.
    """
    yield from checked_settings.verdicts(artefact, "sshd", "dropbear")
