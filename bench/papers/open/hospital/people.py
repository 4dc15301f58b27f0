"""Invented people, hospitals, companies, banks and numbers from all over China."""

from random import Random
from typing import NamedTuple


class Place(NamedTuple):
    """A county with what lies above it."""

    province: str
    city: str
    county: str
    area: str
    code: str

    @property
    def short(self) -> str:
        """The county without its last character."""
        return self.county[:-1]

    @property
    def town(self) -> str:
        """The city without 市 (or 地区, 州)."""
        for end in ("自治州", "地区", "市", "盟"):
            if self.city.endswith(end):
                return self.city.removesuffix(end)
        return self.city


_PLACES = [
    ("四川省", "绵阳市", "涪安县", "0816", "510727"),
    ("河南省", "南阳市", "丹宁县", "0377", "411331"),
    ("山东省", "临沂市", "沂安县", "0539", "371330"),
    ("湖南省", "怀化市", "沅平县", "0745", "431232"),
    ("内蒙古自治区", "锡林郭勒盟", "乌拉苏旗", "0479", "152533"),
    ("新疆维吾尔自治区", "喀什地区", "叶勒克县", "0998", "653132"),
    ("甘肃省", "天水市", "渭宁县", "0938", "620526"),
    ("浙江省", "丽水市", "瓯云县", "0578", "331128"),
    ("广东省", "梅州市", "蕉华县", "0753", "441429"),
    ("广西壮族自治区", "百色市", "右靖县", "0776", "451032"),
    ("云南省", "曲靖市", "滇麓县", "0874", "530330"),
    ("贵州省", "遵义市", "赤正县", "0851", "520332"),
    ("江苏省", "盐城市", "射洋县", "0515", "320931"),
    ("安徽省", "六安市", "舒岳县", "0564", "341526"),
    ("江西省", "上饶市", "信鄱县", "0793", "361131"),
    ("福建省", "南平市", "建宁溪县", "0599", "350726"),
    ("辽宁省", "朝阳市", "凌建县", "0421", "211325"),
    ("吉林省", "白城市", "洮安县", "0436", "220823"),
    ("黑龙江省", "绥化市", "呼兰河县", "0455", "231227"),
    ("陕西省", "汉中市", "褒宁县", "0916", "610731"),
    ("青海省", "海东市", "湟乐县", "0972", "630225"),
    ("宁夏回族自治区", "固原市", "泾平县", "0954", "640426"),
    ("湖北省", "恩施土家族苗族自治州", "清丰县", "0718", "422829"),
    ("河北省", "邢台市", "滏平县", "0319", "130536"),
]


def place(rng: Random) -> Place:
    """A county."""
    return Place(*rng.choice(_PLACES))


_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任"
    "卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向"
)
_GIVEN = (
    "志国建华晓明文静丽娟海涛春梅俊杰思远雨桐振东立新玉兰秀英永强德胜雪松佳琪子涵一帆永红爱军庆丰云霞"
    "洪波世杰凤琴广平学勤慧敏瑞芳维民长青绍棠锦程怀瑾培元正阳可欣若兰承志启明继红善勇"
)
_OTHER = [
    "巴特尔",
    "其木格",
    "乌云娜",
    "萨仁高娃",
    "阿拉坦仓",
    "斯琴毕力格",
    "苏日娜",
    "哈斯巴根",
    "布仁巴雅尔",
    "艾力·买买提",
    "阿依古丽·吐尔逊",
    "买买提·肉孜",
    "热依汗·阿布都拉",
    "努尔兰·哈力克",
    "古丽米热·艾山",
    "阿不都热合曼·依明",
    "玛依拉·卡德尔",
    "迪丽娜·木合塔尔",
    "扎西顿珠",
    "次仁央宗",
    "才让卓玛",
    "旦增罗布",
    "阿支阿妞",
    "沙马拉作",
]


def person(rng: Random, others: float = 0.12) -> str:
    """A person's name; some of other peoples."""
    if rng.random() < others:
        return rng.choice(_OTHER)
    given = "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2))))
    return rng.choice(_FAMILY) + given


def persons(rng: Random, number: int, others: float = 0.12) -> list[str]:
    """Some people of different names."""
    found: list[str] = []
    while len(found) < number:
        if (name := person(rng, others)) not in found:
            found.append(name)
    return found


