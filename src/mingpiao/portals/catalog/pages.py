"""The pages that every kind of base data has: list, one content with its history, form, import and export."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import address_of, consequence, open_proposal
from mingpiao.catalog import service as catalogs
from mingpiao.catalog.model import Catalog, DataVersion
from mingpiao.catalog.service import BaseData
from mingpiao.composition import Services
from mingpiao.house.model import ChangedRow
from mingpiao.identity.model import Acting
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.catalog.fields import STATES, DataField, Texts, as_cell, from_cells, shown_rows
from mingpiao.portals.catalog.rights import CATALOG_EDIT
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.imports import (
    Import,
    ImportColumn,
    ImportRow,
    RowOutcome,
    RowReport,
    import_handlers,
)
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, TextFilter
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.portals.lists import list_helpers, show_list
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, PageRequest, redirect, require_right
from mingpiao.storage.paging import KeyColumn, Keyset, Page

Value = TypeVar("Value", bound=msgspec.Struct)
HOME = ("基础数据", "/finance/catalog")
_BY_CODE = Keyset(KeyColumn("code", str))
_GUARDS = [require_right(CATALOG_EDIT)]


class DataColumn(msgspec.Struct, Generic[Value], frozen=True, kw_only=True):
    """A column of a list that sums several fields up, in front of the column `before`. Exports have the fields."""

    name: str
    label: str
    before: str
    text: Callable[[Value], str]


class DataPage(msgspec.Struct, Generic[Value], frozen=True, kw_only=True, eq=False):
    """The pages of one kind of base data.

    `texts` are the texts of a content; `read` makes a content from texts, given the present one, and raises
    `Refusal` with what cannot be read. The first field is the code. `noun` counts contents: 个收款项目.
    """

    data: BaseData[Value]
    name: str
    address: str
    noun: str
    hint: str
    fields: tuple[DataField, ...]
    texts: Callable[[Value], dict[str, str]]
    read: Callable[[Texts, Value | None, Catalog], Value]
    max_rows: int = 1_000
    import_hint: str = ""
    new: bool = True
    summary: DataColumn[Value] | None = None
    buttons: Callable[[str], tuple[Button, ...]] = lambda _code: ()

    @property
    def title(self) -> str:
        return self.data.label

    @property
    def crumbs(self) -> tuple[tuple[str, str], ...]:
        return (HOME, (self.title, self.address))


class DataRow(msgspec.Struct, frozen=True, kw_only=True):
    """A content on a list: its code, whether it is out of use, and its cells by field."""

    code: str
    retired: bool
    cells: Mapping[str, str]


# -- the list --------------------------------------------------------------------------------------


def listing_of(pages: DataPage[Any]) -> Listing[DataRow]:
    """The list of a kind of base data."""

    async def fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[DataRow]:
        first = str(_BY_CODE.read(key)[0]) if key else ""
        words = wanted["words"].casefold()
        found = [row for row in _rows(pages, here.catalog) if _matches(row, words, wanted["state"])]
        return _BY_CODE.page([row for row in found if row.code > first], limit, total=len(found))

    return Listing(
        name=pages.name,
        address=pages.address,
        title=pages.title,
        crumbs=(HOME,),
        filters=(
            TextFilter(name="words", label="编码或名称", width="col-12 col-md-4"),
            ChoiceFilter(name="state", label="状态", options=STATES),
        ),
        columns=tuple(column for field in pages.fields for column in _columns(pages, field)),
        fetch=fetch,
        empty=(f"没有符合条件的{pages.title}", "请修改条件后重新查询，或由省级财政部门新建、导入。"),
        buttons=(
            Button(label="导入", address=f"{pages.address}/import", right=CATALOG_EDIT),
            *((Button(label="新建", address=f"{pages.address}/new", right=CATALOG_EDIT, primary=True),)
              if pages.new else ()),
        ),
        export=ExportFile(
            action=f"{pages.name}:export",
            file=pages.name,
            right=FINANCE_VIEW,
            columns=tuple(field.name for field in pages.fields),
        ),
        template="catalog/list.html",
    )  # fmt: skip


def _rows(pages: DataPage[Any], catalog: Catalog) -> list[DataRow]:
    return [
        DataRow(
            code=code,
            retired=_is_retired(value),
            cells={field.name: as_cell(field, texts, catalog) for field in pages.fields}
            | _summed(pages, value),
        )
        for code, value in sorted(pages.data.of(catalog).items())
        for texts in [pages.texts(value)]
    ]


def _summed(pages: DataPage[Any], value: Any) -> dict[str, str]:
    return {} if pages.summary is None else {pages.summary.name: pages.summary.text(value)}


def _is_retired(value: Any) -> bool:
    return bool(getattr(value, "retired", False) or getattr(value, "ended_on", None))


def _matches(row: DataRow, words: str, state: str) -> bool:
    if state and (state == "retired") != row.retired:
        return False
    return words in row.code.casefold() or words in row.cells["name"].casefold()


def _columns(pages: DataPage[Any], field: DataField) -> Iterator[Column[DataRow]]:
    summary = pages.summary
    if summary is not None and summary.before == field.name:
        yield Column(name=summary.name, label=summary.label, value=lambda row: row.cells[summary.name])
    yield _column(pages, field)


def _column(pages: DataPage[Any], field: DataField) -> Column[DataRow]:
    name = field.name
    code = name == pages.fields[0].name
    return Column(
        name=name,
        label=field.label,
        kind="code" if code else "wide",
        head=code,
        shown=field.shown,
        phone=code or field.phone or name == "name",
        value=lambda row: _state(row) if name == "state" else row.cells[name],
        text=lambda row: row.cells[name],
        link=(lambda row: f"{pages.address}/{row.code}") if code else None,
    )


def _state(row: DataRow) -> Badge:
    return Badge("已停用", "secondary") if row.retired else Badge("启用", "green")


# -- one content -----------------------------------------------------------------------------------


class VersionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A version with what it changed."""

    version: DataVersion
    rows: list[ChangedRow]


