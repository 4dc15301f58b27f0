"""A package, so that Playwright stops before the next directory's tests start their event loops."""
