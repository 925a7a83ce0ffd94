"""Whom servers of SSH let in, and how: sshd_config(5) of OpenSSH, the configuration of Dropbear on OpenWrt."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import checked_settings
from pellucid.domain.fragment import Fragment

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
    b"Include ",
)


@analyzer(
    name="sshd_settings",
    version=2,
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

    What holds for some users or addresses only (Match) is left out. Algorithms are facts of their own. What other files
    say that are included is put together over the whole image.
    """
    yield from checked_settings.verdicts(artefact, "sshd", "dropbear")
    if lines := checked_settings.lines_of(artefact, "sshd", ("include", "match")):
        yield Fragment(subject="sshd", lines=lines, evidence=artefact.evidence(*lines[0]))
