"""The API in tests: the application over a fresh database, clients that check every response, a real server.

`api` is the application with an administrator's client; `api.client(...)` gives others.
"""

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.support.contract_checks import check

from pellucid.api.application import create_application
from pellucid.blobs.local import LocalBlobs
from pellucid.domain.roles import ROLES, RoleKey
from pellucid.domain.user import Org, User
from pellucid.services.tokens import Tokens
from pellucid.services.vault import Vault
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.repositories.orgs import OrgRepository
from pellucid.storage.repositories.role_bindings import RoleBindingRepository
from pellucid.storage.repositories.users import UserRepository

HOST = "http://pellucid.test"


class CheckingClient(TestClient):
    """Checks every response against the contract."""

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = super().send(request, **options)
        check(response)
        return response


@dataclass
class Api:
    """The application and what it works with. `settings` may be changed by a test before its first request."""

    folder: Path
    database: Database
    settings: Settings
    blobs: LocalBlobs
    tokens: Tokens
    app: FastAPI
    org: Org
    admin: User
    http: CheckingClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = self.client(self.admin)

    def client(self, user: User | None) -> CheckingClient:
        """A client with a token of the user; None: without a token."""
        headers = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        return CheckingClient(self.app, HOST, headers=headers, raise_server_exceptions=False)

    def token(self, user: User) -> str:
        return self.tokens.issue(user.user_id, public_url=HOST, client_id="test")

    def user(self, email: str, **roles: RoleKey) -> User:
        """A user; keywords are resource names with "_" for "/", such as `products_01…`, and the role bound there."""
        with self.database.begin() as tx:
            user = UserRepository(tx).add(org_id=self.org.id, email=email)
            for name, role in roles.items():
                resource = name.replace("_", "/", 1)
                RoleBindingRepository(tx).add(user=user, role_id=ROLES[role].id, resource_name=resource)
        return user

    def product(self, name: str = "Router") -> str:
        """A new product's path."""
        answer = self.http.post("/api/v4/products", json={"name": name})
        assert answer.status_code == 201, answer.text
        return f"/api/v4/products/{answer.json()['id']}"

    def image(self, product: str, version: str = "1.0.2", content: bytes = b"firmware") -> dict[str, Any]:
        """An uploaded image."""
        form = {"imageName": "router", "version": version}
        answer = self.http.post(f"{product}/images:upload", data=form, files={"file": ("firmware.bin", content)})
        assert answer.status_code == 201, answer.text
        image: dict[str, Any] = answer.json()
        return image

    def incoming(self) -> list[Path]:
        """What half-written uploads have left."""
        return list((self.folder / "incoming").iterdir())

    def stored(self) -> list[Path]:
        """The blobs."""
        return [path for path in (self.folder / "blobs").glob("*/*") if path.is_file()]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys to copy: making one takes a tenth of a second."""
    folder = tmp_path_factory.mktemp("keys")
    Tokens(folder, Settings())
    Vault(folder).encrypt("")
    return folder


@pytest.fixture
def api(sqlite: Database, tmp_path: Path, keys: Path) -> Api:
    return make_api(sqlite, tmp_path, keys)


@pytest.fixture(scope="module")
def shared_api(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Api]:
    """One for a whole module: for tests that change nothing that another would see."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copyfile(sqlite_template, folder / "pellucid.db")
    database = Database(f"sqlite:///{folder / 'pellucid.db'}")
    yield make_api(database, folder, keys)
    database.close()


def make_api(database: Database, folder: Path, keys: Path) -> Api:
    """The application over a database that has its tables and nothing else."""
    shutil.copytree(keys, folder / "keys")
    settings = Settings(data_dir=folder, disk_reserve=0)
    with database.begin() as tx:
        org = OrgRepository(tx).add("Acme")
        admin = UserRepository(tx).add(org_id=org.id, email="admin@localhost")
        role = ROLES[RoleKey.ORGANIZATION_ADMIN]
        RoleBindingRepository(tx).add(user=admin, role_id=role.id, resource_name=org.resource_name)
    blobs = LocalBlobs(folder)
    tokens = Tokens(folder / "keys", settings)
    vault = Vault(folder / "keys")
    app = create_application(settings=settings, database=database, blobs=blobs, tokens=tokens, vault=vault)
    return Api(folder, database, settings, blobs, tokens, app, org, admin)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """A real server on a free loopback port; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, loop="uvloop", http="httptools", log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
