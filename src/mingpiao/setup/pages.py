"""The pages of the first setup: a page a step, in the order of the steps, each kept when it is done."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, cast

from jinja2 import ChoiceLoader, FileSystemLoader
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import Cookie, UploadFile
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from markupsafe import Markup

from mingpiao.catalog.model import Region
from mingpiao.crypto.keystore import ENVIRONMENT_KEY, MasterKey
from mingpiao.founding.model import (
    DUTIES,
    AdministratorPlan,
    FoundingState,
    KeyPlan,
    ProvincePlan,
    StarterPlan,
)
from mingpiao.founding.service import (
    TYPED_BACK,
    Distribution,
    appoint_administrators,
    begin,
    bring_key,
    complete,
    founding_state,
    lay_province,
    lay_starter,
    make_seals,
    province_names,
    record_ceremony,
    regions_of_table,
    regions_wanted,
    starter,
)
from mingpiao.identity.model import Acting, platform
from mingpiao.intake import Intake
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.service import ENVIRONMENT, clean, read_table, serve_static
from mingpiao.settings import Settings, load, settings_file
from mingpiao.setup.database import examine_database, prepare_database
from mingpiao.setup.running import MOST_REGIONS
from mingpiao.setup.settings_text import write_settings
from mingpiao.storage.database import Database
from mingpiao.web import client_address, problem_of_failure, secure_headers

_COOKIE = "mingpiao_setup"
_CSRF = "csrf_token"
_MOST_BYTES = 3 * 1024 * 1024
_MOST_HOLDERS = 5

SetupRequest = Request[Any, Any, Any]

#: The steps by name, with what they are called on the page.
STEPS = {
    "database": "数据库",
    "province": "省份和地区",
    "key": "主密钥分发",
    "seal": "监制章",
    "starter": "起始数据",
    "administrators": "首批管理员",
}

_ENVIRONMENT = ENVIRONMENT.overlay(
    loader=ChoiceLoader(
        [FileSystemLoader(Path(__file__).parent / "templates"), cast(Any, ENVIRONMENT.loader)]
    )
)


class SetupDesk:
    """One first start: its token, the browser that has it, and what is kept in memory between two pages."""

    def __init__(self, *, settings: Settings, token: str, finished: Callable[[], None]) -> None:
        self.settings = settings
        self.token = token
        self.browser = ""
        self.csrf = secrets.token_urlsafe(32)
        self.database: Database | None = None
        self.master: MasterKey | None = None
        self.distribution: Distribution | None = None
        self.completed = False
        self.turn = asyncio.Lock()
        self._finished = finished

    def admit(self, token: str) -> str:
        """The cookie of the browser that has the token. Raises `Refusal` (`setup.token_wrong`, `setup.token_used`)."""
        if not secrets.compare_digest(token.strip().lower().encode(), self.token.encode()):
            raise refuse(
                "setup.token_wrong", "令牌不正确，请核对启动时显示的令牌。", field="token", status=403
            )
        if self.browser:
            raise refuse(
                "setup.token_used",
                "令牌已在另一个浏览器中使用。要换浏览器请重新启动网站，会显示新的令牌。",
                field="token",
                status=403,
            )
        self.browser = secrets.token_urlsafe(32)
        return self.browser

    def knows(self, cookie: str) -> bool:
        """Whether a cookie is that of the admitted browser."""
        return bool(self.browser) and secrets.compare_digest(cookie.encode(), self.browser.encode())

    async def open(self, url: str, master: MasterKey) -> None:
        """Begin to work with a database that is ready."""
        await self.close()
        self.database = await Database.open(url, pool_size=2)
        self.master = master

    async def close(self) -> None:
        """Let the database go."""
        if self.database is not None:
            await self.database.close()
            self.database = None

    async def state(self) -> FoundingState:
        """How far the setup has come; nothing before the database is open."""
        if self.database is None:
            return FoundingState()
        async with self.database.system() as connection:
            return await founding_state(connection)

    async def step(self, state: FoundingState) -> str:
        """The name of the step that is next."""
        if self.database is None:
            return "database"
        done = {
            "province": state.begun,
            "key": state.ceremony is not None,
            "seal": state.has_seal,
            "starter": state.starter is not None,
        }
        return next((name for name, there in done.items() if not there), "administrators")

    def finish(self) -> None:
        """Let the real site take this one's place."""
        self.completed = True
        self._finished()


