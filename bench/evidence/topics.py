"""What money is paid for: how the specimen names it, and how an honest bill for it reads."""

from random import Random

import msgspec

SETTLEMENT, GIFT = "0201", "0301"


class Topic(msgspec.Struct, frozen=True):
    """A purpose as a specimen states it and what a bill for it says; topics of one `group` are akin."""

    group: str
    kind: str
    purpose: str
    items: tuple[str, ...]
    remarks: tuple[str, ...]
    project: str


def _settlement(
    group: str, items: tuple[str, ...], entries: tuple[tuple[str, tuple[str, ...]], ...]
) -> list[Topic]:
    return [Topic(group, SETTLEMENT, purpose, items, remarks, "") for purpose, remarks in entries]


def _gifts(
    group: str, items: tuple[str, ...], entries: tuple[tuple[str, str, tuple[str, ...]], ...]
) -> list[Topic]:
    return [Topic(group, GIFT, purpose, items, remarks, project) for purpose, project, remarks in entries]


_RESEARCH = ("科研项目合作往来款", "横向科研合作经费", "科研协作经费")
_TOPICS = (
    *_settlement(
        "research",
        _RESEARCH,
        (
            ("草原生态遥感监测技术研究", ("草原生态遥感监测课题经费", "遥感监测技术研究合作款")),
            ("典型草原退化修复关键技术研究", ("退化草原修复技术研究经费", "")),
            ("肉牛精准饲喂技术联合攻关", ("肉牛饲喂技术攻关合作经费", "联合攻关项目款")),
            ("蒙医药治疗类风湿病临床疗效评价研究", ("蒙医药临床疗效评价课题款", "")),
            ("稀土功能材料性能测试与评价研究", ("稀土材料性能测试研究费", "")),
            ("黄河流域盐碱地改良试验研究", ("盐碱地改良试验经费", "盐碱地改良课题合作款")),
            ("马铃薯种薯脱毒快繁技术研究", ("马铃薯脱毒种薯课题经费", "")),
            ("煤矿安全智能监测预警系统研发", ("智能监测预警系统研发经费", "")),
        ),
    ),
    *_settlement(
        "meals",
        ("代收职工伙食费", "代收职工餐费"),
        (
            ("职工食堂就餐伙食费结算", ("职工食堂伙食费", "食堂餐费结算")),
            ("机关食堂供餐服务伙食费", ("机关食堂伙食费", "")),
            ("驻点人员就餐伙食费", ("驻点人员伙食费", "")),
        ),
    ),
    *_settlement(
        "utilities",
        ("代收水电费", "代收水电暖费"),
        (
            ("办公用房水电费分摊", ("办公用房水电费", "")),
            ("临街商铺水电费代收代缴", ("商铺水电费", "水电费代收")),
            ("实验楼用水用电费用结算", ("实验楼水电费", "")),
            ("家属区供暖及用电费用分摊", ("家属区供暖、用电费用", "")),
        ),
    ),
    *_settlement(
        "textbooks",
        ("代收教材费", "代收教材资料费"),
        (
            ("春季学期学生教材采购款代收", ("春季学期教材费", "")),
            ("成人教育学员教材及教辅资料费", ("学员教材资料费", "")),
            ("秋季学期公共课教材费", ("秋季学期教材费", "")),
        ),
    ),
    *_settlement(
        "training",
        ("代收培训费", "培训协作经费"),
        (
            ("基层会计人员业务能力培训", ("基层会计人员培训费", "会计业务培训款")),
            ("乡村医生急救技能培训", ("乡村医生技能培训费", "")),
            ("嘎查村干部履职能力专题培训班", ("村干部专题培训班费用", "")),
            ("安全生产管理人员继续教育培训", ("安全生产继续教育培训费", "")),
        ),
    ),
    *_settlement(
        "venue",
        ("暂收场地使用款", "场地使用往来款"),
        (
            ("体育馆场地使用费用结算", ("体育馆场地使用费", "")),
            ("会议中心多功能厅场地使用", ("多功能厅场地使用款", "会议中心场地款")),
            ("篮球馆及看台场地租用", ("篮球馆场地租用款", "")),
        ),
    ),
    *_gifts(
        "schooling",
        ("助学定向捐赠", "货币捐赠"),
        (
            ("资助家庭经济困难学生完成学业", "困难学生助学金", ("助学捐款", "")),
            ("设立优秀大学生奖学金", "大学生奖学金项目", ("奖学金捐赠", "")),
            ("农牧区寄宿制学校学生营养改善及助学", "农牧区学生助学项目", ("农牧区助学", "")),
        ),
    ),
    *_gifts(
        "disaster",
        ("救灾定向捐赠", "货币捐赠"),
        (
            ("洪涝灾区群众紧急救助和灾后重建", "洪涝救灾", ("支援洪涝灾区", "救灾捐款")),
            ("雪灾受灾牧户饲草料救助", "牧区雪灾救助", ("雪灾牧户救助", "")),
            ("地震灾区抗震救灾及过渡安置", "抗震救灾", ("抗震救灾捐款", "")),
        ),
    ),
    *_gifts(
        "greening",
        ("货币捐赠",),
        (
            ("沙漠锁边林植树造林及后期管护", "沙漠植树造林", ("植树造林捐款", "")),
            ("防沙治沙公益林建设", "防沙治沙公益林", ("公益林建设捐款", "")),
            ("城市义务植树公益林抚育", "义务植树公益林", ("义务植树", "")),
        ),
    ),
    *_gifts(
        "elderly",
        ("货币捐赠",),
        (
            ("社区养老服务中心适老化改造", "社区养老适老化改造", ("养老服务中心改造", "")),
            ("农村牧区孤寡老人生活照料", "孤寡老人照料", ("关爱老人", "")),
        ),
    ),
    *_gifts(
        "medical",
        ("货币捐赠",),
        (
            ("先天性心脏病患儿手术救治", "先心病患儿救治", ("患儿救治捐款", "")),
            ("大病困难患者医疗费用救助", "大病医疗救助", ("大病救助", "")),
            ("偏远苏木卫生院医疗设备购置", "苏木卫生院设备购置", ("医疗设备购置捐款", "")),
        ),
    ),
    *_gifts(
        "culture",
        ("货币捐赠",),
        (
            ("乌兰牧骑基层演出设备购置", "乌兰牧骑演出设备", ("演出设备捐款", "")),
            ("非物质文化遗产长调民歌保护传承", "长调民歌传承", ("非遗传承捐款", "")),
        ),
    ),
)


