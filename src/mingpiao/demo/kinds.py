"""The bill categories and kinds of the demonstration, as data (standards §1).

Confirmed by public sources are categories 01 and 06, the kinds 0101, 0601 and 0602, and 99 as a local
category of one province. Every other number is assumed: the table of 财综〔2018〕72号 was not found. So
are template years, which MainExt members a kind needs, and what the Custom members carry. Templates
are named by their keys in the room `layout`.
"""

from mingpiao.catalog.model import BillCategory, BillKind, ExtensionField, ExtensionType, SumRule

#: The template year of every demonstration kind: digits 7-8 of the 票据代码 (assumed).
TEMPLATE_YEAR = 2025

CATEGORIES = (
    BillCategory(code="01", name="非税收入类票据"),
    BillCategory(code="02", name="结算类票据"),
    BillCategory(code="03", name="公益事业捐赠票据"),
    BillCategory(code="04", name="社会团体会费票据"),
    BillCategory(code="05", name="其他财政票据"),
    BillCategory(code="06", name="医疗收费票据"),
    BillCategory(code="99", name="非税收入缴款书"),
)

GENDERS = ("男", "女", "未说明")
INSURANCE_TYPES = ("职工基本医疗保险", "城乡居民基本医疗保险", "公费医疗", "商业健康保险", "全自费")
SETTLEMENT_NATURES = ("暂收款项", "代收款项", "单位内部往来", "其他往来")
DONATION_FORMS = ("货币", "实物", "有价证券", "其他")


def _text(name: str, label: str, *, required: bool = False, max_length: int = 100) -> ExtensionField:
    return ExtensionField(name=name, label=label, required=required, max_length=max_length)


def _date(name: str, label: str, *, required: bool = False) -> ExtensionField:
    return ExtensionField(name=name, label=label, type=ExtensionType.DATE, required=required, max_length=10)


def _money(name: str, label: str, *, required: bool = False) -> ExtensionField:
    return ExtensionField(name=name, label=label, type=ExtensionType.MONEY, required=required, max_length=18)


def _number(name: str, label: str, *, required: bool = False) -> ExtensionField:
    return ExtensionField(name=name, label=label, type=ExtensionType.NUMBER, required=required, max_length=18)


def _choice(name: str, label: str, choices: tuple[str, ...], *, required: bool = False) -> ExtensionField:
    return ExtensionField(
        name=name, label=label, type=ExtensionType.CHOICE, required=required, choices=choices
    )


_BUSINESS = (_text("BusinessNumber", "业务流水号", max_length=50),)

_PATIENT = (
    _text("OrgType", "医疗机构类型", required=True, max_length=30),
    _choice("Gender", "性别", GENDERS, required=True),
    _choice("MedicalInsuranceType", "医保类型", INSURANCE_TYPES, required=True),
    _text("MedicalInsuranceID", "医保编号", max_length=50),
)

_PAYMENT_SPLIT = (
    _money("FundPayAmount", "医保统筹基金支付", required=True),
    _money("OtherPayAmount", "其他支付", required=True),
    _money("AccountPayAmount", "个人账户支付", required=True),
    _money("OwnPayAmount", "个人现金支付", required=True),
    _money("SelfpaymentAmount", "个人自付"),
    _money("SelfpaymentCost", "个人自费"),
)

_MEDICAL_SUM = (
    SumRule(
        fields=("FundPayAmount", "OtherPayAmount", "AccountPayAmount", "OwnPayAmount"),
        message="医保统筹基金支付、其他支付、个人账户支付与个人现金支付之和应等于票据总金额，请核对后重新填写。",
    ),
)

_PAYMENT_CODE = _text("PayCode", "缴款码", max_length=20)

