"""The content of a bill of each kind: which items occur together, and their MainExt members."""

from datetime import timedelta

from mingpiao.demo.drafts import UNIT, DemoDraft, DemoLine, Occasion, Recipe, digits, draw_line
from mingpiao.demo.kinds import DONATION_FORMS
from mingpiao.demo.medical import inpatient, outpatient
from mingpiao.demo.regions import region_name
from mingpiao.kernel.money import plain_number


def recipe_of(kind: str) -> Recipe:
    """The recipe of a bill kind; KeyError for a kind that the demonstration does not issue."""
    return _RECIPES[kind]


def _few(occasion: Occasion, most: int) -> tuple[tuple[DemoLine, ...], str]:
    """Up to `most` items of one family that one payer may owe together, and the payer's type."""
    rng = occasion.rng
    first = rng.choice(occasion.items)
    payer_type = rng.choice(first.payers)
    mates = [
        entry
        for entry in occasion.items
        if entry is not first and entry.family == first.family and payer_type in entry.payers
    ]
    rng.shuffle(mates)
    chosen = [first, *mates[: rng.randrange(most)]]
    return tuple(draw_line(rng, entry) for entry in chosen), payer_type


def _payment_code(occasion: Occasion) -> str:
    """A 20-digit 缴款码: region, year and a number."""
    return f"{occasion.unit.unit.region_code}{occasion.on:%y}{digits(occasion.rng, 12)}"


def _non_tax(occasion: Occasion) -> DemoDraft:
    lines, payer_type = _few(occasion, 1)
    code = {"PayCode": _payment_code(occasion)} if occasion.rng.random() < 0.5 else {}
    return DemoDraft(lines=lines, extension=code, payer_type=payer_type)


def _special_non_tax(occasion: Occasion) -> DemoDraft:
    lines, payer_type = _few(occasion, 3)
    return DemoDraft(lines=lines, extension={"BusinessDate": occasion.on.isoformat()}, payer_type=payer_type)


def _court(occasion: Occasion) -> DemoDraft:
    lines, payer_type = _few(occasion, 1)
    region = occasion.unit.unit.region_code
    number = occasion.rng.randrange(1, 9000)
    extension = {"Custom1": f"（{occasion.on.year}）内演{region[2:]}民初{number}号"}
    cause = _CAUSES.get(lines[0].entry.item.code)
    if cause is not None:
        extension["Custom2"] = occasion.rng.choice(cause)
    return DemoDraft(lines=lines, extension=extension, payer_type=payer_type)


_CAUSES = {
    "012101": (
        "民间借贷纠纷",
        "买卖合同纠纷",
        "建设工程施工合同纠纷",
        "金融借款合同纠纷",
        "土地承包经营权纠纷",
    ),
    "012102": ("离婚纠纷",),
    "012103": ("名誉权纠纷", "生命权、身体权、健康权纠纷"),
    "012104": ("物权确认纠纷", "探望权纠纷"),
    "012105": ("劳动争议",),
    "012106": ("著作权权属、侵权纠纷", "商标权权属、侵权纠纷"),
}


def _penalty(occasion: Occasion) -> DemoDraft:
    lines, payer_type = _few(occasion, 1)
    decided = occasion.on - timedelta(days=occasion.rng.randrange(15))
    extension = {
        "Custom1": f"演罚决字〔{decided.year}〕第{digits(occasion.rng, 5)}号",
        "BusinessDate": decided.isoformat(),
        "PayCode": _payment_code(occasion),
    }
    return DemoDraft(lines=lines, extension=extension, payer_type=payer_type)


def _education(occasion: Occasion) -> DemoDraft:
    rng = occasion.rng
    fees = [entry for entry in occasion.items if "住宿费" not in entry.item.name]
    lodging = [entry for entry in occasion.items if "住宿费" in entry.item.name]
    chosen = [rng.choice(fees)]
    if lodging and rng.random() < 0.6:
        chosen.append(rng.choice(lodging))
    entered = occasion.on.year - rng.randrange(4)
    extension = {
        "School": occasion.unit.unit.name,
        "Classes": f"{entered}级{rng.randrange(1, 9)}班",
        "StudentID": f"{entered}{digits(rng, 8)}",
    }
    if chosen[0].family in _COLLEGE_FEES:
        faculty, majors = rng.choice(_FACULTIES)
        extension |= {"Faculty": faculty, "Major": rng.choice(majors)}
    return DemoDraft(lines=tuple(draw_line(rng, entry) for entry in chosen), extension=extension)


