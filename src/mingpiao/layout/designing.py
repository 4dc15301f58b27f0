"""制样: a version of a kind's face is drafted, checked, proposed, and published when a second person approves.

Bills issued from its first day on bear its number in their signed XML; the database keeps what was published.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import open_proposal, propose, stale
from mingpiao.catalog.model import BillKind, Catalog
from mingpiao.catalog.service import add_template_day, load
from mingpiao.house.model import ChangedRow, ProposalKind
from mingpiao.identity.model import Acting, AuditEntry, ChangedValue, Role
from mingpiao.identity.service import changed_values, record
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.layout.checking import check_face
from mingpiao.layout.comparing import all_differences, compare_faces
from mingpiao.layout.model import FaceState, FaceTemplate, FaceVersion
from mingpiao.layout.releases import shipped_face
from mingpiao.layout.tables import face_versions
from mingpiao.layout.versions import MAX_VERSION, get_version, lock_version, published

_WRITERS = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_MAX_NOTE = 500


async def start_face(
    connection: AsyncConnection,
    catalog: Catalog,
    kind_code: str,
    template: FaceTemplate,
    *,
    acting: Acting,
    note: str = "",
    valid_from: date | None = None,
) -> FaceVersion:
    """Begin the next version of a kind's face with a template, as a draft.

    Raises `Refusal`: `face.not_designer` (403), `kind.unknown` (404), `face.draft_exists` (409),
    `face.versions_used_up` (409).
    """
    _require_designer(catalog, acting=acting)
    number = await _next_number(connection, kind_of(catalog, kind_code))
    values = {
        "kind_code": kind_code,
        "version": number,
        "state": FaceState.DRAFT.value,
        "revision": 1,
        "content": msgspec.to_builtins(template),
        "valid_from": valid_from or today(),
        "note": note[:_MAX_NOTE],
        "author": acting.actor,
        "author_name": acting.name,
        "makers": [acting.actor],
        "saved_at": now(),
    }
    added = insert(face_versions).values(values).on_conflict_do_nothing().returning(face_versions.c.version)
    if (await connection.execute(added)).scalar_one_or_none() is None:
        message = "该票种已有尚未发布的版本，请在那一版上修改，或先删除它。"
        raise refuse("face.draft_exists", message, status=409)
    await _record(connection, "face:start", kind_code, number, acting=acting)
    return await get_version(connection, kind_code, number)


async def _next_number(connection: AsyncConnection, kind: BillKind) -> int:
    query = select(func.max(face_versions.c.version)).where(face_versions.c.kind_code == kind.code)
    newest = (await connection.execute(query)).scalar_one_or_none()
    number = max(newest or 1, kind.shipped_version) + 1
    if number > MAX_VERSION:
        message = f"版本号只有两位，该票种的{MAX_VERSION}个版本已用完，请新建票种后再制样。"
        raise refuse("face.versions_used_up", message, status=409)
    return number


async def save_face(
    connection: AsyncConnection,
    catalog: Catalog,
    which: tuple[str, int],
    template: FaceTemplate,
    *,
    valid_from: date,
    note: str,
    revision: int,
    acting: Acting,
) -> FaceVersion:
    """Save a draft, whatever the check finds in it. The same content again is no change.

    Raises `Refusal`: `face.not_designer` (403), `face.unknown` (404), and with 409 `face.published`,
    `face.edited_meanwhile`, or `face.waits` while it waits for approval.
    """
    present = await _lock_own(connection, catalog, which, revision, acting=acting)
    if (template, valid_from, note) == (present.template, present.valid_from, present.note):
        return present
    values: dict[str, Any] = {
        "content": msgspec.to_builtins(template),
        "valid_from": valid_from,
        "note": note[:_MAX_NOTE],
        "makers": _makers(present, acting=acting),
        "saved_at": now(),
    }
    await _change(connection, present, values)
    rows = (
        *all_differences(present.template, template),
        ChangedRow(label="启用日期", before=f"{present.valid_from}", after=f"{valid_from}"),
        ChangedRow(label="说明", before=present.note, after=values["note"]),
    )
    told = changed_values(row for row in rows if row.before != row.after)
    await _record(connection, "face:save", *which, told, acting=acting)
    return await get_version(connection, *which)


async def submit_face(
    connection: AsyncConnection,
    catalog: Catalog,
    which: tuple[str, int],
    *,
    revision: int,
    reason: str,
    acting: Acting,
) -> int:
    """Propose the publication of a draft and return the proposal's id.

    What blocks is refused, each finding with its place (`face.unfit`); so is a first day that has passed
    (`face.begins_in_the_past`), and what `save_face` and `approvals.service.propose` refuse.
    """
    present = await _lock_own(connection, catalog, which, revision, acting=acting)
    _require_fit(present, catalog)
    if acting.actor not in present.makers:
        await _change(connection, present, {"makers": _makers(present, acting=acting)})
        present = await get_version(connection, *which)
    kind = kind_of(catalog, present.kind_code)
    return await propose(
        connection,
        FACE_PROPOSAL,
        present.kind_code,
        {"kind": present.kind_code, "version": present.version, "revision": present.revision},
        title=f"{kind.name}第{present.version}版",
        reason=reason,
        acting=acting,
    )


async def discard_face(
    connection: AsyncConnection, catalog: Catalog, which: tuple[str, int], *, revision: int, acting: Acting
) -> None:
    """Delete a draft; its number goes to the next one. Raises what `save_face` raises."""
    await _lock_own(connection, catalog, which, revision, acting=acting)
    await connection.execute(delete(face_versions).where(*_named(*which)))
    await _record(connection, "face:discard", *which, acting=acting)


# -- what a second person decides -------------------------------------------------------------------


class _Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The draft that is to be published, as it was when it was proposed."""

    kind: str
    version: int
    revision: int


