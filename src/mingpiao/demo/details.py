"""The detailed list (清单) of an inpatient's bill: the lines whose sums are on its face."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from random import Random

from mingpiao.demo.drafts import DemoLine
from mingpiao.kernel.money import CENT, plain

_DETAILS = {
    "060002": ("项", ("心电图", "腹部彩色多普勒超声", "胸部CT平扫", "头颅磁共振平扫", "数字化X线摄影")),
    "060003": ("项", ("血常规", "尿常规", "肝功能检测", "肾功能检测", "凝血四项", "空腹血糖", "C反应蛋白")),
    "060004": ("次", ("静脉输液", "雾化吸入", "换药", "红外线治疗", "针刺治疗")),
    "060006": ("件", ("一次性输液器", "一次性注射器", "留置针", "医用敷贴", "一次性使用导尿包", "无菌手套")),
    "060007": (
        "盒",
        (
            "注射用头孢曲松钠",
            "0.9%氯化钠注射液",
            "5%葡萄糖注射液",
            "阿司匹林肠溶片",
            "奥美拉唑肠溶胶囊",
            "盐酸氨溴索注射液",
            "苯磺酸氨氯地平片",
            "阿托伐他汀钙片",
        ),
    ),
    "060008": ("盒", ("连花清瘟胶囊", "复方丹参滴丸", "蒙药沉香安神散", "板蓝根颗粒")),
}


def detailed_list(lines: Sequence[DemoLine], rng: Random) -> list[dict[str, str]]:
    """List lines for the face items that have details; the lines of one item add up to its amount."""
    return [entry for line in lines for entry in _details(line, rng)]


def _details(line: DemoLine, rng: Random) -> list[dict[str, str]]:
    item = line.entry.item
    if item.code not in _DETAILS:
        return []
    unit, names = _DETAILS[item.code]
    chosen = rng.sample(names, rng.randint(2, len(names)))
    return [
        {
            "related_code": item.code,
            "name": name,
            "unit": unit,
            "quantity": "1",
            "standard": plain(amount),
            "amount": plain(amount),
        }
        for name, amount in zip(chosen, _parts(line.amount, len(chosen), rng), strict=True)
    ]


def _parts(amount: Decimal, count: int, rng: Random) -> list[Decimal]:
    """`count` amounts of at least 0.01 元 that add up to `amount`, which must be at least `count` times 0.01
    元.
    """
    cuts = sorted(rng.sample(range(1, int(amount / CENT)), count - 1))
    edges = [0, *cuts, int(amount / CENT)]
    return [CENT * (upper - lower) for lower, upper in pairwise(edges)]
