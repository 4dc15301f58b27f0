"""The words for what stands in the catalogue: regions, units, kinds, items, rules, and the synonyms of each."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set

import msgspec

from mingpiao.catalog.model import Catalog, ChargeItem, Region, UnitType
from mingpiao.kernel.codes import region_covers

#: Members of the query that a word of the catalogue belongs to.
REGION, UNIT, UNIT_TYPE, UNIT_WORD, KIND, ITEM, ITEM_WORD, OUTSIDE = (
    "regions",
    "units",
    "unit_types",
    "unit_words",
    "kinds",
    "items",
    "item_words",
    "outside",
)


class Term(msgspec.Struct, frozen=True):
    """What a word means: the query's member, and the values that it stands for."""

    member: str
    values: tuple[str, ...]


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """All words of one moment. `terms` maps a word to its meaning, `rules` the name or code of a rule to its code.

    `item_names` are the names of all items in one text, of which parts may be looked for. `longest` is the length of
    the longest word.
    """

    terms: Mapping[str, Term]
    rules: Mapping[str, str]
    item_names: str
    longest: int
    own_region: str


_TYPES: dict[UnitType, tuple[str, ...]] = {
    UnitType.HOSPITAL: ("医疗机构", "医院", "医疗卫生机构", "医疗单位", "医疗卫生单位", "卫生机构"),
    UnitType.SCHOOL: ("学校", "院校", "教育机构", "教育单位", "学校单位", "学校类单位"),
    UnitType.CHARITY: ("慈善组织", "慈善机构", "公益组织", "慈善单位", "慈善组织单位"),
    UnitType.ASSOCIATION: ("社会团体", "社团", "社会团体单位", "社团组织"),
    UnitType.COURT: ("法院", "人民法院"),
    UnitType.OFFICE: ("行政事业单位", "机关事业单位", "行政事业性单位"),
}
_UNIT_WORDS = (
    "大学", "学院", "中学", "小学", "高级中学", "幼儿园", "卫生院", "社区卫生服务中心", "基金会", "协会", "学会", "商会",
    "公安局", "总工会",
)  # fmt: skip
_KIND_WORDS: dict[str, tuple[str, ...]] = {
    "01": ("非税收入类", "非税", "非税收入"),
    "0101": ("非税收入统一", "统一", "非税统一"),
    "0102": ("非税收入专用", "非税专用"),
    "0103": ("诉讼费", "诉讼费专用", "诉讼", "人民法院诉讼费", "法院诉讼费"),
    "0104": ("罚没", "罚没收入", "罚款", "罚没收入专用"),
    "0105": ("教育收费", "教育", "学费", "教育收费专用"),
    "02": ("结算类", "结算"),
    "0201": ("资金往来结算", "往来", "往来结算", "资金往来", "行政事业单位资金往来结算"),
    "03": ("公益事业捐赠", "公益捐赠", "捐赠", "捐款"),
    "0301": ("公益事业捐赠统一",),
    "04": ("会费", "社会团体会费", "社团会费"),
    "0401": ("社会团体会费统一",),
    "05": ("其他财政",),
    "0501": ("维修资金", "住宅专项维修资金", "住宅维修资金"),
    "0502": ("社保", "社会保险", "社会保险基金", "社保基金"),
    "0503": ("工会经费", "工会", "工会经费收入"),
    "06": ("医疗", "医疗收费"),
    "0601": ("门诊", "门诊收费", "医疗门诊", "医疗门诊收费"),
    "0602": ("住院", "住院收费", "医疗住院", "医疗住院收费"),
}
_BILL_WORDS = ("票据", "电子票据", "票", "票子", "单据", "收据")
#: 门诊、住院票据 and 捐赠的票: a stem that a later 票据 completes.
_STEMS = (
    "(?:"
    + "|".join(sorted({stem for stems in _KIND_WORDS.values() for stem in stems}, key=len, reverse=True))
    + ")"
)
_AND = "(?:、|和|及|与|或者|或|以及)"
KIND_STEM = re.compile(
    rf"(?P<stem>{_STEMS})(?:(?=的(?:票|单据))|(?={_AND}?(?:{_STEMS}{_AND})*{_STEMS}(?:专用|电子)?(?:票|单据|收据))|(?<=门诊|住院)(?![医费部号楼收科患病]))"
)
_PAYMENT_ORDERS = {"99": ("一般缴款书", "非税收入缴款书", "缴款书", "非税收入一般缴款书", "非税缴款书")}
#: Nicknames of regions by their full names.
_NICKNAMES = {
    "内蒙古自治区": ("内蒙古", "内蒙"),
    "呼和浩特市": ("呼市",), "锡林郭勒盟": ("锡盟",), "阿拉善盟": ("阿盟",), "呼伦贝尔市": ("呼盟", "呼伦贝尔盟"),
    "巴彦淖尔市": ("巴盟", "巴彦淖尔盟", "巴市"), "乌兰察布市": ("乌盟", "乌兰察布盟"), "鄂尔多斯市": ("鄂市", "伊盟"),
    "土默特左旗": ("土左旗", "土左"), "托克托县": ("托县",), "和林格尔县": ("和林县", "和林"), "清水河县": ("清水河",),
    "昆都仑区": ("昆区",), "白云鄂博矿区": ("白云矿区", "白云区", "白云鄂博"), "土默特右旗": ("土右旗", "土右"),
    "达尔罕茂明安联合旗": ("达茂旗", "达茂联合旗", "达茂"), "阿鲁科尔沁旗": ("阿鲁旗", "阿旗"), "巴林左旗": ("巴左旗",),
    "巴林右旗": ("巴右旗",), "克什克腾旗": ("克旗",), "翁牛特旗": ("翁旗",), "喀喇沁旗": ("喀旗",), "敖汉旗": ("敖旗",),
    "科尔沁左翼中旗": ("科左中旗", "左中旗", "科左中"), "科尔沁左翼后旗": ("科左后旗", "左后旗", "科左后"),
    "扎鲁特旗": ("扎鲁旗",), "霍林郭勒市": ("霍市", "霍林河"), "达拉特旗": ("达旗",), "准格尔旗": ("准旗",),
    "鄂托克前旗": ("鄂前旗", "鄂托克前"), "伊金霍洛旗": ("伊旗",), "扎赉诺尔区": ("扎区",),
    "莫力达瓦达斡尔族自治旗": ("莫旗", "莫力达瓦", "莫力达瓦旗"), "鄂伦春自治旗": ("鄂伦春旗",),
    "鄂温克族自治旗": ("鄂温克旗", "鄂温克", "鄂温克自治旗"), "陈巴尔虎旗": ("陈旗",), "新巴尔虎左旗": ("新左旗", "东旗"),
    "新巴尔虎右旗": ("新右旗", "西旗"), "额尔古纳市": ("额市",), "乌拉特前旗": ("乌前旗", "乌拉特前"),
    "乌拉特中旗": ("乌中旗", "乌拉特中"), "乌拉特后旗": ("乌后旗", "乌拉特后"), "杭锦后旗": ("杭后旗", "杭后"),
    "察哈尔右翼前旗": ("察右前旗", "察右前"), "察哈尔右翼中旗": ("察右中旗", "察右中"),
    "察哈尔右翼后旗": ("察右后旗", "察右后"), "四子王旗": ("四王旗",), "乌兰浩特市": ("乌市",),
    "科尔沁右翼前旗": ("科右前旗", "科右前"), "科尔沁右翼中旗": ("科右中旗", "科右中"), "扎赉特旗": ("扎旗",),
    "二连浩特市": ("二连", "二连市"), "苏尼特左旗": ("苏左旗", "东苏旗", "东苏"), "苏尼特右旗": ("苏右旗", "西苏旗", "西苏"),
    "东乌珠穆沁旗": ("东乌旗", "东乌"), "西乌珠穆沁旗": ("西乌旗", "西乌"), "太仆寺旗": ("太旗",), "镶黄旗": ("黄旗",),
    "正镶白旗": ("白旗",), "正蓝旗": ("蓝旗",), "阿巴嘎旗": ("阿巴嘎",), "阿拉善左旗": ("阿左旗",), "阿拉善右旗": ("阿右旗",),
    "额济纳旗": ("额旗", "额济纳"),
}  # fmt: skip
#: Slips of the pen and everyday words of the same length as what they stand for; the latter may be patterns' own words.
SPELLINGS = (
    ("票剧", "票据"), ("票具", "票据"), ("票聚", "票据"), ("随即抽", "随机抽"), ("随既抽", "随机抽"), ("随积抽", "随机抽"),
    ("冲洪", "冲红"), ("充红", "冲红"), ("冲宏", "冲红"), ("红充", "红冲"),
    ("上各月", "上个月"), ("这各月", "这个月"), ("礼拜", "星期"), ("佐正", "佐证"), ("左证", "佐证"), ("作证", "佐证"),
    ("核消", "核销"), ("合销", "核销"), ("门珍", "门诊"), ("门疹", "门诊"), ("住元", "住院"), ("捐增", "捐赠"), ("损赠", "捐赠"),
    ("罚末", "罚没"), ("抽察", "抽查"), ("交款", "缴款"), ("交费", "缴费"), ("交纳", "缴纳"), ("转帐", "转账"), ("帐号", "账号"),
    ("帐户", "账户"), ("医元", "医院"), ("预景", "预警"), ("触法", "触发"), ("截止", "截至"),
    ("季渡", "季度"), ("会非", "会费"), ("微心", "微信"), ("支付包", "支付宝"), ("刷咔", "刷卡"),
)  # fmt: skip
#: What leaves something out, before and after it.
LEAVING_OUT = (
    "除了", "除去", "除开", "除掉", "除", "不含", "不包括", "不包含", "不要", "不查", "不看", "不算", "不用查", "不用看", "别查", "别看",
    "别要", "排除", "剔除", "扣除", "扣掉", "去掉", "去除", "刨去", "刨掉", "刨除", "刨开", "撇开", "撇去", "抛开", "抛去", "抛掉", "非",
    "不是", "不属于", "避开", "不涉及",
)  # fmt: skip
LEFT_OUT = (
    "除外", "以外", "之外", "外", "除去", "除掉", "不查", "不看", "不算在内", "不算", "不要", "不在内", "不含在内", "不包括在内",
    "不包含在内",
    "不计在内", "不计入", "不计", "不必看", "不必查", "不必", "不用看", "不用查", "不用管", "不用", "不需要", "暂不查", "暂不看",
    "暂不检查",
    "暂不", "先不查", "先不看", "就不查", "就不看", "就不用", "可不查", "可以不看", "可以不查", "不纳入", "不列入", "排除在外",
    "排除", "剔除",
    "刨除", "刨去", "刨掉", "去掉", "扣除", "扣掉", "别查", "别看", "别要", "别算", "不管", "不考虑", "不检查", "不作检查", "不抽",
)  # fmt: skip
#: How a clause begins that tells, before 请…, why an inspection is made, and what else such a clause says.
REASON_STARTS = (
    "为了", "为", "因为", "因", "由于", "鉴于", "根据", "依据", "据", "按照", "按", "依照", "遵照", "结合", "围绕", "针对",
    "考虑到", "经", "收到",
    "接到", "接", "有媒体", "有群众", "有人", "有家长", "有患者", "有职工", "多名", "部分", "个别", "群众", "市民", "家长",
    "患者", "审计", "纪委",
    "巡视", "巡察", "媒体", "财政部", "上级", "省厅", "厅", "局", "领导", "主任", "处长", "科长", "我局", "我厅", "我市", "我盟", "我旗",
    "我县", "我们", "我", "联合", "前期", "近期", "近日", "日前", "最近有", "最近接", "现需", "发现", "反映", "网上", "配合",
    "响应", "贯彻", "落实",
    "医保", "卫健", "教育局", "税务", "公安机关", "检察", "法院移送", "单位要",
)  # fmt: skip
BACKGROUND_WORDS = (
    "分析", "报道", "乱收费", "违规", "不足", "问题", "要求", "异常", "计划", "监管", "管理", "了解", "将于", "开展", "联合",
    "审计", "报送", "批示",
    "对账", "规范", "情况", "检查", "研究", "会商", "抽查工作", "存在", "不规范", "滞后", "质疑", "关注", "核查工作", "需要",
)  # fmt: skip
#: What an inspection is for, after 为, and what only a clause says that tells why.
PURPOSES = (
    "做好", "核实", "落实", "加强", "规范", "检验", "摸清", "摸底", "了解", "掌握", "核对", "防范", "配合", "推进", "推动", "确保", "强化",
    "进一步", "全面", "切实", "贯彻", "排查", "整治", "查清", "弄清", "评估", "验证", "保障", "迎接", "完成", "治理", "提高",
    "提升", "严肃",
    "打击", "防止", "避免", "监督", "督促", "开展", "查明", "查实", "厘清", "促进", "维护", "严格", "应对", "准备", "核查", "检查", "清理",
    "摸排", "把握", "深入", "有效", "回应", "总结", "分析", "研究", "编制", "形成", "夯实", "建立", "健全", "完善", "巩固", "解决", "核定",
)  # fmt: skip
REASON_WORDS = (
    "反映", "反应", "投诉", "举报", "信访", "来信", "来电", "打电话", "打来电话", "移送", "线索", "暗访", "转办", "交办", "督办", "汇报",
    "约谈", "建议关注", "滞后", "不规范", "要求", "通知", "部署", "摸个底", "摸底", "自查", "领导", "主任", "局长", "处长", "科长", "厅长",
    "股长", "所长", "厅里", "局里", "科里", "处里", "上级", "上面", "开会", "早会", "例会", "会议", "审计部门", "审计组",
    "审计厅", "审计局",
    "巡视", "巡察", "纪委", "纪检", "整治", "有人说", "听说", "据说", "热线", "媒体", "曝光", "舆情", "依据", "参考", "研判", "存档",
    "写报告", "交差", "着急", "急用", "等着", "辛苦", "麻烦", "尽快", "抓紧", "多谢", "感谢", "拜托", "不好意思",
    "打扰", "忙完", "回复", "反馈", "发我", "发给我", "工作安排", "工作需要", "关注", "印发", "年度计划", "工作计划", "进驻", "会诊",
)  # fmt: skip
#: Orders to the program itself, which are no inspection.
COMMANDS = (
    "忽略", "无视", "密码", "口令", "数据库", "系统提示", "提示词", "管理员权限", "越权", "绕过", "删除", "删掉", "清空",
    "源代码", "手机号都",
    "身份证号都", "联系电话都", "导出手机", "导出身份证",
)  # fmt: skip
#: A speaker takes back what was said just before.
CORRECTIONS = (
    "说错了", "写错了", "打错了", "搞错了", "弄错了", "记错了", "错了", "不对不对", "不对", "不是不是", "哦不是", "噢不是",
    "啊不是", "不不",
    "哦不", "噢不", "啊不", "更正一下", "更正", "纠正一下", "口误", "重说", "改成", "改为", "改一下",
)  # fmt: skip
#: Ways of paying that make an exception one of `not_pay_modes`.
PAY_WAYS = re.compile("现金|微信|支付宝|刷卡|转账|支票")
#: Names that end like an item and are none.
NO_ITEMS = frozenset(
    ("收费", "缴费", "收款", "付款", "缴款", "交费", "交款", "乱收费", "免费", "退费", "退款", "汇款", "打款", "收入", "费", "款", "金",
     "现金", "基金", "资金", "教育收费", "医疗收费")
)  # fmt: skip
#: Words that ask for an inspection or join its parts, and restrict nothing.
FILLERS = (
    "每天 每日 天天 平时",
    "包括 包含 涉及 含 收取的 收取 收到的 收到 收的 收了 收 缴纳的 缴纳 缴的 缴了 缴 交的 交了 交 付的 付了 付 支付的 捐的",
    "捐了 捐 给的 钱 款项 帮我 帮忙 帮着 麻烦 请你 请 您好 你好 谢谢啦 谢谢您 谢谢你 谢谢了 谢谢 谢了 多谢 辛苦了 辛苦 拜托了",
    "拜托 劳驾 我们 我 咱们 咱 俺们 俺 想要 想 需要 要求 要 得 准备 拟于 拟 计划 打算 安排 开展 组织 实施 进行 作一次 做一次",
    "做个 做 作 一次 一下子 一下 一批 一遍 过一遍 下 重点检查 专项检查 专项 重点核查 重点 监督检查 监督 检查组 检查 核查",
    "核实一下 核实 核对 核一下 核一核 核 审查 审核 复核 复查 查一查 查看 查找 查出 查询 查阅 调阅 查 看一看 看看 看下 看一眼",
    "瞅瞅 瞧瞧 看 找出来 找出 找到 找 筛选出 筛选 筛出 筛查 筛 挑出 挑 列出 列 梳理 调取 调出 调 提取 导出 拉出来 拉出 拉一下",
    "拉 翻出来 翻出 翻 搜出 搜 统计 过一过 摸一摸 瞄一眼 弄出来 弄 捋一捋 捋 出来 过来 来 去 起来 一块儿 一块 一起 一并 一道",
    "顺便 顺带 协助 协同 先行 首先 先 随后 然后 接着 最后 有没有问题 有无问题 是否合规 是否真实 是不是有问题 有没有异样",
    "是咋回事 咋回事 怎么回事 啥情况 什么情况 情况 相关 有关 业务 行为 问题 哪些 哪 啥 什么 多少 怎么样 咋样 如何 有没有 有无",
    "是否 是不是 财政电子票据 电子票据 财政票据 票据 单据 票子 票 蓝字 蓝票 凭证 所开具 开具过 开具 所开 开出去 开出 开过",
    "开了 开的 开票 开 出具 填开 使用 用票单位 开票单位 用票 单位们 单位 机构 各级 各类 各个 各地 各地方 各盟市 各旗县 各",
    "盟市 地区 区域 辖区 范围 我区 我省 我市 本地区 本地 本区 本省 本市 全自治区 自治区 全区 全省 全市 全盟 全县 全旗 全域",
    "地方 那边 这边 那儿 这儿 那里 这里 两地 一带 地界 这边儿 那边儿 所有 全部 全体 全都 全 任何 其中 其他 其它 其余 这些",
    "那些 这批 那批 这部分 那部分 部分 这块儿 这块 那块儿 那块 这几 那几 这个号 这个人 这个 那个 这 那 下面这批 下面 下列",
    "以下这批 以下这些 如下 内容 相应 对应 凡是 凡 只要 只看 只查 只 仅限于 仅限 仅看 仅查 仅 限于 限 光 就是 就 即可 就行",
    "就可以 就好 也行 也算 都算 算 也要 都要 可以 行 截至目前 截至今天 到目前为止 目前 至今 现在 现已 现 期间 时段 时间 日期",
    "之间 在内 以来 当中 属于 这段 整个 一整年 整年 全年 整月 全月 当天 当日 那一天 那天 这天 当晚 那会儿 并且 而且 同时 以及",
    "还有 或者 或是 或 且 并 又 及 和 与 跟 同 但是 但 还 也 都 均 再 才 已经 已 被 曾 即 则 另外 此外 外加 加上 对于 对 把",
    "将 给 向 由 从 自 于 在 按照 按 以 用 拿 走 通过 为 是 有 存在 里面 里头 里边 里 中间 中 内 上面 上 的 了 过 掉 吧 呢 吗",
    "啊 呀 哦 噢 哈 嘛 啦 呗 嗯 额 哎 诶 地 所 等等 等 其 一些 些 个 家 类 项 种 方面 来源 来自 位于 下属 属 下辖 让 叫 金额",
    "数额 面额 票面 合计 单张 每张 单笔 每笔 名称 名字 叫做 类型 票据种类 票据类型 票种 种类 状态 方式 办法 方法 条件 样本",
    "抽样 随机 比例 结果 收款项目 收费项目 项目 条目 收款 收费 缴款人 缴款 付款人 付款方 付款 缴费人 缴费 捐赠人 收款人 人",
    "家长 患者 病人 群众 老百姓 窗口 明细 名单 档案 病案 资料 统一社会信用代码 信用代码 代码 编码 对象 标准 提供 了解 补充 需",
    "我局 我厅 我处 财政局 财政厅 管理 供研判 供参考 供核对 供分析 供复核 供审阅 备查 备用 留存 存档 作为依据 作依据 请予配合",
    "予以配合 予以 请予 配合 经研究 研究 决定 规定 管理办法 工作 下周[一二三四五六日天] 下周 下个月 下月 明天 后天 近日 尽快",
    "抓紧 一共 总共 共 大家 用于 方便 便于 以便 即刻 马上 立即 今儿 行不行 好不好 可以吗 好吗",
)  # fmt: skip
_SUFFIX = re.compile(r"(?:自治区|自治州|自治县|自治旗|[省市盟州县旗区])$")
#: What may be the end of a word that is looked for in names of items.
ITEM_ENDS = ("费", "款", "金", "捐赠", "收入", "所得")


