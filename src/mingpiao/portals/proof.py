"""What is sensitive asks for a fresh proof of who the person is: a code, or the password where there is no app.

A handler says so by its mark: `@post(…, opt=sensitive(Sensitive.RULES))`. Whoever was proved within the last ten
minutes notices nothing. Everybody else is asked on a page in between, which carries all that was typed along and
sends it again to the same address together with the proof, with or without JavaScript; files are chosen anew. What is
typed as the proof reaches no handler and is never kept.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.handlers import BaseRouteHandler

from mingpiao.composition import Services
from mingpiao.identity.model import Acting, Session, Visitor
from mingpiao.identity.service import PROOF_FIELD, is_fresh, prove_again, proves_by_code
from mingpiao.kernel.errors import Problem
from mingpiao.portals.kept import CSRF_FIELD, is_form, page_of_form

_PageRequest = Request[Any, Any, Any]


class Sensitive(StrEnum):
    """Everything that asks for a fresh proof; the value is what the page in between calls it."""

    RULES = "发布、恢复或回退监管规则"
    NUMBERS = "发放或下发票据号码"
    KEYS = "印章、密钥、证书和接口密钥"
    ROLES = "账户、角色和密码"
    FACTORS = "动态口令和恢复码"
    ADDRESSES = "允许登录的网络地址"
    EXPORTS = "导出大量数据"


_MARK = "sensitive"


def sensitive(what: Sensitive, **only: frozenset[str]) -> dict[str, Any]:
    """The mark of a handler. `only` names a part of the address and the values for which it holds."""
    return {_MARK: (what, only)}


def marked(handler: BaseRouteHandler, parts: dict[str, Any]) -> Sensitive | None:
    """What a handler's mark says for the parts of an address, or None."""
    found = handler.opt.get(_MARK)
    if found is None:
        return None
    what: Sensitive = found[0]
    return what if all(str(parts.get(name)) in values for name, values in found[1].items()) else None


class ProofNeeded(Exception):
    """The person must prove again who they are. `members` are sent again to the same address with the proof."""

    def __init__(
        self,
        what: Sensitive,
        *,
        by_code: bool,
        back: str,
        members: Sequence[tuple[str, str]] = (),
        files: bool = False,
        follow: str = "",
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__()
        self.what, self.by_code, self.back = what, by_code, back
        self.members, self.files, self.follow, self.problems = members, files, follow, problems


async def require_proof(
    services: Services,
    request: _PageRequest,
    what: Sensitive,
    session: Session,
    *,
    visitor: Visitor,
    acting: Acting,
) -> None:
    """Let a form go on whose person was proved freshly, or brings the proof along. Raises `ProofNeeded`.

    On training sites nobody is asked: their accounts are everybody's, and nobody knows the passwords.
    """
    if is_fresh(session) or services.settings.training:
        return
    items = (await request.form()).multi_items() if is_form(request) else []
    texts = [(name, value) for name, value in items if isinstance(value, str)]
    problems: tuple[Problem, ...] = ()
    if typed := next((value for name, value in texts if name == PROOF_FIELD and value), ""):
        problem = await prove_again(
            services.database, services.second_factors, session, typed, visitor=visitor, acting=acting
        )
        if problem is None:
            return
        problems = (problem,)
    raise ProofNeeded(
        what,
        by_code=await proves_by_code(services.database, session.account.account_id),
        back=page_of_form(request),
        members=[(name, value) for name, value in texts if name not in (CSRF_FIELD, PROOF_FIELD)],
        files=any(isinstance(value, UploadFile) and value.filename for _, value in items),
        problems=problems,
    )


async def require_fresh(services: Services, request: _PageRequest, what: Sensitive, session: Session) -> None:
    """The same for an address that is only read, such as an export: the page leads back to it. Raises `ProofNeeded`."""
    if is_fresh(session) or services.settings.training:
        return
    query = f"?{request.url.query}" if request.url.query else ""
    raise ProofNeeded(
        what,
        by_code=await proves_by_code(services.database, session.account.account_id),
        back=page_of_form(request),
        follow=request.url.path + query,
    )
