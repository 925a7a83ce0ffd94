"""Settings that several files make together: what sshd includes, drop-ins and masks of systemd."""

import time

import pytest

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.hardening.sshd_settings import sshd_settings
from pellucid.analyzers.hardening.unit_sandboxing import unit_sandboxing
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.fragment import Fragment
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.pipeline.content import Child, Content, UnitResult
from pellucid.pipeline.in_force import in_force
from pellucid.pipeline.merging import merge
from pellucid.pipeline.outcome import Outcome, Source

MAIN = b"Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication yes\nPermitRootLogin yes\n"
UNIT = b"[Unit]\nDescription=x\n[Service]\nExecStart=/bin/x --password=hunter2\n"
UNITS, OWN = "usr/lib/systemd/system", "etc/systemd/system"


def verdicts(files: dict[str, bytes], links: dict[str, str] | None = None) -> dict[str, Hardening]:
    """Those that are in force, by the path inside of a tar with these files and links."""
    contents, children = {}, []
    for number, (name, data) in enumerate(files.items()):
        sha = f"{number:02}"
        children.append(Child(Entry(name=name, size=len(data)), sha))
        content = contents[sha] = Content(sha256=sha, size=len(data), identity="", kind="text")
        for unit in (sshd_settings, unit_sandboxing):
            hits = {mark: [at] for mark in unit.wants.literals if (at := data.find(mark)) >= 0}
            artefact = Artefact(data=data, kind="text", hits=hits)
            if unit.wants(artefact):
                result = content.units[unit.name] = UnitResult(named=unit.named)
                for fact in unit(artefact):
                    result.add(fact)
    for name, target in (links or {}).items():
        children.append(Child(Entry(name=name, kind=EntryKind.SYMLINK, target=target)))
    contents["root"] = Content(sha256="root", size=1, identity="", kind="tar", children=children, unpacked=True)
    found = merge(Outcome(source=Source(path=None, name="a", digest="root", size=1), contents=contents))  # type: ignore[arg-type]  # nothing reads it
    assert b"hunter2" not in repr(found).encode()
    return {fact.evidence.artefact.removeprefix("a!"): fact for fact in found.hardening}


def check(fact: Hardening, name: str) -> Check:
    return next(item for item in fact.checks if item.name == name)


def of_sshd(**parts: bytes) -> Hardening:
    """The verdicts on the server with these files in its folder, named by their names without ".conf"."""
    files = {f"etc/ssh/sshd_config.d/{name}.conf": body for name, body in parts.items()}
    found = verdicts({"etc/ssh/sshd_config": MAIN, **files})
    assert list(found) == ["etc/ssh/sshd_config"]
    return found["etc/ssh/sshd_config"]


def test_the_first_value_counts_and_says_where_it_stands() -> None:
    fact = of_sshd(b=b"PasswordAuthentication yes\n", a=b"# first\nPasswordAuthentication no\n")
    found = check(fact, "passwordLogin")
    assert (found.verdict, found.value) == (Verdict.PASS, "no")
    assert found.evidence
    assert (found.evidence.artefact, found.evidence.offset) == ("a!etc/ssh/sshd_config.d/a.conf", 8)
    root = check(fact, "rootLogin")
    assert root.verdict is Verdict.PASS
    assert root.evidence
    assert (root.evidence.artefact, root.evidence.offset) == ("a!etc/ssh/sshd_config", MAIN.index(b"PermitRoot"))


def test_what_an_included_file_matches_ends_with_it() -> None:
    fact = of_sshd(a=b"Match User guest\nPermitEmptyPasswords yes\n", b=b"X11Forwarding yes\n")
    assert check(fact, "emptyPasswords").verdict is Verdict.PASS
    assert check(fact, "x11Forwarding").verdict is Verdict.FAIL
    assert check(fact, "rootLogin").verdict is Verdict.FAIL


