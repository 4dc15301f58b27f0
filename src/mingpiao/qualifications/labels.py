"""Labels on qualifications: the words before a value in all variants, also with one misread character."""

import re

from mingpiao.reading.model import Label

#: The field that each label introduces; "" for labels of other fields, which only end the value before them.
_LABELS = {
    "name": (
        "单位名称",
        "单位全称",
        "机构全称",
        "机构名称",
        "组织名称",
        "慈善组织名称",
        "社会团体名称",
        "社团名称",
        "社会组织名称",
        "民办非企业单位名称",
        "社会服务机构名称",
        "基金会名称",
        "法人名称",
        "名称",
    ),
    "code": ("统一社会信用代码", "社会信用代码", "统一信用代码", "信用代码", "代码"),
    "representative": (
        "法定代表人(负责人)",
        "负责人(法定代表人)",
        "单位负责人",
        "机构负责人",
        "法定代表人姓名",
        "法定代表人",
        "主要负责人",
        "负责人姓名",
        "负责人",
        "法人代表",
    ),
    "issuer": (
        "登记管理机关",
        "颁发机关",
        "发证机关",
        "赋码机关",
        "登记机关",
        "登记部门",
        "签发机关",
        "核发机关",
        "颁发单位",
        "赋码单位",
        "认定机关",
        "发证单位",
        "发证部门",
    ),
    "validity": (
        "证书有效期限",
        "证书有效期间",
        "证书有效期",
        "有效期起止",
        "有效时间",
        "有效期限",
        "有效期间",
        "有效期",
        "有效日期",
    ),
    "purpose": (
        "宗旨和业务范围",
        "宗旨及业务范围",
        "宗旨与业务范围",
        "宗旨、业务范围",
        "主要业务范围",
        "业务范围",
        "机构职能",
        "主要职责",
        "宗旨",
    ),
    "address": (
        "机构地址",
        "单位地址",
        "注册地址",
        "办公地址",
        "机构住所",
        "登记住所",
        "住所地",
        "住所",
        "地址",
        "住址",
    ),
    "": (
        "经费来源",
        "开办资金",
        "注册资金",
        "注册资本",
        "原始基金数额",
        "原始基金",
        "举办单位",
        "举办者",
        "开办单位",
        "业务主管单位",
        "业务主管",
        "主管单位",
        "主管部门",
        "业务指导单位",
        "活动地域",
        "活动范围",
        "机构性质",
        "组织形式",
        "单位类型",
        "组织类型",
        "机构类型",
        "基金会类型",
        "类型",
        "发证日期",
        "颁发日期",
        "颁证日期",
        "登记日期",
        "成立日期",
        "赋码日期",
        "认定日期",
        "批准日期",
        "签发日期",
        "填发日期",
        "发证时间",
        "登记时间",
        "成立时间",
        "证书编号",
        "登记证书编号",
        "登记证号",
        "证书号",
        "编号",
        "年检情况",
        "年度检查",
        "说明",
        "备注",
    ),
}
#: From this length on, a label is recognised also with one misread character.
_FORGIVING_LENGTH = 4
#: Endings of titles: a label directly before one belongs to a title.
_TITLE_ENDINGS = ("证书", "登记证")


_BY_LENGTH = sorted(
    ((text, field) for field, texts in _LABELS.items() for text in texts), key=lambda pair: -len(pair[0])
)
_BRACKETS = str.maketrans("（）：", "():")


def label_at(text: str, start: int = 0, *, forgiving: bool = True) -> Label | None:
    """The label that begins at `start` of a text without spaces, or None.

    With `forgiving`, one character of a label of four or more may be misread.
    """
    rest = text[start : start + 24].translate(_BRACKETS)
    for wording, field in _BY_LENGTH:
        if rest.startswith(wording) and not _is_title(rest, len(wording)):
            return Label(field=field, length=len(wording), exact=True)
    if not forgiving:
        return None
    for wording, field in _BY_LENGTH:
        if len(wording) >= _FORGIVING_LENGTH and _nearly(rest, wording) and not _is_title(rest, len(wording)):
            return Label(field=field, length=len(wording), exact=False)
    return None


def _is_title(rest: str, length: int) -> bool:
    return rest.startswith(_TITLE_ENDINGS, length)


def _nearly(rest: str, wording: str) -> bool:
    """Whether at most one character differs. The last one must match, or it might belong to the value."""
    given = rest[: len(wording)]
    if len(given) < len(wording) or given[-1] != wording[-1]:
        return False
    return sum(a != b for a, b in zip(given, wording, strict=True)) == 1


_NOTES = re.compile(r"[(（][^()（）]{0,6}(?:章|签字|签名)[)）]")


def without_notes(text: str) -> str:
    """A value without punctuation around it, such as a colon before it, and without notes such as （盖章）."""
    return _NOTES.sub("", text).strip(" :：;；,，·|_-—")
