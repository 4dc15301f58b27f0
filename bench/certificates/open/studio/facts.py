"""What the studio's certificates say: invented units, people, codes, days and purposes."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from mingpiao.kernel.codes import uscc_check_digit


def _words(text: str) -> list[str]:
    return text.split()


_FAMILY = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹苏潘葛范彭鲁韦马方俞任袁柳唐薛贺"
_GIVEN = _words(
    "明远 晓岚 建国 玉兰 海涛 思齐 志强 雪梅 文博 春生 佳宁 立新 丽华 子涵 国栋 "
    "秀英 若溪 长林 一鸣 德胜 静 伟 敏 磊 洁 勇 霞 峰 倩 刚 婷 楠 颖 斌"
)
_LONG = _words(
    "欧阳志远 司马文静 上官晓月 诸葛建平 巴特尔 阿依古丽 其木格 乌日娜 扎西顿珠 "
    "卓玛央金 古丽巴哈尔 斯琴高娃 阿不都热合曼·买买提 努尔古丽·阿不力孜 "
    "艾尼瓦尔·吐尔逊 帕提古丽·肉孜 苏和·巴雅尔 特木尔·敖其尔 次仁·洛桑 格桑·白玛 "
    "买合木提江·艾山"
)
_PLACES = (
    ("山东省", "澄湖市", "370783"),
    ("浙江省", "云渡县", "330726"),
    ("湖北省", "青岚市", "420684"),
    ("四川省", "白鹭县", "511133"),
    ("内蒙古自治区", "乌兰哈达旗", "150526"),
    ("新疆维吾尔自治区", "博斯坦市", "652928"),
    ("广西壮族自治区", "桂溪县", "450328"),
    ("江苏省", "新浦岭市", "320982"),
    ("甘肃省", "麦积川县", "620525"),
    ("青海省", "德令塘县", "632822"),
)
_ROADS = [
    "建设路",
    "文昌街",
    "解放东路",
    "望江大道",
    "育才巷",
    "梅园北路",
    "滨河西街",
    "和平里",
    "青年中路",
    "迎宾大道",
    "石桥街",
    "凤翔路",
]
_HOUSES = (
    "{}号",
    "{}号综合楼3层",
    "{}号1幢502室",
    "{}号附2号",
    "{}号（原粮食局院内）",
    "{}号政务服务中心B座1108室",
)
_SUBJECT = {
    "institution": [
        "档案馆",
        "农业技术推广站",
        "第二中学",
        "妇幼保健院",
        "图书馆",
        "公共就业服务中心",
        "森林病虫害防治检疫站",
        "少年宫",
    ],
    "credit_code": [
        "总工会",
        "科学技术协会",
        "妇女联合会",
        "残疾人联合会",
        "归国华侨联合会",
        "红十字会",
        "文学艺术界联合会",
    ],
    "association": [
        "茶叶流通协会",
        "老年体育协会",
        "摄影家协会",
        "物业管理行业协会",
        "中医药学会",
        "花卉盆景研究会",
        "餐饮业商会",
    ],
    "non_enterprise": [
        "晨光社会工作服务中心",
        "阳光康复中心",
        "金钥匙幼儿园",
        "博雅职业培训学校",
        "颐和养老服务中心",
        "绿野环境研究所",
    ],
    "foundation": [
        "教育发展基金会",
        "见义勇为基金会",
        "青禾公益基金会",
        "乡村振兴基金会",
        "慈爱医疗救助基金会",
    ],
    "charity": ["慈善总会", "义工联合会", "善行公益促进会", "同心助学慈善会", "仁济公益基金会"],
}
_PREFIX = {
    "institution": "12",
    "credit_code": "13",
    "association": "51",
    "non_enterprise": "52",
    "foundation": "53",
    "charity": "51",
}
_AIMS = (
    "贯彻执行国家有关法律法规和方针政策",
    "团结本行业从业人员，维护会员合法权益",
    "开展业务培训、学术研讨和经验交流",
    "承担政府及有关部门委托的调查研究与咨询服务",
    "编辑出版内部资料，普及科学知识",
    "为社区居民提供文化、体育和心理健康服务",
    "组织志愿者参与扶老、助残、救孤、济困活动",
    "资助贫困家庭学生完成学业，奖励优秀教师",
    "受理社会捐赠，依照捐赠人意愿使用善款",
    "收集、整理、保管和利用本地区历史文献",
    "参与突发公共事件的应急救援和灾后重建",
    "举办展览、比赛与公益讲座",
    "推广新品种、新技术，指导农户科学种植",
    "开展3至6周岁儿童的保育和教育",
    "为失能、半失能老人提供日间照料和康复护理",
    "加强与省内外同类组织的联系与合作",
    "建立行业自律机制，制定团体标准",
    "改善基层医疗机构的设备条件",
)
_FUNDING = (
    "财政补助",
    "财政补助（全额拨款）",
    "财政补助、事业收入",
    "经费自理",
    "财政补助收入、上级补助收入、其他收入",
)


@dataclass(kw_only=True)
class Facts:
    """What one certificate says. `truth` grows while the layout prints what it has."""

    kind: str
    name: str
    code: str
    person: str
    place: str
    issuer: str
    sponsor: str
    purpose: str
    address: str
    funding: str
    money: str
    start: date
    end: date
    number: str
    truth: dict[str, str] = field(default_factory=dict)

    def say(self, *names: str) -> None:
        """These fields are printed as they are."""
        for name in names:
            self.truth[{"person": "representative"}.get(name, name)] = getattr(self, name)


def code(rng: Random, prefix: str, region: str) -> str:
    """A 统一社会信用代码 whose two check characters are right."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    lead = rng.choice(("MJ", "MJA", "MJ0", "", "", "Y", "MB", "4", "7"))
    body = lead + "".join(rng.choice(alphabet[:10]) for _ in range(8 - len(lead)))
    if rng.random() < 0.3:
        body = body[:4] + rng.choice(alphabet[10:]) + body[5:]
    values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(values.index(each) * weight for each, weight in zip(body, weights, strict=True)) % 11
    first = f"{prefix}{region}{body}{'0' if rest == 11 else 'X' if rest == 10 else rest}"
    return first + uscc_check_digit(first)