def found_value(pages: DataPage[Value], catalog: Catalog, code: str) -> Value:
    """The content with a code. Raises `Refusal` (`catalog.unknown`, 404)."""
    value = pages.data.of(catalog).get(code)
    if value is None:
        raise refuse("catalog.unknown", f"没有找到该{pages.title}，请从列表中选择。", status=404)
    return value


async def _history(
    connection: AsyncConnection, pages: DataPage[Any], catalog: Catalog, code: str
) -> list[VersionLine]:
    versions = await catalogs.versions_of(connection, pages.data, code)
    told = [
        catalogs.members_of(pages.data, msgspec.convert(each.value, pages.data.kind), catalog)
        for each in versions
    ]
    return [
        VersionLine(version=each, rows=catalogs.changed_rows(older, newer))
        for each, newer, older in zip(versions, told, [*told[1:], ()][: len(told)], strict=True)
    ]


async def _show(call: PageCall, pages: DataPage[Any], code: str) -> Response[str]:
    catalog = await call.services.catalog.get()
    value = found_value(pages, catalog, code)
    async with call.reads() as connection:
        lines = await _history(connection, pages, catalog, code)
        waiting = await open_proposal(connection, pages.data.word, code)
    touched = await _touched(call, pages, code)
    editable = catalogs.may_edit(catalog, acting=call.acting) and not getattr(value, "ended_on", None)
    return page(
        call.request,
        "catalog/one.html",
        title=catalogs.title_of(pages.data, value),
        crumbs=pages.crumbs,
        here=f"{pages.address}/{code}",
        members=catalogs.members_of(pages.data, value, catalog),
        retired=_is_retired(value),
        lines=lines,
        waiting=address_of(waiting.proposal_id) if waiting else "",
        touched=touched,
        editable=editable,
        buttons=pages.buttons(code) if editable else (),
    )


