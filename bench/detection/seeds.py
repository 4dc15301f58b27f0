"""Which made provinces detectors may be tuned on, and which are kept for the figure."""

#: Look at these as often as you like.
TUNING_SEEDS: tuple[int, ...] = (11, 12, 13, 14, 15, 16)

#: Drawn once, to state a figure. Nobody looks at what is in them, and nothing is changed because of them.
FIGURE_SEEDS: tuple[int, ...] = (730_101, 730_212, 730_323, 730_434, 730_545, 730_656)
