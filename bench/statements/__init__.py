"""Made months of bank lines, POS and WeChat or Alipay settlement, and the bills that they pay, with the truth.

    python -m bench.statements --lines 100000 --seed 7 OUT.json
    python -m bench.matching OUT.json

The set is one month of a finance office that keeps the books of several units: four to seven of a hospital with
outpatients and inpatients, a school, a university, a kindergarten, an association, a foundation, an office that
collects by 缴款码, and a centre for examinations and trainings. Each has its own amounts, business numbers, days,
ways to pay and habits of payers. The number of lines is what was asked for, less a few per cent that an accountant
could not have told apart (below).

What truth says is what a careful accountant finds who sees these lines and these bills, and nothing else:

- A line that shows a bill's whole business number or 缴款码, in its field or its memo, pays this bill, however
  the number is written (full-width, spaces, no hyphens, small letters). Two lines with one number and the whole
  amount each: the earlier one pays, the later one was paid twice. Too much or too little with a number is what
  arrived, up to the bill's amount.
- A line without a whole number pays the one bill of its amount, within ten days before and twenty after, whose
  payer and number agree with what the line shows of them; if it shows neither, within five days before and three
  after. Bills that a clear line pays are ticked off first, whole names come before masked ones, and these before
  lines without any.
- One line for many bills pays them if the memo lists the numbers, or a range of them, or the order that they all
  belong to. "王芳等30人" without a list, while more than these 30 are open, pays none: one would have to ask.
- A settlement of a day pays the bills of its channel on this day if it states channel, day and count, nothing was
  deducted, and the sum is right: then the accountant ticks off the day. One that arrives less a fee has no
  entries, nor has one in which some payments failed: nobody can tell which bill bears the fee, or which failed.
  Their bills are in the set, and open.
- Lines that name a payer and make up the amount of the only bill of this payer pay it in parts. One line that names
  several payers, or a payer with several bills, and is the sum of all that these names have, pays them all.
- Any other line with a name and an amount that no bill of this name has pays none: one would have to ask.
- A refund stands with the red bill; a negative line for a payment made twice stands with none.

There are no ties. Where the rules above leave a line with two bills, `judge` gives the line its number (the payer
was asked to state it) or takes the line with all of its bills out of the set.
"""
