"""What PAM asks for where somebody logs in: pam.d(5)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.hardening import Check, Hardening, Verdict

LARGEST = 64 << 10
AUTH = re.compile(rb"(?m)^[ \t]*-?auth[ \t]+(?P<control>\[[^\]\n]*\]|\w+)[ \t]+(?P<module>[^\s#]+)(?P<rest>[^#\n]*)")
# What lets in whoever comes this far, without that anything else is asked for.
LETS_IN = re.compile(rb"sufficient|\[[^\]]*success=done[^\]]*\]")
PERMIT = b"pam_permit.so"
# Others, such as those of screens that log in by themselves, let in whoever asks for a reason.
SERVICES = (
    *("login", "remote", "sshd", "ssh", "dropbear", "su", "su-l", "sudo", "*ftp*", "samba", "other"),
    *("common-auth", "system-auth", "password-auth", "base-auth"),
)


@analyzer(
    name="pam_rules",
    version=1,
    stage=Stage.HARDENING,
    wants=contains(b"pam_unix", b"pam_permit", b"pam_rhosts") & kind("text"),
    named=tuple(f"pam.d/{service}" for service in SERVICES),
)
def pam_rules(artefact: Artefact) -> Iterator[Fact]:
    """Judge whether somebody who logs in is asked for anything, whether an empty password does, whether hosts are
    trusted."""
    rules = list(AUTH.finditer(artefact.window(0, LARGEST)))
    if not rules:
        return
    checks = (
        _check(artefact, "authentication", _open(rules), "nobody is asked for anything", "something is asked for"),
        _check(
            artefact,
            "emptyPasswords",
            _with(rules, b"pam_unix.so", b"nullok"),
            "an empty password is accepted",
            "empty passwords are refused",
        ),
        _check(
            artefact,
            "trustedHosts",
            _with(rules, b"pam_rhosts.so", b""),
            "what other machines say is believed",
            "no other machine is believed",
        ),
    )
    yield Hardening(subject="pam", checks=checks, evidence=artefact.evidence(rules[0].start(), rules[0][0]))


def _open(rules: list[re.Match[bytes]]) -> re.Match[bytes] | None:
    """The rule that lets everybody in: that ends the list before anything was asked for, or that is all there is."""
    for rule in rules:
        if rule["module"].endswith(PERMIT) and (LETS_IN.fullmatch(rule["control"]) or _alone(rules)):
            return rule
        if rule["control"] in (b"required", b"requisite", b"include", b"substack") or b"die" in rule["control"]:
            return None
    return None


def _alone(rules: list[re.Match[bytes]]) -> bool:
    return all(rule["module"].endswith((PERMIT, b"pam_env.so", b"pam_nologin.so")) for rule in rules)


def _with(rules: list[re.Match[bytes]], module: bytes, option: bytes) -> re.Match[bytes] | None:
    for rule in rules:
        words = rule["rest"].split()
        if rule["module"].endswith(module) and (not option or any(word.startswith(option) for word in words)):
            return rule
    return None


def _check(artefact: Artefact, name: str, found: re.Match[bytes] | None, wrong: str, right: str) -> Check:
    if found is None:
        return Check(name=name, verdict=Verdict.PASS, reason=f"As far as these rules say, {right}.")
    text = found[0].decode("utf-8", "replace").strip()
    at = artefact.evidence(found.start(), text)
    return Check(name=name, verdict=Verdict.FAIL, reason=f"{' '.join(text.split())[:80]}: {wrong}.", evidence=at)
