"""A page's own form filled in again: only fields change, in the form that was sent."""

from mingpiao.portals.refilling import refill

PAGE = """<!DOCTYPE html>
<svg viewBox="0 0 1 1"><use href="#a"/></svg><p>a &amp; b&nbsp;&#39;</p>
<form method="get" action="/here"><input name="words" value="kept"></form>
<details><summary>其他</summary>
<form method="post" action="/here"><input type="hidden" name="csrf_token" value="fresh"><input type="hidden" name="revision" value="9">
<textarea name="reason" rows="2">
old</textarea><button name="decision" value="revoke">撤销</button></form></details>
<form method="post" action="/here"><input type="hidden" name="csrf_token" value="fresh"><input type="hidden" name="revision" value="9">
<textarea name="reason" rows="2"></textarea>
<input type="radio" name="kind" value="a" checked><input type="radio" name="kind" value="b">
<input type="checkbox" name="many" value="x"><input type="checkbox" name="many" value="y" checked>
<select name="choice"><option value="">无</option><option value="1" selected>一</option><option value="2">二</option></select>
<input type="file" name="file"><input type="password" name="pin" value="">
<input name="row" value=""><input name="row" value="">
<button name="decision" value="accept">认定</button></form>
<script>if (1 < 2) "</p>";</script>
"""


def test_of_several_forms_the_one_that_was_sent_is_filled_and_unfolded() -> None:
    members = [("csrf_token", "old"), ("revision", "7"), ("reason", '伪造 <b> & "'), ("decision", "revoke")]
    done = refill(PAGE, "/here", members, form_id="K")
    assert done.found
    assert done.lost == ()
    head = '<form method="post" action="/here">'
    expected = (
        PAGE.replace("<details>", "<details open>")
        .replace(head, head + '<input type="hidden" name="kept_form" value="K">', 1)
        .replace('name="revision" value="9"', 'name="revision" value="7"', 1)
        .replace("\nold</textarea>", "\n伪造 &lt;b&gt; &amp; &#34;</textarea>")
    )
    assert done.html == expected


def test_every_kind_of_field_is_filled() -> None:
    members = [
        ("decision", "accept"),
        ("kind", "b"),
        ("many", "x"),
        ("choice", "2"),
        ("row", "一"),
        ("row", "二"),
    ]
    html = refill(PAGE, "/here", members, form_id="K").html
    assert (
        '<input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>' in html
    )
    assert (
        '<input type="checkbox" name="many" value="x" checked><input type="checkbox" name="many" value="y">'
        in html
    )
    assert (
        '<option value>无</option><option value="1">一</option><option value="2" selected>二</option>' in html
    )
    assert '<input name="row" value="一"><input name="row" value="二">' in html
    assert "<details open>" not in html


def test_what_has_no_field_is_told() -> None:
    done = refill(
        PAGE, "/here", [("reason", "甲"), ("gone", "乙"), ("gone", " "), ("decision", "x")], form_id="K"
    )
    assert (done.found, done.lost) == (True, ("乙",))
    done = refill(PAGE, "/elsewhere", [("reason", "甲")], form_id="K")
    assert (done.found, done.lost, done.html) == (False, ("甲",), PAGE)


def test_a_form_above_is_taken_where_the_page_was_built_from_the_members() -> None:
    assert not refill(PAGE, "/here/confirm", [("reason", "甲")], form_id="K").found
    built = refill(PAGE, "/here/confirm", [("reason", "甲")], form_id="K", built=True)
    assert built.found
    assert 'name="kept_form" value="K"' in built.html
    assert "甲" not in built.html
