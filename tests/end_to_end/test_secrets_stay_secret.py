"""Secrets of every kind that are planted in an image, scanned by a real server: found, and told or kept nowhere."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from tests.support.container_images import docker, tar_of
from tests.support.planted_secrets import COUNTER, Plant, image, plants
from tests.support.server import Server
from tests.support.synthetic_secrets import filled

from pellucid.analyzers.secret_placeholders import is_named
from pellucid.analyzers.secret_rules import Rule
from pellucid.cli.main import main

pytestmark = pytest.mark.timeout(300)
SHORTEST = 8
# Public, all of them: what is a default of everybody, and nobody's secret.
PUBLIC = frozenset((b"ZigBeeAlliance09",))
CARRIERS = ("text", "program", "layer")


def needles(planted: list[Plant]) -> set[bytes]:
    """The middle of each secret: its type may be shown, and the end of a long one."""
    found = set()
    for plant in planted:
        for value in values_of(plant.rule, plant.text):
            body = value.removeprefix(max(prefixes(plant.rule, value), key=len, default=b""))
            needle = body[: max(len(body) - 4, SHORTEST)]
            if len(needle) >= SHORTEST and value not in PUBLIC and not is_named(needle):
                found.add(needle)
    return found


def prefixes(rule: Rule, value: bytes) -> list[bytes]:
    return [word for word in rule.keywords if value.startswith(word)]


def values_of(rule: Rule, text: bytes) -> list[bytes]:
    group = "secret" if "secret" in rule.pattern.groupindex else 0
    return [match[group] for match in re.finditer(rule.pattern, b"\n" + text + b"\n") if match[group]]


def planted_image(folder: Path) -> tuple[Path, set[bytes]]:
    """One of each rule in a few carriers, and a container whose configuration has secrets."""
    planted = [item for item in plants() if item.carrier in CARRIERS and item.carrier != COUNTER]
    token, word = filled("{{crc62:ghp_}}"), filled("{{pass:14}}")
    layer = tar_of({"etc/shadow": b"root:$1$Xy3kPq9d$xuVDOHOvf8Vnjg626I35f0:19000:0:99999:7:::\n"})
    settings = {"Env": [f"GITHUB_TOKEN={token}", f"DB_PASSWORD={word}"], "Cmd": ["run", "--password", word]}
    history = [{"created_by": f"RUN curl -u robot:{word} https://x.acme.io # {token}"}]
    archive = docker({"acme:2": [layer]}, config=settings, history=history)
    path = folder / "planted.tar"
    path.write_bytes(tar_of({"set.tar": image(planted), "container.tar": archive}))
    extra = {token[4:-4].encode(), word[:-4].encode(), b"xuVDOHOvf8Vnjg626I35f0"}
    return path, needles(planted) | extra


def leaked(wanted: set[bytes], content: bytes) -> list[bytes]:
    return [needle for needle in wanted if needle in content]


def test_no_secret_is_kept_or_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, wanted = planted_image(tmp_path)
    assert len(wanted) > 200
    assert len(leaked(wanted, path.read_bytes())) > 150
    told: dict[str, bytes] = {}
    for form in ("json", "table", "cyclonedx", "spdx", "csv", "cbom"):
        main(["scan", str(path), "--format", form, "--processes", "1"])
        said = capfd.readouterr()
        told |= {f"cli {form}": said.out.encode(), f"cli {form}, messages": said.err.encode()}
    document = json.loads(told["cli json"])
    assert len({item["rule"] for item in document["secrets"]}) > 200
    data_dir = tmp_path / "data"
    with Server(data_dir) as server:
        told |= answers(server, path)
    # The image itself is kept as it was uploaded.
    kept = [item for item in data_dir.rglob("*") if item.is_file() and "blobs" not in item.parts]
    told |= {str(item.relative_to(tmp_path)): item.read_bytes() for item in kept}
    assert any(name.endswith(".db") for name in told)
    assert {name: leaked(wanted, content)[:3] for name, content in told.items() if leaked(wanted, content)} == {}


def answers(server: Server, path: Path) -> dict[str, bytes]:
    """What a server says of the image, in every form that it has."""
    product = str(server.call("POST", "/api/v4/products", json={"name": "planted"})["id"])
    image_id = server.upload(product, path, version="1")["id"]
    place = f"/api/v4/products/{product}/images/{image_id}"
    while server.call("GET", place)["latestScan"]["latestScanState"]["type"] not in ("done", "failed"):
        time.sleep(0.2)
    told: dict[str, bytes] = {}
    rows: list[Any] = []
    for name in ("findings", "components", "files", "dependencies", "cryptographicAssets"):
        answer = server.call("POST", f"/api/v4/grids/{name}:gridList", json={"page": {"size": 100}})
        told[f"grid {name}"] = json.dumps(answer).encode()
        rows += answer["rows"] if name == "findings" else ()
    secret = [row for row in rows if row.get("secret")]
    assert len({row["secret"]["rule"] for row in secret}) > 20
    for row in secret[:20]:
        told[row["id"]] = json.dumps(server.call("GET", f"/api/v4/products/{product}/findings/{row['id']}")).encode()
    for name in ("cbomReport:cycloneDX", "sbomReport:cycloneDX", "vexReport:openVEX"):
        told[name] = server.text(f"{place}/{name}").encode()
    return told
