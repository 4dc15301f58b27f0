"""Kinds of money, so that a donation is told from a fee, whatever the words."""

import re
from collections.abc import Iterable

#: For each kind the words that bills and files use for it.
_KINDS = {
    "donation": r"捐[赠款助献资]|善款|赞助|受赠|公益性|爱心|义卖",
    "grant": r"补助|拨款|财政|下达|专项资金|专项经费|奖补|转移支付",
    "research": r"科研|课题|研发|攻关|横向|技术开发|研究|立项|成果",
    "tuition": r"学费|保教|学杂|托管|工作坊|研讨|研学|报名|住宿费|培训|研修|进修|教材|课后|保育|学员|学时|授课|办班",
    "rent": r"租[金赁]|出租|承租|场地|房租|占用费|使用费|共用|场馆",
    "deposit": r"保证金|押金|定金|履约|质保金|诚意金",
    "compensation": r"补偿|赔偿|征收|资产处置|征地|拆迁|损坏|理赔",
    "fine": r"罚款|罚没|处罚|滞纳金|违法",
    "dues": r"会费|党费|工会经费|会员",
    "service": r"技术服务|技术开发|医疗服务|咨询|服务费|检测|监测|检验|测试|评估|审计|设计|审校|翻译|委托研究|化验|鉴定|合作研究",
    "medical": r"体检|诊疗|医疗|临床|试验|药|门诊|住院|护理|疫苗|筛查|接种",
    "meal": r"伙食|餐费|食堂|用餐|就餐",
    "utilities": r"水电|电费|水费|物业|供暖|取暖|燃气",
    "event": r"会务|会议|注册费|参[会展]费?|报名|研讨|工作坊|培训|研修|进修|考试|考务|认定|论坛|年会|演出|比赛|展位|门票|研学|活动费",
    "parking": r"停车|泊位",
    "loan": r"借款|还款|垫付|往来|代收|代付|代缴|退还|退回|收回|结余|上缴",
    "goods": r"销售|购置|采购|货款|设备|苗木|图书|出版|印刷",
    "repair": r"维修|修缮|改造|装修|加固|防水|建设|施工|工程",
    "treatment": r"污水|垃圾|排污|处理费|保洁|清运",
}
_PATTERNS = {name: re.compile(pattern) for name, pattern in _KINDS.items()}


def kinds_of(texts: Iterable[str]) -> set[str]:
    """The kinds of money that texts speak of."""
    whole = " ".join(texts)
    return {name for name, pattern in _PATTERNS.items() if pattern.search(whole)}


def weights_of(text: str) -> dict[str, float]:
    """How much of all that a text says about kinds of money each kind has, 0..1."""
    counts = {name: min(len(pattern.findall(text)), 20) for name, pattern in _PATTERNS.items()}
    whole = sum(counts.values())
    return {name: count / whole for name, count in counts.items() if count} if whole else {}
