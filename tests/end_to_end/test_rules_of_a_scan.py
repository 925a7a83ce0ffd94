"""Rules of one's own through a whole scan: found in what comes out of an archive, and never the reason why it hangs."""

import io
import json
import tarfile
import time
from pathlib import Path

import pytest
from tests.support.command_line import pellucid

QUICK = """
rule acme_debug_port
{
    meta:
        title = "A debug port is open"
        severity = "critical"
        type = "backdoor"
    strings:
        $port = "debugd --port 2323"
    condition:
        $port
}
"""
BOOM = """
rule boom
{
    condition:
        for any i in (0..filesize) : (for any j in (0..filesize) : (for any k in (0..filesize) : (uint8(k) == 256)))
}
"""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A tar with a start script, a large file and a tar with another script."""

    def tar(files: dict[str, bytes]) -> bytes:
        sink = io.BytesIO()
        with tarfile.open(fileobj=sink, mode="w") as made:
            for name, body in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(body)
                made.addfile(info, io.BytesIO(body))
        return sink.getvalue()

    inner = tar({"etc/rc.local": b"# start\ndebugd --port 2323 &\n"})
    path = tmp_path / "image.tar"
    path.write_bytes(
        tar({"etc/init.d/debug": b"debugd --port 2323\n", "data.bin": bytes(range(256)) * 2000, "b.tar": inner})
    )
    return path


def test_a_match_is_a_finding_with_its_rule_its_version_and_the_bytes(image: Path, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "acme.yar").write_text(QUICK)
    ended = pellucid("scan", image, "--rules", tmp_path / "rules", "--format", "json", "--fail-on", "critical")
    assert ended.code == 1, ended.stderr
    document = json.loads(ended.stdout)
    (finding,) = [item for item in document["findings"] if item["class"] == "rule/yara/match"]
    assert (finding["type"], finding["severity"], finding["title"]) == (
        "maliciousCode",
        "critical",
        "A debug port is open",
    )
    places = {item["artefact"]: item for item in finding["evidence"]}
    assert set(places) == {"image.tar!etc/init.d/debug", "image.tar!b.tar!etc/rc.local"}
    seen = places["image.tar!b.tar!etc/rc.local"]
    assert (seen["offset"], seen["length"], seen["seen"]) == (8, 18, "debugd --port 2323")
    assert seen["attributes"]["pattern"] == "$port"
    assert seen["attributes"]["rule"] == "acme_debug_port"
    assert seen["attributes"]["ruleset"].startswith("command line, ")
    assert bytes.fromhex(seen["attributes"]["hex"])[8:26] == b"debugd --port 2323"


def test_a_rule_that_explodes_meets_its_limit_and_the_scan_goes_on(image: Path, tmp_path: Path) -> None:
    (tmp_path / "own.yar").write_text(QUICK + BOOM)
    began = time.monotonic()
    ended = pellucid("scan", image, "--rules", tmp_path / "own.yar", "--format", "json", "--processes", "1")
    assert time.monotonic() - began < 60
    assert ended.code == 0, ended.stderr
    document = json.loads(ended.stdout)
    told = {item["artefact"]: item["message"] for item in document["problems"] if item["unit"] == "yara"}
    assert told["image.tar!data.bin"].startswith("rule boom stopped: it took longer than 5 s")
    assert [item["rule"] for item in document["ruleMatches"]] == ["acme_debug_port"] * 2


def test_rules_with_errors_stop_the_scan_before_it_begins(image: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.yar").write_text("rule bad { condition: nothing }")
    ended = pellucid("scan", image, "--rules", tmp_path / "bad.yar")
    assert ended.code == 2
    assert "bad.yar: line 1: unknown identifier `nothing`" in ended.stderr
    assert not ended.stdout


def test_documents_without_findings_refuse_rules_that_nobody_would_see(image: Path, tmp_path: Path) -> None:
    (tmp_path / "own.yar").write_text(QUICK)
    for form in ("cyclonedx", "cbom"):
        ended = pellucid("scan", image, "--rules", tmp_path / "own.yar", "--format", form)
        assert (ended.code, ended.stdout) == (2, "")
        assert f"{form} has no findings: --rules needs another --format, or --fail-on." in ended.stderr
    ended = pellucid("scan", image, "--rules", tmp_path / "own.yar", "--format", "cyclonedx", "--fail-on", "low")
    assert (ended.code, json.loads(ended.stdout)["bomFormat"]) == (1, "CycloneDX")


def test_lint_tells_each_file_and_exits_by_what_it_found(tmp_path: Path) -> None:
    (tmp_path / "good.yar").write_text(QUICK)
    ended = pellucid("rules", "lint", tmp_path / "good.yar")
    assert (ended.code, ended.stdout) == (0, "good.yar: ok, 1 rule\n")
    (tmp_path / "bad.yar").write_text("rule ok { condition: true }\n\nrule bad { condition: nothing }\n")
    ended = pellucid("rules", "lint", tmp_path)
    assert ended.code == 1
    assert "bad.yar:3: error: unknown identifier `nothing`" in ended.stdout
    ended = pellucid("rules", "lint", tmp_path, "--format", "json")
    assert [(item["name"], item["status"]) for item in json.loads(ended.stdout)["files"]] == [
        ("bad.yar", "error"),
        ("good.yar", "ok"),
    ]
    assert pellucid("rules", "lint", tmp_path / "nothing.yar").code == 2
