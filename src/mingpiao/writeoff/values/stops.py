"""What is stopped of a unit because it is overdue."""

from datetime import date

import msgspec


class OverdueMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A month (its first day) whose last day for write-off has passed; `is_former`: its former bills."""

    month: date
    is_former: bool = False

    @property
    def name(self) -> str:
        return f"{self.month:%Y年%-m月}{'历史票据' if self.is_former else ''}"

    @property
    def page(self) -> str:
        """Where the unit writes it off."""
        return f"/unit/{'former/months' if self.is_former else 'writeoff'}/{self.month:%Y-%m}"


class OverdueNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice of rectification whose last day has passed."""

    rectification_id: int
    serial: str
    due_on: date


class UnitStops(msgspec.Struct, frozen=True, kw_only=True):
    """Months and notices that are overdue, oldest first, and whether a unit gets numbers and issues until they are
    done. An online unit gets its numbers at issue: of it `issuing` alone is stopped.
    """

    months: tuple[OverdueMonth, ...] = ()
    notices: tuple[OverdueNotice, ...] = ()
    supply: bool = False
    issuing: bool = False

    @property
    def heading(self) -> str:
        """What is overdue, for people; empty where nothing is."""
        late = (["核销"] if self.months else []) + (["整改"] if self.notices else [])
        return f"{'和'.join(late)}已逾期" if late else ""

    @property
    def told(self) -> str:
        """What is stopped, for people; empty where nothing is."""
        parts = (["停止发放票号"] if self.supply else []) + (["停止开具新票据"] if self.issuing else [])
        return "，".join(parts)
