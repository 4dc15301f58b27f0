"""群众线索: the public form, and the pages on which departments work on what came in."""
