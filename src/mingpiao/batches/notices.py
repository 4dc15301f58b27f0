"""What the people of a unit are told when a batch ends: once for each start of it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.batches.model import BillBatch, RowState
from mingpiao.messages.service import tell_unit


async def tell_end(connection: AsyncConnection, batch: BillBatch, *, stopped: str = "") -> None:
    """Tell that a batch is done, or why it was `stopped`, with what is left of it.

    Within the transaction that ends it; `batch` is as it was read under its lock.
    """
    issued = batch.count(RowState.ISSUED)
    told = f"{batch.started_name}开始的批次{batch.batch_id}“{batch.file_name}”"
    told += f"已开具{issued:,}张，金额{batch.issued_total:,.2f}元。" if issued else "还没有开具票据。"
    if waiting := batch.count(RowState.TO_CHECKER):
        told += f"{waiting:,}行已送复核人，同意后开具。"
    await tell_unit(
        connection,
        batch.unit_id,
        f"batch:{batch.batch_id}:{batch.run}",
        "批量开具已停止" if stopped else "批量开具已完成",
        f"{stopped}{told}{_left(batch)}",
        link=f"/unit/batches/{batch.batch_id}",
        urgent=bool(stopped or batch.open_rows),
    )


def _left(batch: BillBatch) -> str:
    parts = [
        f"{count:,}行{words}"
        for words, count in (
            ("还没有开具", batch.to_issue),
            ("有问题", batch.count(RowState.WRONG)),
            ("需核实", batch.count(RowState.ASKED)),
        )
        if count
    ]
    return f"另有{'、'.join(parts)}，请到批次中办理。" if parts else ""
