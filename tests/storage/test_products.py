"""Products, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from pellucid.domain.access import Caller
from pellucid.domain.ids import new_id
from pellucid.domain.roles import ROLES, RoleKey
from pellucid.domain.user import Org
from pellucid.errors import Conflict, InvalidRequest, NotFound, PermissionDenied
from pellucid.services.products import Products
from pellucid.storage.database import Database


def create(database: Database, caller: Caller, name: str) -> str:
    with database.begin() as tx:
        return Products(tx).create(caller, name, "what it is").id


def test_a_created_product_is_listed_as_it_was_made(database: Database, caller: Caller) -> None:
    with database.begin() as tx:
        made = Products(tx).create(caller, "  Router  ", "two\nlines")
    with database.read() as tx:
        assert Products(tx).list(caller) == [made]
        assert Products(tx).get(caller, f"products/{made.id}") == made
    assert (made.name, made.description, made.author, made.is_archived) == ("Router", "two\nlines", caller.user, False)


def test_newest_first(database: Database, caller: Caller) -> None:
    ids = [create(database, caller, name) for name in "abc"]
    with database.read() as tx:
        assert [product.id for product in Products(tx).list(caller)] == ids[::-1]


def test_a_name_is_taken_once(database: Database, caller: Caller) -> None:
    create(database, caller, "router")
    with pytest.raises(Conflict, match="'router' already: choose another name"):
        create(database, caller, "router")


def test_of_two_who_take_a_name_at_once_one_gets_it(database: Database, caller: Caller) -> None:
    barrier = Barrier(2)

    def race(_: int) -> str:
        barrier.wait()
        try:
            return create(database, caller, "router")
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(race, range(2)))
    assert sorted(len(result) for result in results) == [len("conflict"), 26]


def test_an_archived_product_is_not_listed_and_frees_its_name(database: Database, caller: Caller) -> None:
    old = create(database, caller, "router")
    with database.begin() as tx:
        assert Products(tx).archive(caller, [old, old]) == [old]
    new = create(database, caller, "router")
    with database.read() as tx:
        assert [product.id for product in Products(tx).list(caller)] == [new]
        assert Products(tx).get(caller, old).is_archived
    with pytest.raises(Conflict, match="taken the name"), database.begin() as tx:
        Products(tx).unarchive(caller, [old])


def test_unarchiving_brings_a_product_back(database: Database, caller: Caller) -> None:
    product = create(database, caller, "router")
    with database.begin() as tx:
        Products(tx).archive(caller, [product])
        Products(tx).unarchive(caller, [product])
    with database.read() as tx:
        assert [product.is_archived for product in Products(tx).list(caller)] == [False]


def test_an_unknown_id_among_several_changes_nothing(database: Database, caller: Caller) -> None:
    product, unknown = create(database, caller, "router"), new_id()
    with pytest.raises(InvalidRequest) as caught, database.begin() as tx:
        Products(tx).archive(caller, [product, unknown])
    assert [detail.reason for detail in caught.value.details] == [f"there is no product {unknown}"]
    with database.read() as tx:
        assert not Products(tx).get(caller, product).is_archived


def test_update_changes_what_is_given(database: Database, caller: Caller) -> None:
    product = create(database, caller, "router")
    create(database, caller, "switch")
    with database.begin() as tx:
        changed = Products(tx).update(caller, product, description="new")
    assert (changed.name, changed.description) == ("router", "new")
    with database.begin() as tx:
        assert Products(tx).update(caller, product, name="hub").name == "hub"
    with pytest.raises(Conflict), database.begin() as tx:
        Products(tx).update(caller, product, name="switch")


def test_unknown_and_malformed_ids(database: Database, caller: Caller) -> None:
    with database.read() as tx:
        with pytest.raises(NotFound):
            Products(tx).get(caller, new_id())
        with pytest.raises(InvalidRequest, match="productId must be a ULID"):
            Products(tx).get(caller, "12")


def test_the_product_of_another_organization_is_not_there(database: Database, caller: Caller) -> None:
    product = create(database, caller, "router")
    stranger = replace(caller, org=Org(id=new_id(), name="another"))
    with database.read() as tx, pytest.raises(NotFound):
        Products(tx).get(stranger, product)


def test_who_has_a_role_on_one_product_sees_and_archives_only_that(database: Database, caller: Caller) -> None:
    mine, other = create(database, caller, "mine"), create(database, caller, "other")
    permissions = ROLES[RoleKey.PRODUCT_ADMIN].permissions
    guest = replace(caller, grants={f"products/{mine}": permissions, f"products/{new_id()}": frozenset[str]()})
    with database.begin() as tx:
        products = Products(tx)
        assert [product.id for product in products.list(guest)] == [mine]
        with pytest.raises(PermissionDenied):
            products.archive(guest, [mine, other])
        assert products.archive(guest, [mine]) == [mine]