_FIRST = "瑞康诚启恒博华润信泽鼎安盛嘉和达宏美迈科锐智优普济同天中远正弘百益思维朗睦"
_SECOND = "恒诺衡康源泰尔迪邦德力安祥宁创方达成林川海利和医生宇峰维泽通科仁颐元舟"
_PREFIX = [
    "北京",
    "上海",
    "广州",
    "深圳",
    "成都",
    "杭州",
    "南京",
    "武汉",
    "西安",
    "苏州",
    "天津",
    "重庆",
    "长沙",
    "合肥",
    "沈阳",
    "青岛",
    "厦门",
    "昆明",
    "郑州",
    "石家庄",
]


def brand(rng: Random) -> str:
    """Two or three characters of a company's fancy name."""
    first, second = rng.choice(_FIRST), rng.choice(_SECOND)
    while first == second:
        second = rng.choice(_SECOND)
    return first + second if rng.random() < 0.8 else first + second + rng.choice("堡佳特尔博雅")


def company(rng: Random, trade: str, town: str = "", form: str = "") -> str:
    """A company of a trade."""
    head = town or rng.choice(_PREFIX)
    tail = form or rng.choice(("有限公司", "有限公司", "有限责任公司", "股份有限公司"))
    if rng.random() < 0.25:
        return f"{brand(rng)}{trade}（{head}）{tail}" if not town else f"{head}{brand(rng)}{trade}{tail}"
    return f"{head}{brand(rng)}{trade}{tail}"


def county_hospital(rng: Random, where: Place) -> str:
    """A county's hospital; another one each time."""
    return where.county + rng.choice(("人民医院", "中医医院", "人民医院", "妇幼保健院", "第一人民医院"))


def big_hospital(rng: Random, where: Place) -> str:
    """A hospital of the city, the province or a university."""
    ends = ("中心医院", "第一人民医院", "第二人民医院", "中医院", "妇女儿童医院")
    if rng.random() < 0.3:
        return f"{where.town}医科大学{rng.choice(('附属医院', '第一附属医院', '第二附属医院'))}"
    return where.city + rng.choice(ends)


_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(rng: Random, kind: str, where: Place | None = None) -> str:
    """A unified social credit code with its check character; `kind`: 12 public units, 91 companies."""
    area = where.code if where else rng.choice(("110105", "310115", "440106", "510107", "330106", "420111"))
    body = kind + area + "".join(rng.choice("0123456789") for _ in range(8)) + rng.choice("0123456789XMAQ")
    weighed = sum(_ALPHABET.index(each) * pow(3, at, 31) for at, each in enumerate(body))
    return body + _ALPHABET[(31 - weighed % 31) % 31]


def mobile(rng: Random) -> str:
    """A mobile telephone number."""
    return rng.choice(("138", "139", "150", "158", "177", "186", "191")) + f"{rng.randrange(10**8):08d}"


def phone(rng: Random, where: Place) -> str:
    """A fixed telephone number with area code."""
    return f"{where.area}-{rng.randrange(2, 9)}{rng.randrange(10**6):06d}"


_BANKS = {
    "中国工商银行股份有限公司": ("22", 19),
    "中国农业银行股份有限公司": ("15", 17),
    "中国建设银行股份有限公司": ("51", 20),
    "中国银行股份有限公司": ("1", 12),
    "交通银行股份有限公司": ("61", 21),
    "中国邮政储蓄银行股份有限公司": ("95", 18),
    "招商银行股份有限公司": ("75", 15),
}


def account(rng: Random, bank: str = "") -> str:
    """An account number of a length the bank uses."""
    found = [value for name, value in _BANKS.items() if bank.startswith(name.removesuffix("股份有限公司"))]
    head, length = found[0] if found else ("80", 17)
    return head + "".join(rng.choice("0123456789") for _ in range(length - len(head)))


def bank(rng: Random, where: Place) -> str:
    """A branch of a bank near a place."""
    road = rng.choice(("人民路", "解放路", "新华", "城关", "建设路", "滨河", "东大街", "开发区", "文昌"))
    if rng.random() < 0.2:
        return (
            f"{where.county}农村信用合作联社{road}分社"
            if rng.random() < 0.5
            else f"{where.town}银行{road}支行"
        )
    return rng.choice(list(_BANKS)) + rng.choice((f"{where.short}支行", f"{where.short}{road}支行"))


def grouped(number: str, every: int = 4) -> str:
    """An account number in groups of digits."""
    return " ".join(number[at : at + every] for at in range(0, len(number), every))


def address(rng: Random, where: Place) -> str:
    """A street address."""
    road = rng.choice(
        ("人民中路", "健康路", "文化西路", "迎宾大道", "朝阳街", "环城北路", "育才巷", "滨江东路")
    )
    return f"{where.province}{where.city}{where.county}{road}{rng.randrange(3, 690)}号"
