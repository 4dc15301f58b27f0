"""Whether two short texts have the same topic, by the words that they share; general words do not count."""

import re
from collections.abc import Iterable
from enum import Enum

#: General words of bills, funds and offices, which do not describe a purpose; longer ones are removed first.
_FITS_ANYTHING = """
代收代缴 代收代付 代收 代缴 代管 暂收 暂存 往来 其他 结算 分摊 收取 缴纳 支付 上缴 拨付 下达 补助 补贴 专项 资金 经费
费用 款项 款 费 收入 支出 捐赠 捐款 捐助 捐 货币 实物 现金 定向 非定向 限定 善款 爱心 公益 慈善 支援 支持 资助 救助
帮扶 关爱 关怀 项目 工程 课题 合同 协议 合作 协作 联合 横向 纵向 单位 机构 内部 部门 中心 人员 职工 员工 群众 家庭 困难 贫困
社区 农村 牧区 农牧区 城市 城镇 农牧民 牧民 偏远 基层 地区 灾区 行政 事业 购置 采购 购买 建设 改造 维修 修缮 提升 改善
业务 管理 服务 工作 活动 开展 实施 组织 相关 有关 专用 统一 综合 使用 用于 用途 要求 完成 关键 及其 以及 年度 本年 上年
季度 春季 秋季 学期 学年 第一 第二 第三 第四 首期 二期 三期 尾款 首付 余款 分期 期 批 全额 部分 元 万元 人民币 转账
汇款 银行 到账 已付 技术服务 订单 收回 结余
"""
_GENERIC = re.compile("|".join(sorted(_FITS_ANYTHING.split(), key=len, reverse=True)))
_CHARACTERS = re.compile(r"[\u4e00-\u9fff]+")

#: Groups of words with the same meaning: the file may use one and the bill another.
_AKIN = """
科研 研究 研发 攻关 试验 课题 技术开发 横向
伙食 就餐 供餐 食堂 餐费 餐饮 用餐
水电 水费 电费 用电 用水 电暖 供暖 采暖 取暖 暖气 燃气 热力
教材 教辅 课本 书本
培训 研修 进修 继续教育 学习班 订单班 培养 讲座
场地 场馆 场租 会场 租用 租金 租赁 房租 承租
保证金 押金 定金 质保金 履约金
养老 老人 老年 敬老 适老 孤寡
助学 奖学 学业 上学 就学 学费 学生
救灾 抗震 洪涝 地震 雪灾 水灾 旱灾 灾后 灾害 赈灾
植树 造林 绿化 公益林 防沙 治沙 管护
患儿 患者 大病 医疗 救治 手术 诊疗 医药 先心病
演出 乌兰牧骑 文艺 非遗 非物质文化遗产 民歌
考试 考务 报名 测试
印刷 装订 打印 宣传资料 印制
图书 购书 读物 书籍
会议 会务 论坛 研讨 年会
会费 党费 团费
工资 社保 公积金 保险 个税
借款 贷款 垫付 垫款 还款
土地 征地 拆迁 征收 补偿 资产处置
物业 保洁 安保 停车
饮水 机井 水井
道路 公路 桥梁 硬化
住宿 宿舍 公寓
工装 工作服 校服 服装 制服
""".strip()
#: 科研 (research) can be about any subject, so it shows a difference only from another known topic.
_BROAD = frozenset({"科研", "研究", "研发", "课题"})
_CLASSES = tuple(tuple(line.split()) for line in _AKIN.splitlines())


class Likeness(Enum):
    """Whether texts have the same topic, different ones, or it cannot be decided."""

    SAME = "same"
    DIFFERENT = "different"
    UNTOLD = "untold"


def compare_topics(wanted: Iterable[str], told: str) -> Likeness:
    """Whether any of the `wanted` texts has the topic of the text `told`.

    Texts of general words alone (代收款项, 货币捐赠) have no topic.
    """
    wanted = list(wanted)
    ours, theirs = _pairs(wanted), _pairs([told])
    our_classes, their_classes = _classes(wanted), _classes([told])
    if ours & theirs or our_classes & their_classes:
        return Likeness.SAME
    if our_classes and their_classes:
        return Likeness.DIFFERENT
    return Likeness.DIFFERENT if ours - _BROAD and theirs - _BROAD else Likeness.UNTOLD


def telling_phrases(texts: Iterable[str], shortest: int) -> list[str]:
    """The parts of texts between general words, of at least `shortest` characters."""
    return [phrase for phrase in _phrases(texts) if len(phrase) >= shortest]


def _phrases(texts: Iterable[str]) -> list[str]:
    return [
        phrase
        for text in texts
        for run in _CHARACTERS.findall(text)
        for phrase in _GENERIC.sub(" ", run).split()
    ]


def _pairs(texts: Iterable[str]) -> set[str]:
    """All pairs of neighbouring characters in the specific parts of the texts."""
    return {phrase[start : start + 2] for phrase in _phrases(texts) for start in range(len(phrase) - 1)}


def _classes(texts: Iterable[str]) -> set[int]:
    whole = " ".join(texts)
    return {number for number, words in enumerate(_CLASSES) if any(word in whole for word in words)}
