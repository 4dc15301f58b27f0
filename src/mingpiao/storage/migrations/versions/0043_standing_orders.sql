-- About which month a unit with a standing order was told that its figures differ: it is told once.
ALTER TABLE writeoff_orders ADD COLUMN told_month date CHECK (extract(day FROM told_month) = 1);
