"""Chinese descriptions and limits of values of the room `issuing`, which itself knows nothing of interfaces.

The limits repeat those of `issuing.checks`, for readers and code generators; a test compares them.
"""

from typing import Any

_MONEY = "单位元，最多2位小数；可以是 JSON 数字，建议用字符串以免丢失精度。"

#: Members of JSON Schema by type and field.
WORDING: dict[str, dict[str, dict[str, Any]]] = {
    "IssueRequest": {
        "": {"description": "开票请求。"},
        "business_no": {
            "description": "业务流水号，由本单位编排，在本单位内唯一。同一流水号重复提交不会重复开票。",
            "minLength": 1,
            "maxLength": 50,
        },
        "kind": {"description": "票据种类编码，见“可开具的票据种类”。", "minLength": 4, "maxLength": 4},
        "payer": {"description": "缴款人。"},
        "items": {"description": "收款项目，1至200项。", "minItems": 1, "maxItems": 200},
        "total": {"description": "合计金额，等于各项金额之和，不超过999999999999.99。" + _MONEY},
        "handler": {"description": "开票人姓名。", "minLength": 1, "maxLength": 30},
        "checker": {
            "description": "复核人姓名，印在票面上。本单位规定该票据须经复核人同意的，必须留空，由平台在其同意后填写。",
            "maxLength": 30,
        },
        "pay_mode": {"description": "交款方式。", "maxLength": 30},
        "remark": {"description": "备注。", "maxLength": 200},
        "extension": {"description": "其他信息：键和取值要求见“可开具的票据种类”中的 extension。"},
        "aux_items": {"description": "清单明细，最多1000项。", "maxItems": 1000},
        "evidence": {
            "description": "佐证材料编号（上传后返回的64位十六进制 SM3），最多20份；须附佐证材料的票种至少一份。",
            "maxItems": 20,
        },
        "point": {
            "description": "以哪个开票点的名义开具，填它的代码（医疗接口的 placeCode），先用它自己的号码；不区分的不填。",
            "maxLength": 20,
        },
        "confirmations": {
            "description": "核实说明：对核实类监管规则逐条写明业务为何符合规定，最多100条。",
            "maxItems": 100,
        },
    },
    "Confirmation": {
        "": {"description": "对一条核实类监管规则的说明，随票据留存。"},
        "rule": {"description": "监管规则编码，即 facts.rule。", "minLength": 1, "maxLength": 40},
        "reason": {"description": "业务为何符合规定。", "minLength": 1, "maxLength": 200},
    },
    "Payer": {
        "": {"description": "缴款人。"},
        "type": {"description": "缴款人类型：1 个人，2 单位。"},
        "name": {"description": "缴款人名称。", "minLength": 1, "maxLength": 100},
        "code": {
            "description": "单位的统一社会信用代码或个人的身份证号码，18位；没有的留空。",
            "maxLength": 20,
        },
        "account": {"description": "缴款人账号。", "maxLength": 40},
        "bank": {"description": "缴款人开户行。", "maxLength": 60},
    },
    "RequestItem": {
        "": {"description": "一项收费。"},
        "code": {"description": "收款项目编码，见“可使用的收款项目”。"},
        "quantity": {"description": "数量，大于零，最多6位小数。"},
        "rate": {"description": "收费标准，单位元，大于零，最多6位小数，在该项目允许的范围内。"},
        "amount": {"description": "金额，等于数量乘以标准并四舍五入到分。" + _MONEY},
        "remark": {"description": "项目备注。", "maxLength": 100},
    },
    "RequestAuxItem": {
        "": {"description": "一条清单明细。"},
        "related_code": {"description": "所属收款项目的编码，必须在本票的 items 中。"},
        "name": {"description": "明细名称。", "minLength": 1, "maxLength": 100},
        "quantity": {"description": "数量，大于零，最多6位小数。"},
        "amount": {
            "description": "金额，单位元，大于零，最多2位小数；同一收款项目的明细合计不超过该项目的金额。"
        },
        "code": {"description": "明细编码。", "maxLength": 50},
        "unit": {"description": "单位。", "maxLength": 20},
        "standard": {"description": "规格标准。", "maxLength": 50},
        "remark": {"description": "备注。", "maxLength": 100},
    },
}
