"""The overseer gathers all that is needed to judge a request before it boards a train.

That is: the rules for the bill, the unit's past days, and what was read from the files of its evidence.
"""

from collections.abc import Iterable, Mapping

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.evidence.model import EvidenceFile, EvidenceState, Extraction, Usage
from mingpiao.evidence.service import Caution, EvidenceKey, caution_in_force, get_evidence_files
from mingpiao.issuing.checks import BillDraft
from mingpiao.issuing.demands import as_if_checked, demands_in_force, demands_met, named_before
from mingpiao.issuing.facts import can_be_judged, facts_of
from mingpiao.issuing.history import PastStore, UnitPast, read_present, subjects_of
from mingpiao.issuing.model import Approval, Assessment, AwaitsEvidence, IssueRequest, Refused
from mingpiao.issuing.register import record_judgement
from mingpiao.issuing.supervision import assess, judged_of_stop
from mingpiao.issuing.tickets import Oversight
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Problem
from mingpiao.rules.model import Hit, HitOutcome, Overlap, Stage
from mingpiao.rules.service import BillRules, RuleBook, judge
from mingpiao.storage.database import Database
from mingpiao.units.model import Unit, UnitProfile

#: What the desk may answer before a request boards.
Answer = Refused | AwaitsEvidence

_FACE = frozenset({Stage.FACE})
_FACE_AND_EVIDENCE = frozenset({Stage.FACE, Stage.EVIDENCE})


class _Brought(msgspec.Struct, frozen=True, kw_only=True):
    """The files that a request brought, by digest, and how sure a contradiction of them must be where its unit is."""

    files: dict[str, EvidenceFile] = {}
    caution: Caution = Caution.USUAL

    @property
    def extractions(self) -> dict[str, Extraction]:
        return _extractions(self.files.values())


class Overseer:
    """Prepares requests for judgement, with the catalog that they were checked with. Raises what the database raises."""

    def __init__(self, database: Database, rules: RuleBook) -> None:
        self._database = database
        self._rules = rules
        self._past = PastStore(database)

    async def oversee(
        self, draft: BillDraft, profile: UnitProfile, catalog: Catalog, approval: Approval | None
    ) -> Oversight | Answer:
        """The oversight of a draft; an answer where files are unknown, unreadable, or not read yet."""
        brought = await self._brought(profile.unit, draft.request, catalog)
        problems = _file_problems(draft.request, brought.files)
        if problems:
            return Refused(problems=problems)
        waiting = _unread(brought.files.values())
        if waiting:
            return AwaitsEvidence(digests=waiting)
        return await self._oversight(draft, profile, catalog, brought, approval)

    async def assess(
        self, draft: BillDraft, profile: UnitProfile, catalog: Catalog, *, counted: bool
    ) -> Assessment:
        """What the rules say of a draft now. Takes no locks. See `Desk.check` for `counted`."""
        unit, request = profile.unit, draft.request
        brought = await self._brought(unit, request, catalog)
        files, problems = brought.files, _file_problems(request, brought.files)
        if problems:
            return Assessment(problems=problems)
        oversight = await self._oversight(draft, profile, catalog, brought, None)
        usage: dict[EvidenceKey, Usage] = {
            (unit.unit_id, digest): Usage(
                amount=file.used_amount, bills=file.used_bills, paper=file.paper, like=file.like
            )
            for digest, file in files.items()
        }
        moment = now()
        async with self._database.pool.acquire() as connection:
            concerned = [(unit.unit_id, oversight.subjects)]
            present = await read_present(connection, moment.date(), concerned, oversight.rules.history)
            demands = (await demands_in_force(connection, [unit.unit_id])).get(unit.unit_id, ())
            judged = as_if_checked(request, demands)
            hits, claims, _ = assess(judged, unit, oversight, present, usage, moment, on_trial=False)
            if counted:
                async with connection.transaction():
                    await record_judgement(connection, moment, judged_of_stop(unit.unit_id, hits))
        blocks = tuple(hit.problem for hit in hits if hit.outcome is HitOutcome.VIOLATION)
        met = demands_met(demands, request)
        return Assessment(
            problems=blocks + (named_before(request) if met else ()),
            hits=(*(hit for hit in hits if hit.outcome is HitOutcome.FINDING), *draft.hints),
            claims=claims,
            waiting=_unread(files.values()),
            demands=met,
        )

    async def refusals(
        self, request: IssueRequest, profile: UnitProfile, catalog: Catalog, problems: tuple[Problem, ...]
    ) -> tuple[Problem, ...]:
        """All problems of a request: the `problems` that the checks found, and those that rules find.

        A fault that both find is one problem, the check's, with the rule's `basis` (legal basis) among its
        facts. Rules that ask about history or evidence judge only once the checks find nothing.
        """
        if request.kind not in catalog.kinds or not request.items or not can_be_judged(request):
            return problems
        rules = (await self._rules_for(request.kind, profile.unit, catalog, _FACE)).face_blocks
        hits = judge(rules, facts_of(request, profile, catalog, now()))
        return _told_once(problems, hits, {loaded.rule.code: loaded.overlap for loaded in rules})

    async def _brought(self, unit: Unit, request: IssueRequest, catalog: Catalog) -> _Brought:
        if not request.evidence:
            return _Brought()
        async with self._database.system() as connection:
            files = await get_evidence_files(connection, unit.unit_id, request.evidence)
            chosen = await caution_in_force(connection, catalog.regions_upwards(unit.region_code))
        return _Brought(files=files, caution=chosen.caution)

    async def _oversight(
        self,
        draft: BillDraft,
        profile: UnitProfile,
        catalog: Catalog,
        brought: _Brought,
        approval: Approval | None,
    ) -> Oversight:
        unit, request, extractions = profile.unit, draft.request, brought.extractions
        stages = _FACE_AND_EVIDENCE if extractions else _FACE
        rules = await self._rules_for(request.kind, unit, catalog, stages)
        return Oversight(
            profile=profile,
            catalog=catalog,
            rules=rules,
            past=await self._past_of(unit, rules),
            subjects=subjects_of(request.payer, request.kind, request.items, request.total),
            extractions=extractions,
            approval=approval,
            caution=brought.caution,
        )

    async def _past_of(self, unit: Unit, rules: BillRules) -> UnitPast | None:
        if not rules.history and not rules.item_history:
            return None
        return await self._past.past(unit.unit_id, unit.unit_type.value, rules.history, rules.item_history)

    async def _rules_for(
        self, kind: str, unit: Unit, catalog: Catalog, stages: frozenset[Stage]
    ) -> BillRules:
        ruleset = await self._rules.get()
        upwards = catalog.regions_upwards(unit.region_code)
        return ruleset.for_bill(kind, unit.unit_type.value, upwards, stages, today())


