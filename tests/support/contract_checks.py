"""Checks of responses against the contract: every one that passes through a checking client.

OpenAPI 3.0 schemas become JSON Schema: `nullable` becomes a type, `format: ulid` is checked, and an object may have no
property that the contract does not name, so that a misspelt field is found. (Where it names none, it leaves it open.)
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx2
import jsonschema_rs
import yaml

from pellucid.api import contract
from pellucid.domain.ids import is_id

ENVELOPE = {
    "type": "object",
    "required": ["message", "details"],
    "additionalProperties": False,
    "properties": {
        "message": {"type": "string", "minLength": 1},
        "details": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["reason", "field", "service"],
                "additionalProperties": False,
                "properties": {name: {"type": "string"} for name in ("reason", "field", "service")},
            },
        },
        "permission": {"type": "string"},
        "resourceName": {"type": "string"},
    },
}
# Types that a query asks for, and that the contract, which names the words, has no body for.
ASKED_FOR = {"csv": "text/csv", "md": "text/markdown", "xml": "application/xml"}
OAUTH_ERROR = {
    "type": "object",
    "required": ["error", "error_description"],
    "additionalProperties": False,
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}


def check(response: httpx2.Response) -> None:
    """Raise AssertionError when the response is not what the contract says of its request."""
    where = f"{response.request.method} {response.request.url.path}: {response.status_code}"
    body: Any = None
    if response.headers.get("content-type", "").startswith("application/json"):
        body = response.json()
    if response.status_code == 422 and response.request.url.path.endswith("customRules:updateRules"):
        _validate(_of_rules(), body, where)
        return
    if response.status_code >= 400:
        oauth = response.request.url.path.endswith("/token") and response.status_code in (400, 401)
        _validate(_validator("oauth" if oauth else "envelope"), body, where)
        # It says that a report is not ready yet, and nothing else.
        assert response.status_code != 422 or "Report" in response.request.url.path, where
        assert response.status_code != 403 or {"permission", "resourceName"} <= body.keys(), where
        assert response.status_code != 401 or "www-authenticate" in response.headers, where
        return
    operation = operation_of(response.request.method, response.request.url.path)
    if operation is None:
        return
    media_type = response.headers.get("content-type", "").partition(";")[0]
    described = document()["paths"][operation.path][operation.method.lower()]
    declared = described["responses"]
    assert str(response.status_code) in declared, f"{where}: {operation.id} does not answer this"
    content = declared[str(response.status_code)].get("content", {})
    # A parameter that the operation does not have asks for nothing.
    chooses = any(item.get("name") == "contentType" for item in described.get("parameters", ()))
    asked_for = ASKED_FOR.get(response.request.url.params.get("contentType", "")) if chooses else None
    answers = content if asked_for is None else {asked_for}
    assert media_type in answers or not content, f"{where}: {operation.id} does not answer {media_type}"
    if media_type == "application/json":
        _validate(_validator(operation.id, str(response.status_code)), body, where)


def operation_of(method: str, path: str) -> contract.Operation | None:
    """The operation that the contract has at this address; literal segments count before parameters."""
    for pattern, operation in _patterns():
        if operation.method == method and pattern.fullmatch(path):
            return operation
    return None


@cache
def document() -> Mapping[str, Any]:
    """The whole contract, schemas included."""
    text = (contract.folder() / "api.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, Loader=contract.LOADER)
    return loaded


@cache
def _patterns() -> list[tuple[re.Pattern[str], contract.Operation]]:
    operations = sorted(contract.operations().values(), key=lambda operation: operation.path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", operation.path)), operation) for operation in operations]


@cache
def _validator(name: str, status: str = "") -> jsonschema_rs.Validator:
    if name in ("envelope", "oauth"):
        return jsonschema_rs.validator_for(ENVELOPE if name == "envelope" else OAUTH_ERROR)
    operation = contract.operations()[name]
    response = document()["paths"][operation.path][operation.method.lower()]["responses"][status]
    schema = _translated(response["content"]["application/json"]["schema"])
    schema["components"] = _components()
    return jsonschema_rs.Draft4Validator(schema, formats={"ulid": is_id}, validate_formats=True)


@cache
def _of_rules() -> jsonschema_rs.Validator:
    """The one refusal with a body of its own: what is wrong with each file of rules."""
    described = document()["components"]["responses"]["UnprocessableRules"]
    schema = _translated(described["content"]["application/json"]["schema"])
    schema["components"] = _components()
    return jsonschema_rs.Draft4Validator(schema)


@cache
def _components() -> Any:
    return {"schemas": _translated(document()["components"]["schemas"])}


def _translated(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_translated(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _translated(value) for key, value in schema.items()}
    if result.pop("nullable", False) is True and "type" in result:
        result["type"] = [result["type"], "null"]
    if result.get("type") == "object" and result.get("properties"):
        result.setdefault("additionalProperties", False)
    return result


def _validate(validator: jsonschema_rs.Validator, body: Any, where: str) -> None:
    problems = [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(body)]
    assert not problems, f"{where}\n" + "\n".join(problems)
