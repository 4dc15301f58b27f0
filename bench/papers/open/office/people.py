"""Invented people, firms, bureaus and units of a prefecture, with codes and accounts."""

from random import Random
from typing import NamedTuple


class Place(NamedTuple):
    """A prefecture with one of its counties, and the character with which its file numbers begin."""

    province: str
    city: str
    county: str
    sign: str


PLACES = [
    Place("云南省", "曲靖市", "沾益区", "曲"),
    Place("甘肃省", "平凉市", "崇信县", "平"),
    Place("山东省", "潍坊市", "昌乐县", "潍"),
    Place("江西省", "上饶市", "弋阳县", "饶"),
    Place("湖北省", "荆门市", "沙洋县", "荆"),
    Place("湖南省", "郴州市", "桂东县", "郴"),
    Place("四川省", "广元市", "苍溪县", "广"),
    Place("贵州省", "铜仁市", "石阡县", "铜"),
    Place("陕西省", "安康市", "汉阴县", "安"),
    Place("河南省", "驻马店市", "泌阳县", "驻"),
    Place("河北省", "衡水市", "武强县", "衡"),
    Place("山西省", "吕梁市", "交口县", "吕"),
    Place("辽宁省", "铁岭市", "西丰县", "铁"),
    Place("吉林省", "延边朝鲜族自治州", "汪清县", "延州"),
    Place("黑龙江省", "绥化市", "望奎县", "绥"),
    Place("江苏省", "盐城市", "射阳县", "盐"),
    Place("浙江省", "丽水市", "云和县", "丽"),
    Place("安徽省", "宣城市", "泾县", "宣"),
    Place("福建省", "南平市", "松溪县", "南"),
    Place("广东省", "河源市", "连平县", "河"),
    Place("广西壮族自治区", "百色市", "凌云县", "百"),
    Place("青海省", "海东市", "互助土族自治县", "东"),
    Place("宁夏回族自治区", "固原市", "泾源县", "固"),
    Place("内蒙古自治区", "锡林郭勒盟", "苏尼特左旗", "锡"),
    Place("内蒙古自治区", "呼伦贝尔市", "陈巴尔虎旗", "呼"),
    Place("新疆维吾尔自治区", "喀什地区", "疏附县", "喀"),
    Place("新疆维吾尔自治区", "阿克苏地区", "温宿县", "阿"),
    Place("西藏自治区", "林芝市", "米林市", "林"),
]
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾"
_SURNAMES += "彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊"
_GIVEN = [
    "建国",
    "秀英",
    "志远",
    "海燕",
    "思源",
    "雪梅",
    "永强",
    "晓东",
    "佳怡",
    "文博",
    "春花",
    "国栋",
    "丽娟",
]
_GIVEN += [
    "一鸣",
    "子涵",
    "立新",
    "桂兰",
    "振华",
    "慧敏",
    "伟",
    "静",
    "磊",
    "芳",
    "昊然",
    "梦瑶",
    "德胜",
    "凤霞",
]
_OTHERS = [
    "阿不都热合曼·吐尔逊",
    "古丽巴哈尔·买买提",
    "艾合买提江·亚森",
    "帕提古丽·卡德尔",
    "努尔兰·叶斯木汗",
    "乌云其木格",
    "宝音德力格尔",
    "巴特尔·孟和",
    "娜仁托娅",
    "次仁卓嘎",
    "扎西平措",
]
_MARK_A = "恒瑞泰祥宏鼎锦盛博润嘉汇铭晟启森卓沃晨澜"
_MARK_B = "源达丰和远成科益川林禾诚安越跃海佳辰岳腾"
_TRADES = [
    "建设工程",
    "农业科技",
    "商贸",
    "生物科技",
    "机械制造",
    "物业服务",
    "信息技术",
    "医药",
    "置业",
    "环保科技",
    "文化传媒",
    "矿业",
    "食品",
    "园林绿化",
]
_BANKS = [
    "中国农业银行股份有限公司{}支行",
    "中国建设银行{}支行营业部",
    "中国工商银行{}分行营业室",
    "{}农村商业银行股份有限公司营业部",
    "中国银行股份有限公司{}支行",
    "中国邮政储蓄银行{}支行",
]
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def place(rng: Random) -> Place:
    """One of the prefectures."""
    return rng.choice(PLACES)


