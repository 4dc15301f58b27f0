"""All fields and functions of the rule language, with the documentation that authors of rules read."""

import msgspec

from mingpiao.rules.language.tree import Shape, SourcePlace, ValueKind
from mingpiao.rules.model import Stage


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One field: its spelling in a condition, its Chinese name, type, an example, and a note.

    `stages` are the stages in which it has a value; empty means all. `values` are the values of a field that has
    only these, with their words.
    """

    path: str
    name: str
    shape: Shape
    example: str
    note: str = ""
    place: SourcePlace = SourcePlace.BILL
    column: str = ""
    container: str = ""
    stages: tuple[Stage, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> ValueKind:
        return self.shape.kind


class FunctionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One function: its spelling, its Chinese name, the type of its result, an example and a note.

    `signature` shows the call. `history` functions take a literal number of days. `of_item` functions may be
    used only inside any_item, all_items and sum_items.
    """

    name: str
    title: str
    signature: str
    shape: Shape
    example: str
    note: str = ""
    history: bool = False
    of_item: bool = False


TEXT = Shape(ValueKind.TEXT)
NULLABLE_TEXT = Shape(ValueKind.TEXT, nullable=True)
DATE = Shape(ValueKind.DATE)
BOOLEAN = Shape(ValueKind.BOOLEAN)
#: An amount of one bill in 元: N(14,2).
MONEY = Shape(ValueKind.NUMBER, 12, 2)
#: A sum of amounts over items or bills.
SUM = Shape(ValueKind.NUMBER, 16, 2)
#: A quantity or rate, six decimal places.
MEASURE = Shape(ValueKind.NUMBER, 12, 6)
COUNT = Shape(ValueKind.NUMBER, 9, 0, integer=True)


def _bill(path: str, name: str, shape: Shape, example: str, note: str = "") -> FieldSpec:
    return FieldSpec(
        path=path, name=name, shape=shape, example=example, note=note, column=path.replace(".", "_")
    )


def _coded(field: FieldSpec, end: str, *values: tuple[str, str]) -> FieldSpec:
    """A field that has only these values. Its note lists them and ends with `end`."""
    listed = "，".join(f"{value} {words}" for value, words in values)
    return msgspec.structs.replace(field, note=f"{listed}{end}", values=values)


def _item(path: str, name: str, shape: Shape, example: str, note: str = "") -> FieldSpec:
    note = note or "逐个项目取值，只能写在 any_item、all_items、sum_items 里。"
    return FieldSpec(
        path=path,
        name=name,
        shape=shape,
        example=example,
        note=note,
        place=SourcePlace.ITEM,
        column=path.removeprefix("item."),
    )


def _evidence(name: str, title: str) -> FieldSpec:
    field = FieldSpec(
        path=f"evidence.{name}",
        name=title,
        shape=NULLABLE_TEXT,
        example=f"evidence.{name} = 'contradict'",
        column=f"evidence_{name}",
        stages=(Stage.EVIDENCE,),
    )
    values = ("agree", "一致"), ("contradict", "不符"), ("absent", "材料中没有")
    return _coded(field, "；尚未识别时为空值。", *values)


