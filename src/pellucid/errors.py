"""Every exception Pellucid raises on purpose.

    PellucidError
    ├── Malformed               bytes that are not what their format says
    │   ├── Truncated           they end too early
    │   ├── Encrypted           they need a key or a password
    │   ├── Unsupported         they are a variant that cannot be read yet
    │   └── MissingLibrary      a library that reads them is not installed
    ├── BudgetExceeded          a unit asked for more than it may have
    ├── ConfigurationError      a setting that cannot work
    ├── StorageFull             the disk cannot take what is to be stored
    ├── LeaseLost               another worker has taken the job over
    ├── InvalidReport           a document that does not meet its own schema
    ├── ServerUnreachable       the CLI got no usable answer from a server
    └── RequestError            what a caller asked for cannot be done
        ├── InvalidRequest      ├── PayloadTooLarge     ├── LengthRequired
        ├── NotAuthenticated    ├── PermissionDenied    ├── NotFound
        ├── Conflict            ├── NotServed           └── NotReady

Errors know no HTTP; `api/errors.py` maps them. The docstring of a leaf is its default message.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One thing that is wrong with a request: why, and in which field."""

    reason: str
    field: str = ""


class PellucidError(Exception):
    """Something went wrong in Pellucid."""

    def __init__(self, message: str | None = None, *, details: Sequence[Detail] = ()) -> None:
        super().__init__(message or (type(self).__doc__ or "").splitlines()[0])
        self.details = tuple(details)

    @property
    def message(self) -> str:
        return str(self.args[0])


class Malformed(PellucidError):
    """The bytes are not what their format says."""


class Truncated(Malformed):
    """The bytes end before their format does."""


class Encrypted(Malformed):
    """The bytes are encrypted: a key or a password is needed."""


class Unsupported(Malformed):
    """The bytes are a variant of their format that this version cannot read."""


class MissingLibrary(Malformed):
    """A library that reads this format is not installed."""


class BudgetExceeded(PellucidError):
    """A budget is used up: the rest was not read."""


class ConfigurationError(PellucidError):
    """A setting cannot work."""


class StorageFull(PellucidError):
    """There is not enough room on the disk: free some space and try again."""


class LeaseLost(PellucidError):
    """Another worker has taken this job over."""


class InvalidReport(PellucidError):
    """A report does not meet its own schema: this is a defect of Pellucid."""


class ServerUnreachable(PellucidError):
    """The server gave no usable answer: check PELLUCID_URL and that it is running."""


class RequestError(PellucidError):
    """What was asked for cannot be done."""


class InvalidRequest(RequestError):
    """The request is not valid."""


class PayloadTooLarge(RequestError):
    """The body is larger than this server accepts."""


class LengthRequired(RequestError):
    """The request must say how long its body is."""


class NotAuthenticated(RequestError):
    """A valid bearer token is needed."""


class PermissionDenied(RequestError):
    """The caller lacks a permission."""

    def __init__(self, message: str | None = None, *, permission: str, resource_name: str) -> None:
        super().__init__(message or f"You need the permission {permission} on {resource_name}.")
        self.permission = permission
        self.resource_name = resource_name


class NotFound(RequestError):
    """There is no such resource."""


class Conflict(RequestError):
    """The request conflicts with what is stored."""


class NotServed(RequestError):
    """This operation of the contract is planned, but this version does not serve it yet."""


class NotReady(RequestError):
    """What was asked for is not there yet."""
