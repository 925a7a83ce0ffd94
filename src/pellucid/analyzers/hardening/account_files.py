"""Accounts that need no password, or have the rights of root: passwd(5), shadow(5), master.passwd(5)."""

from collections.abc import Iterator
from posixpath import basename

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.evidence import Evidence
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.formats import account_lines
from pellucid.formats.account_lines import Account

# What cannot be logged in with; sync and the like only do what they are named for.
NO_SHELLS = frozenset(("false", "nologin", "true", "sync", "shutdown", "halt", "null", "none", "git-shell", "poweroff"))
FIRST_USER, LAST_SYSTEM = 1000, 999
MOST_NAMED = 20


@analyzer(
    name="account_files",
    version=1,
    stage=Stage.HARDENING,
    wants=contains(b"root:", b"admin:", b":99999:", b":/bin/", b":/sbin/") & kind("text"),
    named=("passwd", "shadow", "master.passwd", "passwd.*", "shadow.*"),
)
def account_files(artefact: Artefact) -> Iterator[Fact]:
    """Judge accounts: those without a password, others than root with its rights, those of the system with a shell.

    Hashes of passwords are never shown.
    """
    accounts = list(account_lines.read(artefact.window(0, account_lines.MOST_BYTES)))
    if not accounts:
        return
    # In shadow, whether one can log in to an account at all is not said.
    checks = [
        _check(artefact, "rootPassword", [each for each in accounts if _is_root(each) and _is_open(each)], NO_PASSWORD),
        _check(
            artefact, "passwords", [each for each in accounts if not _is_root(each) and _is_open(each)], NO_PASSWORD
        ),
    ]
    if any(each.shell is not None for each in accounts):
        hashed = [each for each in accounts if len(each.password) > 1 and each.password[0] not in "*!"]
        others = [each for each in accounts if each.uid == 0 and each.name not in ("root", "toor") and _logs_in(each)]
        system = [each for each in accounts if 0 < each.uid <= LAST_SYSTEM and each.shell and _logs_in(each)]
        checks += [
            _check(artefact, "rootRights", others, "has user id 0, as root has"),
            _check(artefact, "shadowed", hashed, "has a hash of the password where every user can read it"),
            _check(artefact, "systemShells", system, "is an account of the system, and has a shell"),
        ]
    name = "passwd" if accounts[0].shell is not None else "shadow"
    yield Hardening(subject="accounts", name=name, checks=tuple(checks), evidence=_evidence_of(artefact, accounts[0]))


NO_PASSWORD = "needs no password"  # noqa: S105 (says that there is none)


def _is_root(account: Account) -> bool:
    return account.uid == 0 or (account.uid < 0 and account.name == "root")


def _is_open(account: Account) -> bool:
    return not account.password and _logs_in(account)


def _logs_in(account: Account) -> bool:
    """Whether there is a shell; none named is /bin/sh."""
    return account.password[:1] not in ("*", "!") and basename(account.shell or "sh") not in NO_SHELLS


def _check(artefact: Artefact, name: str, wrong: list[Account], what: str) -> Check:
    if not wrong:
        return Check(name=name, verdict=Verdict.PASS, reason=f"No account {what}.")
    names = ", ".join(account.name[:32] for account in wrong[:MOST_NAMED])
    more = f" and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
    reason = f"{names}{more}: {what}."
    return Check(name=name, verdict=Verdict.FAIL, value=names, reason=reason, evidence=_evidence_of(artefact, wrong[0]))


def _evidence_of(artefact: Artefact, account: Account) -> Evidence:
    uid = f"{account.uid}:" if account.uid >= 0 else ""
    hidden = "" if not account.password else account.password if account.password in ("x", "*", "!") else "..."
    return artefact.evidence(account.at, f"{account.name}:{hidden}:{uid}{account.shell or ''}")
