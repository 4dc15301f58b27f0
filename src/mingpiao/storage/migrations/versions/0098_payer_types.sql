-- Whether a payer is a person or an organisation is told with the bills of a month.
CREATE OR REPLACE VIEW bills_of_months WITH (security_invoker = true) AS
    SELECT unit_id, bill_id, kind_code, color, state, issued_at, total, business_no, payer_name, items, related_bill_id,
           payer_type
    FROM bills;
