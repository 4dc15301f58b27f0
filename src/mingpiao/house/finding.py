"""Finds modules of one name in all packages of the house, and what can be set of rooms.

What can be set of a room stands in its `settings.py` as `SETTINGS`: a Struct whose fields are variables,
`MINGPIAO_` and the field's name in capitals, with default, limits and a `description`. It stands apart from
`room.py`, because the command line reads settings before it loads any room.
"""

import importlib
import pkgutil
from functools import cache
from importlib.util import find_spec

import msgspec

import mingpiao


def packages_with(module: str) -> list[str]:
    """The packages that have a module of this name, in alphabetical order."""
    packages = sorted(each.name for each in pkgutil.iter_modules(mingpiao.__path__) if each.ispkg)
    return [name for name in packages if find_spec(f"mingpiao.{name}.{module}")]


@cache
def room_settings() -> tuple[type[msgspec.Struct], ...]:
    """What can be set of rooms; loads none of them."""
    names = packages_with("settings")
    return tuple(importlib.import_module(f"mingpiao.{name}.settings").SETTINGS for name in names)