_PAYER_FIELDS = (
    _coded(_bill("payer.type", "缴款人类型", TEXT, "payer.type = '2'"), "。", ("1", "个人"), ("2", "单位")),
    _bill("payer.name", "缴款人名称", TEXT, "contains(payer.name, '测试')", "没有填写时为空文本。"),
    _bill("payer.code", "缴款人代码", TEXT, "payer.code = ''", "没有填写时为空文本。"),
    _bill("payer.account", "缴款人账号", TEXT, "payer.account <> ''", "没有填写时为空文本。"),
    _bill("payer.bank", "缴款人开户行", TEXT, "contains(payer.bank, '银行')", "没有填写时为空文本。"),
    _coded(
        _bill("payer.name_class", "缴款人名称类别", TEXT, "payer.name_class IN ('placeholder', 'test')"),
        "。",
        ("ordinary", "正常"),
        ("placeholder", "占位（无、个人、散客等）"),
        ("repeated", "同一个字重复"),
        ("single", "单个字"),
        ("digits", "没有文字"),
        ("test", "测试数据"),
        ("garbled", "乱码"),
    ),
    _coded(
        _bill("payer.code_class", "缴款人代码类别", TEXT, "payer.code_class = 'uscc_wrong'"),
        "。",
        ("none", "未填"),
        ("uscc", "统一社会信用代码"),
        ("uscc_wrong", "统一社会信用代码的校验码错误"),
        ("resident_id", "居民身份证号（含外国人永久居留身份证）"),
        ("resident_id_wrong", "居民身份证号的校验码错误"),
        ("other", "其他"),
    ),
)
_BILL_FIELDS = (
    _bill("kind", "票据种类", TEXT, "kind = '0601'", "四位种类代码。"),
    _bill("category", "票据分类", TEXT, "category = '06'", "两位分类代码。"),
    _bill("total", "合计金额", MONEY, "total >= 10000", "单位为元。"),
    _bill("remark", "备注", TEXT, "contains_any(remark, '货款', '租金')", "没有填写时为空文本。"),
    _bill("pay_mode", "交款方式", TEXT, "pay_mode = '现金'", "没有填写时为空文本。"),
    _bill("handler", "开票人", TEXT, "handler = checker"),
    _bill("checker", "复核人", TEXT, "checker = ''", "没有填写时为空文本。"),
    _bill("business_no", "业务流水号", TEXT, "starts(business_no, 'TEST')"),
    _bill("aux_count", "清单明细行数", COUNT, "aux_count > 100"),
    _bill("issued.date", "开票日期", DATE, "issued.date >= DATE '2026-01-01'", "北京时间。"),
    _bill("issued.hour", "开票时刻（时）", COUNT, "issued.hour NOT BETWEEN 7 AND 19", "0 至 23，北京时间。"),
    _bill("issued.weekday", "开票星期", COUNT, "issued.weekday IN (6, 7)", "1 星期一至 7 星期日。"),
    _bill("issued.workday", "是否工作日开票", BOOLEAN, "NOT issued.workday", "按国务院放假安排。"),
    _bill("issued.year", "开票年份", COUNT, "issued.year = 2026"),
)
_UNIT_FIELDS = (
    _bill(
        "unit.id", "单位编号", Shape(ValueKind.NUMBER, 18, 0, integer=True), "unit.id = 12", "平台内部编号。"
    ),
    _bill("unit.name", "单位名称", TEXT, "contains(unit.name, '医院')"),
    _bill("unit.code", "单位统一社会信用代码", TEXT, "unit.code = payer.code"),
    _coded(
        _bill("unit.type", "单位类型", TEXT, "unit.type = 'hospital'"),
        "。",
        ("hospital", "医疗机构"),
        ("school", "学校"),
        ("charity", "慈善组织"),
        ("association", "社会团体"),
        ("court", "人民法院"),
        ("office", "行政事业单位"),
    ),
    _bill("unit.region", "单位行政区划", TEXT, "starts(unit.region, '1501')", "六位区划代码。"),
    _coded(
        _bill("unit.mode", "单位开票方式", TEXT, "unit.mode = 'ONLINE'"),
        "。",
        ("ONLINE", "在线"),
        ("INTERFACE", "接口"),
    ),
    _bill("unit.account", "单位收款账号", TEXT, "unit.account = ''"),
    _bill(
        "unit.watched",
        "单位被重点监控",
        BOOLEAN,
        "unit.watched AND total >= 5000",
        "开票当日单位在重点监控期内时为真；单位看不到，规则的提示语不要提到。",
    ),
)
_ITEM_FIELDS = (
    _bill("items.count", "项目行数", COUNT, "items.count > 20"),
    _bill("items.sum", "项目金额之和", SUM, "items.sum <> total", "单位为元。"),
    _item("item.code", "项目编码", TEXT, "any_item(item.code = '040101')"),
    _item("item.name", "项目名称", TEXT, "any_item(contains(item.name, '押金'))"),
    _item("item.class", "项目类别", TEXT, "any_item(item.class = '04')", "项目编码的前两位。"),
    _item("item.quantity", "项目数量", MEASURE, "any_item(item.quantity > 100)"),
    _item("item.rate", "项目收费标准", MEASURE, "any_item(item.rate > item.rate_maximum)"),
    _item("item.amount", "项目金额", MONEY, "any_item(item.amount > 50000)"),
    _item(
        "item.line",
        "数量乘以标准",
        MONEY,
        "any_item(item.line <> item.amount)",
        "数量乘以标准，四舍五入到分。",
    ),
    _item("item.remark", "项目备注", TEXT, "any_item(item.remark = '')"),
    _item(
        "item.listed",
        "项目在目录内",
        BOOLEAN,
        "NOT all_items(item.listed)",
        "在目录内、未停用、可用于本票种。",
    ),
    _item("item.allowed", "项目已获准", BOOLEAN, "NOT all_items(item.allowed)", "本单位获准收取的项目。"),
    _item(
        "item.rate_minimum",
        "标准下限",
        Shape(ValueKind.NUMBER, 12, 6, nullable=True),
        "any_item(item.rate < item.rate_minimum)",
        "项目不在目录内时为空值。",
    ),
    _item(
        "item.rate_maximum",
        "标准上限",
        Shape(ValueKind.NUMBER, 12, 6, nullable=True),
        "any_item(item.rate > item.rate_maximum)",
        "项目不在目录内时为空值。",
    ),
    _coded(
        _item("item.rate_kind", "标准类型", NULLABLE_TEXT, "any_item(item.rate_kind = 'fixed')"),
        "；项目不在目录内时为空值。",
        ("fixed", "固定"),
        ("bounded", "有上下限"),
        ("free", "不限"),
    ),
)
_EVIDENCE_FIELDS = (
    FieldSpec(
        path="evidence.count",
        name="佐证材料份数",
        shape=COUNT,
        example="evidence.count = 0",
        column="evidence_count",
        stages=(Stage.EVIDENCE,),
    ),
    _evidence("payer", "材料与缴款人"),
    _evidence("payee", "材料与收款单位"),
    _evidence("amount", "材料与金额"),
    _evidence("words", "材料大写与小写金额"),
    _evidence("date", "材料与日期"),
    _evidence("purpose", "材料与收款项目"),
    _evidence("usage", "材料余额"),
    _evidence("account", "材料与收款账号"),
    _evidence("seal", "材料印章"),
    _evidence("status", "材料效力"),
    _evidence("hidden", "材料中看不见的文字"),
)


