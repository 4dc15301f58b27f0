"""One measured value, as tables and files show it."""

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value with what it is held against; `aim` is for the ratio, or for the value alone."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    limit_name: str = ""
    aim: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if not self.limit else round(self.value / self.limit, 3)