def _told_once(
    problems: tuple[Problem, ...], hits: Iterable[Hit], overlaps: Mapping[str, Overlap]
) -> tuple[Problem, ...]:
    """The problems of the checks and of hits, without hits on a fault that a problem names already."""
    told = list(problems)
    for hit in hits:
        # A rule that could not run says nothing about the request, so it repeats no problem.
        overlap = _NO_OVERLAP if hit.failed else overlaps[hit.rule]
        restated = [place for place, problem in enumerate(problems) if _is_among(problem, overlap.restates)]
        for place in restated:
            told[place] = msgspec.structs.replace(told[place], facts={"basis": hit.basis} | told[place].facts)
        if not restated and not any(_is_among(problem, overlap.follows) for problem in problems):
            told.append(hit.problem)
    return tuple(told)


_NO_OVERLAP = Overlap()


def _is_among(problem: Problem, faults: frozenset[tuple[str, str]]) -> bool:
    return any(problem.code == code and f"{problem.field}/".startswith(f"{field}/") for code, field in faults)


def _file_problems(request: IssueRequest, files: dict[str, EvidenceFile]) -> tuple[Problem, ...]:
    found: list[Problem] = []
    for index, digest in enumerate(request.evidence):
        file = files.get(digest)
        if file is None:
            message = "没有找到该佐证材料，请重新上传后再提交。"
            found.append(_problem("evidence.unknown", index, message))
        elif file.state is EvidenceState.UNREADABLE:
            message = f"佐证材料“{file.name}”不能使用：{file.failure}请更换后再提交。"
            found.append(_problem("evidence.unreadable", index, message))
    return tuple(found)


def _problem(code: str, index: int, message: str) -> Problem:
    return Problem(code=code, field=f"evidence/{index}", message=message, status=422)


def _unread(files: Iterable[EvidenceFile]) -> tuple[str, ...]:
    return tuple(file.digest for file in files if not file.state.settled)


def _extractions(files: Iterable[EvidenceFile]) -> dict[str, Extraction]:
    return {file.digest: file.extraction for file in files if file.extraction is not None}