def _writeoff(name: str, title: str, note: str) -> FieldSpec:
    return FieldSpec(
        path=f"writeoff.{name}",
        name=title,
        shape=BOOLEAN,
        example=f"writeoff.{name}",
        note=note,
        column=f"writeoff_{name}",
        stages=(Stage.WRITEOFF,),
    )


#: What the platform finds of a bill when its cycle is written off; false where nothing is wrong.
_WRITEOFF_FIELDS = (
    _writeoff("unrecorded", "登记与日志不符", "登记的票据在日志中没有对应的开具或冲红记录时为真。"),
    _writeoff("unpaired", "红蓝票不配对", "冲红的蓝票与红字票据不能一一对应或金额不符时为真。"),
    _writeoff("unsealed", "签名验证不通过", "抽查到的票据签名或原件不一致时为真。"),
    _writeoff("evidence_lost", "佐证不可用", "开票所依据的佐证材料已不存在或不能识别时为真。"),
    _writeoff("unpaid", "未匹配到账", "本单位按到账逐笔核对，而这张票据没有对应的到账时为真。"),
)


def _watch(name: str, title: str, shape: Shape, example: str, note: str) -> FieldSpec:
    return FieldSpec(
        path=f"watch.{name}",
        name=title,
        shape=shape,
        example=example,
        note=note,
        column=f"watch_{name}",
        stages=(Stage.MONITORING,),
    )