async def _describe(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
    """What changes on bills against the newest published face; `Refusal` (`proposal.stale`) for another draft."""
    wanted = msgspec.convert(payload, _Payload)
    catalog = await load(connection)
    draft = _as_proposed(await get_version(connection, wanted.kind, wanted.version), wanted)
    designed = await published(connection, wanted.kind)
    before = designed[max(designed)] if designed else shipped_face(kind_of(catalog, wanted.kind))
    number = max(designed) if designed else kind_of(catalog, wanted.kind).shipped_version
    return [
        ChangedRow(label="版本", before=f"第{number}版", after=f"第{draft.version}版"),
        ChangedRow(label="启用日期", before="", after=f"{draft.valid_from:%Y-%m-%d}起开具的票据"),
        *compare_faces(before, draft.template),
    ]


async def _apply(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    """Publish: nobody who made the draft may (`face.approver_is_maker`, 403)."""
    wanted = msgspec.convert(payload, _Payload)
    present = _as_proposed(await lock_version(connection, wanted.kind, wanted.version), wanted)
    if acting.actor in present.makers:
        message = "您参与了这一版的制样，不能自己审核，请由其他负责人办理。"
        raise refuse("face.approver_is_maker", message, status=403)
    _require_fit(present, await load(connection))
    values = {
        "state": FaceState.PUBLISHED.value,
        "published_by": acting.actor,
        "published_by_name": acting.name,
        "published_at": now(),
    }
    await _change(connection, present, values)
    await add_template_day(connection, present.kind_code, present.version, present.valid_from)
    told = (
        ChangedValue(name="state", before=FaceState.DRAFT.value, after=FaceState.PUBLISHED.value),
        ChangedValue(name="valid_from", before="", after=present.valid_from.isoformat()),
    )
    await _record(connection, "face:publish", present.kind_code, present.version, told, acting=acting)


def _as_proposed(present: FaceVersion, wanted: _Payload) -> FaceVersion:
    if present.state is not FaceState.DRAFT or present.revision != wanted.revision:
        raise stale("票面样式")
    return present


FACE_PROPOSAL = ProposalKind(
    kind="face",
    label="票面样式",
    apply=_apply,
    describe=_describe,
    page=lambda key: f"/finance/faces/{key}",
)

# -- what these have in common ----------------------------------------------------------------------


def kind_of(catalog: Catalog, kind_code: str) -> BillKind:
    """A kind of the catalog; raises `Refusal` (`kind.unknown`, 404)."""
    kind = catalog.kinds.get(kind_code)
    if kind is None:
        raise refuse("kind.unknown", "没有该票据种类，请刷新页面后重试。", status=404)
    return kind


def is_designer(catalog: Catalog, *, acting: Acting) -> bool:
    """Whether a person works for the province's department, which alone designs faces."""
    return acting.role in _WRITERS and acting.region_code == f"{catalog.province}0000"


def _require_designer(catalog: Catalog, *, acting: Acting) -> None:
    if not is_designer(catalog, acting=acting):
        raise refuse("face.not_designer", "票面由省级财政部门制样，请联系省级财政部门。", status=403)


def _require_fit(present: FaceVersion, catalog: Catalog) -> None:
    kind = kind_of(catalog, present.kind_code)
    problems = [
        Problem(code="face.unfit", message=finding.message, field=finding.place, status=422)
        for finding in check_face(present.template, kind)
        if finding.blocking
    ]
    if present.valid_from < today():
        message = f"启用日期{present.valid_from:%Y-%m-%d}已过，请改为今天或以后的日期。"
        problems.append(
            Problem(code="face.begins_in_the_past", message=message, field="valid_from", status=422)
        )
    if problems:
        raise Refusal(*problems)


async def _lock_own(
    connection: AsyncConnection, catalog: Catalog, which: tuple[str, int], revision: int, *, acting: Acting
) -> FaceVersion:
    """Lock a draft that a designer opened with this revision, and that waits for nobody."""
    _require_designer(catalog, acting=acting)
    present = await lock_version(connection, *which)
    if present.state is not FaceState.DRAFT:
        message = f"第{present.version}版已经发布，不能再改，请另建新版本。"
        raise refuse("face.published", message, status=409)
    if present.revision != revision:
        message = (
            f"第{present.version}版在您打开之后已被他人保存（{present.saved_at:%H:%M:%S}），"
            "您的修改没有写入，请打开最新内容后重新办理。"
        )
        raise refuse("face.edited_meanwhile", message, status=409, revision=present.revision)
    if await open_proposal(connection, FACE_PROPOSAL.kind, present.kind_code) is not None:
        message = f"第{present.version}版正在待审，请等待审核，或由提交人在“待审变更”中撤回后再改。"
        raise refuse("face.waits", message, status=409)
    return present


def _makers(present: FaceVersion, *, acting: Acting) -> list[str]:
    return [*present.makers, *([] if acting.actor in present.makers else [acting.actor])]


def _named(kind_code: str, version: int) -> tuple[Any, Any]:
    return (face_versions.c.kind_code == kind_code, face_versions.c.version == version)


async def _change(connection: AsyncConnection, present: FaceVersion, values: dict[str, Any]) -> None:
    named = _named(present.kind_code, present.version)
    changed = update(face_versions).where(*named).values(values | {"revision": present.revision + 1})
    await connection.execute(changed)


async def _record(
    connection: AsyncConnection,
    action: str,
    kind_code: str,
    version: int,
    changed: tuple[ChangedValue, ...] = (),
    *,
    acting: Acting,
) -> None:
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=f"kind:{kind_code}",
        details={"version": str(version)},
        changed=changed,
    )
    await record(connection, entry)