def create_setup_app(desk: SetupDesk) -> Litestar:
    """The application of a first start."""

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await desk.close()

    @get(["/", "/{rest:path}"])
    async def anywhere(request: SetupRequest) -> Response[Any]:
        if request.url.path.startswith(("/api/", "/healthz")):
            problem = {"code": "service.unset", "message": "系统尚未完成首次设置。"}
            return Response(problem, status_code=503)
        return _to("/setup")

    @get("/setup")
    async def present(request: SetupRequest) -> Response[Any]:
        if not _admitted(desk, request):
            return _page(desk, "token", known=False)
        return await _step_page(desk)

    @post("/setup/token", status_code=200)
    async def token(request: SetupRequest) -> Response[Any]:
        try:
            cookie = desk.admit((await _texts(request)).get("token", ""))
        except Refusal as refusal:
            return _page(desk, "token", problems=refusal.problems, known=False)
        secure = desk.settings.secure_cookies()
        answer = _to("/setup")
        answer.set_cookie(
            Cookie(key=_COOKIE, value=cookie, path="/setup", httponly=True, samesite="strict", secure=secure)
        )
        return answer

    @post("/setup/{step:str}", status_code=200)
    async def act(request: SetupRequest, step: FromPath[str]) -> Response[Any]:
        if not _admitted(desk, request):
            return _to("/setup")
        async with desk.turn:
            return await _act(desk, request, step)

    app = Litestar(
        route_handlers=[
            anywhere,
            present,
            token,
            act,
            serve_static,
        ],
        lifespan=[lifespan],
        before_send=[secure_headers],
        exception_handlers={Exception: _failed, HTTPException: _off_the_way},
        openapi_config=None,
        request_max_body_size=_MOST_BYTES,
        debug=False,
    )
    app.asgi_handler = Intake().guard(app.asgi_handler)
    return app


def _admitted(desk: SetupDesk, request: SetupRequest) -> bool:
    return desk.knows(request.cookies.get(_COOKIE, ""))


def _to(address: str) -> Response[Any]:
    return Response(b"", status_code=303, headers={"Location": address, "Cache-Control": "no-store"})


def _off_the_way(request: SetupRequest, error: HTTPException) -> Response[Any]:
    if error.status_code == 413:
        return Response(
            "提交的文件过大，请返回后换一个较小的文件。", status_code=413, media_type="text/plain"
        )
    return _to("/setup")


def _failed(request: SetupRequest, error: Exception) -> Response[Any]:
    problem = problem_of_failure(request, error)
    return Response(problem.message, status_code=problem.status, media_type="text/plain")


async def _texts(request: SetupRequest) -> dict[str, str]:
    form = await request.form()
    return {name: clean(value) for name, value in form.multi_items() if isinstance(value, str)}


async def _upload(request: SetupRequest, name: str) -> bytes:
    file = (await request.form()).get(name)
    return await file.read() if isinstance(file, UploadFile) else b""


async def _act(desk: SetupDesk, request: SetupRequest, step: str) -> Response[Any]:
    form = await _texts(request)
    if not secrets.compare_digest(form.get(_CSRF, "").encode(), desk.csrf.encode()):
        return await _step_page(desk, problems=(_stale(),))
    acting = platform("setup", name="首次设置", address=client_address(request))
    deed = _DEEDS.get(step)
    if deed is None or (step != "database" and desk.database is None):
        return _to("/setup")
    try:
        return await deed(desk, request, form, acting=acting)
    except Refusal as refusal:
        return await _step_page(desk, form, refusal.problems)


def _stale() -> Problem:
    return Problem(code="session.csrf", message="页面已失效，请重新填写后提交。", status=403)


