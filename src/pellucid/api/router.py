"""Routes by operation id: path, method, status and permission come from the contract.

A route cannot forget its permission or misspell its path, and the application does not start unless exactly the
operations that `coverage.toml` calls served have a handler. The others answer 501 to whoever is authenticated.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Message, Receive

from pellucid.api.authentication import authorize
from pellucid.api.contract import Operation
from pellucid.errors import ConfigurationError, Detail, InvalidRequest, NotServed

Handler = TypeVar("Handler", bound=Callable[..., Any])

JSON_LIMIT = 4 << 20
READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, kw_only=True)
class Served:
    """A handler and what is special about it.

    `streams`: it reads the body itself, or not at all. `writes`: it stores something, though its method is GET;
    `reads`: it stores nothing, though its method is POST. `signed`: a link's signature lets callers in.
    """

    handler: Callable[..., Any]
    streams: bool = False
    writes: bool = False
    reads: bool = False
    signed: bool = False


class ContractRouter:
    """Collects handlers; `mount` makes routes of them."""

    def __init__(self) -> None:
        self.handlers: dict[str, Served] = {}
        self.declared: dict[str, Operation] = {}

    def operation(
        self, name: str, *, streams: bool = False, writes: bool = False, reads: bool = False
    ) -> Callable[[Handler], Handler]:
        """Declare the handler of an operation of the contract."""

        def declare(handler: Handler) -> Handler:
            if name in self.handlers:
                raise ConfigurationError(f"{name} has two handlers.")
            self.handlers[name] = Served(handler=handler, streams=streams, writes=writes, reads=reads)
            return handler

        return declare

    def signed(self, name: str, method: str, path: str, *, tag: str) -> Callable[[Handler], Handler]:
        """Declare an operation without authentication: its handler must call `require_link` before anything else."""
        self._declare_own(name, method, path, permission="", tag=tag, status=200)

        def declare(handler: Handler) -> Handler:
            self.handlers[name] = Served(handler=handler, streams=True, signed=True)
            return handler

        return declare

    def own(
        self, name: str, method: str, path: str, *, permission: str, tag: str, status: int = 200
    ) -> Callable[[Handler], Handler]:
        """Declare an operation that the contract does not have, with the same care."""
        self._declare_own(name, method, path, permission=permission, tag=tag, status=status)
        return self.operation(name)

    def _declare_own(self, name: str, method: str, path: str, *, permission: str, tag: str, status: int) -> None:
        self.declared[name] = Operation(
            id=name,
            method=method,
            path=path,
            status=status,
            permission=permission,
            tag=tag,
            summary="",
            coverage="served",
            reason="",
        )


class ContractRoute(APIRoute):
    """A route that asks who is there before it reads anything of the body."""

    def __init__(self, operation: Operation, served: Served) -> None:
        self.operation = operation
        self.served = served
        super().__init__(
            operation.path,
            served.handler,
            methods=[operation.method],
            status_code=operation.status,
            tags=[operation.tag],
            summary=operation.summary or None,
            operation_id=operation.id,
            response_model_exclude_none=True,
            strict_content_type=False,
        )

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            reads = self.served.reads or self.operation.method in READING
            request.state.writes = self.served.writes or not reads
            if not self.served.signed:
                request.state.caller = await authorize(request, self.operation.permission)
            if self.served.streams:
                return await answer(request)
            if self.body_field is not None:
                _expect_json(request)
            return await answer(Request(request.scope, _limited(request.receive)))

        return handle


def mount(app: FastAPI, routers: Iterable[ContractRouter], operations: Mapping[str, Operation]) -> None:
    """Give every operation its route. Raises ConfigurationError when handlers and coverage do not match."""
    handlers: dict[str, Served] = {}
    declared = dict(operations)
    for router in routers:
        if twice := handlers.keys() & router.handlers.keys():
            raise ConfigurationError(f"Operations with two handlers: {sorted(twice)}.")
        handlers.update(router.handlers)
        declared.update(router.declared)
    served = {name for name, operation in declared.items() if operation.coverage == "served"}
    if served != handlers.keys():
        missing, surplus = sorted(served - handlers.keys()), sorted(handlers.keys() - served)
        raise ConfigurationError(f"Served without a handler: {missing}; handlers of nothing served: {surplus}.")
    for operation in sorted(declared.values(), key=_generality):
        handler = handlers.get(operation.id)
        app.router.routes.append(ContractRoute(operation, handler) if handler else _refusal(operation))


def _generality(operation: Operation) -> list[bool]:
    """Sorts literal segments before parameters, so that /users/me is never taken for a user."""
    return ["{" in segment for segment in operation.path.split("/")]


def _refusal(operation: Operation) -> Route:
    async def refuse(request: Request) -> Response:
        # Some planned permissions depend on a body that nobody reads yet; that an operation is missing is no secret.
        await authorize(request, "")
        word = "planned, but this version does not serve it yet" if operation.coverage == "planned" else "not served"
        raise NotServed(f"{operation.id} is {word}.", details=[Detail(reason=operation.reason, field=operation.id)])

    return Route(operation.path, refuse, methods=[operation.method], name=operation.id)


def _expect_json(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        detail = Detail(reason=f"must be application/json, not {kind[:100]}", field="Content-Type")
        raise InvalidRequest(f"The Content-Type {detail.reason}.", details=[detail])


def _limited(receive: Receive) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > JSON_LIMIT:
            # The framework passes this type on and hides every other one behind a 400.
            raise HTTPException(413, f"The body is larger than {JSON_LIMIT} bytes.")
        return message

    return limited
