"""What the county's certificates say: units of an invented county, their people, codes, days and purposes."""

from datetime import date, timedelta
from random import Random

import msgspec

from mingpiao.kernel.codes import uscc_check_digit

TITLES = {
    "credit_code": "统一社会信用代码证书",
    "institution": "事业单位法人证书",
    "association": "社会团体法人登记证书",
    "non_enterprise": "民办非企业单位登记证书",
    "foundation": "基金会法人登记证书",
    "charity": "慈善组织证书",
}
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _split(text: str) -> list[str]:
    return text.split()


_SURNAMES = _split(
    "林 黄 梁 罗 高 郭 邓 萧 曾 程 田 董 袁 于 余 叶 杜 夏 汪 任 石 熊 秦 阎 侯 龙 覃 慕容 夏侯 东方 皇甫"
)
_NAMES = _split(
    "振华 凤英 永强 桂芳 泽宇 若兰 庆丰 少卿 梦瑶 鹏程 芷若 怀瑾 启航 淑贞 兴旺 云飞 彦 超 琳 萍 辉 凯 宁 璐 涛 坤 锦绣 守义"
)
_OTHERS = _split(
    "那仁满都拉 额尔德木图 萨仁图雅 阿拉坦其其格 宝音德力格尔 呼斯楞 才让东智 索南旺堆 德吉措姆 贡布次仁"
    " 穆合塔尔·阿不都克里木 热依汗·艾尔肯 吐尔洪·托合提 麦麦提敏·依明 玛依拉·萨迪克 哈斯·朝鲁 图门·乌力吉"
    " 旦增·曲扎 益西·卓嘎 叶尔肯·哈布都 加娜尔·木拉提"
)
_AREAS = (
    ("安徽省", "庐阳川县", "341532"),
    ("福建省", "海屿市", "350587"),
    ("陕西省", "渭桥县", "610583"),
    ("云南省", "澜溪县", "530832"),
    ("贵州省", "乌蒙坝县", "520529"),
    ("河北省", "滦涞县", "130293"),
    ("黑龙江省", "松甸市", "230188"),
    ("西藏自治区", "岗巴错县", "540233"),
    ("宁夏回族自治区", "沙坪头市", "640525"),
    ("内蒙古自治区", "敖勒图旗", "152538"),
    ("新疆维吾尔自治区", "喀拉苏县", "653133"),
)
_STREETS = _split(
    "人民西路 中山街 工农大道 学府路 古城南街 新华巷 湖滨路 朝阳北大街 永安里 团结东路 西关村 河湾镇政府街"
)
_DOORS = (
    "{0}号",
    "{0}-{1}号",
    "{0}号院{1}号楼{2}单元",
    "{0}号（县医院旁）",
    "{0}号{1}层",
    "{0}号{1}室",
    "中段{0}号",
)
_UNITS = {
    "institution": _split(
        "职业技术教育中心 疾病预防控制中心 水利技术服务中心 实验小学 文化馆 不动产登记中心 融媒体中心 敬老院"
    ),
    "credit_code": _split("工商业联合会 计划生育协会 法学会 共青团委员会 文联 侨联 老龄工作委员会"),
    "association": _split(
        "果品产业协会 书法家协会 养蜂协会 建筑业协会 太极拳协会 民营企业商会 楹联学会 蒙医药研究会"
    ),
    "non_enterprise": _split(
        "仁爱护理院 启明星特殊教育学校 同行社区服务中心 小葵花托育中心 松鹤老年公寓 非遗传习所"
    ),
    "foundation": _split("桑梓助学基金会 环境保护基金会 孝老爱亲基金会 医学发展基金会 新芽儿童基金会"),
    "charity": _split("慈善协会 红烛助学会 爱心联盟 温暖同行公益服务中心 春晖慈善基金会"),
}
_WORKS = {
    "institution": (
        "保障公共服务的有效供给",
        "承担辖区内相关技术指导和业务培训工作",
        "负责设施设备的日常管理与维护",
        "开展调查、监测、统计和信息发布",
        "提供义务教育阶段的教育教学服务",
        "完成主管部门交办的其他任务",
        "促进城乡文化事业繁荣与发展",
        "承办重大活动的组织和保障",
    ),
    "social": (
        "宣传党的路线方针政策",
        "反映会员诉求，协调会员关系",
        "组织展销、观摩和评比活动",
        "开展政策咨询、法律援助和信息服务",
        "扶助困难群众、残疾人和留守儿童",
        "资助贫困学生，改善办学条件",
        "募集和管理慈善款物，实施慈善项目",
        "开展传统文化的挖掘、整理与传承",
        "提供养老照护、康复训练与临终关怀服务",
        "承接政府购买服务事项",
        "表彰先进，推广典型经验",
        "组织对外交流与合作",
        "为0-3岁婴幼儿提供全日托、半日托和计时托服务",
    ),
}


class Facts(msgspec.Struct, kw_only=True):
    """What a certificate says, and its truth so far."""

    kind: str
    name: str
    code: str
    representative: str
    issuer: str
    purpose: str
    address: str
    leader: str
    area: str
    source: str
    capital: str
    first: date
    last: date
    serial: str
    truth: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        self.truth["qualification_type"] = self.kind

    def printed(self, names: str = "name code representative issuer purpose address") -> None:
        """These fields stand on the sheet, letter for letter."""
        for name in names.split():
            self.truth[name] = getattr(self, name)


