"""One successful call of every operation about rules of one's own."""

import io
import zipfile

import httpx2
from tests.support.api_client import Api

RULE = 'rule acme { meta: title = "A debug port" severity = "high" strings: $a = "debugd" condition: $a }'


def archive(**files: str) -> bytes:
    """A zip of these files, each with ".yar" behind its name."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        for name, body in files.items():
            made.writestr(f"{name}.yar", body)
    return sink.getvalue()


def give(api: Api, content: bytes, name: str = "rules.zip", query: str = "") -> httpx2.Response:
    """Upload rules."""
    return api.http.post(f"/api/v4/customRules:updateRules{query}", files={"file": (name, content)})


def update_rules(api: Api) -> httpx2.Response:
    return give(api, archive(a=RULE))


def disable_rules(api: Api) -> httpx2.Response:
    update_rules(api)
    return api.http.post("/api/v4/customRules:bulkDisable", json={"names": ["acme"]})


def enable_rules(api: Api) -> httpx2.Response:
    disable_rules(api)
    return api.http.post("/api/v4/customRules:bulkEnable", json={"names": ["acme"]})


def get_rule(api: Api) -> httpx2.Response:
    update_rules(api)
    return api.http.get("/api/v4/customRules/rules/acme")


def grid_rules(api: Api) -> httpx2.Response:
    update_rules(api)
    return api.http.post("/api/v4/grids/customRules:gridList", json={})


OF_RULES = {
    "UpdateRules": update_rules,
    "BulkDisableRules": disable_rules,
    "BulkEnableRules": enable_rules,
    "GetRule": get_rule,
    "GridListRules": grid_rules,
}
