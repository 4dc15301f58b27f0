"""What must hold of a database at any time (design §4), as queries that find the exceptions."""

import asyncpg

from mingpiao.portals.audit.wording import action_label, detail_label, subject_word

#: The first day of the month of a bill, and what the bills of each unit, kind and month add up to.
_MONTH = "date_trunc('month', bills.issued_at AT TIME ZONE 'Asia/Shanghai')::date"
_MONTHS = f"""
    SELECT unit_id, kind_code, {_MONTH} AS month,
           count(*) FILTER (WHERE color = 'blue') AS issued_count,
           coalesce(sum(total) FILTER (WHERE color = 'blue'), 0) AS issued_amount,
           count(*) FILTER (WHERE color = 'red') AS reversed_count,
           -coalesce(sum(total) FILTER (WHERE color = 'red'), 0) AS reversed_amount
    FROM bills GROUP BY 1, 2, 3
"""

#: Each query finds rows that contradict an invariant; all must come back empty.
_CONTRADICTIONS = {
    "1: the used part of each segment is exactly the bills in it, without a gap": """
        SELECT segments.segment_id, used.numbers, count(bills.bill_id)
        FROM segments
        LEFT JOIN segment_cursors AS cursors USING (segment_id)
        CROSS JOIN LATERAL (SELECT CASE segments.state
            WHEN 'in_stock' THEN 0
            WHEN 'in_use' THEN cursors.next_number - segments.first_number
            WHEN 'returned' THEN (SELECT first_number - segments.first_number FROM returned_numbers
                                  WHERE returned_numbers.segment_id = segments.segment_id)
            ELSE segments.last_number - segments.first_number + 1 END AS numbers) AS used
        LEFT JOIN bills ON bills.unit_id = segments.unit_id
            AND bills.bill_id >= segments.code::bigint * 10000000000 + segments.first_number
            AND bills.bill_id < segments.code::bigint * 10000000000 + segments.first_number + used.numbers
        GROUP BY segments.segment_id, used.numbers
        HAVING used.numbers IS NULL OR count(bills.bill_id) <> used.numbers
    """,
    "1: a holder of a unit stands in a segment of its own": """
        SELECT point_stocks.segment_id FROM point_stocks LEFT JOIN segments USING (segment_id)
        WHERE point_stocks.segment_id IS NOT NULL AND segments.state IN ('in_stock', 'in_use') AND
            (segments.unit_id, segments.kind_code, segments.point_code, segments.code, segments.last_number)
            IS DISTINCT FROM (point_stocks.unit_id, point_stocks.kind_code, point_stocks.point_code,
                              point_stocks.code, point_stocks.last_number)
        UNION ALL
        SELECT stocks.segment_id FROM stocks LEFT JOIN segments USING (segment_id)
        WHERE stocks.segment_id IS NOT NULL AND segments.state IN ('in_stock', 'in_use') AND
            (segments.unit_id, segments.kind_code, segments.point_code, segments.code, segments.last_number)
            IS DISTINCT FROM (stocks.unit_id, stocks.kind_code, '', stocks.code, stocks.last_number)
        UNION ALL
        SELECT segments.segment_id FROM segments LEFT JOIN point_stocks USING (unit_id, kind_code, point_code)
        WHERE segments.point_code <> '' AND point_stocks.unit_id IS NULL
    """,
    "1: pools stand behind all their segments": """
        SELECT code FROM number_pools JOIN segments USING (code)
        GROUP BY code, number_pools.next_number HAVING max(last_number) >= number_pools.next_number
    """,
    "1: no number has two holders, be they units or departments": """
        WITH spans AS (
            SELECT code, int8range(first_number, last_number + 1) AS span FROM segments
            UNION ALL
            SELECT code, int8range(next_number, last_number + 1) FROM number_lots WHERE next_number <= last_number
        )
        SELECT code FROM spans GROUP BY code
        HAVING sum(upper(span) - lower(span))
            <> (SELECT sum(upper(one) - lower(one)) FROM unnest(range_agg(span)) AS one)
    """,
    "evidence: what is used of a file is what standing bills took": """
        SELECT unit_id, digest FROM evidence_files LEFT JOIN (
            SELECT unit_id, paper AS digest, sum(amount) AS amount, count(*) AS bills FROM (
                SELECT DISTINCT unit_id, bill_id, coalesce(paper, digest) AS paper, amount
                FROM evidence_uses JOIN bills USING (unit_id, bill_id) JOIN evidence_files USING (unit_id, digest)
                WHERE bills.state = 'normal'
            ) AS each_paper GROUP BY unit_id, paper
        ) AS used USING (unit_id, digest)
        WHERE (used_amount, used_bills) IS DISTINCT FROM (coalesce(amount, 0), coalesce(bills, 0))
    """,
    "5: one audit row for each event": """
        SELECT coalesce(logged.subject, told.subject) FROM
            (SELECT 'bill:' || bill_id AS subject, 'bill:' || type AS action, count(*) AS rows
             FROM events GROUP BY 1, 2) AS told
            FULL JOIN
            (SELECT subject, action, count(*) AS rows FROM audit_log
             WHERE action IN ('bill:issued', 'bill:reversed', 'bill:reversal_issued') GROUP BY 1, 2) AS logged
            USING (subject, action, rows)
        WHERE told.subject IS NULL OR logged.subject IS NULL
    """,
    "2: an application that is issued has the bill of its business number": """
        SELECT application_id FROM applications WHERE state = 'issued' AND NOT EXISTS (
            SELECT FROM business_numbers WHERE business_numbers.unit_id = applications.unit_id
            AND business_numbers.business_no = applications.business_no
            AND business_numbers.bill_id = applications.bill_id)
    """,
    "5: one audit row for each step of an application": """
        SELECT coalesce(steps.subject, logged.subject) FROM
            (SELECT 'application:' || application_id AS subject, 'application:' || step AS action, count(*) AS rows
             FROM application_steps GROUP BY 1, 2) AS steps
            FULL JOIN
            (SELECT subject, action, count(*) AS rows FROM audit_log WHERE action LIKE 'application:%'
             GROUP BY 1, 2) AS logged
            USING (subject, action, rows)
        WHERE steps.subject IS NULL OR logged.subject IS NULL
    """,
}