_COLLEGE_FEES = frozenset({"0116", "0123", "0124"})
_FACULTIES = (
    ("农牧学院", ("草业科学", "动物科学", "农学")),
    ("信息工程学院", ("计算机科学与技术", "软件工程", "大数据技术")),
    ("经济管理学院", ("会计学", "财政学", "工商管理")),
    ("民族文化学院", ("中国少数民族语言文学", "民族学")),
    ("能源与材料学院", ("新能源科学与工程", "稀土材料工程")),
)


def _settlement(occasion: Occasion) -> DemoDraft:
    lines, payer_type = _few(occasion, 1)
    nature = _NATURES.get(lines[0].entry.item.name[:2], "其他往来")
    extension = {"Custom1": nature}
    if payer_type == UNIT:
        extension["Custom2"] = f"演合〔{occasion.on.year}〕{digits(occasion.rng, 4)}号"
    return DemoDraft(lines=lines, extension=extension, payer_type=payer_type)


_NATURES = {"暂收": "暂收款项", "代收": "代收款项"}


def _donation(occasion: Occasion) -> DemoDraft:
    lines, payer_type = _few(occasion, 1)
    in_kind = lines[0].entry.item.name == "非货币捐赠"
    thanks = "感谢您的善举" if occasion.rng.random() < 0.3 else ""
    return DemoDraft(
        lines=lines,
        extension={
            "Custom1": occasion.rng.choice(_CAMPAIGNS_OF.get(lines[0].entry.item.code, _CAMPAIGNS)),
            "Custom2": DONATION_FORMS[1] if in_kind else DONATION_FORMS[0],
        },
        payer_type=payer_type,
        remark=occasion.rng.choice(_GOODS) if in_kind else thanks,
    )


#: Fundraising campaigns whose gifts serve one purpose only.
_CAMPAIGNS_OF = {
    "030103": ("抗旱保畜", "雪灾牧户救助", "洪涝灾区重建"),
    "030104": ("金秋助学", "乡村学校图书", "圆梦助学金"),
}
_GOODS = ("棉被200床、棉衣200件", "饲草30吨", "校服150套", "图书1200册", "米面油120份", "轮椅20台")
_CAMPAIGNS = (
    "草原生态保护",
    "困难家庭大病救助",
    "金秋助学",
    "抗旱保畜",
    "乡村振兴帮扶",
    "孤困儿童关爱",
    "防沙治沙植树",
)


def _dues(occasion: Occasion) -> DemoDraft:
    lines, payer_type = _few(occasion, 1)
    extension = {"Custom2": str(occasion.on.year)}
    if occasion.rng.random() < 0.7:
        extension["Custom1"] = f"HY{digits(occasion.rng, 6)}"
    return DemoDraft(lines=lines, extension=extension, payer_type=payer_type)


def _housing_fund(occasion: Occasion) -> DemoDraft:
    rng = occasion.rng
    lines, payer_type = _few(occasion, 1)
    place = region_name(occasion.unit.unit.region_code)
    door = (
        f"{rng.randrange(1, 30)}号楼{rng.randrange(1, 5)}单元{rng.randrange(1, 18)}0{rng.randrange(1, 5)}室"
    )
    extension = {"Custom1": f"{place}演示花园{door}", "Custom2": plain_number(lines[0].quantity)}
    return DemoDraft(lines=lines, extension=extension, payer_type=payer_type)


def _period(occasion: Occasion) -> DemoDraft:
    lines, payer_type = _few(occasion, 1)
    monthly = lines[0].entry.item.measure_unit == "月"
    period = f"{occasion.on:%Y年%m月}" if monthly else f"{occasion.on.year}年度"
    return DemoDraft(lines=lines, extension={"Custom1": period}, payer_type=payer_type)


def _payment_slip(occasion: Occasion) -> DemoDraft:
    lines, payer_type = _few(occasion, 1)
    return DemoDraft(lines=lines, extension={"PayCode": _payment_code(occasion)}, payer_type=payer_type)


_RECIPES: dict[str, Recipe] = {
    "0101": _non_tax,
    "0102": _special_non_tax,
    "0103": _court,
    "0104": _penalty,
    "0105": _education,
    "0201": _settlement,
    "0301": _donation,
    "0401": _dues,
    "0501": _housing_fund,
    "0502": _period,
    "0503": _period,
    "0601": outpatient,
    "0602": inpatient,
    "9901": _payment_slip,
}