_UNKNOWN_COUNT = Shape(ValueKind.NUMBER, 9, 0, nullable=True, integer=True)
_UNKNOWN_SUM = Shape(ValueKind.NUMBER, 16, 2, nullable=True)
_SAME_TIME = (
    "近60天同一时段的中位数，没有开票的日子按0计；单位开票不足14天，或其中不足5天在该时段开过票的，为空值。"
)
#: What a unit did in an hour, of all kinds together, and what is usual of it. Rules of monitoring judge nothing else.
_WATCH_FIELDS = (
    _watch("bills", "本小时开票份数", COUNT, "watch.bills > 3 * watch.usual_bills", "蓝字票据。"),
    _watch("amount", "本小时开票金额", SUM, "watch.amount > 1000000", "蓝字票据金额之和，单位为元。"),
    _watch("largest", "本小时最大一份金额", MONEY, "watch.largest >= 500000", "单位为元。"),
    _watch("reds", "本小时冲红份数", COUNT, "watch.reds >= 10", "红字票据。"),
    _watch("red_amount", "本小时冲红金额", SUM, "watch.red_amount > 100000", "绝对值，单位为元。"),
    _watch(
        "red_share",
        "冲红占比",
        _UNKNOWN_COUNT,
        "watch.red_share >= 50",
        "冲红份数占开票份数的百分之几，没有开票时为空值。",
    ),
    _watch(
        "quick_reds", "本小时快速冲红份数", COUNT, "watch.quick_reds >= 5", "原票据开具不足30分钟即冲红的。"
    ),
    _watch("exchanges", "本小时换开份数", COUNT, "watch.exchanges >= 20", "换开为纸质票据的。"),
    _watch("refused", "本小时被拦截次数", COUNT, "watch.refused >= 20", "被监管规则拦截的。"),
    _watch("asked", "本小时被核实次数", COUNT, "watch.asked >= 20", "被监管规则要求核实的。"),
    _watch("rounds", "整千元份数", COUNT, "watch.rounds >= 10", "金额为1000元整倍数的蓝字票据。"),
    _watch(
        "near_limits",
        "临近限额份数",
        COUNT,
        "watch.near_limits >= 5",
        "金额略低于1万、5万、10万元（差额不足5%）的蓝字票据。",
    ),
    _watch(
        "alike",
        "最多的相同票据份数",
        COUNT,
        "watch.alike >= 10",
        "本小时项目和金额都相同的蓝字票据，取最多的一组；约一分钟统计一次。",
    ),
    _watch(
        "payer_bills",
        "同一缴款人最多份数",
        COUNT,
        "watch.payer_bills >= 10",
        "本小时开给同一缴款人名称的蓝字票据；约一分钟统计一次。",
    ),
    _watch(
        "payer_amount",
        "同一缴款人最大金额",
        SUM,
        "watch.payer_amount >= 50000",
        "本小时开给份数最多的缴款人的金额，单位为元。",
    ),
    _watch(
        "payer_units",
        "同一缴款人的单位数",
        COUNT,
        "watch.payer_units >= 3",
        "今天开给本小时某一缴款人的单位数，取最多的；约一分钟统计一次。",
    ),
    _watch("new_items", "首次使用的项目数", COUNT, "watch.new_items > 0", "本单位此前从未使用的收款项目。"),
    _watch(
        "silent_hours",
        "停止开票小时数",
        COUNT,
        "watch.silent_hours >= 2",
        "到本小时为止连续没有开票的小时数；只数平时有开票的时段。",
    ),
    _watch("usual_bills", "通常开票份数", _UNKNOWN_COUNT, "watch.bills > 3 * watch.usual_bills", _SAME_TIME),
    _watch("usual_amount", "通常开票金额", _UNKNOWN_SUM, "watch.amount > 5 * watch.usual_amount", _SAME_TIME),
    _watch("usual_reds", "通常冲红份数", _UNKNOWN_COUNT, "watch.reds > 5 * watch.usual_reds", _SAME_TIME),
    _watch("hour", "时刻（时）", COUNT, "watch.hour NOT BETWEEN 7 AND 19", "0 至 23，北京时间。"),
    _watch("weekday", "星期", COUNT, "watch.weekday IN (6, 7)", "1 星期一至 7 星期日。"),
    _watch("workday", "是否工作日", BOOLEAN, "NOT watch.workday", "按国务院放假安排。"),
)

FIELDS: tuple[FieldSpec, ...] = (
    *_BILL_FIELDS,
    *_PAYER_FIELDS,
    *_UNIT_FIELDS,
    *_ITEM_FIELDS,
    *_EVIDENCE_FIELDS,
    *_WRITEOFF_FIELDS,
    *_WATCH_FIELDS,
)


def _function(
    name: str, title: str, signature: str, shape: Shape, example: str, note: str = ""
) -> FunctionSpec:
    return FunctionSpec(name=name, title=title, signature=signature, shape=shape, example=example, note=note)


def _history(name: str, title: str, shape: Shape, example: str, note: str) -> FunctionSpec:
    return FunctionSpec(
        name=name,
        title=title,
        signature=f"{name}(天数)",
        shape=shape,
        example=example,
        note=note,
        history=True,
    )


