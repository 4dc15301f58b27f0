"""Names of units and of base data are refused where they are entered if no face can show them."""

import msgspec
import pytest
from tests.support.province import ACTING
from tests.support.world import World

from mingpiao.applications.wording import checked_reason
from mingpiao.catalog.service import load, save_departments, save_items, save_kinds
from mingpiao.kernel.errors import Refusal
from mingpiao.units.service import get, register


def told(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str, str]]:
    return [(each.code, each.field, each.message) for each in refused.value.problems]


async def test_a_unit_whose_name_no_font_has_is_not_registered(world: World) -> None:
    async with world.database.system() as connection:
        known = await get(connection, world.unit.unit_id)
        fresh = msgspec.structs.replace(known, unit_id=0, uscc="91150100MA0N000013", name="演示𐎠公司")
        with pytest.raises(Refusal) as refused:
            await register(connection, fresh, acting=ACTING)
        assert told(refused) == [
            (
                "text.no_glyph",
                "name",
                "单位名称第3个字“𐎠”（U+103A0）没有字体可以显示，票面印不出来，请改用通行写法。",
            )
        ]
        with pytest.raises(Refusal) as unseen:
            await register(connection, msgspec.structs.replace(fresh, name="演示\u200b公司"), acting=ACTING)
    assert told(unseen) == [
        ("text.bad_character", "name", "单位名称第3个字是看不见的字符（U+200B），请删除。")
    ]
    assert await world.value("SELECT count(*) FROM units WHERE uscc = '91150100MA0N000013'") == 0


async def test_base_data_that_no_face_shows_is_not_saved(world: World) -> None:
    async with world.database.system() as connection:
        catalog = await load(connection)
        item = next(iter(catalog.items.values()))
        kind = next(iter(catalog.kinds.values()))
        department = next(iter(catalog.departments.values()))
        odd = msgspec.structs.replace(item, name="𐎠费", measure_unit="\u3164")
        with pytest.raises(Refusal) as refused:
            await save_items(connection, [odd], acting=ACTING)
        with pytest.raises(Refusal) as kinds:
            await save_kinds(connection, [msgspec.structs.replace(kind, name="⻓票")], acting=ACTING)
        with pytest.raises(Refusal) as departments:
            await save_departments(
                connection, [msgspec.structs.replace(department, name="𐎠局")], acting=ACTING
            )
        assert await load(connection) == catalog
    assert [(code, field) for code, field, _ in told(refused)] == [
        ("text.no_glyph", "name"),
        ("text.bad_character", "measure_unit"),
    ]
    assert told(refused)[0][2].startswith(f"收款项目{item.code}的名称第1个字“𐎠”")
    assert [code for code, _, _ in told(departments)] == ["text.no_glyph"]
    assert [code for code, _, _ in told(kinds)] in (["text.bad_character"], ["text.no_glyph"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("已\u200b核实", "说明第2个字是看不见的字符（U+200B），请删除。"),
        ("第一行\r\n第二\u2028行", "说明第8个字是"),
        ("😀", "说明第1个字是不能使用的字符（U+1F600），请删除。"),
    ],
)
def test_a_reason_names_the_place(text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked_reason(text, "说明")
    (problem,) = refused.value.problems
    assert problem.code == "application.reason_invalid"
    assert problem.message.startswith(message)


def test_a_reason_may_have_lines() -> None:
    assert checked_reason(" 第一行\r\n第二行\n ", "说明") == "第一行\r\n第二行"