def person(rng: Random) -> str:
    """A person's name, now and then of a Uyghur, Kazakh, Mongolian or Tibetan."""
    return rng.choice(_OTHERS) if rng.random() < 0.15 else rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def short(name: str) -> str:
    """A prefecture or county without its last word, as firms and banks carry it."""
    for end in ("朝鲜族自治州", "土族自治县", "地区", "市", "盟", "区", "县", "旗", "镇"):
        if name.endswith(end) and len(name) > len(end) + 1:
            return name[: -len(end)]
    return name


def firm(rng: Random, where: Place) -> str:
    """A firm of the place."""
    seat = rng.choice([short(where.city), where.city, short(where.province)[:2]])
    if where.province.startswith(("内蒙古", "黑龙江")):
        seat = rng.choice([where.city, "内蒙古" if where.province[0] == "内" else "黑龙江"])
    mark = rng.choice(_MARK_A) + rng.choice(_MARK_B)
    end = rng.choice(["有限公司", "有限公司", "有限责任公司", "集团有限公司", "股份有限公司"])
    return seat + mark + rng.choice(_TRADES) + end


def near_firm(name: str) -> str:
    """Another firm whose name is almost the same."""
    if name.endswith("集团有限公司"):
        return name.replace("集团有限公司", "有限公司")
    for end in ("有限责任公司", "股份有限公司", "有限公司"):
        if name.endswith(end):
            return name[: -len(end)] + "集团" + end
    return name + "分公司"


def schools(rng: Random, where: Place, count: int) -> list[str]:
    """Schools of the place, each once."""
    kinds = [
        "第一中学",
        "第二中学",
        "第三中学",
        "实验小学",
        "特殊教育学校",
        "职业技术学校",
        "民族中学",
        "外国语学校",
    ]
    kinds += [
        "第四小学",
        "第五小学",
        "城关镇中心小学",
        "机关幼儿园",
        "第二幼儿园",
        "师范附属小学",
        "农业广播电视学校",
    ]
    seats = [where.city, where.county]
    every = [seat + kind for seat in seats for kind in kinds]
    return rng.sample(every, count)


def hospitals(rng: Random, where: Place, count: int) -> list[str]:
    """Hospitals and health stations of the place, each once."""
    kinds = [
        "人民医院",
        "中医医院",
        "妇幼保健院",
        "疾病预防控制中心",
        "中心血站",
        "第二人民医院",
        "精神卫生中心",
    ]
    every = [seat + kind for seat in (where.city, where.county) for kind in kinds]
    return rng.sample(every, count)


def institutes(rng: Random, where: Place, count: int) -> list[str]:
    """Institutes and other public units of the place, each once."""
    kinds = ["农业科学研究院", "林业科学研究所", "畜牧兽医工作站", "职业技术学院", "博物馆", "地质环境监测站"]
    kinds += ["水文勘测中心", "图书馆", "文化艺术中心", "科学技术馆", "农业技术推广中心", "种子管理站"]
    every = [where.city + kind for kind in kinds] + [where.county + kind for kind in kinds[:3] + kinds[-2:]]
    return rng.sample(every, count)


def code(rng: Random, first: str = "91") -> str:
    """A unified social credit code with a right check character."""
    body = first + "".join(rng.choice("0123456789") for _ in range(6))
    body += "".join(rng.choice(_CODE) for _ in range(9))
    total = sum(_CODE.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + _CODE[(31 - total % 31) % 31]


def bank(rng: Random, where: Place) -> str:
    """A bank's branch in the place."""
    return rng.choice(_BANKS).format(short(rng.choice([where.city, where.county])))


def account(rng: Random) -> str:
    """A bank account of 16 to 19 digits."""
    return str(rng.randrange(1, 9)) + "".join(
        rng.choice("0123456789") for _ in range(rng.choice([15, 16, 17, 18]))
    )


def spaced(digits: str) -> str:
    """An account in groups of four."""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def telephone(rng: Random) -> str:
    """A desk telephone."""
    return f"0{rng.randrange(311, 999)}-{rng.randrange(2, 9)}{rng.randrange(100000, 999999)}"
