"""The document at /openapi.json: the contract's operations that are served, and Pellucid's own."""

from collections.abc import Mapping
from typing import Any

import yaml
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

import pellucid
from pellucid.api import contract
from pellucid.api.router import ContractRoute

TITLE = "Pellucid"
INTRODUCTION = (
    "What this version serves: operations of the v4 contract, described as there, and Pellucid's own. "
    "What x-permission names is asked for on the resource in the path; every error has the same envelope."
)


def document(app: FastAPI) -> dict[str, Any]:
    """Built when it is first asked for."""
    if app.openapi_schema is None:
        app.openapi_schema = _merged(_contract(), _own(app))
    return app.openapi_schema


def _contract() -> dict[str, Any]:
    text = (contract.folder() / "api.yaml").read_text(encoding="utf-8")
    whole: dict[str, Any] = yaml.load(text, Loader=contract.LOADER)  # noqa: S506 (both loaders are safe ones)
    served = {name for name, operation in contract.operations().items() if operation.coverage == "served"}
    whole["paths"] = {
        path: {method: item for method, item in methods.items() if item["operationId"] in served}
        for path, methods in whole["paths"].items()
    }
    whole["paths"] = {path: methods for path, methods in whole["paths"].items() if methods}
    return whole


def _own(app: FastAPI) -> dict[str, Any]:
    known = contract.operations()
    routes = [route for route in app.routes if getattr(route, "operation_id", None) not in known]
    found = get_openapi(title=TITLE, version=pellucid.__version__, openapi_version="3.0.3", routes=routes)
    signed = {route.operation_id for route in routes if isinstance(route, ContractRoute) and route.served.signed}
    for path, methods in found["paths"].items():
        for item in methods.values():
            # The framework promises an answer that is never given: what is not valid is a 400 in our envelope.
            item["responses"].pop("422", None)
            for name in ("Unauthorized", "BadRequest") if path.startswith("/api/") else ():
                status = "401" if name == "Unauthorized" else "400"
                item["responses"][status] = {"$ref": f"#/components/responses/{name}"}
            if item["operationId"] in signed or not path.startswith("/api/"):
                item["security"] = []
    return found


def _merged(whole: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    whole["info"] = {"title": TITLE, "version": pellucid.__version__, "description": INTRODUCTION}
    for path, methods in own["paths"].items():
        whole["paths"].setdefault(path, {}).update(methods)
    schemas = own.get("components", {}).get("schemas", {})
    # Where both have a name, the contract's description of it counts.
    whole["components"]["schemas"] = {**schemas, **whole["components"]["schemas"]}
    return whole
