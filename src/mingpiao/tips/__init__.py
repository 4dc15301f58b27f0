"""群众线索: people outside tell what is wrong with a bill or a unit, and departments look into it."""
