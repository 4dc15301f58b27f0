"""Invented people and companies: names, and codes that are well-formed but belong to nobody."""

from random import Random

from mingpiao.kernel.codes import uscc_check_digit

_FAMILY_NAMES: tuple[str, ...] = (
    *"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧",
    *"程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏",
)
_FIRST_PARTS = "文志建国春秀晓海玉雪俊思嘉明永立振淑桂瑞雅子浩欣梦宇家天慧佳成"
_SECOND_PARTS = "华强军平红梅兰英芳燕龙涛斌磊静敏霞峰杰鹏婷琳洁轩涵怡博凯然宁"
_MONGOLIAN_NAMES = (
    "巴特尔", "苏和", "那日苏", "朝鲁", "布和", "呼和", "阿古拉", "巴雅尔", "特木尔", "斯琴", "其其格",
    "萨仁", "乌兰图雅", "娜仁托娅", "塔娜", "托娅", "高娃", "乌云其木格", "阿拉坦", "孟和", "宝音",
    "额尔敦", "哈斯", "牧仁", "青格乐", "苏日娜", "萨日娜", "通拉嘎", "敖登", "格日勒",
)  # fmt: skip
_TRADES = (
    "商贸", "建筑工程", "农牧业", "物流", "新能源科技", "餐饮管理", "矿业", "乳业", "文化传媒", "信息技术",
    "绒毛制品", "环保工程",
)  # fmt: skip
_COMPANY_WORDS = (
    "青城", "草原红", "大漠", "河套", "兴安", "敕勒川", "白音", "云杉", "金河", "天骄", "北疆", "鹿城",
)  # fmt: skip

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def person_name(rng: Random) -> str:
    """An invented person's name, Han or Mongolian."""
    if rng.random() < 0.18:
        return rng.choice(_MONGOLIAN_NAMES)
    second = rng.choice(_SECOND_PARTS) if rng.random() < 0.85 else ""
    return rng.choice(_FAMILY_NAMES) + rng.choice(_FIRST_PARTS) + second


def company_name(rng: Random, place: str) -> str:
    """An invented company's name at a place; it contains the word 演示."""
    return f"{place}演示{rng.choice(_COMPANY_WORDS)}{rng.choice(_TRADES)}有限公司"


def company_uscc(rng: Random, region_code: str) -> str:
    """A well-formed 统一社会信用代码 of an invented company."""
    return uscc("91", region_code, f"DEC{rng.randrange(100_000):05d}")


def uscc(prefix: str, region_code: str, body: str) -> str:
    """A 统一社会信用代码 from its class (2), region (6) and the 8 characters of the organisation code."""
    first17 = f"{prefix}{region_code}{body}{organisation_check_digit(body)}"
    return first17 + uscc_check_digit(first17)


def organisation_check_digit(body: str) -> str:
    """The check character of an organisation code from its first 8 characters (GB 11714-1997)."""
    total = sum(
        int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]
