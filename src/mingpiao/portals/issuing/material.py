"""按材料填写: what the files of a form offer for its fields, and what the form took from them.

A value goes into an empty field by itself when the handler asks for it, and beside a filled one it is only
offered. Whatever was taken says from which file, until the handler changes it.
"""

from collections.abc import Mapping, Sequence

import msgspec

from mingpiao.catalog.model import BillKind, ExtensionType
from mingpiao.evidence.model import Claim, ClaimVerdict, EvidenceFile, Mark
from mingpiao.evidence.service import Offer, offers_of
from mingpiao.kernel.clock import today
from mingpiao.kernel.grammar import read_typed_decimal
from mingpiao.portals.issuing.form import FormView, IssueForm, draft_members, form_members, read_issue_form
from mingpiao.units.model import Unit

_RATE = "items-0-rate"
_NAME = "payer-name"
_LONGEST_REMARK = 200
_FIXED_FIELDS = {
    "payer": (_NAME, "缴款人名称"),
    "code": ("payer-code", "统一社会信用代码"),
    "account": ("payer-account", "缴款人账号"),
    "bank": ("payer-bank", "缴款人开户行"),
    "purpose": ("remark", "备注"),
}


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a file for the form's member `field`. `now` is what the field has, `taken` says that it has it
    from this file.
    """

    key: str
    field: str
    label: str
    value: str
    now: str
    taken: bool
    digest: str
    file: str
    offer: Offer

    @property
    def claim(self) -> Claim:
        """The suggestion as a claim, whose places are outlined on the file's pages."""
        return Claim(
            name=self.key,
            verdict=ClaimVerdict.HINT,
            expected=self.now,
            found=self.value,
            explanation="",
            marks=tuple(Mark(digest=self.digest, place=place) for place in self.offer.places),
        )

    @property
    def page(self) -> int | None:
        """The page of its first place."""
        return next((place.page for place in self.offer.places), None)


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What a form's files offer: `waiting` of them are not read yet, `failed` could not be read."""

    suggestions: tuple[Suggestion, ...] = ()
    waiting: tuple[EvidenceFile, ...] = ()
    failed: tuple[EvidenceFile, ...] = ()
    read: tuple[EvidenceFile, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(each.claim for each in self.suggestions)

    def note(self, field: str) -> Suggestion | None:
        """The suggestion that a field's value was taken from."""
        return next((each for each in self.suggestions if each.field == field and each.taken), None)

    @property
    def open(self) -> tuple[Suggestion, ...]:
        """Suggestions whose fields are empty, or have another value."""
        return tuple(each for each in self.suggestions if each.now != each.value)


def material_of(view: FormView, files: Sequence[EvidenceFile], unit: Unit) -> Material:
    """What the files of a form offer; each value once, from the first file that states it."""
    found: dict[tuple[str, str], Suggestion] = {}
    members = form_members(view.form)
    for file in files:
        offers = offers_of(file.extraction, unit.name, unit.uscc) if file.extraction else ()
        for offer in offers:
            each = _suggestion(view, members, file, offer)
            if each is not None and (each.taken or (each.field, each.value) not in found):
                found[each.field, each.value] = each
    return Material(
        suggestions=tuple(found.values()),
        waiting=tuple(file for file in files if not file.state.settled),
        failed=tuple(file for file in files if file.state.settled and file.extraction is None),
        read=tuple(file for file in files if file.extraction is not None),
    )


def _suggestion(
    view: FormView, members: Mapping[str, str], file: EvidenceFile, offer: Offer
) -> Suggestion | None:
    place = _place(view, offer)
    if place is None:
        return None
    field, label = place
    value, now = offer.value, members.get(field, "")
    if field == _RATE and read_typed_decimal(now) == read_typed_decimal(value):
        value = now or value
    if field == "remark":
        value = value[:_LONGEST_REMARK]
    return Suggestion(
        key=f"{file.digest[:12]}-{offer.name}",
        field=field,
        label=label,
        value=value,
        now=now,
        taken=now == value and view.form.material.get(field) == file.digest,
        digest=file.digest,
        file=file.name,
        offer=offer,
    )


def _place(view: FormView, offer: Offer) -> tuple[str, str] | None:
    """The member that an offer is for, and its label; None where the form has no single place for it."""
    if offer.name == "amount":
        return (_RATE, "标准（元）") if _takes_amount(view) else None
    if offer.name == "date":
        return _day_of(view.kind)
    return _FIXED_FIELDS[offer.name]


def _takes_amount(view: FormView) -> bool:
    """Whether the bill has one item of quantity one whose rate may be chosen: its rate is then the amount."""
    if len(view.rows) != 1 or view.rows[0].fixed:
        return False
    return read_typed_decimal(view.rows[0].row.quantity) == 1


def _day_of(kind: BillKind) -> tuple[str, str] | None:
    days = [field for field in kind.extension_fields if field.type is ExtensionType.DATE]
    return (f"extension-{days[0].name}", days[0].label) if len(days) == 1 else None


def filled(view: FormView, material: Material) -> IssueForm:
    """The form with the values of its files in its empty fields.

    A code or an account comes only to the payer that it belongs to.
    """
    form = view.form
    for each in material.suggestions:
        members = form_members(form)
        of_another = each.offer.payer and members[_NAME] != each.offer.payer
        if not members.get(each.field) and not of_another:
            form = with_suggestion(form, view.kind, each)
    return form


def adopted(view: FormView, material: Material, key: str) -> IssueForm:
    """The form with one suggestion, whatever the field had; unchanged when no file offers it."""
    chosen = next((each for each in material.suggestions if each.key == key), None)
    return with_suggestion(view.form, view.kind, chosen) if chosen else view.form


def with_suggestion(form: IssueForm, kind: BillKind, chosen: Suggestion) -> IssueForm:
    """The form with a suggestion's value, and with the file that it came from."""
    members = draft_members(form) | {chosen.field: chosen.value}
    if chosen.field == _NAME:
        members["payer-type"] = "1" if chosen.offer.person else "2"
    elif chosen.offer.payer:
        members["payer-type"] = "2"
    return msgspec.structs.replace(
        read_issue_form(members, kind, today()),
        business_no=form.business_no,
        version=form.version,
        material=form.material | {chosen.field: chosen.digest},
    )