def person(rng: Random) -> str:
    if rng.random() < 0.42:
        return rng.choice(_LONG)
    return rng.choice(_FAMILY) + rng.choice(_GIVEN)


def purpose(rng: Random, aims: int) -> str:
    """A purpose of so many aims, with the marks that such texts have."""
    picked = rng.sample(_AIMS, aims)
    style = rng.randrange(4)
    if style == 0 or aims < 3:
        return "；".join(picked) + "。"
    if style == 1:
        numerals = "一二三四五六七八九十"
        return "；".join(f"（{numerals[k]}）{each}" for k, each in enumerate(picked)) + "。"
    if style == 2:
        return "宗旨：" + "，".join(picked[:2]) + "。业务范围：" + "；".join(picked[2:]) + "。"
    return (
        "；".join(picked)
        + "。"
        + rng.choice(("（依法须经批准的项目，经批准后方可开展活动）", "（以上范围涉及许可的凭许可证开展）"))
    )


def _issuer(rng: Random, kind: str, province: str, town: str) -> str:
    if kind == "institution":
        return town + rng.choice(("事业单位登记管理局", "事业单位登记管理局", "机构编制委员会办公室"))
    if kind == "credit_code":
        return rng.choice((f"{town}机构编制委员会办公室", f"中共{town}委机构编制委员会办公室"))
    return rng.choice((f"{town}民政局", f"{town}民政局", f"{province}民政厅", f"{town}行政审批服务局"))


def facts(rng: Random, kind: str, aims: tuple[int, int] = (1, 6)) -> Facts:
    """The facts of a unit of this kind, with between `aims` many purposes."""
    province, town, region = rng.choice(_PLACES)
    start = date(rng.randrange(2015, 2026), rng.randrange(1, 13), rng.randrange(1, 29))
    years = rng.choice((3, 4, 5, 5, 5, 10))
    prefix = _PREFIX[kind]
    name = rng.choice((town, town, province + town)) + rng.choice(_SUBJECT[kind])
    if kind == "charity" and name.endswith("基金会"):
        prefix = "53"
    sponsors = [
        "教育局",
        "卫生健康局",
        "农业农村局",
        "文化广电和旅游局",
        "科学技术局",
        "人力资源和社会保障局",
    ]
    return Facts(
        kind=kind,
        name=name,
        code=code(rng, prefix, region),
        person=person(rng),
        place=province + town,
        issuer=_issuer(rng, kind, province, town),
        sponsor=town + rng.choice(sponsors),
        purpose=purpose(rng, rng.randint(*aims)),
        address=rng.choice(("", province))
        + town
        + rng.choice(_ROADS)
        + rng.choice(_HOUSES).format(rng.randrange(1, 399)),
        funding=rng.choice(_FUNDING),
        money=rng.choice(
            ("人民币叁万元整", "¥50万元", "10.00万元", "1286万元", "人民币贰佰万元", "800万元人民币")
        ),
        start=start,
        end=date(start.year + years, start.month, start.day) - timedelta(days=1),
        number=f"{rng.choice(('民证字第', '政民字第', 'No.'))}{rng.randrange(10000, 999999):06d}",
    )


_CHINESE = "〇一二三四五六七八九"


def _small(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _CHINESE[tens] + "十") + (
        _CHINESE[ones] if ones else ""
    )


def day(when: date, style: str) -> str:
    """A day as `padded` 2023年05月07日, `plain` 2023年5月7日, `chinese` 二〇二三年五月七日, `dots`, `dashes`."""
    if style == "padded":
        return f"{when:%Y年%m月%d日}"
    if style == "plain":
        return f"{when.year}年{when.month}月{when.day}日"
    if style == "chinese":
        year = "".join(_CHINESE[int(each)] for each in str(when.year))
        return f"{year}年{_small(when.month)}月{_small(when.day)}日"
    return f"{when:%Y.%m.%d}" if style == "dots" else f"{when:%Y-%m-%d}"


def validity(rng: Random, made: Facts, style: str, forms: str = "span") -> str:
    """The validity in one of the `forms`, separated by spaces; the truth is written down."""
    first, last = day(made.start, style), day(made.end, style)
    form = rng.choice(forms.split())
    if form in ("span", "dash", "from_unlimited"):
        made.truth["valid_from"] = made.start.isoformat()
    made.truth["valid_until"] = "unlimited" if "unlimited" in form else made.end.isoformat()
    return {
        "span": f"自{first}至{last}",
        "dash": f"{first}—{last}",
        "from_unlimited": f"自{first}至长期",
        "unlimited": "长期",
        "until": f"至{last}",
    }[form]
