"""Roles, against the permissions that the contract's operations ask for."""

import re
from pathlib import Path

import pytest

from pellucid.domain.ids import is_id
from pellucid.domain.roles import BY_ID, PERMISSIONS, ROLES, RoleKey

CONTRACT = Path(__file__).parents[2] / "contract" / "api.yaml"
BOUND = {"roleBindings": ("orgs", "products"), "subscriptions": ("orgs", "products", "images", "findings")}


def asked_for() -> set[str]:
    """The permissions of the contract, "{resourceType}" filled in."""
    names = set(re.findall(r"x-permission: ['\"]?([^'\"\s]+)", CONTRACT.read_text(encoding="utf-8")))
    filled = set()
    for name in names:
        kind, _, rest = name.partition(".")
        kinds = BOUND[rest.split(".")[0]] if kind == "{resourceType}" else (kind,)
        filled |= {f"{kind}.{rest}" for kind in kinds}
    return filled


def test_every_permission_of_the_contract_exists() -> None:
    assert len(asked_for()) > 40
    assert asked_for() <= PERMISSIONS


def test_what_exists_beyond_the_contract_is_ours() -> None:
    assert {name.partition(".")[0] for name in PERMISSIONS - asked_for()} == {"webhooks"}


def test_an_organization_admin_may_do_everything() -> None:
    assert ROLES[RoleKey.ORGANIZATION_ADMIN].permissions == PERMISSIONS


def test_a_product_admin_runs_products_but_not_the_organization() -> None:
    may = ROLES[RoleKey.PRODUCT_ADMIN].permissions
    assert {"products.view", "products.archive", "images.create", "files.delete", "findings.update"} <= may
    assert not {"users.create", "users.delete", "orgs.roleBindings.create", "integrations.update"} & may


def test_a_rule_admin_changes_rules_alone() -> None:
    assert {name for name in ROLES[RoleKey.RULE_ADMIN].permissions if name.endswith(("update", "create"))} == {
        "customRules.update"
    }


def test_reading_changes_nothing_but_ones_own_subscriptions() -> None:
    verbs = {name.rpartition(".")[2] for name in ROLES[RoleKey.READ_ONLY].permissions if "subscriptions" not in name}
    assert verbs == {"list", "view", "download"}


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda role: role.key)
def test_roles_are_known_by_their_ids(role: object) -> None:
    assert all(is_id(key) for key in BY_ID)
    assert role in BY_ID.values()
    assert len(BY_ID) == len(RoleKey)
