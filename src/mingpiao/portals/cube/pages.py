"""/finance/cube: what is asked, how far it is, and the answer."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from mingpiao.catalog.model import Catalog, UnitType
from mingpiao.cube.model import (
    CUBE_DIMENSIONS,
    CUBE_MEASURES,
    MAX_MEASURES,
    MAX_MONTHS,
    AskedQuestion,
    CubeQuestion,
)
from mingpiao.cube.service import ask, get_question, list_questions, stop_question
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.cube.rights import CUBE_ASK
from mingpiao.portals.cube.shown import key_name, layout_of, rows_of, shown_answer
from mingpiao.portals.forms import clean_text, read_day, read_form, read_id, read_query
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_exports import short_file
from mingpiao.portals.list_filters import export_mark
from mingpiao.portals.regions import chosen_region, home_region, region_options
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, in_turn, redirect, require_right
from mingpiao.units.service import names_of

CUBE = "/finance/cube"
_GUARDS = [require_right(CUBE_ASK)]
_USUAL = {"measure1": "bills", "measure2": "amount", "rows": "city"}
_TOPS = ("0", "10", "20", "50", "100")


@get("/cube", guards=_GUARDS)
async def ask_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The form, filled in from the address, and what the department asked before."""
    given = read_query(call.request)
    first = today().replace(month=1, day=1).isoformat()
    usual = {"from": first, "to": today().isoformat(), **_USUAL}
    return await _show_form(call, {**usual, **given}, after=clean_text(given.get("after", "")))


