-- Each table says whose it is: only its room writes statements about it. What a room publishes is a view, whose
-- comment says so; docs/decisions tells why, tests/test_tables.py holds it.
COMMENT ON TABLE regions IS 'room: catalog';
COMMENT ON TABLE departments IS 'room: catalog';
COMMENT ON TABLE bill_categories IS 'room: catalog';
COMMENT ON TABLE bill_kinds IS 'room: catalog';
COMMENT ON TABLE charge_items IS 'room: catalog';
COMMENT ON TABLE units IS 'room: units';
COMMENT ON TABLE unit_charge_items IS 'room: units';
COMMENT ON TABLE interface_apps IS 'room: units';
COMMENT ON TABLE interface_nonces IS 'room: gateway';
COMMENT ON TABLE accounts IS 'room: identity';
COMMENT ON TABLE sessions IS 'room: identity';
COMMENT ON TABLE audit_log IS 'room: identity';
COMMENT ON TABLE signing_keys IS 'room: sealing';
COMMENT ON TABLE number_pools IS 'room: numbering';
COMMENT ON TABLE segments IS 'room: numbering';
COMMENT ON TABLE stocks IS 'room: numbering';
COMMENT ON TABLE stock_limits IS 'room: numbering';
COMMENT ON TABLE bills IS 'room: issuing';
COMMENT ON TABLE business_numbers IS 'room: issuing';
COMMENT ON TABLE daily_totals IS 'room: issuing';
COMMENT ON TABLE region_totals IS 'room: issuing';
COMMENT ON TABLE bill_supervision IS 'room: issuing';
COMMENT ON TABLE history_counters IS 'room: issuing';
COMMENT ON TABLE item_history IS 'room: issuing';
COMMENT ON TABLE peer_item_history IS 'room: issuing';
COMMENT ON TABLE events IS 'room: journal';
COMMENT ON TABLE reading_marks IS 'room: journal';
COMMENT ON TABLE verification_counts IS 'room: verification';
COMMENT ON TABLE verification_failures IS 'room: verification';
COMMENT ON TABLE worker_heartbeats IS 'room: jobs';
COMMENT ON TABLE pgqueuer IS 'room: jobs';
COMMENT ON TABLE pgqueuer_log IS 'room: jobs';
COMMENT ON TABLE pgqueuer_schedules IS 'room: jobs';
COMMENT ON TABLE pgqueuer_statistics IS 'room: jobs';
COMMENT ON TABLE rules IS 'room: rules';
COMMENT ON TABLE rule_versions IS 'room: rules';
COMMENT ON TABLE rule_sets IS 'room: rules';
COMMENT ON TABLE rule_failures IS 'room: rules';
COMMENT ON TABLE rule_hits IS 'room: rules';
COMMENT ON TABLE lake_files IS 'room: lake';
COMMENT ON TABLE backtests IS 'room: lake';
COMMENT ON TABLE evidence_files IS 'room: evidence';
COMMENT ON TABLE evidence_uses IS 'room: evidence';
COMMENT ON TABLE evidence_contents IS 'room: evidence';
COMMENT ON TABLE qualifications IS 'room: qualifications';
COMMENT ON TABLE applications IS 'room: applications';
COMMENT ON TABLE application_steps IS 'room: applications';
COMMENT ON TABLE review_decisions IS 'room: applications';
COMMENT ON TABLE messages IS 'room: messages';
COMMENT ON TABLE message_readers IS 'room: messages';
COMMENT ON TABLE alembic_version IS 'room: storage';

-- A view asks with the rights of whoever reads it, so that row-level security holds behind it as before it. Each is
-- plain enough for the planner to see through: a statement costs what it would on the tables.
CREATE VIEW listed_units WITH (security_invoker = true) AS
    SELECT unit_id, uscc, name, region_code, unit_type FROM units;
COMMENT ON VIEW listed_units IS 'room: units. Name, place and type of each unit.';
CREATE VIEW number_ranges WITH (security_invoker = true) AS
    SELECT code, first_number, last_number, unit_id FROM segments;
COMMENT ON VIEW number_ranges IS 'room: numbering. Which unit a range of numbers was allotted to.';
CREATE VIEW registered_bills WITH (security_invoker = true) AS
    SELECT unit_id, bill_id, kind_code, color, state, check_code, issued_at, total, related_bill_id,
           unit_key_id, supervisor_key_id, xml_sm3
    FROM bills;
COMMENT ON VIEW registered_bills IS 'room: issuing. What a check of a bill compares.';
CREATE VIEW issued_business_numbers WITH (security_invoker = true) AS
    SELECT unit_id, business_no, bill_id FROM business_numbers;
COMMENT ON VIEW issued_business_numbers IS 'room: issuing. Which requests have their bill.';
CREATE VIEW recorded_events WITH (security_invoker = true) AS
    SELECT txid, event_id, unit_id, bill_id, type FROM events;
COMMENT ON VIEW recorded_events IS 'room: journal. What happened to which bill, in the order of the log.';
CREATE VIEW told_topics WITH (security_invoker = true) AS
    SELECT topic FROM messages;
COMMENT ON VIEW told_topics IS 'room: messages. What was told already.';
CREATE VIEW open_jobs WITH (security_invoker = true) AS
    SELECT dedupe_key FROM pgqueuer WHERE status IN ('queued', 'picked');
COMMENT ON VIEW open_jobs IS 'room: jobs. Keys of jobs that wait or are being done.';

GRANT SELECT ON listed_units, number_ranges, registered_bills, issued_business_numbers, recorded_events,
    told_topics, open_jobs TO mingpiao_system, mingpiao_unit, mingpiao_department;
