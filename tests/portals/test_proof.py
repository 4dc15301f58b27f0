"""What is sensitive asks for a fresh proof, and goes on with all that was typed."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from tests.support.browser import PASSWORD, members_of
from tests.support.province import ACTING
from tests.support.world import World, a_world

from mingpiao.former import service as former
from mingpiao.identity import service as identity
from mingpiao.identity.model import Visitor
from mingpiao.identity.second_factors import Enrolled
from mingpiao.identity.totp import PERIOD, code_at
from mingpiao.kernel.clock import StoppedClock, now
from mingpiao.portals.proof import Sensitive, marked
from mingpiao.recovery import service as recovery
from mingpiao.rules import service as rules
from mingpiao.security import service as security
from mingpiao.supply import service as supply
from mingpiao.ukeys import service as ukeys
from mingpiao.units import service as units

site = a_world("peopled", demo=True, export_rows_unproved=1)

#: The list: what the verbs that a handler reaches make of it.
SENSITIVE_VERBS: dict[Any, Sensitive] = {
    rules.approve: Sensitive.RULES,
    rules.roll_back: Sensitive.RULES,
    rules.put_to_work: Sensitive.RULES,
    rules.resume: Sensitive.RULES,
    supply.grant_requisition: Sensitive.NUMBERS,
    supply.pass_down: Sensitive.NUMBERS,
    supply.give_back: Sensitive.NUMBERS,
    supply.open_year: Sensitive.NUMBERS,
    identity.set_address_list: Sensitive.ADDRESSES,
    units.create_app: Sensitive.KEYS,
    units.renew_secret: Sensitive.KEYS,
    former.register_certificate: Sensitive.KEYS,
    ukeys.issue_ukey: Sensitive.KEYS,
    ukeys.release_ukey: Sensitive.KEYS,
    ukeys.accept_certificate: Sensitive.KEYS,
    ukeys.trust_authority: Sensitive.KEYS,
    identity.invite: Sensitive.ROLES,
    security.propose_role: Sensitive.ROLES,
    security.propose_password_policy: Sensitive.ROLES,
    identity.reset_password: Sensitive.ROLES,
    identity.reset_factor: Sensitive.ROLES,
    recovery.change_mobile: Sensitive.ROLES,
    identity.set_active: Sensitive.ROLES,
    identity.open_unused: Sensitive.ROLES,
    identity.import_account: Sensitive.ROLES,
    identity.SecondFactors.renew_codes: Sensitive.FACTORS,
    identity.SecondFactors.remove: Sensitive.FACTORS,
    identity.SecondFactors.offer: Sensitive.FACTORS,
}


def _named(node: ast.AST, names: dict[str, Any]) -> Any:
    """What a name, or a member of a module, stands for; None for anything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        if isinstance(node.value, ast.Attribute) and node.value.attr == "second_factors":
            return getattr(identity.SecondFactors, node.attr, None)
        of = _named(node.value, names)
        return getattr(of, node.attr, None) if isinstance(of, ModuleType) else None
    return None


def _reached(function: Callable[..., Any], seen: set[Any]) -> Iterator[Any]:
    """All functions that a function of the pages names, and those that these name."""
    if function in seen:
        return
    seen.add(function)
    known = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        found = _named(node, known)
        for each in found.values() if isinstance(found, dict) else [found, getattr(found, "take", None)]:
            if isinstance(each, FunctionType):
                yield each
                if each.__module__.startswith("mingpiao.portals"):
                    yield from _reached(each, seen)


def _handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if "POST" in handler.http_methods:
                yield route.path, handler


async def test_whatever_reaches_a_sensitive_verb_is_marked(site: World) -> None:
    reached: dict[Any, list[str]] = {}
    unmarked = []
    for path, handler in _handlers(site.app):
        verbs = {each for each in _reached(handler.fn, set()) if each in SENSITIVE_VERBS}
        for verb in verbs:
            reached.setdefault(verb, []).append(path)
        found = handler.opt.get("sensitive", (None,))[0]
        if verbs and found not in {SENSITIVE_VERBS[verb] for verb in verbs}:
            unmarked.append(path)
    assert unmarked == []
    # A verb that no page reaches any more is no protection.
    assert [verb.__qualname__ for verb in SENSITIVE_VERBS if verb not in reached] == []


