"""Names of people and companies, and what becomes of them on statements."""

import re
from random import Random

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_DOUBLE = ("欧阳", "上官", "司马", "诸葛", "皇甫")
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华建国文玉秀红梅志海燕波辉宇浩然子轩梓涵雨欣怡诗琪嘉俊豪"
    "思远晨曦佳慧雪莹婷倩颖琳瑞峰鹏飞翔龙凯旋正义德福春生永康乐天一鸣若彤可馨沐泽睿博雅萱语桐"
)
_MINORITY = (
    "阿依古丽·买买提",
    "古丽娜尔·艾合买提",
    "巴特尔·苏和",
    "扎西·次仁",
    "迪力夏提·吐尔逊",
    "卓玛·央金",
)
_PLACES = ("杭州", "宁波", "绍兴", "温州", "金华", "嘉兴", "湖州", "台州", "丽水", "衢州", "浙江", "舟山")
_BRANDS = "恒信瑞丰泰华宏远盛达嘉和利民东方新安天成永兴鼎立博联众智汇金海川云峰中正佳业通达明德永昌兴业"
_TRADES = (
    "科技", "贸易", "建筑工程", "物业管理", "人力资源服务", "电子商务", "机械制造", "食品", "医疗器械", "环保工程",
    "供应链管理", "信息技术", "文化传媒", "餐饮管理", "劳务派遣", "纺织", "五金制品", "汽车销售服务",
)  # fmt: skip
_FORMS = (
    "有限公司",
    "有限公司",
    "有限公司",
    "有限责任公司",
    "股份有限公司",
    "（普通合伙）",
    "有限公司分公司",
)
_TRADITIONAL = str.maketrans(
    "张刘陈杨黄赵吴孙马罗郑梁谢许韩冯邓萧卢谭陆范贾韦邹钱严龚顾贺东国华云兰军伟丽强磊杰涛刚红鹏飞龙凯义",
    "張劉陳楊黃趙吳孫馬羅鄭梁謝許韓馮鄧蕭盧譚陸範賈韋鄒錢嚴龔顧賀東國華雲蘭軍偉麗強磊傑濤剛紅鵬飛龍凱義",
)
_DOTS = "·．•・."


def person(rng: Random) -> str:
    """A person's name; some are frequent, and come again."""
    share = rng.random()
    if share < 0.004:
        return rng.choice(_MINORITY)
    surname = rng.choice(_DOUBLE) if share < 0.012 else _SURNAMES[int(len(_SURNAMES) * rng.random() ** 1.6)]
    given = rng.choice(_GIVEN) if rng.random() < 0.22 else rng.choice(_GIVEN) + rng.choice(_GIVEN)
    return surname + given


def company(rng: Random) -> str:
    """A company's name as its licence has it."""
    brand = "".join(rng.sample(_BRANDS, rng.choice((2, 2, 3, 4))))
    place = rng.choice(_PLACES)
    trade, form = rng.choice(_TRADES), rng.choice(_FORMS)
    if rng.random() < 0.12 and not form.startswith("（"):
        return f"{brand}（{place}）{trade}{form}"
    return f"{place}{rng.choice(('', '市'))}{brand}{trade}{form}"


def is_company(name: str) -> bool:
    """Whether a name is a company's: people have no such ending."""
    return name.endswith(("公司", "合伙）"))


def masked(rng: Random, name: str) -> tuple[str, str]:
    """A name as banks, WeChat and Alipay mask it, and the expression for the names that it can stand for."""
    star = rng.choice("***＊")
    how = rng.random()
    if how < 0.4:
        return f"{name[0]}{star * (len(name) - 1)}", f"{re.escape(name[0])}.{{{len(name) - 1}}}"
    if how < 0.6:
        return f"{name[0]}{star}", f"{re.escape(name[0])}.+"
    if how < 0.75 and len(name) >= 3:
        return f"{name[0]}{star}{name[-1]}", f"{re.escape(name[0])}.+{re.escape(name[-1])}"
    phone = f"(1{rng.choice('3578')}{rng.randrange(10)}****{rng.randrange(10_000):04})" if how > 0.93 else ""
    return f"{star}{name[1:]}{phone}", f".{re.escape(name[1:])}"


def cut(rng: Random, name: str) -> tuple[str, str]:
    """A company's name as a narrow column leaves it, and the expression for the names that it can stand for."""
    kept = name[: rng.randrange(6, max(7, len(name) - 1))]
    return kept + rng.choice(("", "", "…", "...", "**")), f"{re.escape(kept)}.*"


def restyled(rng: Random, name: str) -> str:
    """The whole name as another system writes it: traditional, with spaces, brackets or dots of another width."""
    if "（" in name:
        return name.replace("（", "(").replace("）", ")")
    if "·" in name:
        return name.replace("·", rng.choice(_DOTS))
    if is_company(name):
        return rng.choice((name + " ", name.replace("有限", " 有限"), f"{name}(基本户)"))
    return rng.choice(
        (name.translate(_TRADITIONAL), "　".join(name), " ".join(name), name + "　　", f"{name}先生")
    )