#: The same about bills and what follows from them: each query reads rows of these tables, and of others only what
#: belongs to those. Where all are empty, as in half of the tests, nothing can contradict, and planning costs most.
_BOOKS = (
    "bills", "business_numbers", "campaign_units", "cycles", "daily_totals", "events", "exception_cases",
    "history_counters", "writeoffs",
)  # fmt: skip
_OF_BOOKS = {
    "1: every bill lies in a segment of its own unit and kind": """
        SELECT bill_id FROM bills WHERE NOT EXISTS (
            SELECT FROM segments WHERE segments.unit_id = bills.unit_id AND segments.kind_code = bills.kind_code
            AND bills.bill_id BETWEEN segments.code::bigint * 10000000000 + segments.first_number
                                  AND segments.code::bigint * 10000000000 + segments.last_number)
    """,
    "1: a number is given once": "SELECT bill_id FROM bills GROUP BY bill_id HAVING count(*) > 1",
    "2: one blue bill a business number": """
        SELECT unit_id, business_no FROM bills WHERE color = 'blue'
        GROUP BY unit_id, business_no HAVING count(*) > 1
    """,
    "2: each blue bill has its business number": """
        SELECT bills.bill_id FROM bills FULL JOIN business_numbers USING (unit_id, business_no, bill_id)
        WHERE (bills.color = 'blue') IS DISTINCT FROM true AND bills.color IS DISTINCT FROM 'red'
           OR bills.color = 'blue' AND business_numbers.request_digest IS NULL
    """,
    "3: a red bill mirrors its blue one, which knows it": """
        SELECT red.bill_id FROM bills red LEFT JOIN bills blue
            ON blue.unit_id = red.unit_id AND blue.bill_id = red.related_bill_id
        WHERE red.color = 'red' AND (blue.bill_id IS NULL OR blue.state <> 'reversed'
            OR blue.related_bill_id <> red.bill_id OR blue.total <> -red.total)
    """,
    "3: a reversed bill has its red one": """
        SELECT blue.bill_id FROM bills blue LEFT JOIN bills red
            ON red.unit_id = blue.unit_id AND red.bill_id = blue.related_bill_id AND red.color = 'red'
        WHERE blue.state = 'reversed' AND red.bill_id IS NULL
    """,
    "history: counters by payer and by twin are the bills that stand": """
        SELECT * FROM (
            SELECT unit_id, letter, sum(bills) AS bills, sum(amount) AS amount
            FROM (SELECT unit_id, chr(get_byte(subject, 0)) AS letter, bills, amount FROM history_counters) AS each
            WHERE letter IN ('P', 'T') GROUP BY unit_id, letter
        ) AS counted FULL JOIN (
            SELECT unit_id, letter, count(*) FILTER (WHERE state = 'normal') AS bills,
                   coalesce(sum(total) FILTER (WHERE state = 'normal'), 0) AS amount
            FROM bills CROSS JOIN (VALUES ('P'), ('T')) AS letters(letter)
            WHERE color = 'blue' GROUP BY unit_id, letter
        ) AS standing USING (unit_id, letter)
        WHERE (counted.bills, counted.amount) IS DISTINCT FROM (standing.bills, standing.amount)
    """,
    "5: one event for each change of state": """
        SELECT bills.bill_id, array_agg(events.type ORDER BY events.type) AS types
        FROM bills LEFT JOIN events USING (unit_id, bill_id)
        GROUP BY bills.bill_id, bills.color, bills.state
        HAVING array_agg(events.type ORDER BY events.type) IS DISTINCT FROM CASE
            WHEN bills.color = 'red' THEN ARRAY['reversal_issued']
            WHEN bills.state = 'reversed' THEN ARRAY['issued', 'reversed']
            ELSE ARRAY['issued'] END
    """,
    "10: daily totals are the sums of the bills": """
        SELECT * FROM (
            SELECT unit_id, kind_code, (issued_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
                   count(*) FILTER (WHERE color = 'blue') AS issued_count,
                   coalesce(sum(total) FILTER (WHERE color = 'blue'), 0) AS issued_amount,
                   count(*) FILTER (WHERE color = 'red') AS reversed_count,
                   -coalesce(sum(total) FILTER (WHERE color = 'red'), 0) AS reversed_amount
            FROM bills GROUP BY 1, 2, 3) AS summed
        FULL JOIN daily_totals USING (unit_id, kind_code, day, issued_count, issued_amount,
                                      reversed_count, reversed_amount)
        WHERE summed IS NULL OR daily_totals IS NULL
    """,
    "10: the sums of each closed month are those of its bills": f"""
        SELECT unit_id, month, kind_code FROM cycles LEFT JOIN ({_MONTHS}) AS summed USING (unit_id, kind_code, month)
        WHERE (cycles.issued_count, cycles.issued_amount, cycles.reversed_count, cycles.reversed_amount)
            IS DISTINCT FROM (summed.issued_count, summed.issued_amount, summed.reversed_count, summed.reversed_amount)
    """,
    "10: a closed month has used as many numbers as it has bills": f"""
        SELECT cycles.unit_id, cycles.month, cycles.kind_code, issued_count + reversed_count AS bills, sum(ranges.numbers)
        FROM cycles LEFT JOIN (
            SELECT bills.unit_id, bills.kind_code, {_MONTH} AS month, segment_id,
                   max(bill_id) - min(bill_id) + 1 AS numbers
            FROM bills JOIN segments ON segments.unit_id = bills.unit_id
                AND bill_id BETWEEN segments.code::bigint * 10000000000 + segments.first_number
                                AND segments.code::bigint * 10000000000 + segments.last_number
            GROUP BY 1, 2, 3, 4
        ) AS ranges USING (unit_id, kind_code, month)
        GROUP BY 1, 2, 3, 4 HAVING sum(ranges.numbers) IS DISTINCT FROM issued_count + reversed_count
    """,
    "10: a month that is closed for all has a cycle for each unit and kind with bills": f"""
        SELECT unit_id, kind_code, month FROM ({_MONTHS}) AS summed JOIN closed_months USING (month)
        WHERE NOT EXISTS (SELECT FROM cycles WHERE cycles.unit_id = summed.unit_id
                          AND cycles.kind_code = summed.kind_code AND cycles.month = summed.month)
    """,
    "write-off: a cycle is written off by a request of its unit and month that was done": """
        SELECT cycles.unit_id, cycles.month, cycles.kind_code, writeoffs.state
        FROM cycles JOIN writeoffs USING (writeoff_id)
        WHERE writeoffs.state <> 'done' OR (writeoffs.unit_id, writeoffs.month) <> (cycles.unit_id, cycles.month)
    """,
    "write-off: a request that was done has written off all cycles of its month": """
        SELECT writeoffs.writeoff_id, kind_code FROM writeoffs LEFT JOIN cycles USING (unit_id, month)
        WHERE writeoffs.state = 'done' AND writeoffs.origin = 'own'
            AND cycles.writeoff_id IS DISTINCT FROM writeoffs.writeoff_id
    """,
    "write-off: a case is about a bill of its cycle": """
        SELECT cases.case_id FROM exception_cases AS cases JOIN writeoffs USING (writeoff_id)
        LEFT JOIN bills ON bills.unit_id = cases.unit_id AND bills.bill_id = cases.bill_id
            AND bills.kind_code = cases.kind_code AND bills.total = cases.total
        WHERE cases.origin = 'own' AND (bills.bill_id IS NULL OR """
    + _MONTH
    + """ <> cases.month OR (cases.unit_id, cases.month, cases.origin)
            <> (writeoffs.unit_id, writeoffs.month, writeoffs.origin))
    """,
    # What ended at the very moment at which a request did may be counted or not.
    "write-off: a request has counted its cases, and those of its month that stood before it": """
        SELECT writeoffs.writeoff_id, exceptions, own, surely, perhaps FROM writeoffs
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE cases.writeoff_id = writeoffs.writeoff_id) AS own,
                   count(*) FILTER (WHERE cases.writeoff_id < writeoffs.writeoff_id AND finished_at IS NOT NULL
                       AND (ended.at IS NULL OR ended.at > finished_at)) AS surely,
                   count(*) FILTER (WHERE cases.writeoff_id < writeoffs.writeoff_id AND finished_at IS NOT NULL
                       AND ended.at = finished_at) AS perhaps
            FROM exception_cases AS cases LEFT JOIN rectifications AS notices USING (rectification_id)
            CROSS JOIN LATERAL (SELECT CASE cases.state WHEN 'cleared' THEN cases.decided_at
                                       WHEN 'rectified' THEN notices.accepted_at END AS at) AS ended
            WHERE (cases.unit_id, cases.month, cases.origin)
                = (writeoffs.unit_id, writeoffs.month, writeoffs.origin)) AS held
        WHERE writeoffs.state <> 'failed' AND exceptions NOT BETWEEN own + surely
            AND own + surely + perhaps
    """,
    "write-off: a case that is not cleared belongs to a cycle that is written off": """
        SELECT cases.case_id, cases.state FROM exception_cases AS cases JOIN writeoffs USING (writeoff_id)
        LEFT JOIN cycles ON cycles.unit_id = cases.unit_id AND cycles.month = cases.month
            AND cycles.kind_code = cases.kind_code AND cycles.writeoff_id IS NOT NULL
        WHERE cases.state IN ('open', 'asked', 'answered') AND writeoffs.state = 'done' AND cases.origin = 'own'
            AND cycles.unit_id IS NULL
    """,
    "former bills: the sums of a month are those of its bills": """
        SELECT unit_id, month, kind_code FROM former_cycles AS cycles FULL JOIN (
            SELECT unit_id, kind_code, date_trunc('month', issued_on)::date AS month,
                   count(*) FILTER (WHERE color = 'blue') AS issued_count,
                   coalesce(sum(total) FILTER (WHERE color = 'blue'), 0) AS issued_amount,
                   count(*) FILTER (WHERE color = 'red') AS reversed_count,
                   coalesce(-sum(total) FILTER (WHERE color = 'red'), 0) AS reversed_amount
            FROM former_bills GROUP BY 1, 2, 3) AS told USING (unit_id, month, kind_code)
        WHERE (cycles.issued_count, cycles.issued_amount, cycles.reversed_count, cycles.reversed_amount)
            IS DISTINCT FROM (told.issued_count, told.issued_amount, told.reversed_count, told.reversed_amount)
    """,
    "former bills: a month is written off by its request, whole, and its cases are of its bills": """
        SELECT writeoffs.writeoff_id, cycles.kind_code FROM writeoffs JOIN former_cycles AS cycles USING (unit_id, month)
        WHERE writeoffs.origin = 'former' AND CASE writeoffs.state
            WHEN 'done' THEN cycles.writeoff_id IS DISTINCT FROM writeoffs.writeoff_id OR cycles.written_off_at IS NULL
            WHEN 'checking' THEN cycles.writeoff_id IS DISTINCT FROM writeoffs.writeoff_id
                OR cycles.written_off_at IS NOT NULL
            ELSE cycles.writeoff_id IS NOT DISTINCT FROM writeoffs.writeoff_id END
        UNION ALL
        SELECT writeoff_id, cases.kind_code FROM exception_cases AS cases LEFT JOIN former_bills AS bills
            ON bills.unit_id = cases.unit_id AND bills.bill_id = cases.bill_id AND bills.total = cases.total
            AND date_trunc('month', bills.issued_on)::date = cases.month
        -- A bill whose month was opened again may go, and come again put right: its case is cleared then.
        WHERE cases.origin = 'former' AND cases.state <> 'cleared' AND bills.bill_id IS NULL
    """,
    "write-off: what is kept of a unit's months of a campaign is what they add up to": """
        SELECT campaign_id, unit_id, kept, told FROM campaign_units AS kept
        FULL JOIN campaign_sums AS told USING (campaign_id, unit_id) JOIN campaigns USING (campaign_id)
        -- A campaign that has not been everywhere has not reached this unit yet.
        WHERE (kept.unit_id IS NOT NULL OR carried_revision > 0)
            AND (kept.months, kept.months_done, kept.bills, kept.bills_done, kept.bills_left, kept.net_left, kept.oldest,
                 kept.own_due_on, kept.former_left, kept.last_done_on)
            IS DISTINCT FROM
                (told.months, told.months_done, told.bills, told.bills_done, told.bills_left, told.net_left, told.oldest,
                 told.own_due_on, told.former_left, told.last_done_on)
    """,
    "write-off: a train sees each month that is to be written off, and none that is": """
        SELECT stocks.unit_id, stocks.kind_code, stocks.writeoff_from, cycles.month, cycles.writeoff_id
        FROM stocks JOIN cycles USING (unit_id, kind_code) CROSS JOIN writeoff_start
        WHERE cycles.month >= writeoff_start.month AND CASE WHEN cycles.writeoff_id IS NULL
            -- A month that was opened again after a later one of its kind was written off binds by its last day alone.
            THEN coalesce(stocks.writeoff_from > cycles.month, true) AND NOT EXISTS (
                SELECT FROM cycles AS later WHERE later.unit_id = stocks.unit_id
                AND later.kind_code = stocks.kind_code AND later.month > cycles.month
                AND later.writeoff_id IS NOT NULL)
            ELSE stocks.writeoff_from <= cycles.month AND NOT EXISTS (
                SELECT FROM cycles AS other WHERE other.unit_id = stocks.unit_id
                AND other.writeoff_id IS NULL AND other.month < cycles.month) END
    """,
}