async def _step_page(
    desk: SetupDesk, form: Mapping[str, str] | None = None, problems: tuple[Problem, ...] = ()
) -> Response[Any]:
    state = await desk.state()
    step = await desk.step(state)
    if step == "key" and desk.distribution is not None:
        return _page(desk, "share", problems=problems, step=step, shown=False, distribution=desk.distribution)
    defaults: dict[str, dict[str, str]] = {
        "database": _database_defaults(desk.settings),
        "province": {"regions": "shipped"},
        "key": {"threshold": "2"},
        "starter": {"template_year": str(today().year), "items": "yes"},
    }
    values = dict(form) if form else defaults.get(step, {})
    return _page(desk, step, problems=problems, step=step, values=values)


def _database_defaults(settings: Settings) -> dict[str, str]:
    return {
        "key_file": str(settings.master_key_file or (settings.data_dir / "master.key").absolute()),
        "public_url": settings.public_url or settings.site_url(),
    }


def _page(
    desk: SetupDesk, template: str, *, problems: tuple[Problem, ...] = (), known: bool = True, **context: Any
) -> Response[Any]:
    token = desk.csrf if known else ""
    shared = {
        "demo": False,
        "training": False,
        "session_seconds": "",
        "title": "首次设置",
        "csrf_token": token,
        "csrf_field": lambda: Markup('<input type="hidden" name="{}" value="{}">').format(_CSRF, token),
        "problems": problems,
        "steps": STEPS,
        "step": "",
        "values": {},
        "duties": DUTIES,
        "provinces": list(province_names().items()),
        "categories": starter().categories,
        "most_holders": _MOST_HOLDERS,
        "typed_back": TYPED_BACK,
        "has_url": bool(desk.settings.database_url),
        "has_key": desk.settings.master_key_file is not None or ENVIRONMENT_KEY in os.environ,
    }
    html = _ENVIRONMENT.get_template(f"setup/{template}.html").render(shared | context)
    status = problems[0].status if problems else 200
    return Response(html, media_type="text/html", status_code=status, headers={"Cache-Control": "no-store"})


async def _database(
    desk: SetupDesk, _request: SetupRequest, form: dict[str, str], *, acting: Acting
) -> Response[Any]:
    settings = desk.settings
    url = settings.database_url or form.get("database_url", "")
    if not url:
        raise refuse("setting.wrong", "请填写数据库地址。", field="database_url", status=422)
    try:
        # Migrations have an event loop of their own.
        await asyncio.to_thread(prepare_database, url, form.get("owner_url", ""))
        await examine_database(url)
    except Refusal as refusal:
        raise Refusal(*(_at(each, "database_url") for each in refusal.problems)) from refusal
    values = {"database_url": url}
    if ENVIRONMENT_KEY in os.environ:
        master = MasterKey.from_environment()
    else:
        master, values["master_key_file"] = await asyncio.to_thread(_key_of, settings, form)
    if address := form.get("public_url", ""):
        values["public_url"] = address
    await asyncio.to_thread(write_settings, settings_file(data_dir=settings.data_dir), values)
    await desk.open(url, master)
    return _to("/setup")


def _key_of(settings: Settings, form: Mapping[str, str]) -> tuple[MasterKey, str]:
    file = settings.master_key_file or Path(form.get("key_file", "") or "master.key").expanduser().absolute()
    try:
        return bring_key(file), str(file)
    except OSError as error:
        message = f"主密钥文件 {file} 不能写入：{error.strerror}。请换一个位置。"
        raise refuse("crypto.master_key_unwritable", message, field="key_file", status=422) from error


def _at(problem: Problem, field: str) -> Problem:
    return Problem(code=problem.code, message=problem.message, field=field, status=422)


async def _province(
    desk: SetupDesk, request: SetupRequest, form: dict[str, str], *, acting: Acting
) -> Response[Any]:
    code = form.get("province-code", "")
    names = province_names()
    plan = ProvincePlan(
        code=code,
        name=names.get(code, ""),
        department=form.get("province-department", ""),
        regions=form.get("regions", "shipped"),
    )
    table: tuple[Region, ...] = ()
    if plan.regions == "file":
        data = await _upload(request, "file")
        if not data:
            raise refuse(
                "founding.regions_wrong", "请选择行政区划文件。", field="province/regions", status=422
            )
        table = regions_of_table(code, await asyncio.to_thread(read_table, data, max_rows=MOST_REGIONS))
    async with _opened(desk).system() as connection:
        await lay_province(connection, plan, regions_wanted(plan, table), acting=acting)
    return _to("/setup")


