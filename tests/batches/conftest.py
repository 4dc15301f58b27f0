"""A unit with people, and sheets of its bills."""

from tests.support.world import a_world

site = a_world("peopled", demo=True)
