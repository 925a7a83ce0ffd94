"""How a container is set up and was built: the configuration of its image (OCI Image Format 1.1, Docker image v1.2)."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.domain.evidence import Evidence
from pellucid.domain.hardening import Check, Hardening, Verdict

LARGEST = 4 << 20
MOST_STEPS, LONGEST_STEP, MOST_NAMED = 2000, 20_000, 20
ROOT = b'"rootfs"'
NOBODY_ELSE = re.compile(r"(?:0+|root)?(?::.*)?")

_json = Selector(
    lambda artefact: artefact.kind == "text" and artefact.window(0, 1) == b"{" and artefact.size <= LARGEST
)


class _Settings(msgspec.Struct):
    user: Any = msgspec.field(name="User", default="")
    environment: Any = msgspec.field(name="Env", default=None)
    ports: Any = msgspec.field(name="ExposedPorts", default=None)


class _Image(msgspec.Struct):
    config: _Settings
    rootfs: dict[str, Any]
    history: Any = None


@analyzer(name="container_settings", version=2, stage=Stage.HARDENING, wants=contains(ROOT) & _json)
def container_settings(artefact: Artefact) -> Iterator[Fact]:
    """Judge whether a container runs as root, which ports it opens, how its build fetched what it holds.

    Secrets in variables and in commands of the build are named here, their values are not shown.
    """
    data = artefact.window(0, LARGEST)
    try:
        image = msgspec.json.decode(data, type=_Image)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    settings, steps = image.config, list(_steps(image.history))
    user = settings.user if isinstance(settings.user, str) else ""
    checks = (
        Check(
            name="rootUser",
            verdict=Verdict.FAIL if NOBODY_ELSE.fullmatch(user) else Verdict.PASS,
            reason=f'It runs as "{user[:80]}".' if user else "It runs as root: no user is set.",
            value=user[:80],
            evidence=_evidence_of(artefact, data, '"User"') if user else None,
        ),
        _listed(artefact, data, "insecurePorts", _ports(settings.ports), "opens ports of unprotected protocols"),
        _listed(artefact, data, "secretVariables", _variables(settings.environment), "has secrets in variables"),
        _listed(artefact, data, "secretArguments", _arguments(steps), "had secrets in commands of its build"),
        _listed(artefact, data, "plainDownloads", _matching(steps, "plain_download"), "holds what came unprotected"),
        _listed(artefact, data, "pipedDownloads", _matching(steps, "piped_download"), "was built by running downloads"),
    )
    yield Hardening(
        subject="container", checks=checks, evidence=artefact.evidence(max(data.find(b'"config"'), 0), "config")
    )


def _steps(history: Any) -> Iterator[str]:
    """The commands that it was built by."""
    for step in history[:MOST_STEPS] if isinstance(history, list) else ():
        if isinstance(step, dict) and isinstance(command := step.get("created_by"), str):
            yield command[:LONGEST_STEP]


def _ports(ports: Any) -> list[str]:
    known = _table()["ports"]
    stated = [port if "/" in port else f"{port}/tcp" for port in ports] if isinstance(ports, dict) else []
    return [f"{port} ({known[port]})" for port in stated if port in known]


def _variables(environment: Any) -> list[str]:
    stated = [item for item in environment if isinstance(item, str)] if isinstance(environment, list) else []
    return [name for name, _, value in (item.partition("=") for item in stated) if _is_secret(name, value)]


def _arguments(steps: Iterable[str]) -> list[str]:
    found = (pair for step in steps for pair in _pattern("argument").findall(step))
    return list(dict.fromkeys(name for name, value in found if _is_secret(name, value)))


def _is_secret(name: str, value: str) -> bool:
    return bool(_pattern("secret").search(name)) and not _pattern("no_value").fullmatch(value)


def _matching(steps: Iterable[str], pattern: str) -> list[str]:
    """The ends of what matches: between them may stand what is not to be shown."""
    found = (match[0].split() for step in steps if (match := _pattern(pattern).search(step)))
    return list(dict.fromkeys(f"{words[0]} ... {words[-1][-40:]}" for words in found))


def _listed(artefact: Artefact, data: bytes, name: str, wrong: list[str], what: str) -> Check:
    if not wrong:
        return Check(name=name, verdict=Verdict.PASS, reason=f"It is not known that it {what}.")
    shown = ", ".join(wrong[:MOST_NAMED])
    more = f" and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
    return Check(
        name=name,
        verdict=Verdict.FAIL,
        reason=f"It {what}: {shown}{more}.",
        value=shown[:200],
        evidence=_evidence_of(artefact, data, wrong[0].split()[0]),
    )


def _evidence_of(artefact: Artefact, data: bytes, word: str) -> Evidence | None:
    at = data.find(word.encode("utf-8", "replace"))
    return artefact.evidence(at, word) if at >= 0 else None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_table()[name])


@cache
def _table() -> Mapping[str, Any]:
    text = Path(__file__).with_name("container_settings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
