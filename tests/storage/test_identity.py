"""The first start and logins, on both databases."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text, update

from pellucid.domain.access import Caller
from pellucid.domain.ids import new_id
from pellucid.domain.roles import PERMISSIONS, ROLES, RoleKey
from pellucid.domain.user import UserStatus
from pellucid.errors import ConfigurationError, NotAuthenticated
from pellucid.services.identity import Credentials, Identity
from pellucid.storage.database import Database
from pellucid.storage.repositories.role_bindings import RoleBindingRepository
from pellucid.storage.repositories.users import UserRepository
from pellucid.storage.rows.user import UserRow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "credentials.json"


def start(database: Database, path: Path) -> Credentials | None:
    with database.begin() as tx:
        return Identity(tx).first_start(path)


def begin(database: Database, path: Path) -> Credentials:
    credentials = start(database, path)
    assert credentials is not None
    return credentials


def log_in(database: Database, credentials: Credentials) -> tuple[Caller, Caller]:
    with database.read() as tx:
        identity = Identity(tx)
        account = identity.authenticate_client(credentials.client_id, credentials.client_secret)
        admin = identity.authenticate_user(credentials.client_id, credentials.email.upper(), credentials.password)
        return identity.caller(account.user_id), identity.caller(admin.user_id)


def test_the_first_start_makes_two_who_may_do_everything(database: Database, path: Path) -> None:
    account, admin = log_in(database, begin(database, path))
    assert account.user.id != admin.user.id
    for caller in (account, admin):
        assert caller.grants == {caller.org.resource_name: PERMISSIONS}
    assert start(database, path) is None


def test_the_file_is_the_operators_alone(database: Database, path: Path) -> None:
    credentials = begin(database, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "email": credentials.email,
        "password": credentials.password,
        "clientId": credentials.client_id,
        "clientSecret": credentials.client_secret,
    }
    assert [entry.name for entry in path.parent.iterdir() if "credentials" in entry.name] == [path.name]


def test_a_crash_before_the_commit_locks_nobody_out(database: Database, path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        start_and_crash(database, path)
    written = read(path)
    assert begin(database, path) == written
    log_in(database, written)


def start_and_crash(database: Database, path: Path) -> None:
    with database.begin() as tx:
        Identity(tx).first_start(path)
        raise KeyboardInterrupt


def read(path: Path) -> Credentials:
    document = json.loads(path.read_text(encoding="utf-8"))
    return Credentials(
        email=document["email"],
        password=document["password"],
        client_id=document["clientId"],
        client_secret=document["clientSecret"],
    )


def test_a_foreign_file_in_its_place_is_not_overwritten(database: Database, path: Path) -> None:
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="move it away"):
        start(database, path)
    assert path.read_text(encoding="utf-8") == "[1]"


def test_two_first_starts_at_once_make_one_administrator(database: Database, path: Path) -> None:
    barrier = Barrier(2)

    def race(_: int) -> Credentials | None:
        barrier.wait()
        return start(database, path)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(race, range(2)))
    assert results.count(None) == 1
    log_in(database, read(path))


def test_secrets_are_stored_hashed(database: Database, path: Path) -> None:
    credentials = begin(database, path)
    with database.read() as tx:
        stored = [
            *tx.session.scalars(text("SELECT secret_hash FROM api_client")),
            *tx.session.scalars(text("SELECT password_hash FROM \"user\" WHERE password_hash <> ''")),
        ]
    assert all(hashed.startswith("$argon2id$") for hashed in stored)
    assert len(stored) == 2
    assert credentials.password not in str(stored)


def test_wrong_logins(database: Database, path: Path) -> None:
    good = begin(database, path)
    with database.read() as tx:
        identity = Identity(tx)
        for client_id, secret in (
            (good.client_id, "wrong"),
            (good.client_id, ""),
            (good.client_id, "x" * 100_000),
            ("unknown", good.client_secret),
        ):
            with pytest.raises(NotAuthenticated, match="client secret is wrong"):
                identity.authenticate_client(client_id, secret)
        for client_id, email, password in (
            (good.client_id, good.email, "wrong"),
            (good.client_id, "unknown@localhost", good.password),
            ("unknown", good.email, good.password),
            (good.client_id, f"service-account-{good.client_id}@localhost", ""),
        ):
            with pytest.raises(NotAuthenticated, match="password is wrong"):
                identity.authenticate_user(client_id, email, password)
        with pytest.raises(NotAuthenticated):
            identity.caller(new_id())


def test_an_archived_user_is_out(database: Database, path: Path) -> None:
    good = begin(database, path)
    account, _ = log_in(database, good)
    with database.begin() as tx:
        tx.session.execute(update(UserRow).values(status=UserStatus.ARCHIVED))
    with database.read() as tx:
        identity = Identity(tx)
        with pytest.raises(NotAuthenticated):
            identity.authenticate_client(good.client_id, good.client_secret)
        with pytest.raises(NotAuthenticated):
            identity.authenticate_user(good.client_id, good.email, good.password)
        with pytest.raises(NotAuthenticated):
            identity.caller(account.user.user_id)


def test_roles_on_one_resource_add_up(database: Database, caller: Caller) -> None:
    product = f"products/{new_id()}"
    with database.begin() as tx:
        user = UserRepository(tx).add(org_id=caller.org.id, email="one@example.org")
        bindings = RoleBindingRepository(tx)
        bindings.add(user=user, role_id=ROLES[RoleKey.READ_ONLY].id, resource_name=product)
        bindings.add(user=user, role_id=ROLES[RoleKey.RULE_ADMIN].id, resource_name=product)
        bindings.add(user=user, role_id="a role of another version", resource_name="orgs/1")
        guest = Identity(tx).caller(user.user_id)
    assert guest.grants == {product: ROLES[RoleKey.READ_ONLY].permissions | ROLES[RoleKey.RULE_ADMIN].permissions}
    assert not guest.may("products.view")