async def assert_invariants(url: str) -> int:
    """Check all invariants over every bill; returns how many bills there are."""
    connection = await asyncpg.connect(url)
    try:
        kept = await connection.fetchval(
            f"SELECT {' OR '.join(f'EXISTS (SELECT FROM {table})' for table in _BOOKS)}"
        )
        for name, query in (_CONTRADICTIONS | (_OF_BOOKS if kept else {})).items():
            rows = await connection.fetch(query)
            assert rows == [], f"{name}: {[tuple(row) for row in rows[:5]]}"
        assert await _without_words(connection) == []
        count = await connection.fetchval("SELECT count(*) FROM bills")
    finally:
        await connection.close()
    return int(count)


async def _without_words(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """Actions and subjects in the audit trail, and names of their details and of what changed, for which neither a
    room nor a list has a word.
    """
    rows = await connection.fetch(
        "SELECT DISTINCT action, coalesce(name, '') AS name FROM audit_log "
        "LEFT JOIN LATERAL (SELECT jsonb_object_keys(details) UNION ALL "
        "SELECT each ->> 'name' FROM jsonb_array_elements(changed) AS each) AS names (name) ON true"
    )
    subjects = await connection.fetch("SELECT DISTINCT split_part(subject, ':', 1) AS kind FROM audit_log")
    return [
        f"{action} {name}"
        for action, name in rows
        # The names of what changed may be Chinese words already.
        if action_label(action) == action or (name.isascii() and name and detail_label(action, name) == name)
    ] + [row["kind"] for row in subjects if subject_word(row["kind"]) == row["kind"]]
