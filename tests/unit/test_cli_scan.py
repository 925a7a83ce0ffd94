"""`pellucid scan`: its document against the published schema, its summary, its exit codes."""

import io
import json
import tarfile
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.support.certificates import certificate
from tests.support.command_line import pellucid

from pellucid.cli import scan, summary
from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.image import ImageCounts
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.domain.place import ScannedArtefact
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.scan_result import ScanResult
from pellucid.domain.severity import Severity
from pellucid.reports.scan_json import scan_json

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "scan-result.schema.json"
STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SHA256 = "ab" * 32
PATH = "fw.bin!0x0.squashfs!usr/sbin/dnsmasq"


def seen(path: str, text: str = "seen") -> Evidence:
    return Evidence(artefact=path, offset=7, length=4, seen=text)


def finding(severity: Severity, name: str = "CVE-2026-0001", **more: Any) -> Finding:
    return Finding(
        key=f"{name}/{severity}",
        class_="vulnerability",
        type=FindingType.DEPENDENCY_VULNERABILITY,
        severity=severity,
        name=name,
        title=f"{name} in dnsmasq",
        description="It overflows.",
        evidence=(seen(PATH),),
        **more,
    )


def asset(path: str, **more: Any) -> CryptoAsset:
    return CryptoAsset(
        kind=CryptoKind.CERTIFICATE,
        algorithm="RSA",
        fingerprint="cd" * 32,
        encoding=Encoding.PEM,
        evidence=seen(path),
        key_bits=2048,
        subject="CN=router",
        not_before=STARTED - timedelta(days=800),
        not_after=STARTED - timedelta(days=70),
        **more,
    )


EMPTY = ScanResult(
    filename="fw.bin",
    size=100,
    sha256=SHA256,
    started=STARTED,
    finished=STARTED + timedelta(seconds=2.5),
    counts=ImageCounts(),
    artefacts=(ScannedArtefact(path="fw.bin", sha256=SHA256, size=100, kind="data"),),
)
FULL = replace(
    EMPTY,
    counts=ImageCounts(dependencies=1, cryptographic_assets=1, finding_types={FindingType.SECRET: 2}, kev=1),
    artefacts=(*EMPTY.artefacts, ScannedArtefact(path=PATH, sha256=SHA256, size=50, kind="elf")),
    components=(
        Component(
            kind=ComponentKind.EXECUTABLE,
            format="elf",
            architecture="arm",
            bits=32,
            evidence=seen(PATH),
            name="dnsmasq",
        ),
    ),
    dependencies=(
        Dependency(
            vendor="thekelleys",
            product="dnsmasq",
            version="2.80",
            purl="pkg:generic/dnsmasq@2.80",
            confidence=0.9,
            evidence=(seen(PATH, "dnsmasq-2.80"),),
            linkage=Linkage.EMBEDDED,
        ),
    ),
    crypto_assets=(asset("etc/a.pem"), asset("etc/b.pem")),
    observations=(
        Observation(kind=ObservationKind.UNSAFE_FUNCTION, name="strcpy", evidence=seen(PATH), note="no bound"),
    ),
    findings=(
        finding(Severity.LOW),
        finding(
            Severity.CRITICAL,
            identifiers=(("cve", "CVE-2026-0001"), ("cwe", "CWE-787")),
            is_kev=True,
            cvss_score=9.8,
            dependency=("thekelleys", "dnsmasq", "2.80", "pkg:generic/dnsmasq@2.80"),
            references=("https://example.com/advisory",),
        ),
    ),
    problems=(Problem(unit="squashfs", kind=ProblemKind.MALFORMED, message="a block is cut short", artefact="fw.bin"),),
    metadata={"fw.bin": {"loadAddress": "0x8000"}},
    timings={"unpacking": 2.0},
    reused=1,
)


def strict(schema: Any) -> Any:
    """The schema, but refusing every key that it does not name: so that no key of ours goes undocumented."""
    if isinstance(schema, dict):
        schema = {key: strict(value) for key, value in schema.items()}
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        return schema
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


