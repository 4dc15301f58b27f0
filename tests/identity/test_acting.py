"""One value says who acts, and every verb takes it in the same way."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from mingpiao.identity.model import (
    Account,
    Acting,
    Role,
    Session,
    acting_as,
    acting_for,
    interface_app,
    platform,
)

SOURCE = Path(__file__).parents[2] / "src" / "mingpiao"
OFFICER = Account(
    account_id=7,
    username="officer",
    display_name="白春梅",
    role=Role.DEPARTMENT_OFFICER,
    region_code="150100",
)

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_a_person_acts_as_their_session_says() -> None:
    session = Session(
        session_id=1,
        account=OFFICER,
        factors=("password",),
        created_at=datetime(2026, 11, 28, tzinfo=UTC),
        proved_at=datetime(2026, 11, 28, tzinfo=UTC),
        ends_at=datetime(2026, 11, 28, 0, 30, tzinfo=UTC),
        csrf_token="token",
    )
    acting = acting_as(session, "192.0.2.7")
    assert acting == acting_for(OFFICER, address="192.0.2.7", factors=("password",))
    assert (acting.actor, acting.name, acting.account_id) == ("account:7", "白春梅", 7)
    assert (acting.role, acting.unit_id, acting.region_code) == (Role.DEPARTMENT_OFFICER, None, "150100")


def test_programs_act_without_an_account() -> None:
    app = interface_app("his", 12, "192.0.2.9")
    assert app == Acting(actor="app:his", name="接口应用", unit_id=12, address="192.0.2.9")
    task = platform("sign_in", address="192.0.2.9")
    assert task == Acting(actor="system:sign_in", name="平台", address="192.0.2.9")
    for acting in (app, task):
        assert (acting.account_id, acting.role, acting.region_code) == (None, None, None)


def functions() -> Iterator[tuple[str, _Function]]:
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, _Function):
                yield f"{file.relative_to(SOURCE)}:{node.lineno} {node.name}", node


def test_every_verb_takes_who_acts_by_keyword() -> None:
    """Handlers are left out: what is injected into them is found by its name anyway."""
    positional = [
        place
        for place, function in functions()
        if not function.decorator_list
        and any(argument.arg == "acting" for argument in [*function.args.posonlyargs, *function.args.args])
    ]
    assert positional == []


def test_who_acts_brings_the_address_along() -> None:
    twice = [
        place
        for place, function in functions()
        if {"acting", "address"} <= {each.arg for each in [*function.args.args, *function.args.kwonlyargs]}
    ]
    assert twice == []


def test_who_acts_is_an_acting_everywhere() -> None:
    others = [
        place
        for place, function in functions()
        for each in [*function.args.args, *function.args.kwonlyargs]
        if each.arg == "acting"
        and each.annotation is not None
        and ast.unparse(each.annotation) not in ("Acting", "NamedDependency[Acting]")
        # The house lies below the room that has `Acting`; it hands on what it is given.
        and not place.startswith("house/")
    ]
    assert others == []
