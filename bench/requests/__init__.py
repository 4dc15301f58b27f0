"""Requests in plain Chinese with the typed query that is right for each, and how many of them are read so.

`open/*.jsonl` is what may be looked at while the reading is built; `locked/*.jsonl` is kept apart. A line is
`{"request": …, "today": …, "truth": {…}, "unclear": […]}`: `truth` is an `InspectionQuery` (units may be named in full),
`unclear` has the words of the request that no query can express.
"""