VALIDATOR = jsonschema_rs.validator_for(strict(json.loads(SCHEMA.read_text())))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a private key in it: one finding of high severity."""
    folder = tmp_path_factory.mktemp("image")
    _, key_file = certificate(folder, "router.example")
    path = folder / "image.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(key_file, "etc/server.key")
        info = tarfile.TarInfo("etc/motd")
        info.size = 6
        archive.addfile(info, io.BytesIO(b"hello\n"))
    return path


@pytest.mark.parametrize("result", [EMPTY, FULL], ids=["empty", "full"])
def test_the_document_keeps_to_the_published_schema(result: ScanResult) -> None:
    document = json.loads(json.dumps(scan_json(result)))
    VALIDATOR.validate(document)
    assert list(document) == [
        "image",
        "counts",
        "components",
        "dependencies",
        "cryptographicAssets",
        "findings",
        "problems",
        "timings",
        "silenced",
        "cryptographicUses",
        "hardening",
        "secrets",
        "ruleMatches",
    ]


def test_the_schema_refuses_what_it_should() -> None:
    document = scan_json(FULL)
    for path, value in ((("image", "sha256"), "?"), (("counts", "kev"), -1), (("timings", "total"), "fast")):
        broken = deepcopy(document)
        broken[path[0]][path[1]] = value
        assert not VALIDATOR.is_valid(broken), path
    for key in document:
        assert not VALIDATOR.is_valid({name: value for name, value in document.items() if name != key})


def test_the_document_says_what_was_found() -> None:
    document = scan_json(FULL)
    assert document["image"]["started"] == "2026-01-02T03:04:05Z"
    assert document["timings"] == {"unpacking": 2.0, "total": 2.5}
    assert document["counts"]["findingTypeCounts"] == [{"type": "secret", "count": 2}]
    (component,) = document["components"]
    assert (component["path"], component["sha256"], component["size"]) == (PATH, SHA256, 50)
    assert component["unsafeFunctions"] == [{"name": "strcpy", "note": "no bound", "calls": None, "sites": []}]
    assert document["findings"][1]["identifiers"] == [{"cve": "CVE-2026-0001"}, {"cwe": "CWE-787"}]
    assert document["findings"][0]["dependency"] is None
    assert document["dependencies"][0]["evidence"] == [
        {"artefact": PATH, "offset": 7, "length": 4, "seen": "dnsmasq-2.80"}
    ]


def test_a_crypto_asset_in_two_places_stands_there_once_with_both() -> None:
    (found,) = scan_json(FULL)["cryptographicAssets"]
    assert [evidence["artefact"] for evidence in found["evidence"]] == ["etc/a.pem", "etc/b.pem"]
    assert found["isExpired"] is True
    assert found["notAfter"] == "2025-10-24T03:04:05Z"


@pytest.mark.parametrize(
    ("fail_on", "severities", "code"),
    [
        (None, [Severity.CRITICAL], 0),
        (Severity.HIGH, [], 0),
        (Severity.HIGH, [Severity.MEDIUM, Severity.LOW], 0),
        (Severity.HIGH, [Severity.HIGH], 1),
        (Severity.HIGH, [Severity.LOW, Severity.CRITICAL], 1),
        (Severity.CRITICAL, [Severity.HIGH], 0),
        (Severity.UNSPECIFIED, [Severity.UNSPECIFIED], 1),
        (Severity.UNSPECIFIED, [], 0),
    ],
)
def test_the_exit_code_says_whether_a_finding_is_severe_enough(
    fail_on: Severity | None, severities: list[Severity], code: int
) -> None:
    result = replace(EMPTY, findings=tuple(finding(severity) for severity in severities))
    assert scan.verdict(result, fail_on) == code


def test_the_summary_shows_the_worst_first_and_where_it_lies(capsys: pytest.CaptureFixture[str]) -> None:
    summary.show(FULL)
    text = capsys.readouterr().out
    rows = [line.split() for line in text.splitlines() if "CVE-2026-0001" in line]
    assert [row[0] for row in rows] == ["critical", "low"]
    assert "CVE-2026-0001 (exploited)" in text
    assert "usr/sbin/dnsmasq" in text
    assert "2 artefacts (1 known from before) in 2.5 s" in text
    assert "2025-10-24 expired" in text
    assert "etc/a.pem and 1 more" in text
    assert "a block is cut short" in text
    assert "\x1b" not in text, "no colours where there is no terminal"


def test_nothing_from_an_image_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b]0;owned\x07[bold]\u202egnp.exe"
    dependency = replace(FULL.dependencies[0], product=evil, version=evil, evidence=(seen(evil, evil),))
    bad = replace(finding(Severity.HIGH, evil), title=evil, evidence=(seen(evil, evil),))
    problem = Problem(unit="tar", kind=ProblemKind.MALFORMED, message=evil, artefact=evil)
    summary.show(
        replace(
            FULL,
            filename=evil,
            findings=(bad,),
            dependencies=(dependency,),
            crypto_assets=(asset(evil),),
            problems=(problem,),
        )
    )
    text = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[bold]" in text, "and no markup is taken out of it"


def test_long_lists_are_cut_and_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    findings = tuple(finding(Severity.LOW, f"CVE-2026-{number:04}") for number in range(summary.MOST_FINDINGS + 3))
    summary.show(replace(EMPTY, findings=findings))
    text = capsys.readouterr().out
    assert text.count("in dnsmasq") == summary.MOST_FINDINGS
    assert "3 more: --format json has all" in text


def test_a_real_scan_prints_a_document_that_keeps_to_the_schema(image: Path) -> None:
    ended = pellucid("scan", image, "--format", "json", "--processes", "1")
    assert ended.code == 0, ended.stderr
    document = json.loads(ended.stdout)
    VALIDATOR.validate(document)
    assert document["image"]["filename"] == "image.tar.gz"
    assert [item["kind"] for item in document["cryptographicAssets"]] == ["privateKey"]
    assert document["cryptographicAssets"][0]["evidence"][0]["artefact"].endswith("!etc/server.key")
    assert document["counts"]["cryptographicAssetsCount"] == 1
    assert ended.stderr.startswith("image.tar.gz: "), "progress goes to stderr"


@pytest.mark.parametrize(("severity", "code"), [("high", 1), ("critical", 0)])
def test_a_real_scan_exits_with_what_it_found(image: Path, tmp_path: Path, severity: str, code: int) -> None:
    ended = pellucid("scan", image, "--fail-on", severity, "--data-dir", tmp_path / "data", "--processes", "1")
    assert ended.code == code, ended.stderr
    assert "etc/server.key" in ended.stdout
    assert ("1 finding at or above high" in ended.stderr) == (code == 1)


def test_a_scan_without_a_data_directory_leaves_nothing_of_the_image_behind(image: Path, tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    ended = pellucid("scan", image, "--processes", "1", HOME=str(home), TMPDIR=str(temporary))
    assert ended.code == 0, ended.stderr
    assert {path.name.partition("-")[0] for path in home.rglob("*") if path.is_file()} <= {
        "patterns",
        "secret",
        "signatures",
        "revision",
    }
    assert list(temporary.iterdir()) == []
