"""What becomes of an exception: one table from type to status, one envelope for all.

The envelope is `{message, details: [{reason, field, service}]}`; a refusal for lack of a permission adds `permission`
and `resourceName`. There is never a stack trace in it: that goes to the log.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from pellucid import errors
from pellucid.errors import Detail, PellucidError

log = logging.getLogger(__name__)

SERVICE = "pellucid"

STATUS: Mapping[type[PellucidError], HTTPStatus] = {
    errors.InvalidRequest: HTTPStatus.BAD_REQUEST,
    errors.NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    errors.PermissionDenied: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.NotReady: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LengthRequired: HTTPStatus.LENGTH_REQUIRED,
    errors.PayloadTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.NotServed: HTTPStatus.NOT_IMPLEMENTED,
    errors.StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.ServerUnreachable: HTTPStatus.BAD_GATEWAY,
    # These do not speak about a request: when one gets this far, the server is at fault.
    errors.Malformed: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.BudgetExceeded: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ConfigurationError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidReport: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.LeaseLost: HTTPStatus.INTERNAL_SERVER_ERROR,
}

FAILED = "The server failed. Its log says why."
# Pydantic names the part of the request first; the field is what a caller knows.
PARTS = frozenset({"body", "query", "path", "header", "form"})


def install(app: FastAPI) -> None:
    """Make every exception of a route or of routing an envelope."""
    app.add_exception_handler(PellucidError, on_purpose)
    app.add_exception_handler(RequestValidationError, not_valid)
    app.add_exception_handler(HTTPException, routing)
    app.add_exception_handler(Exception, unforeseen)


def envelope(
    status: int,
    message: str,
    *,
    details: Sequence[Detail] = (),
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The body that every error has; `more` are the fields of a refusal."""
    body: dict[str, Any] = {
        "message": message,
        "details": [{"reason": detail.reason, "field": detail.field, "service": SERVICE} for detail in details],
        **(more or {}),
    }
    return JSONResponse(body, status, headers)


def status_of(error: PellucidError) -> HTTPStatus:
    """The nearest class of the error that has a row; 500 for a branch that has none."""
    rows = (STATUS[ancestor] for ancestor in type(error).__mro__ if ancestor in STATUS)
    return next(rows, HTTPStatus.INTERNAL_SERVER_ERROR)


def on_purpose(request: Request, error: Exception) -> JSONResponse:
    """Errors of ours, by the table."""
    assert isinstance(error, PellucidError)
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return envelope(status, FAILED)
    if isinstance(error, errors.PermissionDenied):
        more = {"permission": error.permission, "resourceName": error.resource_name}
        return envelope(status, error.message, details=error.details, more=more)
    if isinstance(error, errors.NotAuthenticated):
        # RFC 6750: a request without a token is told the scheme alone.
        given = ', error="invalid_token"' if "authorization" in request.headers else ""
        return envelope(status, error.message, headers={"WWW-Authenticate": f'Bearer realm="pellucid"{given}'})
    return envelope(status, error.message, details=error.details)


def not_valid(_request: Request, error: Exception) -> JSONResponse:
    """Parameters and bodies that do not fit their schema: 400, and a detail for each field."""
    assert isinstance(error, RequestValidationError)
    details = [Detail(reason=_reason(item), field=_field(item)) for item in error.errors()]
    message = f"The request is not valid: {details[0].field}: {details[0].reason}"
    return envelope(HTTPStatus.BAD_REQUEST, message, details=details)


def routing(request: Request, error: Exception) -> JSONResponse:
    """Unknown paths and methods, and what the framework refuses by itself."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        message = f"There is nothing at {request.url.path[:200]}."
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        message = f"{request.method} is not possible at {request.url.path[:200]}."
    else:
        message = str(error.detail)
    return envelope(error.status_code, message, headers=error.headers)


def unforeseen(request: Request, _error: Exception) -> Response:
    """Everything else: 500 and no word about the inside."""
    # The server that runs the application logs the exception with its trace.
    instead: BaseModel | None = getattr(request.state, "instead", None)
    if instead is not None:
        return Response(instead.model_dump_json(by_alias=True), media_type="application/json")
    return envelope(HTTPStatus.INTERNAL_SERVER_ERROR, FAILED)


def answer_instead(request: Request, answer: BaseModel) -> None:
    """Answer 200 with this, should the request fail unforeseen: for scripts that poll and know no other status."""
    request.state.instead = answer


def _reason(item: Mapping[str, Any]) -> str:
    if item["type"] == "json_invalid":
        return f"is no JSON: {item['ctx']['error']} at byte {item['loc'][1]}"
    return str(item["msg"])


def _field(item: Mapping[str, Any]) -> str:
    part, *path = (str(step) for step in item["loc"])
    if item["type"] == "json_invalid" or not path:
        return part
    return ".".join(path if part in PARTS else [part, *path])
