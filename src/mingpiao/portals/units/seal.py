"""电子签章 of a unit: the picture is drawn by the platform or uploaded, and bound to a new key."""

import asyncio

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.layout.service import FONT_PATH
from mingpiao.portals.forms import read_query
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.units.access import managed_unit, unit_crumbs
from mingpiao.portals.units.lists import UNITS
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.sealing.model import SealImage
from mingpiao.sealing.service import MAX_PICTURE, draw_unit_seal, seal_picture
from mingpiao.settings import Settings
from mingpiao.units.service import give_seal, unit_seals

_GUARDS = [require_right(UNIT_MANAGE)]


@get("/units/{unit_id:int}/seal", guards=_GUARDS)
async def seal_page(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """The unit's seals with their dates, and the form for a new one."""
    return await _seal_page(call, unit_id)


@post(
    "/units/{unit_id:int}/seal",
    guards=_GUARDS,
    status_code=200,
    request_max_body_size=4 * MAX_PICTURE,
    opt=sensitive(Sensitive.KEYS),
)
async def make_seal(
    call: NamedDependency[PageCall], unit_id: FromPath[int], master_key: NamedDependency[MasterKey]
) -> Response[str] | Response[bytes]:
    """Make a seal from the platform's picture or an uploaded one; the one before goes out of use."""
    form = await call.request.form()
    unit = await managed_unit(call, unit_id)
    catalog = await call.services.catalog.get()
    try:
        image = await _image(call, unit.name, str(form.get("source") or ""), form.get("picture"))
        async with call.services.database.system() as connection:  # system: a verb writes
            await give_seal(
                connection,
                unit_id,
                image,
                province=catalog.regions[f"{catalog.province}0000"].name,
                master=master_key,
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _seal_page(call, unit_id, refusal.problems)
    return redirect(call.request, f"{UNITS.address}/{unit_id}/seal?made=1")


async def _image(call: PageCall, name: str, source: str, picture: object) -> SealImage:
    if source == "drawn":
        return await asyncio.to_thread(_drawn, name, call.services.settings)
    if source != "uploaded":
        raise refuse("seal.source_missing", "请选择印章图片的来源。", field="source", status=422)
    if not isinstance(picture, UploadFile) or not picture.filename:
        raise refuse("seal.picture_missing", "请选择印章图片。", field="picture", status=422)
    return await asyncio.to_thread(seal_picture, await picture.read(MAX_PICTURE + 1))


def _drawn(name: str, settings: Settings) -> SealImage:
    mark = "（演练）" if settings.training else "（演示）" if settings.demo else ""
    return draw_unit_seal(name, FONT_PATH, mark=mark)


@get("/units/{unit_id:int}/seal/preview.png", guards=_GUARDS)
async def seal_preview(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[bytes]:
    """The picture that the platform would draw."""
    unit = await managed_unit(call, unit_id)
    image = await asyncio.to_thread(_drawn, unit.name, call.services.settings)
    return _picture(image.data)


@get("/units/{unit_id:int}/seal/{serial:str}", guards=_GUARDS)
async def seal_image(
    call: NamedDependency[PageCall], unit_id: FromPath[int], serial: FromPath[str]
) -> Response[bytes]:
    """The picture of one of the unit's seals, by the serial number of its certificate."""
    await managed_unit(call, unit_id)
    async with call.services.database.system() as connection:  # system: no scope reads keys
        seals = await unit_seals(connection, unit_id)
    found = next((each for each in seals if each.serial == serial), None)
    if found is None:
        raise refuse("http.404", "没有这枚签章，请刷新页面。", status=404)
    return _picture(found.picture)


def _picture(data: bytes) -> Response[bytes]:
    return Response(data, media_type="image/png", headers={"Cache-Control": "no-store"})


async def _seal_page(call: PageCall, unit_id: int, problems: tuple[Problem, ...] = ()) -> Response[str]:
    unit = await managed_unit(call, unit_id)
    async with call.services.database.system() as connection:  # system: no scope reads keys
        seals = await unit_seals(connection, unit_id)
    return page(
        call.request,
        "units/seal.html",
        title="电子签章",
        crumbs=unit_crumbs(unit),
        unit=unit,
        base=f"{UNITS.address}/{unit_id}",
        seals=seals,
        in_use=any(each.retired_at is None for each in seals),
        max_kilobytes=MAX_PICTURE // 1024,
        made=read_query(call.request).get("made") == "1",
        problems=problems,
    )


HANDLERS = [seal_page, make_seal, seal_preview, seal_image]
