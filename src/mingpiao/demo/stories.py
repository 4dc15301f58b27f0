"""Stories of the past that are told together, under the moved clock, in the order in which they happened."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta

from mingpiao.kernel.clock import SHANGHAI, set_to, today

#: Yields how many days ago its next step is; the step is what follows the `yield`.
Story = AsyncIterator[int]


async def tell(*stories: Story) -> None:
    """Go on with the story whose next step is the earliest, until all are told."""
    waiting = {story: await anext(story) for story in stories}
    while waiting:
        story = max(waiting, key=lambda each: waiting[each])
        moment = datetime.combine(today() - timedelta(days=waiting.pop(story)), time(10), SHANGHAI)
        with set_to(moment):
            days = await anext(story, None)
        if days is not None:
            waiting[story] = days