def code_of(rng: Random, kind: str, area: str, name: str) -> str:
    """A right 统一社会信用代码 for this kind and place."""
    head = {"institution": "12", "credit_code": "13", "association": "51", "foundation": "53"}.get(kind, "52")
    if kind == "charity":
        head = "53" if "基金会" in name else "52" if "中心" in name else "51"
    ending = rng.choice(("", "", "L", "P", "T"))
    begin = rng.choice(("MJ", "MJ", "MB", "MK", "", "K", "5", "7"))
    middle = "".join(str(rng.randrange(10)) for _ in range(8 - len(begin) - len(ending)))
    body = begin + middle + ending
    numbers = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(
        numbers.index(each) * times for each, times in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    check = "0123456789X0"[(11 - total % 11)]
    return (first := head + area + body + check) + uscc_check_digit(first)


def _purpose(rng: Random, kind: str, most: int) -> str:
    works = list(_WORKS["institution" if kind == "institution" else "social"])
    rng.shuffle(works)
    picked = works[: max(rng.randint(1, most), rng.randint(1, most))]
    way = rng.randrange(5)
    if len(picked) < 3 or way == 0:
        return "，".join(picked)
    if way == 1:
        return "".join(f"{place}.{each}；" for place, each in enumerate(picked, 1))
    if way == 2:
        return f"{picked[0]}。{'；'.join(picked[1:])}。"
    if way == 3:
        return "、".join(picked[:-1]).replace("，", "、") + "；依照章程开展的其他活动。"
    return "；".join(picked) + "（凡须审批的，取得许可后从事活动）。"


def _authority(rng: Random, kind: str, province: str, area: str) -> str:
    if kind == "institution":
        return rng.choice(
            (f"{area}事业单位登记管理局", f"{area}委机构编制委员会办公室", f"{area}事业单位登记管理中心")
        )
    if kind == "credit_code":
        return rng.choice((f"{area}机构编制委员会办公室", f"{area}民政局"))
    return rng.choice((f"{area}民政局", f"{province}民政厅", f"{area}行政审批局", f"{area}社会组织管理局"))


def county_facts(rng: Random, kind: str, most: int = 6) -> Facts:
    """The facts of a unit of the county of this kind, its purpose of at most so many works."""
    province, area, number = rng.choice(_AREAS)
    first = date(rng.randrange(2014, 2027), rng.randrange(1, 13), rng.randrange(1, 29))
    name = rng.choice(("", "", province)) + area + rng.choice(_UNITS[kind])
    door = rng.choice(_DOORS).format(rng.randrange(1, 320), rng.randrange(2, 19), rng.randrange(1, 6))
    ruler = rng.choice(
        _split(
            "教育体育局 民族宗教事务局 卫生健康委员会 文化和旅游局 林业和草原局 住房和城乡建设局 工商业联合会"
        )
    )
    return Facts(
        kind=kind,
        name=name,
        code=code_of(rng, kind, number, name),
        representative=rng.choice(_OTHERS)
        if rng.random() < 0.45
        else rng.choice(_SURNAMES) + rng.choice(_NAMES),
        issuer=_authority(rng, kind, province, area),
        purpose=_purpose(rng, kind, most),
        address=rng.choice(("", province)) + area + rng.choice(_STREETS) + door,
        leader=area + ruler,
        area=area,
        source=rng.choice(("财政全额拨款", "财政补助", "差额拨款", "事业、经营收入", "非财政补助")),
        capital=rng.choice(
            ("￥30,000.00元", "伍拾万元整", "3万元", "人民币壹佰万元", "247.6万元", "贰佰壹拾陆万元")
        ),
        first=first,
        last=date(first.year + rng.choice((2, 4, 4, 5, 5)), first.month, first.day) - timedelta(days=1),
        serial=f"{rng.choice(('社证字', '法人证第', 'GB'))}{rng.randrange(1, 10**7):07d}{rng.choice(('号', ''))}",
    )


_TENS = ("", "十", "二十", "三十")
_ONES = "〇一二三四五六七八九"


def chinese(when: date) -> str:
    """A day like 二〇二三年五月十七日."""

    def small(number: int) -> str:
        return _TENS[number // 10] + (_ONES[number % 10] if number % 10 else "")

    year = "".join(_ONES[int(each)] for each in str(when.year))
    return f"{year}年{small(when.month)}月{small(when.day)}日"


def spelled(when: date, style: str) -> str:
    """A day in a style: `full` 2023年05月17日, `short` 2023年5月17日, `chinese`, `point` 2023.05.17, `slash`."""
    match style:
        case "full":
            return f"{when:%Y年%m月%d日}"
        case "short":
            return f"{when.year}年{when.month}月{when.day}日"
        case "point":
            return f"{when:%Y.%m.%d}"
        case "slash":
            return f"{when:%Y/%m/%d}"
        case _:
            return chinese(when)


def period(made: Facts, form: str, style: str) -> str:
    """The validity in a form, whose days are noted in the truth."""
    first, last = spelled(made.first, style), spelled(made.last, style)
    if form in ("span", "until_end", "line", "open"):
        made.truth["valid_from"] = made.first.isoformat()
    made.truth["valid_until"] = "unlimited" if form in ("open", "always") else made.last.isoformat()
    forms = {
        "span": f"自{first}至{last}",
        "until_end": f"自{first}起至{last}止",
        "line": f"{first}-{last}" if style == "point" else f"{first}至{last}",
        "open": f"{first}至长期",
        "always": "长期有效",
        "last": last,
    }
    return forms[form]
