"""The world of tests of pages: with people who sign in, as a demonstration."""

from tests.support.world import a_world

site = a_world("peopled", demo=True)