def make_vocabulary(
    catalog: Catalog,
    *,
    own_region: str,
    units: Mapping[str, str],
    rules: Mapping[str, str],
    places: Mapping[str, str],
) -> Vocabulary:
    """The words of a catalog. `units` maps names to codes, `rules` codes to names; `places` are the provinces and
    cities of the country, names by code.

    Where a word has several meanings, the one that comes first in `_all_terms` counts.
    """
    terms: dict[str, Term] = {}
    for word, term in _all_terms(catalog, own_region, units, places):
        terms.setdefault(word, term)
    return Vocabulary(
        terms=terms,
        rules={name: code for code, name in rules.items()} | {code: code for code in rules},
        item_names="\n".join(item.name for item in catalog.items.values()),
        longest=max(map(len, terms), default=0),
        own_region=own_region,
    )


def _all_terms(
    catalog: Catalog, own_region: str, units: Mapping[str, str], places: Mapping[str, str]
) -> Iterator[tuple[str, Term]]:
    for name, uscc in units.items():
        yield name, Term(UNIT, (uscc,))
        yield uscc, Term(UNIT, (uscc,))
    yield from _kinds(catalog)
    yield from _items(catalog.items.values())
    yield from _regions(catalog, own_region)
    for unit_type, words in _TYPES.items():
        for word in words:
            yield word, Term(UNIT_TYPE, (unit_type.value,))
    for word in _UNIT_WORDS:
        yield word, Term(UNIT_WORD, (word,))
    yield "中小学", Term(UNIT_WORD, ("中学", "小学"))
    for code, name in places.items():
        if not region_covers(catalog.province, code):
            yield from _outside(name)


