"""Settings of the kernel and of logins: sysctl.conf(5), login.defs(5), properties of Android."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import checked_settings

MARKS = (
    b"kernel.randomize_va_space",
    b"fs.suid_dumpable",
    b"vm.mmap_min_addr",
    b"fs.protected_",
    b"kernel.unprivileged_bpf_disabled",
    b"kernel.kptr_restrict",
    b"kernel.dmesg_restrict",
    b"ENCRYPT_METHOD",
    b"MD5_CRYPT_ENAB",
    b"PASS_MAX_DAYS",
    b"ro.adb.secure",
    b"ro.debuggable",
    b"ro.secure",
    b"service.adb.tcp.port",
    b"persist.adb.tcp.port",
)


@analyzer(
    name="system_settings",
    version=1,
    stage=Stage.HARDENING,
    wants=checked_settings.wanted(*MARKS),
    named=("etc*/sysctl.conf", "sysctl.d/*.conf", "etc*/login.defs", "*.prop", "prop.default"),
)
def system_settings(artefact: Artefact) -> Iterator[Fact]:
    """Judge what the kernel is told of protections that it has, how passwords are hashed, how Android is debugged."""
    yield from checked_settings.verdicts(artefact, "sysctl", "login", "android")
