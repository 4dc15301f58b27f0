"""What reporters do: send a tip, look what became of it, add what a department asked for.

Nobody needs to say who they are, and the network they come from is recorded nowhere: limits count an HMAC of it.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import CatalogStore
from mingpiao.crypto.keystore import MasterKey
from mingpiao.evidence.service import PHOTO_TYPES, EvidenceStore, clean_name
from mingpiao.identity.model import platform
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.workdays import end_of_workday
from mingpiao.messages.service import tell_department
from mingpiao.storage.database import Database
from mingpiao.tips.codes import draw_lookup, hash_lookup
from mingpiao.tips.limits import count
from mingpiao.tips.model import (
    SeenTip,
    Tip,
    TipDraft,
    TipFile,
    TipState,
    TipStep,
    TipStepKind,
    TipWish,
)
from mingpiao.tips.settings import TipSettings
from mingpiao.tips.store import (
    add_tip_step,
    change_tip,
    get_tip,
    owner_of_bill,
    steps_of_tip,
)
from mingpiao.tips.tables import tip_files, tips
from mingpiao.tips.wishes import (
    MAX_FILES,
    bill_of,
    checked_wish,
    checked_words,
    masked_contact,
    too_many_files,
)
from mingpiao.units.service import find_by_name, get

#: A form that was checked may be sent for so long.
DRAFT_LIVES = timedelta(hours=12)
_DRAFT_LABEL = "tip draft"
_LONGEST_DRAFT = 64 * 1024
#: The audit trail names neither person nor network.
_REPORTER = platform("tip", name="举报人")
_STEPS_FOR_REPORTER = frozenset(
    {
        TipStepKind.SUBMITTED,
        TipStepKind.ACCEPTED,
        TipStepKind.REFUSED,
        TipStepKind.TRANSFERRED,
        TipStepKind.ASKED,
        TipStepKind.ADDED,
        TipStepKind.CLOSED,
        TipStepKind.MERGED,
    }
)


class TipDesk:
    """Takes tips from people outside, and tells them what became of them."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogStore,
        master_key: MasterKey,
        files: EvidenceStore,
        settings: TipSettings,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._master_key = master_key
        self._files = files
        self._settings = settings
        self._key = master_key.derive("tips")

    async def keep_file(self, name: str, data: bytes, *, address: str) -> TipFile:
        """Check, scan, encrypt and store a file that belongs to no tip yet.

        Raises `Refusal`: `tip.too_many` (429), and what `EvidenceStore.add_file` raises.
        """
        settings = self._settings
        bounds = [(address, settings.tip_files_per_network), ("", settings.tip_files_a_day)]
        async with self._database.system() as connection:
            await count(connection, self._key, "file", bounds)
        stored = await self._files.add_file(data, allowed=PHOTO_TYPES, acting=_REPORTER)
        return TipFile(
            digest=stored.digest,
            name=clean_name(name, stored.media_type),
            media_type=stored.media_type,
            size=stored.size,
        )

    def seal_draft(self, wish: TipWish, files: Sequence[TipFile], *, lookup: str = "") -> str:
        """What a reporter typed and uploaded, as a text that only this platform can read."""
        draft = TipDraft(wish=wish, files=tuple(files), lookup=lookup or draw_lookup(), made_at=now())
        sealed = self._master_key.wrap(msgspec.json.encode(draft), _DRAFT_LABEL)
        return base64.urlsafe_b64encode(sealed).decode()

    def open_draft(self, sealed: str) -> TipDraft:
        """What `seal_draft` made. Raises `Refusal` (`tip.draft_over`, 410) for any other text, or an old one."""
        try:
            raw = base64.b64decode(sealed[:_LONGEST_DRAFT].encode(), altchars=b"-_", validate=True)
            draft = msgspec.json.decode(self._master_key.unwrap(raw, _DRAFT_LABEL), type=TipDraft)
        except (Refusal, binascii.Error, UnicodeEncodeError, msgspec.MsgspecError) as error:
            raise _draft_over() from error
        if draft.made_at + DRAFT_LIVES < now():
            raise _draft_over()
        return draft

    async def submit(self, sealed: str, *, address: str) -> str:
        """Take a draft as a tip, and return its 查询码; a draft that was taken already is not taken again.

        Raises `Refusal`: `tip.draft_over` (410), `tip.too_many` (429), and what `checked_wish` raises.
        """
        draft = self.open_draft(sealed)
        wish, settings = checked_wish(draft.wish), self._settings
        hashed = hash_lookup(self._key, draft.lookup)
        async with self._database.system() as connection:
            if await self._find(connection, hashed) is not None:
                return draft.lookup
            bounds = [(address, settings.tips_per_network), ("", settings.tips_a_day)]
            await count(connection, self._key, "tip", bounds)
            tip = await self._enter(connection, wish, hashed)
            if tip is not None:
                await add_tip_step(
                    connection,
                    tip,
                    TipStepKind.SUBMITTED,
                    files=_each_once(draft.files),
                    acting=_REPORTER,
                )
                await _tell_of_new(connection, tip)
        return draft.lookup

    async def _enter(self, connection: AsyncConnection, wish: TipWish, hashed: bytes) -> Tip | None:
        """Write a tip; None where another request wrote it at the same moment."""
        unit_id, region = await self._route(connection, wish)
        sealed = self._master_key.wrap(wish.contact.encode(), contact_label(hashed)) if wish.contact else None
        moment = now()
        row = {
            "code_hash": hashed,
            "region_code": region,
            "unit_id": unit_id,
            "unit_name": wish.unit_name,
            "bill_id": bill_of(wish),
            "kinds": list(wish.kinds),
            "words": wish.words,
            "contact": sealed,
            "contact_masked": masked_contact(wish.contact),
            "state": TipState.NEW.value,
            "revision": 1,
            "due_at": end_of_workday(moment, self._settings.tip_accept_working_days),
            "submitted_at": moment,
        }
        made = insert(tips).values(row).on_conflict_do_nothing().returning(tips.c.tip_id)
        tip_id = (await connection.execute(made)).scalar_one_or_none()
        return None if tip_id is None else await get_tip(connection, tip_id)

    async def _route(self, connection: AsyncConnection, wish: TipWish) -> tuple[int | None, str]:
        """The unit that a tip is about, as far as it can be told, and the region of its department.

        The bill decides, then the unit's exact name or code; what names no known unit goes to the province.
        """
        catalog = await self._catalog.get()
        bill_id = bill_of(wish)
        unit_id = None if bill_id is None else await owner_of_bill(connection, bill_id)
        if unit_id is None and wish.unit_name:
            named = await find_by_name(connection, wish.unit_name)
            unit_id = named[0] if len(named) == 1 else None
        region = (await get(connection, unit_id)).region_code if unit_id is not None else ""
        near = (
            [each for each in catalog.regions_upwards(region) if each in catalog.departments]
            if region
            else []
        )
        province = next(code for code, each in catalog.regions.items() if not each.parent)
        return unit_id, near[0] if near else province

    async def look(self, lookup: str, *, address: str) -> SeenTip:
        """What became of the tip of a 查询码. Raises `Refusal`: `tip.code_unknown` (404), `tip.too_many` (429)."""
        async with self._database.system() as connection:
            await self._count_look(connection, address)
        async with self._database.system() as connection:
            return await self._seen(connection, await self._owned(connection, lookup))

    async def add(self, lookup: str, words: str, files: Sequence[TipFile], *, address: str) -> None:
        """补充: what a department asked the reporter for.

        Raises `Refusal`: `tip.code_unknown` (404), `tip.too_many` (429), `tip.words_invalid` (422),
        `tip.too_many_files` (422), `tip.not_asked` or `tip.changed` (409).
        """
        said = checked_words(words, "words", "补充内容")
        fresh = _each_once(files)
        if len(fresh) > MAX_FILES:
            raise too_many_files()
        async with self._database.system() as connection:
            await self._count_look(connection, address)
        async with self._database.system() as connection:
            tip = await self._owned(connection, lookup)
            if tip.state is not TipState.ASKED:
                message = "现在不需要补充；财政部门要求补充时，这里会有提示。"
                raise refuse("tip.not_asked", message, status=409)
            state = TipState.NEW if tip.accepted_at is None else TipState.ACCEPTED
            values = {"state": state.value, "question": ""}
            changed = await change_tip(connection, tip.tip_id, values, revision=tip.revision)
            known = select(tip_files.c.digest).where(tip_files.c.tip_id == tip.tip_id)
            kept = set((await connection.execute(known)).scalars())
            await add_tip_step(
                connection,
                changed,
                TipStepKind.ADDED,
                words=said,
                files=[each for each in fresh if each.digest not in kept],
                acting=_REPORTER,
            )
            await tell_department(
                connection,
                changed.region_code,
                f"tip:added:{changed.tip_id}:{changed.revision}",
                f"线索{changed.serial}已补充",
                "举报人补充了材料，请继续办理。",
                link=f"/finance/tips/{changed.tip_id}",
            )

    async def _count_look(self, connection: AsyncConnection, address: str) -> None:
        await count(connection, self._key, "look", [(address, self._settings.tip_looks_per_network)])

    async def _owned(self, connection: AsyncConnection, lookup: str) -> Tip:
        tip_id = await self._find(connection, hash_lookup(self._key, lookup))
        if tip_id is None:
            message = "没有找到这个查询码，请核对后重新输入（16 位字母和数字，不分大小写）。"
            raise refuse("tip.code_unknown", message, field="lookup", status=404)
        return await get_tip(connection, tip_id)

    async def _find(self, connection: AsyncConnection, hashed: bytes) -> int | None:
        found: int | None = await connection.scalar(select(tips.c.tip_id).where(tips.c.code_hash == hashed))
        return found

    async def _seen(self, connection: AsyncConnection, tip: Tip) -> SeenTip:
        """A tip as its reporter sees it: one that was merged stands where the other one stands."""
        catalog = await self._catalog.get()
        leading = tip if tip.merged_into is None else await get_tip(connection, tip.merged_into)
        return SeenTip(
            state=leading.state,
            submitted_at=tip.submitted_at,
            department=catalog.departments[leading.region_code].name,
            kinds=tip.kinds,
            question=tip.question,
            may_add=tip.state is TipState.ASKED,
            answer=leading.answer,
            steps=tuple(
                _for_reporter(each)
                for each in await steps_of_tip(connection, tip.tip_id)
                if each.kind in _STEPS_FOR_REPORTER
            ),
        )


def contact_label(hashed: bytes) -> str:
    """The associated data of a contact's encryption: it cannot be read beside another tip."""
    return f"tip contact {hashed.hex()}"


def _for_reporter(step: TipStep) -> TipStep:
    """A step without the officer's name and without what stays within departments."""
    return msgspec.structs.replace(step, actor_name="", note="")


def _each_once(files: Sequence[TipFile]) -> list[TipFile]:
    return list({each.digest: each for each in files}.values())


async def _tell_of_new(connection: AsyncConnection, tip: Tip) -> None:
    await tell_department(
        connection,
        tip.region_code,
        f"tip:new:{tip.tip_id}:{tip.revision}",
        f"收到群众线索{tip.serial}",
        f"反映的问题：{'、'.join(each.label for each in tip.kinds)}。请在{tip.last_day:%-m月%-d日}前决定是否受理。",
        link=f"/finance/tips/{tip.tip_id}",
    )


def _draft_over() -> Refusal:
    message = "填写的内容已失效，没有提交，请重新填写。"
    return refuse("tip.draft_over", message, status=410)