def _kinds(catalog: Catalog) -> Iterator[tuple[str, Term]]:
    place = catalog.regions[catalog.province].name if catalog.province in catalog.regions else ""
    for kind in catalog.kinds.values():
        plain = kind.name.removesuffix("（电子）").removeprefix(place)
        for name in (kind.name, kind.name.removeprefix(place), plain, place + plain, kind.code):
            if name != kind.code or kind.code not in catalog.regions:
                yield name, Term(KIND, (kind.code,))
    for category in catalog.categories.values():
        yield category.name, Term(KIND, (category.code,))
    yield from _short_kinds(catalog.kinds.keys() | catalog.categories.keys())


def _short_kinds(known: Set[str]) -> Iterator[tuple[str, Term]]:
    words = [
        (code, stem + end) for code, stems in _KIND_WORDS.items() for stem in stems for end in _BILL_WORDS
    ]
    # 非税 + 专用票据 is 非税专用 + 票据: the longer stem counts.
    words.sort(key=lambda each: -max(len(stem) for stem in _KIND_WORDS[each[0]] if each[1].startswith(stem)))
    words += [(code, word) for code, listed in _PAYMENT_ORDERS.items() for word in listed]
    for code, word in words:
        if code in known:
            yield word, Term(KIND, (code,))


def _items(items: Iterable[ChargeItem]) -> Iterator[tuple[str, Term]]:
    by_name: dict[str, list[str]] = {}
    for item in items:
        by_name.setdefault(item.name, []).append(item.code)
        yield item.code, Term(ITEM, (item.code,))
    for name, codes in by_name.items():
        yield name, Term(ITEM, tuple(codes))


