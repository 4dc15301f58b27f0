"""Rules as YAML files: export of a list or of one version, import after a dry run."""

from datetime import datetime

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.composition import Services
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.forms import read_query
from mingpiao.portals.list_filters import Here
from mingpiao.portals.list_model import read_list_query
from mingpiao.portals.rendering import page
from mingpiao.portals.rules.finance import CRUMBS, LIST
from mingpiao.portals.rules.lists import RULES, rule_filter
from mingpiao.portals.rules.rights import RULES_VIEW, RULES_WRITE
from mingpiao.portals.session import PageCall, PageRequest, require_right
from mingpiao.rules import service as rules
from mingpiao.rules.model import Rule
from mingpiao.rules.service import ImportOutcome, ImportReport
from mingpiao.storage.paging import every_item

_VIEW = [require_right(RULES_VIEW)]
_WRITE = [require_right(RULES_WRITE)]
_TYPE = "application/yaml; charset=utf-8"


@get("/rules/export.yaml", guards=_VIEW)
async def export_list(call: NamedDependency[PageCall]) -> Response[bytes]:
    """The newest version of every rule of the filter, one document each, in order of code."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        here = Here(
            account=call.session.account, catalog=catalog, units=call.services.units, connection=connection
        )
        query = await read_list_query(RULES, here, read_query(call.request))
        if query.problems:
            raise Refusal(*query.problems)
        wanted = rule_filter(query.wanted)
        listed = await every_item(lambda key: rules.list_rules(connection, wanted, after=key))
    found = [each.newest.rule for each in listed]
    if not found:
        raise refuse("rule.export_empty", "没有符合条件的规则可以导出，请修改条件。", status=404)
    await _audit(call.services, "rules", str(len(found)), acting=call.acting)
    return _file(found, f"rules-{_stamp(now())}")


@get("/rules/{code:str}/export.yaml", guards=_VIEW)
async def export_one(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[bytes]:
    """One version of a rule, by default the newest."""
    asked = read_query(call.request).get("version", "")
    async with call.reads() as connection:
        versions = await rules.versions_of(connection, code)
    chosen = next((each for each in versions if str(each.version) == asked), versions[0])
    await _audit(call.services, f"rule:{code}", "1", acting=call.acting)
    return _file([chosen.rule], f"{code}-v{chosen.version}")


def _file(found: list[Rule], name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}.yaml"', "Cache-Control": "no-store"}
    return Response(rules.export_rules(found).encode(), media_type=_TYPE, headers=headers)


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%d-%H%M%S}"


async def _audit(services: Services, subject: str, count: str, *, acting: Acting) -> None:
    entry = AuditEntry(acting=acting, action="rule:export", subject=subject, details={"count": count})
    async with services.database.system() as connection:  # system: the audit trail is written
        await record(connection, entry)


@get("/rules/import", guards=_WRITE)
async def import_form(request: PageRequest) -> Response[str]:
    """Show the form to choose a file."""
    return _import_page(request)


@post("/rules/import", guards=_WRITE, status_code=200)
async def import_file(call: NamedDependency[PageCall]) -> Response[str]:
    """Try a file, or import one that was tried (`action` is `import`); one report for each rule."""
    catalog = await call.services.catalog.get()
    form = await call.request.form()
    really = form.get("action") == "import"
    try:
        data = await _data(form.get("file"), form.get("text"))
        entries = rules.read_rules(data)
        async with call.services.database.system() as connection:  # system: a verb writes
            reports = await rules.import_rules(
                connection,
                catalog,
                entries,
                acting=call.acting,
                dry_run=not really,
            )
    except Refusal as refusal:
        return _import_page(call.request, problems=refusal.problems)
    return _import_page(call.request, text=data.decode("utf-8-sig"), reports=reports, done=really)


async def _data(file: object, text: object) -> bytes:
    """The uploaded file, or the text of one that was tried."""
    if isinstance(file, UploadFile) and file.filename:
        return await file.read(rules.MAX_FILE + 1)
    if isinstance(text, str) and text.strip():
        return text.encode()
    raise refuse("rule.file_missing", "请选择要导入的YAML文件。", field="file", status=422)


def _import_page(
    request: PageRequest,
    *,
    text: str = "",
    reports: list[ImportReport] | None = None,
    done: bool = False,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    found = reports or []
    writing = [each for each in found if each.outcome in (ImportOutcome.CREATED, ImportOutcome.NEW_VERSION)]
    return page(
        request,
        "rules/import.html",
        title="导入规则",
        crumbs=CRUMBS,
        text=text,
        reports=found,
        counts=[(outcome.label, sum(each.outcome is outcome for each in found)) for outcome in ImportOutcome],
        writing=len(writing),
        done=done,
        address=LIST,
        problems=problems,
    )


HANDLERS = [export_list, export_one, import_form, import_file]