#: Subjects that are kept back: specimens of the seeds from `KEPT_BACK_FROM` on are about nothing else.
_KEPT_BACK = (
    *_settlement(
        "research",
        _RESEARCH,
        (
            ("沙棘果渣饲料化利用研究", ("沙棘果渣饲料化研究经费", "")),
            ("城市内涝预警模型构建与验证", ("内涝预警模型研究合作款", "")),
            ("马奶酒发酵菌株筛选与保藏", ("发酵菌株筛选课题经费", "")),
        ),
    ),
    *_settlement(
        "pipes",
        ("代收维修费", "维修改造往来款"),
        (
            ("供热管网维修改造费用分摊", ("供热管网维修费", "")),
            ("家属楼屋面防水维修", ("屋面防水维修款", "")),
        ),
    ),
    *_settlement(
        "check-up",
        ("代收体检费",),
        (("职工年度健康体检费用结算", ("职工体检费", "")), ("入职人员体检费用", ("入职体检费", ""))),
    ),
    *_settlement(
        "insurance",
        ("代收保险费",),
        (("学生平安保险费代收", ("学生平安保险费", "")), ("校方责任保险费用", ("校方责任险费用", ""))),
    ),
    *_settlement(
        "bus",
        ("代收班车费", "班车运行往来款"),
        (("通勤班车运行费用分摊", ("通勤班车费用", "")), ("园区接驳班车运营", ("园区班车费用", ""))),
    ),
    *_settlement(
        "laundry",
        ("代收洗涤费",),
        (("医用织物洗涤消毒费用", ("医用织物洗涤费", "")), ("病房被服洗涤", ("被服洗涤费", ""))),
    ),
    *_gifts(
        "disabled",
        ("货币捐赠",),
        (
            ("残疾人轮椅及辅助器具购置", "残疾人轮椅购置", ("轮椅捐款", "")),
            ("自闭症儿童康复训练", "自闭症儿童康复", ("康复训练捐款", "")),
        ),
    ),
    *_gifts(
        "heating",
        ("货币捐赠",),
        (
            ("牧民冬季取暖用煤", "牧民冬季取暖", ("取暖用煤捐款", "")),
            ("敬老院锅炉更换", "敬老院锅炉更换", ("", "锅炉捐款")),
        ),
    ),
    *_gifts(
        "relics",
        ("货币捐赠",),
        (
            ("革命文物陈列馆布展", "革命文物陈列馆", ("文物陈列馆捐款", "")),
            ("古长城遗址保护修缮", "古长城保护修缮", ("长城修缮捐款", "")),
        ),
    ),
    *_gifts(
        "law",
        ("货币捐赠",),
        (
            ("农牧民工法律援助", "农牧民工法律援助", ("法律援助捐款", "")),
            ("青少年禁毒宣传教育", "禁毒宣传教育", ("禁毒宣传捐款", "")),
        ),
    ),
    *_gifts(
        "toilets",
        ("货币捐赠",),
        (
            ("农村厕所改造", "农村厕所改造", ("厕所改造捐款", "")),
            ("嘎查垃圾分类收运设施", "垃圾收运设施", ("垃圾分类设施捐款", "")),
        ),
    ),
)
KEPT_BACK_FROM = 1000


def draw_topic(rng: Random, kind: str, *, kept_back: bool = False) -> Topic:
    """A topic for a bill of this kind, groups being equally likely; with `kept_back` of those kept back."""
    pool = [topic for topic in (_KEPT_BACK if kept_back else _TOPICS) if topic.kind == kind]
    group = rng.choice(sorted({topic.group for topic in pool}))
    return rng.choice([topic for topic in pool if topic.group == group])


def other_topic(rng: Random, topic: Topic) -> Topic:
    """A topic of the same pool and kind of bill that has nothing to do with this one."""
    pool = _KEPT_BACK if topic in _KEPT_BACK else _TOPICS
    return rng.choice([other for other in pool if other.kind == topic.kind and other.group != topic.group])
