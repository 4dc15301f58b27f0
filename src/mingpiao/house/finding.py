"""Finds modules of one name in all packages, and the settings of rooms.

A room's `settings.py` declares them as `SETTINGS`: a Struct whose fields become variables (`MINGPIAO_` and
the field's name in capitals), with default, limits and a `description`. It is apart from `room.py`, because
the command line reads settings before it imports any room.
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
    """The settings of rooms; imports none of the rooms."""
    names = packages_with("settings")
    return tuple(importlib.import_module(f"mingpiao.{name}.settings").SETTINGS for name in names)
