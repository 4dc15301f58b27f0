-- A bill's cases, cleared ones too: when it was written off after all, and its history.

CREATE INDEX exception_cases_all_of_bill ON exception_cases (unit_id, bill_id);
