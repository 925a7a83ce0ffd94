"""Rules of one's own: give, switch off and on, read, list."""

from typing import Annotated

from anyio import to_thread
from fastapi import Path, Query, Request, Response

from pellucid.api.dependencies import Caller, Context, CustomRules, in_transaction
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import custom_rules as schemas
from pellucid.api.schemas import grid
from pellucid.api.small_uploads import small_file
from pellucid.rules.checking import LARGEST_ARCHIVE
from pellucid.services import custom_rules as services

router = ContractRouter()

EVERYTHING = grid.GridQuery()


@router.operation("UpdateRules", streams=True)
async def update_rules(
    *, caller: Caller, context: Context, request: Request, dry_run: Annotated[bool, Query(alias="dryRun")] = False
) -> Response:
    filename, content = await small_file(request, LARGEST_ARCHIVE)
    given = await to_thread.run_sync(services.read_rules, filename, content, limiter=context.compiling)
    if given.wrong:
        message = f"{len(given.wrong):,} of {len(given.checked):,} files cannot be used: nothing was changed."
        return _json(422, schemas.UnprocessableRules(message=message, errors=schemas.RulesFile.all_of(given.wrong)))
    version = await in_transaction(context, lambda tx: services.CustomRules(tx).replace(caller, given, dry_run=dry_run))
    rules = schemas.RulesFile.all_of(given.checked)
    return _json(201, schemas.UpdatedRules(version=schemas.RulesVersion(id=version, rules=rules)))


@router.operation("BulkDisableRules")
def disable_rules(caller: Caller, rules: CustomRules, body: schemas.Names) -> schemas.Names:
    return schemas.Names(names=list(rules.set_enabled(caller, body.names, enabled=False)))


@router.operation("BulkEnableRules")
def enable_rules(caller: Caller, rules: CustomRules, body: schemas.Names) -> schemas.Names:
    return schemas.Names(names=list(rules.set_enabled(caller, body.names, enabled=True)))


@router.operation("GetRule")
def get_rule(rule_name: Annotated[str, Path(alias="ruleName")], caller: Caller, rules: CustomRules) -> schemas.Rule:
    return schemas.Rule.of(rules.get(caller, rule_name))


@router.operation("GridListRules", reads=True)
def grid_rules(caller: Caller, rules: CustomRules, body: grid.GridQuery = EVERYTHING) -> schemas.GridRules:
    page = rules.grid(caller, body.wanted())
    return schemas.GridRules(rows=[schemas.GridRule.of(row) for row in page.rows], total=page.total)


def _json(status: int, answer: schemas.UpdatedRules | schemas.UnprocessableRules) -> Response:
    content = answer.model_dump_json(by_alias=True, exclude_none=True)
    return Response(content, status, media_type="application/json")