def _regions(catalog: Catalog, own_region: str) -> Iterator[tuple[str, Term]]:
    """Names of regions, earlier ones too; without 市 and the like where only one region is called so."""
    short: dict[str, list[Region]] = {}
    for region in catalog.regions.values():
        for name in (region.name, *(each.name for each in region.earlier)):
            yield name, _region_term(catalog, region, own_region)
            stem = _SUFFIX.sub("", name)
            if len(stem) >= 2 and stem != name:
                short.setdefault(stem, []).append(region)
        for nickname in _NICKNAMES.get(region.name, ()):
            yield nickname, _region_term(catalog, region, own_region)
    for stem, regions in short.items():
        if len({each.code for each in regions}) == 1:
            yield stem, _region_term(catalog, regions[0], own_region)


def _region_term(catalog: Catalog, region: Region, own_region: str) -> Term:
    """A region that ended stands for what took its place; one's own and the province leave nothing out."""
    codes = region.successors if region.ended_on and region.successors else (region.code,)
    if own_region in codes or region.code == catalog.province:
        return Term(REGION, ())
    own = tuple(each for each in codes if region_covers(own_region, each))
    return Term(REGION, own) if own else Term(OUTSIDE, (region.name,))


def _outside(name: str) -> Iterator[tuple[str, Term]]:
    stem = re.sub(r"(?:壮族|回族|维吾尔)?自治区$|特别行政区$|[省市]$", "", name)
    for word in {name, stem, stem + ("省" if name.endswith("省") else "市" if name.endswith("市") else "")}:
        if len(word) >= 2:
            yield word, Term(OUTSIDE, (word,))
