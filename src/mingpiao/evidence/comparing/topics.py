"""What money is for, by its words: classes that papers and charge items share."""

#: Class → words of it. A text may be of several classes.
_TOPICS = {
    "deposit": "保证金 押金 定金 质保金 履约金 诚意金",
    "rent": "租金 租赁 出租 承租 房租 场租 场地 租用",
    "training": "培训 进修 研修 学习班 培训班 继续教育 讲座",
    "research": "科研 课题 研发 技术开发 研究 技术服务 横向 实验 测试 技术咨询 攻关",
    "donation": "捐赠 捐款 捐助 捐献 善款 公益 慈善 爱心",
    "conference": "会议 会务 论坛 研讨会 年会 参会",
    "tuition": "学费 住宿费 学杂费 教材费",
    "utilities": "水费 电费 水电 暖气 采暖 取暖 燃气 物业",
    "loan": "借款 贷款 还款 垫付 垫款 代垫",
    "subsidy": "补助 补贴 专项资金 拨款 经费拨付 奖补",
    "meal": "餐费 伙食 食堂 餐饮",
    "insurance": "保险 社保 公积金 医保",
    "dues": "会费 党费 团费 工会经费",
    "publication": "版面费 出版 审稿",
    "goods": "采购 货款 设备款 材料款 购置",
    "land": "土地 拆迁 征地 补偿款",
    "medical": "医疗 体检 诊疗 药品",
}
_WORDS = tuple((topic, tuple(words.split())) for topic, words in _TOPICS.items())


def topics_of(text: str) -> frozenset[str]:
    """The classes whose words stand in a text; empty when it says nothing in particular."""
    return frozenset(topic for topic, words in _WORDS if any(word in text for word in words))
