"""Identity: the first administrator, logins, and who a token's subject is."""

import json
import secrets
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from pellucid.domain.access import Caller
from pellucid.domain.roles import BY_ID, ROLES, RoleKey
from pellucid.domain.user import User, UserStatus
from pellucid.errors import ConfigurationError, NotAuthenticated
from pellucid.services.key_files import write_secret
from pellucid.services.passwords import hash_secret, secret_matches
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.api_clients import ApiClientRepository
from pellucid.storage.repositories.orgs import OrgRepository
from pellucid.storage.repositories.role_bindings import RoleBindingRepository
from pellucid.storage.repositories.users import UserRepository

ORGANIZATION = "Default organization"
ADMIN_EMAIL = "admin@localhost"
CLIENT_ID = "pellucid-api"
WRONG_CLIENT = "The client id or the client secret is wrong."
WRONG_USER = "The client id, the username or the password is wrong."


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What the first start gives to the operator; only hashes of it are stored."""

    email: str
    password: str
    client_id: str
    client_secret: str


class Identity:
    """Needs a writing transaction for `first_start` alone. Checking a secret takes about 40 ms of a core."""

    def __init__(self, tx: Transaction) -> None:
        self._orgs = OrgRepository(tx)
        self._users = UserRepository(tx)
        self._clients = ApiClientRepository(tx)
        self._bindings = RoleBindingRepository(tx)

    def first_start(self, path: Path) -> Credentials | None:
        """Create organization, administrator and API client in a new database; None when there are some already.

        `path` gets the credentials before they count. After a crash in between, the next start finds the file and
        uses what it says, so that the operator is never locked out.
        """
        self._orgs.lock_first_start()
        if self._orgs.any():
            return None
        credentials = _read(path) if path.exists() else _generate(path)
        org = self._orgs.add(ORGANIZATION)
        admin = self._users.add(org_id=org.id, email=credentials.email, password_hash=hash_secret(credentials.password))
        account = self._users.add(org_id=org.id, email=f"service-account-{credentials.client_id}@localhost")
        self._clients.add(
            client_id=credentials.client_id, secret_hash=hash_secret(credentials.client_secret), user=account
        )
        for user in (admin, account):
            role = ROLES[RoleKey.ORGANIZATION_ADMIN]
            self._bindings.add(user=user, role_id=role.id, resource_name=org.resource_name)
        return credentials

    def authenticate_client(self, client_id: str, secret: str) -> User:
        """The service account of an API client. NotAuthenticated when id or secret is wrong."""
        user, stored = self._clients.with_secret_hash(client_id) or (None, "")
        if not secret_matches(secret, stored) or user is None or user.status is not UserStatus.ACTIVE:
            raise NotAuthenticated(WRONG_CLIENT)
        return user

    def authenticate_user(self, client_id: str, username: str, password: str) -> User:
        """The user with an e-mail address and password, through a known client. NotAuthenticated when one is wrong."""
        client = self._clients.with_secret_hash(client_id)
        user, stored = self._users.with_password_hash(username) or (None, "")
        matches = secret_matches(password, stored)
        if not matches or client is None or user is None or user.status is not UserStatus.ACTIVE:
            raise NotAuthenticated(WRONG_USER)
        return user

    def caller(self, subject: str) -> Caller:
        """The user that a token speaks of, with what it may do. NotAuthenticated when there is none, or no more."""
        found = self._users.by_subject(subject)
        if found is None or found[0].status is not UserStatus.ACTIVE:
            raise NotAuthenticated("The user of this token does not exist any more.")
        user, org = found
        grants: dict[str, frozenset[str]] = defaultdict(frozenset)
        for resource_name, role_id in self._bindings.of_user(user.id):
            if role_id in BY_ID:
                grants[resource_name] |= BY_ID[role_id].permissions
        return Caller(user=user, org=org, grants=dict(grants))


def _generate(path: Path) -> Credentials:
    credentials = Credentials(
        email=ADMIN_EMAIL,
        password=secrets.token_urlsafe(18),
        client_id=CLIENT_ID,
        client_secret=secrets.token_urlsafe(32),
    )
    names = {"client_id": "clientId", "client_secret": "clientSecret"}
    document = {names.get(key, key): value for key, value in asdict(credentials).items()}
    write_secret(path, json.dumps(document, indent=2).encode() + b"\n")
    return credentials


def _read(path: Path) -> Credentials:
    try:
        document = json.loads(path.read_bytes())
        return Credentials(
            email=document["email"],
            password=document["password"],
            client_id=document["clientId"],
            client_secret=document["clientSecret"],
        )
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} is not the file that a first start writes: move it away and start again."
        raise ConfigurationError(message) from error
