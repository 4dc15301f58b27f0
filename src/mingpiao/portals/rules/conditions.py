"""Conditions as text and as form: converts each to the other, for rules.js."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.rendering import ENVIRONMENT
from mingpiao.portals.rules.form import field_options
from mingpiao.portals.rules.rights import RULES_WRITE
from mingpiao.portals.session import PageRequest, require_right
from mingpiao.rules.model import Stage
from mingpiao.rules.service import FUNCTIONS, FieldTable, field_table, from_builder, parse, to_builder

_MAX_BODY = 200_000


class CatalogueEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A field or function in the page's list; a click writes `insert` into the text.

    `subject` says that the form offers it as the left side of a line, `days` that it takes a number of days.
    """

    insert: str
    name: str
    kind: str
    kind_label: str
    example: str
    note: str
    group: str
    subject: bool = True
    days: bool = False


_GROUPS = (
    ("payer.", "缴款人"),
    ("unit.", "用票单位"),
    ("item.", "收款项目（逐项）"),
    ("items.", "收款项目"),
    ("extension.", "其他信息"),
    ("evidence.", "佐证材料"),
    ("writeoff.", "核销"),
    ("watch.", "单位的一个小时"),
    ("issued.", "开票时间"),
    ("", "票据"),
)
_HISTORY, _ITEM_HISTORY, _FUNCTION = "历史统计", "历史统计（逐项）", "函数"


def catalogue(table: FieldTable) -> list[CatalogueEntry]:
    """Everything that a rule with this table of fields may use: fields by group, aggregates, functions."""
    fields = [
        CatalogueEntry(
            insert=path,
            name=field.name,
            kind=field.kind.value,
            kind_label=field.kind.label,
            example=field.example,
            note=field.note,
            group=next(label for prefix, label in _GROUPS if path.startswith(prefix)),
        )
        for path, field in table.fields.items()
    ]
    functions = [
        CatalogueEntry(
            insert=each.signature,
            name=each.title,
            kind=each.shape.kind.value,
            kind_label=each.shape.kind.label,
            example=each.example,
            note=each.note,
            group=_ITEM_HISTORY if each.of_item else _HISTORY if each.history else _FUNCTION,
            subject=each.history,
            days=each.history,
        )
        for each in FUNCTIONS
    ]
    return fields + functions


def grouped(entries: Sequence[CatalogueEntry]) -> dict[str, list[CatalogueEntry]]:
    """Entries by group, in their order."""
    found: dict[str, list[CatalogueEntry]] = {}
    for entry in entries:
        found.setdefault(entry.group, []).append(entry)
    return found


def table_for(catalog: Catalog, kinds: Sequence[str], stage: str) -> FieldTable:
    """The fields for a form's kinds and stage, whatever was typed for these."""
    return field_table(catalog, kinds, Stage(stage) if stage in set(Stage) else Stage.FACE)


def tree_of(text: str, table: FieldTable) -> dict[str, Any] | None:
    """The text as the form's tree; None if it is empty or wrong."""
    try:
        return to_builder(parse(text, table)) if text else None
    except Refusal:
        return None


class _Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kinds: list[str]
    stage: str
    text: str | None = None
    tree: dict[str, Any] | None = None


@post("/rules/condition", guards=[require_right(RULES_WRITE)], status_code=200)
async def convert_condition(
    request: PageRequest, services: NamedDependency[Services]
) -> Response[dict[str, Any]]:
    """Convert a condition, JSON in and out: a text to a tree, or a tree to a text; `problems` say what is
    wrong, and where.

    `catalogue` is the list of fields as HTML, `fields` the same for the form, `positions` the fields at which
    a hit may be shown: all for the kinds and stage in the request.
    """
    question = _decode(await request.body())
    catalog = await services.catalog.get()
    table = table_for(catalog, question.kinds, question.stage)
    entries = catalogue(table)
    answer: dict[str, Any] = {
        "fields": entries,
        "positions": field_options(catalog, question.kinds, ""),
        "catalogue": ENVIRONMENT.get_template("rules/_catalogue.html").render(groups=grouped(entries)),
    }
    return Response(answer | _converted(question, table), headers={"Cache-Control": "no-store"})


def _decode(body: bytes) -> _Question:
    if len(body) > _MAX_BODY:
        raise refuse("rule.condition_too_long", "条件过长，请拆成几条规则。", status=413)
    try:
        return msgspec.json.decode(body, type=_Question)
    except (msgspec.DecodeError, RecursionError):
        raise refuse("http.400", "提交的内容有误，请刷新页面后重试。") from None


def _converted(question: _Question, table: FieldTable) -> dict[str, Any]:
    text = question.text or ""
    try:
        if question.tree is not None:
            text = from_builder(question.tree, table)
        condition = parse(text, table)
    except Refusal as refusal:
        return {"text": text, "tree": None, "problems": [_told(problem) for problem in refusal.problems]}
    return {"text": text, "tree": to_builder(condition), "problems": []}


def _told(problem: Problem) -> Mapping[str, Any]:
    return {"message": problem.message} | {
        name: problem.facts[name] for name in ("line", "column", "length") if name in problem.facts
    }


HANDLERS = [convert_condition]