def test_files_that_nothing_includes_are_not_in_force() -> None:
    part = {"etc/ssh/sshd_config.d/a.conf": b"PermitEmptyPasswords yes\n"}
    found = verdicts({"etc/ssh/sshd_config": b"PermitEmptyPasswords no\n", **part})
    assert {name: check(fact, "emptyPasswords").verdict for name, fact in found.items()} == {
        "etc/ssh/sshd_config": Verdict.PASS
    }
    # Alone, it is a part of something that is not here.
    assert list(verdicts(part)) == list(part)


def test_files_that_include_each_other_are_read_for_a_bounded_time() -> None:
    body = b"Include /etc/ssh/sshd_config.d/*.conf\n" * 400 + b"PermitRootLogin yes\n"
    began = time.monotonic()
    of_sshd(**{f"f{number}": body for number in range(150)})
    assert time.monotonic() - began < 10


def level(fact: Hardening) -> str:
    return check(fact, "exposure").reason.split()[5]


def test_drop_ins_are_read_by_their_names_and_their_folders() -> None:
    found = verdicts(
        {
            f"{UNITS}/acme-one.service": UNIT + b"CapabilityBoundingSet=CAP_NET_ADMIN\n",
            f"{OWN}/acme-one.service.d/10-x.conf": b"[Service]\nProtectSystem=strict\nNoNewPrivileges=no\n",
            f"{UNITS}/acme-one.service.d/20-y.conf": b"[Service]\nNoNewPrivileges=yes\nUser=acme\n",
            f"{UNITS}/acme-one.service.d/30-z.conf": b"[Service]\nPrivateDevices=yes\n",
            f"{UNITS}/acme-.service.d/15-w.conf": b"[Service]\nPrivateNetwork=yes\n",
            f"{UNITS}/acme-.service.d/20-y.conf": b"[Service]\nLockPersonality=yes\n",
            f"{UNITS}/service.d/05-all.conf": b"[Service]\nRestrictRealtime=yes\nExecStart=/bin/y\n",
        },
        {f"{OWN}/acme-one.service.d/30-z.conf": "/dev/null"},
    )
    (fact,) = found.values()
    judged = {
        item.name: item.verdict is Verdict.PASS
        for item in fact.checks
        if item.name in ("protectSystem", "noNewPrivileges", "privateDevices", "privateNetwork", "lockPersonality")
    }
    assert judged == {
        "protectSystem": True,
        "noNewPrivileges": True,
        # Masked, and hidden by the one of the same name for the unit itself.
        "privateDevices": False,
        "lockPersonality": False,
        "privateNetwork": True,
    }
    assert check(fact, "restrictRealtime").verdict is Verdict.PASS
    assert fact.evidence.attributes == (("dropIns", "05-all.conf, 10-x.conf, 15-w.conf, 20-y.conf"),)


@pytest.mark.parametrize("mask", ["link", "empty"])
def test_a_masked_unit_is_not_judged(mask: str) -> None:
    files = {f"{UNITS}/gone.service": UNIT} | ({f"{OWN}/gone.service": b""} if mask == "empty" else {})
    found = verdicts(files, {f"{OWN}/gone.service": "/dev/null"} if mask == "link" else {})
    (only,) = found[f"{UNITS}/gone.service"].checks
    assert (only.verdict, only.value) == (Verdict.NOT_APPLICABLE, "masked")


def test_a_unit_of_the_administrator_takes_the_place_of_the_vendors() -> None:
    own = UNIT + b"PrivateTmp=yes\n"
    found = verdicts({f"{UNITS}/x.service": UNIT, f"{OWN}/x.service": own, f"{UNITS}/y.service": UNIT})
    assert check(found[f"{UNITS}/x.service"], "exposure").value == "replaced"
    assert check(found[f"{OWN}/x.service"], "privateTmp").verdict is Verdict.PASS
    assert check(found[f"{UNITS}/y.service"], "sandboxing").verdict is Verdict.FAIL


def test_without_other_files_nothing_changes() -> None:
    assert in_force((), (), ()) == ()
    fact = verdicts({f"{UNITS}/y.service": UNIT})[f"{UNITS}/y.service"]
    fragment = Fragment(subject="systemdUnit", lines=((0, "[Service]"),), evidence=fact.evidence)
    assert in_force((fact,), (fragment,), ()) == (fact,)
