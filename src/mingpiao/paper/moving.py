"""The one way in which sheets change their holder or state: out of holdings, into others, and a step that says so."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.paper.model import PaperHolder, PaperPurpose, PaperRange, PaperState, PaperWay
from mingpiao.paper.ranges import joined, less, parted, told, written
from mingpiao.storage.locks import NamedLock

MAX_NOTE = 200
PAPER_HOLDINGS = NamedLock("paper holdings")

_STEP = text("""
INSERT INTO paper_steps (way, sheets, from_region, from_unit, from_point, to_region, to_unit, to_point, note, reference,
    answers, owner, request_no, made_by, made_by_name, made_at)
VALUES (:way, CAST(CAST(:sheets AS text) AS int8multirange), :from_region, :from_unit, :from_point, :to_region,
    :to_unit, :to_point, :note, :reference, :answers, :owner, :request_no, :made_by, :made_by_name, :made_at)
ON CONFLICT DO NOTHING RETURNING step_id
""")
_SAME = text("""
SELECT step_id, way = :way AND sheets = CAST(CAST(:sheets AS text) AS int8multirange) AND note = :note
    AND to_region IS NOT DISTINCT FROM CAST(:to_region AS text)
    AND to_unit IS NOT DISTINCT FROM CAST(:to_unit AS bigint) AND to_point = :to_point
    AND reference = :reference AS is_same
FROM paper_steps WHERE owner = :owner AND request_no = :request_no
""")
# Whose sheets move, and where they go: locked together and in order, so that two moves never wait for each other.
_HOLD = PAPER_HOLDINGS.statement("""
SELECT held.holding_id, held.batch_id, held.region_code, held.unit_id, held.point, held.state,
    sheet_firsts(held.sheets * CAST(CAST(:sheets AS text) AS int8multirange)) AS firsts,
    sheet_ends(held.sheets * CAST(CAST(:sheets AS text) AS int8multirange)) AS ends
FROM paper_holdings AS held
WHERE held.holding_id IN (
    SELECT holding_id FROM paper_holdings WHERE sheets && CAST(CAST(:sheets AS text) AS int8multirange)
    UNION ALL
    SELECT holding_id FROM paper_holdings WHERE state = :state AND point = :point
        AND (region_code = CAST(:region_code AS text) OR unit_id = CAST(:unit_id AS bigint))
)
ORDER BY held.holding_id FOR UPDATE
""")
_TAKE = text("""
UPDATE paper_holdings SET sheets = sheets - CAST(CAST(:sheets AS text) AS int8multirange) WHERE holding_id = :holding_id
""")
_PUT = text("""
INSERT INTO paper_holdings (batch_id, region_code, unit_id, point, state, sheets)
VALUES (:batch_id, :region_code, :unit_id, :point, :state, CAST(CAST(:sheets AS text) AS int8multirange))
ON CONFLICT (batch_id, region_code, unit_id, point, state)
DO UPDATE SET sheets = paper_holdings.sheets + excluded.sheets
""")
_PURPOSES = text("""
SELECT DISTINCT purpose FROM paper_batches
WHERE int8multirange(int8range(first_sheet, last_sheet, '[]')) && CAST(CAST(:sheets AS text) AS int8multirange)
""")


class WantedStep(msgspec.Struct, frozen=True, kw_only=True):
    """Sheets that shall move: from holdings of `giver` in one of `out_of` to `taker` in the state `into`.

    `anywhere`: the unit's points are `giver` as well as its store. `request_no` is the form's own number within
    what the acting person's department or unit, `owner`, does.
    """

    way: PaperWay
    ranges: tuple[PaperRange, ...]
    giver: PaperHolder
    taker: PaperHolder
    out_of: frozenset[PaperState]
    into: PaperState
    owner: str
    request_no: str
    note: str = ""
    reference: str = ""
    answers: int | None = None
    anywhere: bool = False


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Those of the wanted sheets that a holding has."""

    holding_id: int
    batch_id: int
    holder: PaperHolder
    state: PaperState
    ranges: tuple[PaperRange, ...]


async def move_sheets(connection: AsyncConnection, wanted: WantedStep, *, acting: Acting) -> tuple[int, bool]:
    """Move sheets; the id of the step, and whether it was made now. The same request again is the same step.

    Whether the acting person may do this is the caller's to decide. Raises `Refusal`: `paper.request_no_used` (409),
    and for sheets that `giver` does not have in one of the states `paper.not_held` (409, by range).
    """
    step_id, is_new = await write_step(connection, wanted, acting=acting)
    if not is_new:
        return step_id, False
    held = await hold_sheets(connection, wanted.ranges, wanted.taker, wanted.into)
    own = [each for each in held if each.ranges and _is_giver(each, wanted)]
    if missing := less(wanted.ranges, [part for each in own for part in each.ranges]):
        raise Refusal(*(_not_held(each, wanted) for each in missing[:10]))
    into: dict[int, list[PaperRange]] = {}
    for each in own:
        await connection.execute(_TAKE, {"holding_id": each.holding_id, "sheets": written(each.ranges)})
        into.setdefault(each.batch_id, []).extend(each.ranges)
    await put_sheets(connection, into, wanted.taker, wanted.into)
    return step_id, True


def _is_giver(held: Held, wanted: WantedStep) -> bool:
    holder, giver = held.holder, wanted.giver
    same_owner = (holder.region_code, holder.unit_id) == (giver.region_code, giver.unit_id)
    return same_owner and (wanted.anywhere or holder.point == giver.point) and held.state in wanted.out_of