def _median(name: str, title: str, note: str) -> FunctionSpec:
    return FunctionSpec(
        name=name,
        title=title,
        signature=f"{name}(item, 天数)",
        shape=Shape(ValueKind.NUMBER, 12, 2, nullable=True),
        example=f"any_item(item.amount > 10 * {name}(item, 90))",
        note=note,
        history=True,
        of_item=True,
    )


FUNCTIONS: tuple[FunctionSpec, ...] = (
    _function("length", "文本长度", "length(文本)", COUNT, "length(payer.name) < 2", "按字计。"),
    _function("contains", "包含", "contains(文本, '字词')", BOOLEAN, "contains(remark, '返还')"),
    _function(
        "contains_any",
        "包含任一",
        "contains_any(文本, '字词', '字词', …)",
        BOOLEAN,
        "contains_any(remark, '货款', '租金', '利息')",
    ),
    _function("starts", "开头是", "starts(文本, '字词')", BOOLEAN, "starts(unit.region, '1501')"),
    _function("ends", "结尾是", "ends(文本, '字词')", BOOLEAN, "ends(payer.name, '公司')"),
    _function("year", "年", "year(日期)", COUNT, "year(issued.date) = 2026"),
    _function("month", "月", "month(日期)", COUNT, "month(issued.date) = 12"),
    _function("day", "日", "day(日期)", COUNT, "day(issued.date) > 25"),
    _function(
        "days_between",
        "相隔天数",
        "days_between(起日, 止日)",
        COUNT,
        "days_between(DATE '2026-01-01', issued.date) > 30",
        "止日早于起日时为负数。",
    ),
    _function("abs", "绝对值", "abs(数字)", MEASURE, "abs(items.sum - total) > 0.01"),
    _function(
        "coalesce",
        "空值替换",
        "coalesce(值, 值, …)",
        TEXT,
        "any_item(coalesce(item.rate_kind, 'free') = 'free')",
        "取第一个不是空值的值；各个值的类型应相同。",
    ),
    _function("any_item", "任一项目满足", "any_item(条件)", BOOLEAN, "any_item(item.amount > 50000)"),
    _function("all_items", "全部项目满足", "all_items(条件)", BOOLEAN, "all_items(item.listed)"),
    _function(
        "sum_items",
        "项目合计",
        "sum_items(数字)",
        SUM,
        "sum_items(item.amount) <> total",
        "空值不计入，没有项目时为 0。",
    ),
    _history("unit_count", "单位开票份数", COUNT, "unit_count(1) > 500", "本单位含今天在内若干天的蓝票，不含本张。"),
    _history("unit_sum", "单位开票金额", SUM, "unit_sum(30) > 1000000", "本单位含今天在内若干天的蓝票金额，不含本张，单位为元。"),
    _history("unit_reversals", "单位冲红份数", COUNT, "unit_reversals(30) > 20", "本单位含今天在内若干天冲红的票据。"),
    _history(
        "payer_count",
        "同一缴款人份数",
        COUNT,
        "payer_count(7) >= 5",
        "给同一缴款人的蓝票，不含本张和已冲红的。代码正确的按代码认，一方没有代码的按名称认；看上去相同的名称算一个。",
    ),
    _history("payer_sum", "同一缴款人金额", SUM, "payer_sum(7) + total > 50000", "给同一缴款人的蓝票金额，不含本张和已冲红的。"),
    _history("twin_count", "同样票据份数", COUNT, "twin_count(3) > 0", "缴款人、项目和金额都相同且未冲红的蓝票，不含本张。"),
    _history("recast_count", "冲红后换人份数", COUNT, "recast_count(30) > 0", "若干天内冲红的、项目和金额相同而缴款人不同的票据。"),
    _median("unit_median", "单位项目中位数", "本单位这个项目若干天内每行金额的中位数，不足 20 行时为空值；单位为元，精确到约 2%。"),
    _median("peer_median", "同类单位项目中位数", "同类单位这个项目若干天内每行金额的中位数，不足 20 行时为空值；单位为元，精确到约 2%。"),
)  # fmt: skip

FUNCTION_BY_NAME = {function.name: function for function in FUNCTIONS}
OVER_ITEMS = frozenset({"any_item", "all_items", "sum_items"})
LONGEST_WINDOW = 366
