-- What is left of a campaign: the home of each department counts its units, and reminders go through them in order.
CREATE INDEX cycles_campaign ON cycles (campaign_id, unit_id) WHERE writeoff_id IS NULL AND campaign_id IS NOT NULL;