async def test_the_page_in_between_carries_on_what_was_typed(site: World, clock: StoppedClock) -> None:
    browser = await site.browser("manager")
    shown = await browser.get("/unit/accounts/new")
    typed = members_of(shown.text) | {
        "username": "new-handler",
        "display_name": "新开<票>员",
        "role": "unit_handler",
    }
    clock.move(minutes=11)
    asked = await browser.post("/unit/accounts/new", typed)
    assert asked.status_code == 200
    assert "请再次验证身份" in asked.text
    assert Sensitive.ROLES in asked.text
    assert await site.value("SELECT count(*) FROM accounts WHERE username = 'new-handler'") == 0
    wrong = await browser.submit(asked, "/unit/accounts/new", proof_secret="Wrong-Harbour-57")
    assert wrong.status_code == 400
    assert "密码不正确" in wrong.text
    assert "Wrong-Harbour-57" not in wrong.text
    # The handler's own problems come after the proof, and nothing asks again for ten minutes.
    problem = await browser.submit(wrong, "/unit/accounts/new", proof_secret=PASSWORD)
    assert problem.status_code == 400
    assert "新开&lt;票&gt;员" in problem.text
    done = await browser.submit(problem, "/unit/accounts/new", display_name="新开票员")
    assert "邀请已生成" in done.text
    assert "session:prove" in {action for action, _ in await site.audit()}


async def test_whoever_has_an_app_is_asked_for_a_code_that_counts_once(
    site: World, clock: StoppedClock
) -> None:
    account, factors = site.accounts["manager"], site.services.second_factors
    await factors.offer(account, acting=ACTING)
    offer = await factors.offered(account)
    assert offer is not None
    code = code_at(offer.secret, now())
    done = await factors.confirm(
        account, ("password",), code, visitor=Visitor(address="192.0.2.4"), acting=ACTING
    )
    assert isinstance(done, Enrolled)
    browser = site.stranger({"mingpiao_session": done.signed_in.token})
    clock.move(minutes=11)
    asked = await browser.submit(await browser.get("/account"), "/account/factor/codes")
    for typed in (PASSWORD, code):
        refused = await browser.submit(asked, "/account/factor/codes", proof_secret=typed)
        assert refused.status_code == 401
    shown = await browser.submit(asked, "/account/factor/codes", proof_secret=code_at(offer.secret, now()))
    assert "新的恢复码已生成" in shown.text
    clock.move(minutes=11, seconds=PERIOD)
    asked = await browser.submit(await browser.get("/account"), "/account/factor/codes")
    assert "请再次验证身份" in asked.text


async def test_wrong_proofs_lock_and_the_right_to_do_it_is_asked_before_data(
    site: World, clock: StoppedClock
) -> None:
    browser = await site.browser("manager")
    shown = await browser.get("/unit/accounts/new")
    clock.move(minutes=11)
    for _ in range(5):
        answer = await browser.submit(shown, "/unit/accounts/new", proof_secret="Wrong-Harbour-57")
    assert answer.status_code == 429
    answer = await browser.submit(shown, "/unit/accounts/new", proof_secret=PASSWORD)
    assert answer.status_code == 429


async def test_a_long_export_asks_and_a_short_one_does_not(site: World, clock: StoppedClock) -> None:
    await site.issue(site.unit, *site.unit.requests(2))
    browser = await site.browser("handler")
    listed = await browser.get("/unit/bills")
    found = next(part for part in listed.text.split('"') if part.startswith("/unit/bills") and "csv" in part)
    clock.move(minutes=11)
    asked = await browser.get(found.replace("&amp;", "&"))
    assert "请再次验证身份" in asked.text
    proved = await browser.submit(asked, "/account/proof", proof_secret=PASSWORD)
    assert "身份已验证" in proved.text
    assert (
        (await browser.get(members_of(asked.text)["follow"])).headers["content-type"].startswith("text/csv")
    )
    assert (
        await browser.submit(asked, "/account/proof", follow="https://elsewhere.test/")
    ).status_code == 400


async def test_a_mark_may_hold_for_some_verbs_only(site: World) -> None:
    handlers = dict(_handlers(site.app))
    decide = handlers["/finance/supply/{requisition_id:int}/{verb:str}"]
    assert marked(decide, {"verb": "grant"}) is Sensitive.NUMBERS
    assert marked(decide, {"verb": "refuse"}) is None