async def _touched(call: PageCall, pages: DataPage[Any], code: str) -> str:
    # system: what a change touches is counted also where no department looks, as in drafts
    async with call.services.database.system() as connection:
        return await consequence(connection, pages.data.word, [code])


# -- the form --------------------------------------------------------------------------------------


async def read_texts(request: PageRequest) -> dict[str, str]:
    """The members of a form as texts of a content: several values of one name are joined."""
    form = await request.form()
    texts: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            path = name.replace("-", "/")
            text = value.replace("\x00", "").strip()[:MAX_TEXT]
            texts[path] = f"{texts[path]}、{text}" if texts.get(path) else text
    return texts


#: Longer texts are cut: the codes of a library's items are the longest.
MAX_TEXT = 20_000


async def _form(
    call: PageCall,
    pages: DataPage[Any],
    code: str,
    texts: Texts,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    catalog = await call.services.catalog.get()
    catalogs.require_province(catalog, acting=call.acting)
    touched = await _touched(call, pages, code) if code else ""
    value = pages.data.of(catalog).get(code)
    return page(
        call.request,
        "catalog/edit.html",
        title=f"修改 {catalogs.title_of(pages.data, value)}" if value is not None else f"新建{pages.title}",
        crumbs=[*pages.crumbs, (code, f"{pages.address}/{code}")] if code else pages.crumbs,
        by_two=pages.data.by_two,
        address=f"{pages.address}/{code}/edit" if code else f"{pages.address}/new",
        cancel=f"{pages.address}/{code}" if code else pages.address,
        fields=[field for field in pages.fields if not (code and field is pages.fields[0])],
        options={field.name: field.options(catalog) for field in _every(pages.fields)},
        texts=texts,
        rows={field.name: shown_rows(texts, field) for field in pages.fields if field.kind == "rows"},
        touched=touched,
        problems=problems,
    )


def _every(fields: Sequence[DataField]) -> list[DataField]:
    return [each for field in fields for each in (field, *field.columns)]


async def _submit(call: PageCall, pages: DataPage[Any], code: str) -> Response[str] | Response[bytes]:
    """Do what a form says: change the content at once, or propose it."""
    texts = await read_texts(call.request)
    catalog = await call.services.catalog.get()
    before = found_value(pages, catalog, code) if code else None
    key = pages.fields[0].name
    texts |= {key: code} if code else {}
    try:
        if not code and texts.get(key, "") in pages.data.of(catalog):
            raise refuse(
                "catalog.exists", "该编码已经存在，请修改编码，或打开已有的内容修改。", field=key, status=422
            )
        value = pages.read(texts, before, catalog)
        async with call.services.database.system() as connection:  # system: a verb writes
            submitted = await catalogs.submit(
                connection, pages.data, [value], reason=texts.get("reason", ""), acting=call.acting
            )
        if not submitted.codes:
            raise refuse("catalog.no_change", "内容没有变化，无需提交。", status=422)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _form(call, pages, code, texts, refusal.problems)
    if submitted.proposal_id is not None:
        return redirect(call.request, address_of(submitted.proposal_id))
    return redirect(call.request, f"{pages.address}/{submitted.codes[0]}")


# -- import ----------------------------------------------------------------------------------------


def import_of(pages: DataPage[Any]) -> Import:
    """The import of a kind of base data: the columns of its export."""

    async def take(
        services: Services, rows: Sequence[ImportRow], *, dry_run: bool, acting: Acting
    ) -> list[RowReport]:
        catalog = await services.catalog.get()
        catalogs.require_province(catalog, acting=acting)
        reports, values = _tried(pages, rows, catalog)
        if not dry_run and values:
            async with services.database.system() as connection:  # system: a verb writes
                await catalogs.submit(connection, pages.data, values, reason="批量导入", acting=acting)
        return reports

    return Import(
        title=f"导入{pages.title}",
        noun=pages.title,
        address=f"{pages.address}/import",
        file_name=pages.name,
        crumbs=pages.crumbs,
        columns=tuple(_import_column(field) for field in pages.fields),
        key=pages.fields[0].name,
        take=take,
        max_rows=pages.max_rows,
        hint=pages.import_hint or "导出的文件修改后可以直接导入；内容相同的行会跳过，文件里没有的不受影响。",
        done_note="须由另一人审核的变更已提交，见菜单“待审变更”。" if pages.data.by_two else "",
    )


def _import_column(field: DataField) -> ImportColumn:
    hint = field.hint
    if field.kind == "rows":
        parts = "|".join(column.label for column in field.columns)
        hint = f"一行一项，各部分用竖线分开：{parts}"
    return ImportColumn(
        name=field.name, label=field.label, required=field.required, example=field.example, hint=hint
    )


def _tried(
    pages: DataPage[Any], rows: Sequence[ImportRow], catalog: Catalog
) -> tuple[list[RowReport], list[Any]]:
    """A report for each row, and the contents that change."""
    reports: list[RowReport] = []
    values: list[Any] = []
    key = pages.fields[0].name
    # In the order of codes: a city stands before its counties.
    for row in sorted(rows, key=lambda each: each.values[key]):
        before = pages.data.of(catalog).get(row.values[key])
        try:
            value = pages.data.plain(
                pages.read(from_cells(pages.fields, row.values, catalog), before, catalog)
            )
        except Refusal as refusal:
            reports.append(RowReport(row=row, outcome=RowOutcome.REFUSED, problems=refusal.problems))
            continue
        problems = tuple(catalogs.problems_of(pages.data, value, before, catalog))
        if problems:
            reports.append(RowReport(row=row, outcome=RowOutcome.REFUSED, problems=problems))
        elif before is not None and pages.data.plain(before) == value:
            reports.append(RowReport(row=row, outcome=RowOutcome.UNCHANGED))
        else:
            values.append(value)
            catalog = pages.data.added(catalog, value)
            outcome = RowOutcome.CREATED if before is None else RowOutcome.CHANGED
            reports.append(RowReport(row=row, outcome=outcome))
    return reports, values


# -- handlers --------------------------------------------------------------------------------------


def data_handlers(pages: DataPage[Any], listing: Listing[DataRow]) -> list[ControllerRouterHandler]:
    """All handlers of a kind of base data."""
    route = listing.route

    @get(route)
    async def data_list(call: NamedDependency[PageCall]) -> Response[str]:
        """The list; buttons that change something only for people of the province."""
        catalog = await call.services.catalog.get()
        context: dict[str, Any] = {"hint": pages.hint}
        if not catalogs.may_edit(catalog, acting=call.acting):
            context["buttons"] = ()
        return await show_list(call.request, call.session, call.services, listing, **context)

    @get(f"{route}/{{code:str}}")
    async def data_one(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
        """One content, what it touches, and its history."""
        return await _show(call, pages, code)

    @get(f"{route}/new", guards=_GUARDS)
    async def data_new(call: NamedDependency[PageCall]) -> Response[str]:
        """The form for a new content."""
        return await _form(call, pages, "", {})

    @post(f"{route}/new", guards=_GUARDS, status_code=200)
    async def data_create(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
        """Add a content, or propose it."""
        return await _submit(call, pages, "")

    @get(f"{route}/{{code:str}}/edit", guards=_GUARDS)
    async def data_edit(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
        """The form with the present content."""
        catalog = await call.services.catalog.get()
        return await _form(call, pages, code, pages.texts(found_value(pages, catalog, code)))

    @post(f"{route}/{{code:str}}/edit", guards=_GUARDS, status_code=200)
    async def data_change(
        call: NamedDependency[PageCall], code: FromPath[str]
    ) -> Response[str] | Response[bytes]:
        """Change the content, or propose the change."""
        return await _submit(call, pages, code)

    new = [data_new, data_create] if pages.new else []
    return [
        data_list,
        data_one,
        data_edit,
        data_change,
        *new,
        *list_helpers(listing),
        *import_handlers(import_of(pages), f"{route}/import", _GUARDS),
    ]
