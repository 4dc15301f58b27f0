"""What the house needs of former bills. The job that reads a file belongs to the pages, which know its table."""

from mingpiao.house.model import Purge, Room

ROOM = Room(
    purges=(
        Purge(
            name="purge_former_verdicts",
            cron="37 18 * * *",
            label="清理一年前的历史票据导入明细",
            tables={"former_verdicts": "told_at < now() - interval '1 year'"},
        ),
    ),
    subjects={"former_import": "历史票据导入", "former_certificate": "原系统证书"},
    actions={
        "former:upload": "上传历史票据",
        "former:judge_again": "再次上传历史票据",
        "former:import": "导入历史票据",
        "former:delete": "删除历史票据",
        "former:delete_import": "删除一次导入的历史票据",
        "former:original": "下载历史票据原件",
        "former_certificate:register": "登记原系统证书",
        "former_certificate:retire": "停用原系统证书",
    },
    details={
        "bill": "票据编号",
        "bills": "票据",
        "amount": "金额",
        "file": "文件",
        "name": "名称",
        "serial": "序列号",
        "from": "自",
        "to": "至",
    },
)
