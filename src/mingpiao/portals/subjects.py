"""What each folder of pages contributes to the site: handlers by portal, services, and entries of the menu.

A folder below `portals` is a subject if it has a module `subject.py` with a `SUBJECT`. The site finds it by
itself: nothing else has to be edited for a new one.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from mingpiao import portals
from mingpiao.house.opening import Service
from mingpiao.portals.gates import Right

if TYPE_CHECKING:
    # The menu, which this module collects, is on the page of every list.
    from mingpiao.portals.list_model import Listing


class MenuEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the menu, for accounts that have `right`; `active` marks the page where the user is.

    `covers` has addresses of further pages that belong to it.
    `place` orders the lines. Existing ones use multiples of ten, so that a new one fits between two others.
    """

    right: Right
    place: int
    label: str
    address: str
    icon: str
    covers: tuple[str, ...] = ()
    active: bool = False


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Handlers under /unit, /finance and /admin, those at the root for everybody, and entries of the menu.

    `anybody` has whole routers, with guards and error pages of their own. `services` are those that only the
    subject's pages need: a handler that names one as a parameter gets it. `lists` has the lists among the
    handlers, so that a worker finds the one that it is to export. `help` says which section of a handbook explains
    pages below an address (`"/unit/bills": "unit#查找票据"`), where it is not called like the menu's entry.
    """

    unit: Sequence[ControllerRouterHandler] = ()
    finance: Sequence[ControllerRouterHandler] = ()
    admin: Sequence[ControllerRouterHandler] = ()
    anybody: Sequence[ControllerRouterHandler] = ()
    lists: "tuple[Listing[Any], ...]" = ()
    menu: tuple[MenuEntry, ...] = ()
    services: Mapping[str, Service[Any]] = {}
    help: Mapping[str, str] = {}


@cache
def folders() -> tuple[str, ...]:
    """The names of all folders of pages, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(portals.__path__) if module.ispkg))


@cache
def subjects() -> tuple[Subject, ...]:
    """All subjects, in the order of their folders."""
    return tuple(importlib.import_module(f"{portals.__name__}.{name}.subject").SUBJECT for name in folders())


def subject_services() -> dict[str, Service[Any]]:
    """The services that subjects need for themselves, by the name of the handlers' parameter."""
    return {name: service for subject in subjects() for name, service in subject.services.items()}


def provided_services() -> dict[str, Provide]:
    """How handlers get the services of subjects, which are in the app's state."""
    return {name: Provide(_provider(name), sync_to_thread=False) for name in subject_services()}


def _provider(name: str) -> Callable[[State], Any]:
    def provide(state: State) -> Any:
        return state.services.own[name]

    return provide


@cache
def menu_entries() -> tuple[MenuEntry, ...]:
    """The whole menu, in its order."""
    return tuple(
        sorted((entry for subject in subjects() for entry in subject.menu), key=lambda entry: entry.place)
    )