def _not_held(missing: PaperRange, wanted: WantedStep) -> Problem:
    states = "或".join(each.label for each in PaperState if each in wanted.out_of)
    where = "该开票点" if wanted.giver.point else "这里"
    message = f"{missing.line}现在不是{where}{states}的纸质票据，不能{wanted.way.label}，请核对号码。"
    return Problem(
        code="paper.not_held", field="sheets", message=message, status=409, facts={"sheets": missing.line}
    )


async def write_step(connection: AsyncConnection, wanted: WantedStep, *, acting: Acting) -> tuple[int, bool]:
    """Write the step and its audit row; the id, and whether it is new.

    Raises `Refusal` (409): `paper.request_no_used`, and `paper.taken_meanwhile` where somebody else answered the parcel,
    or used, voided, lost or destroyed one of the sheets.
    """
    values = {
        "way": wanted.way.value,
        "sheets": written(wanted.ranges),
        "from_region": wanted.giver.region_code,
        "from_unit": wanted.giver.unit_id,
        "from_point": wanted.giver.point,
        "to_region": wanted.taker.region_code,
        "to_unit": wanted.taker.unit_id,
        "to_point": wanted.taker.point,
        "note": wanted.note,
        "reference": wanted.reference,
        "answers": wanted.answers,
        "owner": wanted.owner,
        "request_no": wanted.request_no,
    }
    made = {"made_by": acting.actor, "made_by_name": acting.name, "made_at": now()}
    step_id: int | None = (await connection.execute(_STEP, values | made)).scalar_one_or_none()
    if step_id is None:
        same = (await connection.execute(_SAME, values)).one_or_none()
        if same is None:
            message = "这些号码里有已经办理过的，请刷新页面后核对。"
            raise refuse("paper.taken_meanwhile", message, status=409)
        if not same.is_same:
            message = "这张表单已经用于另一次办理，请从库存页面重新打开表单。"
            raise refuse("paper.request_no_used", message, status=409)
        known: int = same.step_id
        return known, False
    details = {
        "sheets": told(wanted.ranges),
        "quantity": str(sum(each.count for each in wanted.ranges)),
        **{
            name: value
            for name, value in (
                ("to", wanted.taker.owner),
                ("point", wanted.taker.point or wanted.giver.point),
                ("note", wanted.note),
                ("reference", wanted.reference),
            )
            if value
        },
    }
    unit_id = wanted.giver.unit_id or wanted.taker.unit_id
    region = wanted.giver.region_code or wanted.taker.region_code
    entry = AuditEntry(
        acting=acting,
        action=f"paper:{wanted.way.value}",
        subject=f"paper_step:{step_id}",
        unit_id=unit_id,
        region_code=None if unit_id is not None else region,
        details=details,
    )
    await record(connection, entry)
    return step_id, True


async def hold_sheets(
    connection: AsyncConnection, ranges: Iterable[PaperRange], taker: PaperHolder, into: PaperState
) -> list[Held]:
    """Lock every holding that has some of the sheets, and those of `taker` where they go; what each has of them."""
    given = {
        "sheets": written(ranges),
        "state": into.value,
        "point": taker.point,
        "region_code": taker.region_code,
        "unit_id": taker.unit_id,
    }
    return [
        Held(
            holding_id=row.holding_id,
            batch_id=row.batch_id,
            holder=PaperHolder(row.region_code, row.unit_id, row.point),
            state=PaperState(row.state),
            ranges=parted(row.firsts, row.ends),
        )
        for row in await connection.execute(_HOLD.clause, given)
    ]


async def put_sheets(
    connection: AsyncConnection,
    by_batch: dict[int, list[PaperRange]],
    taker: PaperHolder,
    into: PaperState,
) -> None:
    """Add sheets to holdings, by batch."""
    for batch_id in sorted(by_batch):
        given = {
            "batch_id": batch_id,
            "region_code": taker.region_code,
            "unit_id": taker.unit_id,
            "point": taker.point,
            "state": into.value,
            "sheets": written(joined(by_batch[batch_id])),
        }
        await connection.execute(_PUT, given)


async def purposes_of(connection: AsyncConnection, ranges: Iterable[PaperRange]) -> set[PaperPurpose]:
    """For what the sheets were printed."""
    rows = await connection.execute(_PURPOSES, {"sheets": written(ranges)})
    return {PaperPurpose(row.purpose) for row in rows}


def form_problems(request_no: str, note: str, *, needs_note: str = "") -> list[Problem]:
    """What is wrong with a form's number and note; `needs_note` is what must be told, in Chinese."""
    problems = []
    if len(note) > MAX_NOTE or unprintable(note):
        problems.append(problem("note", f"说明不超过{MAX_NOTE}个字，不含特殊符号。"))
    elif needs_note and not note.strip():
        problems.append(problem("note", needs_note))
    if not 1 <= len(request_no) <= 64 or unprintable(request_no) or request_no.startswith(PLATFORM):
        message = "编号是1至64个字，不含特殊符号；在页面上办理的，请从库存页面重新打开表单。"
        problems.append(problem("request_no", message))
    return problems


#: Numbers of requests that the platform makes by itself begin so, and no form's do.
PLATFORM = "platform-"


def problem(field: str, message: str) -> Problem:
    """A problem of a form's member."""
    return Problem(code="paper.form_invalid", field=field, message=message, status=422)


def checked(problems: Sequence[Problem]) -> None:
    """Raise `Refusal` where there are problems."""
    if problems:
        raise Refusal(*problems)