@post("/cube", guards=_GUARDS, status_code=200)
async def ask_cube(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Ask; leads to the page of the answer."""
    given = await read_form(call.request)
    catalog = await call.services.catalog.get()
    try:
        question = _read(call, given, catalog)
        async with call.services.database.system() as connection:  # system: a verb writes
            question_id = await ask(
                connection,
                catalog,
                question,
                region_code=home_region(call.session.account, catalog),
                acting=call.acting,
            )
    except Refusal as refusal:
        return await _show_form(call, given, refusal.problems)
    return redirect(call.request, f"{CUBE}/{question_id}")


@get("/cube/{question_id:int}", guards=_GUARDS)
async def answer_page(call: NamedDependency[PageCall], question_id: FromPath[int]) -> Response[str]:
    """How far a question is, or its answer."""
    catalog = await call.services.catalog.get()
    asked = await _asked(call, question_id, catalog)
    names = await _unit_names(call, asked)
    shown = (
        shown_answer(asked.question, asked.answer, catalog, names, all_lines=False) if asked.answer else None
    )
    return page(
        call.request,
        "cube/answer.html",
        title="数据查询",
        crumbs=[("数据查询", CUBE)],
        asked=asked,
        words=_words(asked.question, catalog),
        shown=shown,
        dimension=CUBE_DIMENSIONS[asked.question.rows].label,
        measures=[CUBE_MEASURES[name] for name in asked.question.measures],
        address=f"{CUBE}/{asked.question_id}",
        again=f"{CUBE}?{_address(asked.question)}",
    )


@get("/cube/{question_id:int}/state", guards=_GUARDS)
async def answer_state(
    call: NamedDependency[PageCall], question_id: FromPath[int]
) -> Response[dict[str, Any]]:
    """For the page's script: `progress` in per cent, the state's name, whether it has ended."""
    asked = await _asked(call, question_id, await call.services.catalog.get())
    told = {
        "progress": round(asked.progress * 100),
        "label": asked.state.label,
        "finished": asked.state.finished,
    }
    return Response(told, headers={"Cache-Control": "no-store"})


@post("/cube/{question_id:int}/stop", guards=_GUARDS, status_code=200)
async def stop_cube(call: NamedDependency[PageCall], question_id: FromPath[int]) -> Response[bytes]:
    """Stop a question that is not answered."""
    region = home_region(call.session.account, await call.services.catalog.get())
    async with call.services.database.system() as connection:  # system: a verb writes
        await stop_question(connection, _key(question_id), region_code=region, acting=call.acting)
    return redirect(call.request, f"{CUBE}/{_key(question_id)}")


@get("/cube/{question_id:int}/export.csv", guards=_GUARDS, middleware=[in_turn])
async def answer_csv(call: NamedDependency[PageCall], question_id: FromPath[int]) -> Response[bytes] | Stream:
    """All lines as CSV."""
    return await _file(call, question_id, "csv")


@get("/cube/{question_id:int}/export.xlsx", guards=_GUARDS, middleware=[in_turn])
async def answer_workbook(
    call: NamedDependency[PageCall], question_id: FromPath[int]
) -> Response[bytes] | Stream:
    """All lines as a workbook."""
    return await _file(call, question_id, "xlsx")


async def _file(call: PageCall, question_id: int, ending: str) -> Response[bytes] | Stream:
    """All lines as a file; a question without an answer leads back to its page."""
    catalog = await call.services.catalog.get()
    asked = await _asked(call, question_id, catalog)
    if asked.answer is None:
        return redirect(call.request, f"{CUBE}/{asked.question_id}")
    names = await _unit_names(call, asked)
    shown = shown_answer(asked.question, asked.answer, catalog, names, all_lines=True)
    mark = export_mark(training=call.services.settings.training)
    return short_file("cube", ending, layout_of(asked.question, shown, mark), [rows_of(shown)])


async def _show_form(
    call: PageCall, given: dict[str, str], problems: tuple[Problem, ...] = (), *, after: str = ""
) -> Response[str]:
    catalog = await call.services.catalog.get()
    account = call.session.account
    home = home_region(account, catalog)
    async with call.services.database.system() as connection:  # system: what the own department asked
        asked = await list_questions(connection, region_code=home, after=after)
    narrow = [(each.name, each.label) for each in CUBE_DIMENSIONS.values() if each.narrow]
    return page(
        call.request,
        "cube/ask.html",
        title="数据查询",
        given=given,
        problems=problems,
        places=range(1, MAX_MEASURES + 1),
        measures=[(each.name, each.label) for each in CUBE_MEASURES.values()],
        formulas=CUBE_MEASURES.values(),
        dimensions=[(each.name, each.label) for each in CUBE_DIMENSIONS.values()],
        narrow=narrow,
        kinds=[(code, kind_name(catalog, code)) for code in sorted(catalog.kinds)],
        unit_types=[(each.value, each.label) for each in UnitType],
        regions=region_options(account, catalog),
        tops=[(each, "全部" if each == "0" else f"前{each}行") for each in _TOPS],
        own_region=home,
        months=MAX_MONTHS,
        asked=[(each, _words(each.question, catalog)) for each in asked.items],
        next_key=asked.next_key,
        status=422 if problems else 200,
    )


def _read(call: PageCall, given: dict[str, str], catalog: Catalog) -> CubeQuestion:
    """The question of a form. Raises `Refusal` for days that cannot be read, and for a region of others."""
    problems: list[Problem] = []

    def day(name: str, field: str) -> date:
        try:
            return read_day(clean_text(given.get(name, "")))
        except ValueError:
            message = "日期不正确，请按“年-月-日”填写。"
            problems.append(Problem(code=f"cube.{field}", field=field, message=message, status=422))
            return today()

    first, last = day("from", "first"), day("to", "last")
    if problems:
        raise Refusal(*problems)
    measures = [clean_text(given.get(f"measure{place}", "")) for place in range(1, MAX_MEASURES + 1)]
    kind, unit_type = clean_text(given.get("kind", "")), clean_text(given.get("unit_type", ""))
    top = read_id(clean_text(given.get("top", "")) or "0", 5)
    return CubeQuestion(
        measures=tuple(dict.fromkeys(each for each in measures if each)),
        rows=clean_text(given.get("rows", "")),
        columns=clean_text(given.get("columns", "")),
        first=first,
        last=last,
        region_code=chosen_region(call.session.account, catalog, clean_text(given.get("region", ""))),
        kinds=(kind,) if kind else (),
        unit_types=(unit_type,) if unit_type else (),
        top=-1 if top is None else top,
        year_before=given.get("year_before") == "1",
    )


def _address(question: CubeQuestion) -> str:
    """The form's fields of a question, for asking it again with changes."""
    measures = {f"measure{place}": name for place, name in enumerate(question.measures, start=1)}
    none = {f"measure{place}": "" for place in range(1, MAX_MEASURES + 1)}
    return urlencode(
        none
        | measures
        | {
            "rows": question.rows,
            "columns": question.columns,
            "from": question.first.isoformat(),
            "to": question.last.isoformat(),
            "region": question.region_code,
            "kind": "".join(question.kinds),
            "unit_type": "".join(question.unit_types),
            "top": question.top,
            "year_before": "1" if question.year_before else "",
        }
    )


def _words(question: CubeQuestion, catalog: Catalog) -> str:
    """A question in a sentence."""
    measures = "、".join(CUBE_MEASURES[name].label for name in question.measures)
    by = CUBE_DIMENSIONS[question.rows].label
    if question.columns:
        by += f"和{CUBE_DIMENSIONS[question.columns].label}"
    kept = [kind_name(catalog, code) for code in question.kinds]
    kept += [key_name("unit_type", code, catalog, {}) for code in question.unit_types]
    more = f"，{'、'.join(kept)}" if kept else ""
    top = f"，前{question.top}行" if question.top else ""
    year = "，与上年同期比较" if question.year_before else ""
    area = catalog.regions[question.region_code].name
    return f"{area}{question.first}至{question.last}{more}：{measures}，按{by}{top}{year}"


async def _asked(call: PageCall, question_id: int, catalog: Catalog) -> AskedQuestion:
    region = home_region(call.session.account, catalog)
    async with call.services.database.system() as connection:  # system: what the own department asked
        return await get_question(connection, _key(question_id), region_code=region)


async def _unit_names(call: PageCall, asked: AskedQuestion) -> dict[int, str]:
    if asked.answer is None or asked.question.rows != "unit":
        return {}
    async with call.reads() as connection:
        keys = {read_id(line.key) for line in asked.answer.lines}
        return dict(await names_of(connection, {key for key in keys if key is not None}))


def _key(question_id: int) -> int:
    """An id within the database's range; any other belongs to nothing."""
    return question_id if 0 <= question_id < 2**63 else 0


HANDLERS = [ask_page, ask_cube, answer_page, answer_state, stop_cube, answer_csv, answer_workbook]