async def _key(
    desk: SetupDesk, _request: SetupRequest, form: dict[str, str], *, acting: Acting
) -> Response[Any]:
    holders = [form.get(f"holder-{number}", "") for number in range(1, _MOST_HOLDERS + 1)]
    plan = KeyPlan(
        threshold=read_whole(form.get("key-threshold", ""), digits=1) or 0,
        holders=tuple(holder for holder in holders if holder),
        conductor=form.get("key-conductor", ""),
        witness=form.get("key-witness", ""),
    )
    state = await desk.state()
    if state.ceremony is None:
        desk.distribution = begin(_master(desk), plan)
    return _to("/setup")


async def _share(
    desk: SetupDesk, _request: SetupRequest, form: dict[str, str], *, acting: Acting
) -> Response[Any]:
    distribution = desk.distribution
    if distribution is None:
        return _to("/setup")
    if form.get("deed") == "again":
        desk.distribution = None
        return _to("/setup")
    problems: tuple[Problem, ...] = ()
    if form.get("deed") == "confirm":
        try:
            distribution = desk.distribution = distribution.confirm(form.get("typed", ""))
        except Refusal as refusal:
            problems = refusal.problems
        else:
            if distribution.next_share is None:
                async with _opened(desk).system() as connection:
                    await record_ceremony(connection, distribution, acting=acting)
                desk.distribution = None
            return _to("/setup")
    return _page(desk, "share", problems=problems, step="key", shown=True, distribution=distribution)


async def _seal(
    desk: SetupDesk, request: SetupRequest, _form: dict[str, str], *, acting: Acting
) -> Response[Any]:
    picture = await _upload(request, "picture")
    async with _opened(desk).system() as connection:
        await make_seals(connection, _master(desk), picture, acting=acting)
    return _to("/setup")


async def _starter(
    desk: SetupDesk, request: SetupRequest, form: dict[str, str], *, acting: Acting
) -> Response[Any]:
    chosen = (await request.form()).getall("category", [])
    plan = StarterPlan(
        categories=tuple(str(code) for code in chosen),
        template_year=read_whole(form.get("starter-template_year", ""), digits=4) or 0,
        items=form.get("items") == "yes",
    )
    async with _opened(desk).system() as connection:
        await lay_starter(connection, plan, acting=acting)
    return _to("/setup")


async def _administrators(
    desk: SetupDesk, _request: SetupRequest, form: dict[str, str], *, acting: Acting
) -> Response[Any]:
    plans = [
        AdministratorPlan(
            duty=duty, username=form.get(f"{duty}-username", ""), name=form.get(f"{duty}-name", "")
        )
        for duty in DUTIES
    ]
    async with _opened(desk).system() as connection:
        given = await appoint_administrators(connection, plans, acting=acting)
    return _page(desk, "passwords", step="administrators", given=given)


async def _finish(
    desk: SetupDesk, _request: SetupRequest, _form: dict[str, str], *, acting: Acting
) -> Response[Any]:
    async with _opened(desk).system() as connection:
        await complete(connection, acting=acting)
    settings = load(data_dir=desk.settings.data_dir)
    desk.finish()
    return _page(desk, "finished", step="finished", address=settings.site_url())


def _opened(desk: SetupDesk) -> Database:
    if desk.database is None:
        raise refuse("setup.no_database", "请先填写数据库。", status=409)
    return desk.database


def _master(desk: SetupDesk) -> MasterKey:
    if desk.master is None:
        raise refuse("setup.no_database", "请先填写数据库。", status=409)
    return desk.master


class Deed(Protocol):
    """Does one step with what a page sent, and answers with the next page."""

    async def __call__(
        self, desk: SetupDesk, request: SetupRequest, form: dict[str, str], /, *, acting: Acting
    ) -> Response[Any]: ...


_DEEDS: Mapping[str, Deed] = {
    "database": _database,
    "province": _province,
    "key": _key,
    "share": _share,
    "seal": _seal,
    "starter": _starter,
    "administrators": _administrators,
    "finish": _finish,
}
