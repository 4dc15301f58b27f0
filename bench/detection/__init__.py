"""A made province with planted wrongdoing and honest oddities, and the measure of how well it is found.

Two hands: whoever writes the province has not seen the detectors, and they are tuned on TUNING_SEEDS alone.
`README.md` says what was planted, as a treasurer would tell it.
"""
