"""Every error code that the interface may answer with: a promise to the programs that call it."""

import msgspec


class ErrorType(msgspec.Struct, frozen=True):
    """HTTP status, short name, and whether the same request may succeed when it is simply sent again."""

    status: int
    title: str
    retry: bool = False


ERROR_TYPES: dict[str, ErrorType] = {
    # who calls
    "auth.header_invalid": ErrorType(401, "签名请求头缺失或格式不正确"),
    "auth.clock_skew": ErrorType(401, "请求时间偏差过大"),
    "auth.signature_invalid": ErrorType(401, "签名不正确"),
    "auth.nonce_reused": ErrorType(401, "随机数重复使用"),
    # the shape of a request
    "request.malformed": ErrorType(400, "请求体不是正确的 JSON"),
    "request.not_utf8": ErrorType(400, "请求体不是 UTF-8 编码"),
    "request.wrong_type": ErrorType(400, "字段类型不正确"),
    "request.field_missing": ErrorType(400, "缺少必填字段"),
    "request.field_unknown": ErrorType(400, "存在未定义的字段"),
    "request.value_invalid": ErrorType(400, "字段取值不正确"),
    "request.parameter_invalid": ErrorType(400, "参数不正确"),
    "request.invalid": ErrorType(400, "请求不正确"),
    "request.path_unknown": ErrorType(404, "接口不存在"),
    "request.method_not_allowed": ErrorType(405, "请求方法不支持"),
    "request.too_large": ErrorType(413, "请求体过大"),
    "request.media_type": ErrorType(415, "请求体类型不支持"),
    "request.encoding": ErrorType(415, "请求体压缩方式不支持"),
    "request.member_repeated": ErrorType(400, "同一对象中成员重复"),
    "batch.count": ErrorType(400, "批量张数不正确"),
    # what a bill may carry
    "text.required": ErrorType(422, "内容不能为空"),
    "text.too_long": ErrorType(422, "内容过长"),
    "text.padded": ErrorType(422, "内容首尾有空格"),
    "text.bad_character": ErrorType(422, "内容含有不能使用的字符"),
    "amount.not_finite": ErrorType(422, "不是有效的数字"),
    "amount.not_positive": ErrorType(422, "数值不大于零"),
    "amount.too_large": ErrorType(422, "数值过大"),
    "amount.too_precise": ErrorType(422, "小数位数过多"),
    "payer.uscc_invalid": ErrorType(422, "统一社会信用代码不正确"),
    "payer.resident_id_invalid": ErrorType(422, "身份证号码不正确"),
    "bill.kind_unknown": ErrorType(422, "票据种类不存在"),
    "bill.kind_not_allowed": ErrorType(422, "未获准开具该票据种类"),
    "bill.items_count": ErrorType(422, "收款项目个数不正确"),
    "bill.aux_items_count": ErrorType(422, "清单明细个数不正确"),
    "bill.total_mismatch": ErrorType(422, "合计金额不等于各项之和"),
    "item.unknown": ErrorType(422, "收款项目不存在"),
    "item.not_for_kind": ErrorType(422, "收款项目不适用于该票据种类"),
    "item.not_allowed": ErrorType(422, "未获准收取该项目"),
    "item.rate_out_of_bounds": ErrorType(422, "收费标准超出范围"),
    "item.amount_mismatch": ErrorType(422, "金额不等于数量乘以标准"),
    "aux_item.unrelated": ErrorType(422, "清单明细所属项目不在票上"),
    "aux_item.sum_exceeds": ErrorType(422, "清单明细合计超过所属项目"),
    "extension.wrong_type": ErrorType(422, "其他信息的值不是字符串"),
    "extension.unknown": ErrorType(422, "其他信息未定义"),
    "extension.not_a_choice": ErrorType(422, "其他信息不在选项之中"),
    "extension.bad_date": ErrorType(422, "其他信息日期不正确"),
    "extension.bad_number": ErrorType(422, "其他信息数字不正确"),
    "extension.sum_mismatch": ErrorType(422, "其他信息各项金额之和不符"),
    # supervision
    "rule.violation": ErrorType(422, "违反监管规则"),
    "rule.confirmation_needed": ErrorType(409, "触发监管规则，需要核实"),
    "bill.confirmations_count": ErrorType(422, "核实说明过多"),
    "evidence.required": ErrorType(422, "须附佐证材料"),
    "evidence.too_many": ErrorType(422, "佐证材料过多"),
    "evidence.unknown": ErrorType(422, "佐证材料不存在"),
    "evidence.duplicate": ErrorType(422, "佐证材料重复"),
    "evidence.unreadable": ErrorType(422, "佐证材料无法识别"),
    "evidence.not_read": ErrorType(409, "佐证材料正在识别", retry=True),
    "evidence.empty": ErrorType(422, "文件是空的"),
    "evidence.not_a_pdf": ErrorType(422, "文件不是 PDF"),
    "evidence.too_large": ErrorType(413, "文件过大"),
    "evidence.infected": ErrorType(422, "文件含有病毒"),
    "evidence.scanner_unavailable": ErrorType(503, "病毒扫描服务暂时不可用", retry=True),
    "evidence.not_found": ErrorType(404, "佐证材料不存在"),
    "application.in_progress": ErrorType(409, "该业务流水号已有开票申请"),
    "application.rejected": ErrorType(409, "开票申请已被驳回"),
    "application.review_required": ErrorType(409, "须经人工复核"),
    "application.unknown": ErrorType(404, "开票申请不存在"),
    "application.wrong_state": ErrorType(409, "申请的现状不能这样办理"),
    "application.not_appealable": ErrorType(409, "被拦截的内容不能申诉"),
    "application.nothing_to_appeal": ErrorType(409, "没有需要申诉的事项"),
    "application.reason_required": ErrorType(422, "须填写理由"),
    "application.reason_invalid": ErrorType(422, "理由不合要求"),
    # what stands in the way
    "bill.business_no_conflict": ErrorType(409, "业务流水号已用于内容不同的票据"),
    "bill.already_reversed": ErrorType(409, "票据已冲红"),
    "bill.red_not_reversible": ErrorType(409, "红票不能冲红"),
    "numbering.out_of_stock": ErrorType(409, "票据库存不足"),
    "unit.issuing_locked": ErrorType(409, "本单位已被停止开票"),
    "sealing.no_key": ErrorType(409, "尚未配置电子签章密钥"),
    "sealing.face_unwritable": ErrorType(422, "票面内容无法写入"),
    # looking up
    "bill.unknown": ErrorType(404, "票据不存在"),
    "bill.hash_malformed": ErrorType(400, "文件摘要格式不正确"),
    "list.key_malformed": ErrorType(400, "水位标记不正确"),
    "unit.unknown": ErrorType(404, "用票单位不存在"),
    # our own troubles
    "catalog.empty": ErrorType(503, "基础数据尚未初始化", retry=True),
    "service.unavailable": ErrorType(503, "系统暂时不可用", retry=True),
    "service.outcome_unknown": ErrorType(503, "开票结果暂时无法确认", retry=True),
    "service.busy": ErrorType(503, "当前开票请求过多", retry=True),
    "service.internal": ErrorType(500, "系统内部错误，本次没有开票"),
    "sealing.signer_unavailable": ErrorType(503, "签章服务暂时不可用", retry=True),
    "sealing.key_mismatch": ErrorType(503, "签章密钥不匹配"),
    "crypto.master_key_wrong": ErrorType(503, "平台主密钥不正确"),
    "crypto.key_damaged": ErrorType(503, "密钥已损坏"),
    "internal": ErrorType(500, "系统内部错误", retry=True),
}