KINDS = (
    BillKind(
        code="0101",
        name="内蒙古自治区非税收入统一票据（电子）",
        category_code="01",
        template="general",
        template_year=TEMPLATE_YEAR,
        extension_fields=(_PAYMENT_CODE,),
    ),
    BillKind(
        code="0102",
        name="内蒙古自治区非税收入专用票据（电子）",
        category_code="01",
        template="general",
        template_year=TEMPLATE_YEAR,
        extension_fields=(*_BUSINESS, _date("BusinessDate", "办理日期", required=True), _PAYMENT_CODE),
    ),
    BillKind(
        code="0103",
        name="内蒙古自治区人民法院诉讼费专用票据（电子）",
        category_code="01",
        template="court",
        template_year=TEMPLATE_YEAR,
        extension_fields=(
            _text("Custom1", "案号", required=True, max_length=60),
            _text("Custom2", "案由", max_length=60),
        ),
    ),
    BillKind(
        code="0104",
        name="内蒙古自治区罚没收入专用票据（电子）",
        category_code="01",
        template="general",
        template_year=TEMPLATE_YEAR,
        extension_fields=(
            _text("Custom1", "处罚决定书编号", required=True, max_length=60),
            _date("BusinessDate", "处罚日期", required=True),
            _PAYMENT_CODE,
        ),
    ),
    BillKind(
        code="0105",
        name="内蒙古自治区教育收费专用票据（电子）",
        category_code="01",
        template="general",
        template_year=TEMPLATE_YEAR,
        extension_fields=(
            _text("School", "学校", required=True),
            _text("Faculty", "院系"),
            _text("Major", "专业"),
            _text("Classes", "班级", max_length=60),
            _text("StudentID", "学号", required=True, max_length=30),
        ),
    ),
    BillKind(
        code="0201",
        name="内蒙古自治区行政事业单位资金往来结算票据（电子）",
        category_code="02",
        template="settlement",
        template_year=TEMPLATE_YEAR,
        needs_evidence=True,
        extension_fields=(
            _choice("Custom1", "款项性质", SETTLEMENT_NATURES, required=True),
            _text("Custom2", "合同或文件编号", max_length=60),
        ),
    ),
    BillKind(
        code="0301",
        name="内蒙古自治区公益事业捐赠统一票据（电子）",
        category_code="03",
        template="donation",
        template_year=TEMPLATE_YEAR,
        needs_evidence=True,
        extension_fields=(
            _text("Custom1", "捐赠项目", required=True, max_length=60),
            _choice("Custom2", "货币（实物）种类", DONATION_FORMS, required=True),
        ),
    ),
    BillKind(
        code="0401",
        name="内蒙古自治区社会团体会费统一票据（电子）",
        category_code="04",
        template="dues",
        template_year=TEMPLATE_YEAR,
        extension_fields=(
            _text("Custom1", "会员编号", max_length=30),
            _number("Custom2", "会费所属年度", required=True),
        ),
    ),
    BillKind(
        code="0501",
        name="内蒙古自治区住宅专项维修资金专用票据（电子）",
        category_code="05",
        template="general",
        template_year=TEMPLATE_YEAR,
        extension_fields=(
            _text("Custom1", "房屋坐落", required=True),
            _number("Custom2", "建筑面积（㎡）", required=True),
        ),
    ),
    BillKind(
        code="0502",
        name="内蒙古自治区社会保险基金专用票据（电子）",
        category_code="05",
        template="general",
        template_year=TEMPLATE_YEAR,
        extension_fields=(_text("Custom1", "缴费所属期", required=True, max_length=30),),
    ),
    BillKind(
        code="0503",
        name="内蒙古自治区工会经费收入专用票据（电子）",
        category_code="05",
        template="general",
        template_year=TEMPLATE_YEAR,
        extension_fields=(_text("Custom1", "经费所属期", required=True, max_length=30),),
    ),
    BillKind(
        code="0601",
        name="内蒙古自治区医疗门诊收费票据（电子）",
        category_code="06",
        template="outpatient",
        template_year=TEMPLATE_YEAR,
        extension_fields=(
            *_BUSINESS,
            _text("PatientNumber", "门诊号", required=True, max_length=50),
            _date("MedicalDate", "就诊日期", required=True),
            *_PATIENT,
            *_PAYMENT_SPLIT,
        ),
        sum_rules=_MEDICAL_SUM,
    ),
    BillKind(
        code="0602",
        name="内蒙古自治区医疗住院收费票据（电子）",
        category_code="06",
        template="inpatient",
        template_year=TEMPLATE_YEAR,
        extension_fields=(
            *_BUSINESS,
            _text("CaseNumber", "病历号", max_length=50),
            _text("HospitalizationNumber", "住院号", required=True, max_length=50),
            _text("DepartmentName", "住院科别", required=True, max_length=60),
            _date("InHospitalDate", "入院日期", required=True),
            _date("OutHospitalDate", "出院日期", required=True),
            _money("PrepayAmount", "预缴金额"),
            _money("RechargeAmount", "补缴金额"),
            _money("RefundAmount", "退费金额"),
            *_PATIENT,
            *_PAYMENT_SPLIT,
        ),
        sum_rules=_MEDICAL_SUM,
    ),
    BillKind(
        code="9901",
        name="内蒙古自治区非税收入一般缴款书（电子）",
        category_code="99",
        template="general",
        template_year=TEMPLATE_YEAR,
        extension_fields=(_text("PayCode", "缴款码", required=True, max_length=20),),
    ),
)
