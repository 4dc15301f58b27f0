"""Provinces with cities and counties, for papers that go to many."""

from random import Random

from bench.papers.locked.court.base import split

_ROWS = """浙江省 浙 宁波市 慈溪市 象山县 宁海县
浙江省 浙 温州市 乐清市 苍南县 泰顺县
浙江省 浙 台州市 三门县 仙居县 玉环市
浙江省 浙 丽水市 青田县 缙云县 庆元县
浙江省 浙 衢州市 江山市 开化县
四川省 川 绵阳市 三台县 梓潼县 江油市
四川省 川 南充市 阆中市 仪陇县 营山县
四川省 川 宜宾市 兴文县 屏山县 高县
四川省 川 达州市 宣汉县 万源市
四川省 川 广元市 剑阁县 苍溪县 旺苍县
内蒙古自治区 内 呼伦贝尔市 扎兰屯市 阿荣旗 莫力达瓦达斡尔族自治旗
内蒙古自治区 内 鄂尔多斯市 达拉特旗 伊金霍洛旗
内蒙古自治区 内 赤峰市 宁城县 敖汉旗 巴林左旗
内蒙古自治区 内 通辽市 科尔沁左翼后旗 开鲁县
甘肃省 甘 张掖市 山丹县 高台县 肃南裕固族自治县
甘肃省 甘 天水市 秦安县 甘谷县 武山县
甘肃省 甘 定西市 陇西县 渭源县
甘肃省 甘 陇南市 成县 徽县 宕昌县
云南省 云 曲靖市 罗平县 会泽县 宣威市
云南省 云 昭通市 镇雄县 彝良县 巧家县
云南省 云 保山市 腾冲市 施甸县
云南省 云 普洱市 景东彝族自治县 澜沧拉祜族自治县
湖北省 鄂 宜昌市 枝江市 秭归县 当阳市
湖北省 鄂 襄阳市 枣阳市 谷城县
湖北省 鄂 黄冈市 麻城市 罗田县 英山县
湖北省 鄂 荆州市 监利市 公安县 石首市""".splitlines()


def province(rng: Random) -> tuple[str, str, dict[str, list[str]]]:
    """A province, its sign, and its cities with their counties."""
    rows = [split(row) for row in _ROWS]
    name, sign = rng.choice(sorted({(row[0], row[1]) for row in rows}))
    return name, sign, {row[2]: row[3:] for row in rows if row[0] == name}
