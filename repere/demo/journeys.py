"""What happens to the invented people: months of contact, decisions, refusals, silences and returns.

Shares and delays are assumptions, except those named in ``published``. Every journey is told to its end and cut at today,
so that the files lie open at every stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from repere.core.dates import FAR, number
from repere.core.rulebook import Mechanism
from repere.demo import published as pub
from repere.demo.caseload import Caseload, Ints, Told, Weighted, many, one, yes
from repere.demo.people import Bools, People, draw


@dataclass(frozen=True, slots=True)
class Country:
    """The invented country: people, their cases and facts in columns."""

    people: People
    cases: pl.DataFrame
    facts: dict[str, pl.DataFrame]
    seed: int
    today: date

    @property
    def fact_count(self) -> int:
        return sum(len(frame) for frame in self.facts.values())


def invent(mechanism: Mechanism, persons: int, *, seed: int, today: date) -> Country:
    """Invent a country: the same arguments give the same content, to the byte."""
    rng = np.random.default_rng([seed, persons])
    people = draw(rng, persons, mechanism, number(today))
    told = _Journeys(mechanism, rng, people, number(today))
    for chapter in CHAPTERS:
        chapter(told)
    cases = pl.DataFrame(
        {
            "case": np.arange(persons, dtype=np.uint32),
            "opened": pl.Series(people.starts.astype(np.int32)).cast(pl.Date),
            "opener": pl.Series(told.opener),
            "territory": pl.Series(list(people.territories)).gather(people.territory),
        }
    )
    return Country(people, cases, told.frames(), seed, today)


class _Journeys(Caseload):
    """A caseload that knows its people."""

    def __init__(self, mechanism: Mechanism, rng: np.random.Generator, people: People, today: int) -> None:
        count = len(people)
        opener = _openers(rng, people)
        shared = {role: rng.random(count) < share for role, share in SHARED.items()}
        super().__init__(mechanism, rng, count, today, opener, shared)
        self.people = people
        self.everyone = np.ones(count, bool)
        self.adult = ~people.minor
        self.foreign = people.nationality > 1
        self.forms = _forms(rng, people)
        self.day("start")[:] = people.starts

    def form(self, *names: str) -> Bools:
        """Cases whose main form is one of these."""
        return np.isin(self.people.form, [pub.FORMS.index(name) for name in names])


SHARED = {"police": 0.30, "prefecture": 0.30, "prosecutor": 0.15, "child_protection": 0.20, "health_worker": 0.10, "recognition_body": 0.05}
"""Share of the files that another body sees too."""

OPENERS = ("case_worker", "outreach_worker", "shelter_worker", "police", "child_protection", "labour_inspector")


def _openers(rng: np.random.Generator, people: People) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    chosen = rng.choice(len(OPENERS), len(people), p=[0.58, 0.17, 0.13, 0.12, 0.0, 0.0])
    chosen = np.where(people.minor & (rng.random(len(people)) < 0.3), OPENERS.index("child_protection"), chosen)
    at_work = np.isin(people.form, [pub.FORMS.index("labour"), pub.FORMS.index("domestic")])
    chosen = np.where(at_work & (rng.random(len(people)) < 0.12), OPENERS.index("labour_inspector"), chosen)
    return np.array(OPENERS)[chosen]


_CODES = {
    "sexual": Weighted(("pimping_or_sexual_exploitation", "online_sexual_exploitation", "sexual_assault"), (0.9, 0.07, 0.03)),
    "labour": Weighted(("forced_labour", "undignified_work_or_housing", "servitude", "slavery"), (0.6, 0.34, 0.05, 0.01)),
    "domestic": Weighted(("domestic_servitude",)),
    "criminal": Weighted(("forced_criminality",)),
    "begging": Weighted(("forced_begging",)),
    "other": Weighted(("forced_marriage", "organ_removal", "surrogacy", "illegal_adoption", "forced_military", "other"), (5, 2, 1, 1, 1, 2)),
}


def _forms(rng: np.random.Generator, people: People) -> pl.Series:
    """Codes of the forms of each case, as lists; none where the form is not known."""
    count = len(people)

    def codes(which: Ints) -> pl.Series:
        drawn = [_CODES[form].draw(rng, count) for form in pub.FORMS]
        frame = pl.DataFrame({"which": which, **{str(i): series for i, series in enumerate(drawn)}})
        picked = pl.coalesce(pl.when(pl.col("which") == i).then(pl.col(str(i))) for i in range(len(drawn)))
        return frame.select(picked.alias("code"))["code"]

    frame = pl.DataFrame({"first": codes(people.form), "second": codes(people.second), "known": people.form_known})
    both = pl.concat_list("first", "second").list.drop_nulls().list.unique().list.sort()
    return frame.select(pl.when("known").then(both).alias("forms"))["forms"]


# ─── Chapters ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def opening(told: _Journeys) -> None:
    """Someone is worried; who she is, as far as one knows; how to reach her safely."""
    people = told.people
    everyone = np.arange(told.count)
    start = people.starts
    told.add("jurisdiction_set", everyone, start, vague=0, late=0, country="FR")
    told.add(
        "concern_reported", everyone, start, late=0.0, vague=0.03,
        reporter=one(association=30, police=16, neighbour_or_public=8, health=7, child_protection=8, person_herself=14, asylum_service=6,
                     labour_inspection=3, school=2, employer_or_union=2, lawyer=2, prefecture=1, border=1),
        forms_suspected=told.forms,
        urgency=one(immediate=14, days=36, weeks=30, none=20),
        channel=one(phone=45, in_person=30, email=15, third_person=8, message=2),
    )  # fmt: skip
    described = told.some(told.everyone, 0.93)
    _describe(told, described, told.after("start", described, 0, 12))
    safe = told.some(told.everyone, 0.42)
    told.add(
        "safe_contact_instructions", safe, told.after("start", safe, 0, 6), late=0.02,
        can_contact=yes(0.85), channel=one(phone=40, message=35, in_person=20, third_person=5), someone_may_listen=yes(0.35),
        accompanied_by=one(alone=60, unknown_adult=10, presumed_exploiter=8, family_member=10, professional=12), leave_message=yes(0.3),
    )  # fmt: skip
    need = told.some(told.everyone, 0.28)
    needs = many(shelter=4, shelter__food=3, medical=2, medical__psychological=2, money__food=1, documents=1, legal=1, protection__shelter=2)
    told.add("urgent_need", need, told.after("start", need, 0, 4), needs=needs)
    met = told.some(told.has("urgent_need"), 0.5)
    told.add("urgent_need_met", met, told.after("urgent_need", met, 1, 20), needs=needs)
    danger = told.some(told.everyone, 0.2)
    told.add("danger_assessed", danger, told.after("start", danger, 1, 30), local_danger=yes(0.4), distance_needed=yes(0.3), threat_on_family=yes(0.3))
    call = told.some(told.has("danger_assessed") & told.adult, 0.15)
    told.add("call_for_distance_scheme", call, told.after("danger_assessed", call, 0, 10), made_by_professional=yes(0.9))


def _describe(told: _Journeys, who: Ints, day: Ints) -> None:
    people = told.people
    turns = people.born + round(18 * 365.25)
    grown = turns <= people.starts
    year_first = turns.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    unsure = told.rng.random(told.count) < 0.15
    earliest = np.where(grown, year_first, np.where(unsure, turns - 150, turns))
    latest = np.where(grown, np.minimum(year_first + 364, people.starts), np.where(unsure, turns + 150, turns))
    disputed = people.unaccompanied & (told.rng.random(told.count) < 0.4)
    sexes = [Weighted(("woman",)), Weighted(("man",)), Weighted(("trans_woman", "trans_man", "non_binary"), (8, 1, 1))]
    drawn = np.stack([sex.draw(told.rng, told.count).to_numpy() for sex in sexes])
    status = one(irregular=50, asylum_seeker=35, regular=15).draw(told.rng, told.count).to_numpy()
    no_permit_needed = (people.nationality < 2) | people.minor
    told.add(
        "person_described", who, day, vague=0.02,
        gender=drawn[people.sex, np.arange(told.count)][who],
        nationality_group=np.array(["french", "eu", "third_country", "stateless"])[people.nationality][who],
        turns_18=Told(earliest[who], latest[who]),
        age_disputed=np.where(disputed, "yes", "no")[who],
        unaccompanied=np.where(people.unaccompanied, "yes", "no")[who],
        territory=np.array(people.territories)[people.territory][who],
        stay_status=np.where(no_permit_needed, "not_needed", status)[who],
    )  # fmt: skip


def exploitation(told: _Journeys) -> None:
    """Signs, what she says about it, twice and not quite the same, and the way out."""
    people = told.people
    signs = sorted(told.mechanism.indicators)
    if signs:
        seen = told.some(told.everyone, 0.35)
        told.add("indicator_observed", seen, told.after("start", seen, 0, 25), indicator=Weighted(signs), phase=one(exploitation=7, recruitment=1, transit=1, after=1))
    talk = told.some(told.everyone, 0.4)
    told.add(
        "interview_held", talk, told.after("start", talk, 1, 40),
        purpose=one(first_contact=5, in_depth=4, police=2), interpreter_present=yes(0.5), trusted_setting=yes(0.7), alone=yes(0.8),
    )  # fmt: skip
    for share, low, high in ((0.68, 0, 60), (0.05, 40, 200)):
        who = told.some(told.everyone, share)
        day = told.after("start", who, low, high)
        began = day - told.rng.integers(40, 1_500, len(who))
        unsure = told.rng.random(len(who))
        width = np.select([unsure < 0.3, unsure < 0.65], [0, 30], 120)
        over = told.rng.random(len(who)) < 0.6
        ended = np.where(over, np.maximum(day - told.rng.integers(1, 60, len(who)), began + width // 2), FAR)
        told.add(
            "exploitation_described", who, day, vague=0.08,
            forms=told.forms.gather(who),
            acts=many(recruitment=3, recruitment__transport=3, harbouring=3, harbouring__recruitment=2, transfer=1, reception=1),
            means=many(deception=3, abuse_of_vulnerability=4, threat_force_coercion=3, abuse_of_vulnerability__deception=3, threat_force_coercion__deception=3, abuse_of_authority=1, payment_or_benefit=1),
            started=Told(began - width, began + width // 2),
            ended=Told(ended, ended),
            ongoing=np.where(over, "no", "yes"),
            place=one(in_country=40, both=39, abroad=21),
            minor_at_time=np.where(people.was_minor, "yes", "no")[who],
            sector=_sectors(told, who),
            on_arrival_in_france=yes(0.3),
        )  # fmt: skip
    out = told.some(told.has("exploitation_described"), 0.3)
    told.add("exploitation_left", out, told.after("exploitation_described", out, -5, 60), how=one(escaped=40, removed_by_authority=20, helped_by_other=25, released=10, other=5))


def _sectors(told: _Journeys, who: Ints) -> pl.Series:
    kinds = {
        "labour": one(construction=25, agriculture=25, catering_hotels=20, cleaning=8, textile=4, transport=5, nail_salon=5, car_wash=4, industry=4),
        "domestic": one(domestic_work=1),
        "sexual": one(street=4, online=5, other=1),
        "criminal": one(street=1),
        "begging": one(street=1),
        "other": one(other=1),
    }  # fmt: skip
    drawn = np.stack([kinds[form].draw(told.rng, told.count).to_numpy() for form in pub.FORMS])
    return pl.Series(drawn[told.people.form, np.arange(told.count)][who])


def identification(told: _Journeys) -> None:
    """Presumed; informed or not; recognised, or not, or differently by two bodies."""
    stated = told.some(told.everyone, 0.55)
    told.add(
        "presumption_stated", stated, told.after("start", stated, 1, 60),
        grounds=many(indicators=4, account=4, account__indicators=4, observation=1, third_party_report=1, self_reported=1),
        forms=told.forms.gather(stated),
    )  # fmt: skip
    presumed = told.has("presumption_stated")
    informed = told.some(presumed, 0.4)
    told.add(
        "rights_information_given", informed, told.after("presumption_stated", informed, 0, 30),
        by=one(specialised_association=6, police=3, prefecture=1), language_understood=yes(0.8), in_writing=yes(0.5), in_confidence=yes(0.85), covers_reflection=yes(0.35),
    )  # fmt: skip
    asked = told.some(presumed, 0.4)
    told.add("consent_given", asked, told.after("presumption_stated", asked, 0, 20), purpose=one(support=5, identification=3, shelter=2, health=1, legal=1, statistics=1), recipient=one(specialised_association=3, police=1, health_service=1, prefecture=1))
    no = told.some(presumed, 0.05)
    told.add("consent_refused", no, told.after("presumption_stated", no, 0, 30), purpose=one(identification=3, criminal_procedure=4, statistics=1), recipient=one(police=4, prefecture=1))
    back = told.some(told.has("consent_given"), 0.04)
    told.add("consent_withdrawn", back, told.after("consent_given", back, 5, 120), purpose=one(support=2, identification=2, statistics=1), recipient=one(police=1, specialised_association=1))
    sent = told.some(presumed, 0.15)
    told.add("referred_for_identification", sent, told.after("presumption_stated", sent, 2, 60), to=one(police=6, gendarmerie=2, labour_inspection=1), consent=yes(0.9))
    decided = told.some(told.has("referred_for_identification"), 0.55)
    told.add(
        "recognition_decided", decided, told.after("referred_for_identification", decided, 20, 150), act_of="police",
        threshold=one(formal=7, reasonable_grounds=2), outcome=one(recognised=7, not_recognised=3), body=one(police=7, gendarmerie=2, labour_inspection=1), reasons_in_writing=yes(0.3),
    )  # fmt: skip
    differs = told.some(told.has("recognition_decided"), 0.12)
    told.add("recognition_decided", differs, told.after("recognition_decided", differs, 10, 60), act_of="prosecutor", threshold="formal", outcome=one(recognised=1, not_recognised=1), body="prosecutor", reasons_in_writing=yes(0.6))
    again = told.some(told.has("recognition_decided"), 0.12)
    told.add("review_asked", again, told.after("recognition_decided", again, 5, 40), of="formal")
    anew = told.some(told.has("review_asked"), 0.35)
    told.add("presumption_stated", anew, told.after("review_asked", anew, 1, 30), grounds=many(account__indicators=1, documents=1), forms=told.forms.gather(anew))
    ended = told.some(presumed, 0.02)
    told.add("presumption_ended", ended, told.after("presumption_stated", ended, 20, 150), ground=one(person_asked=2, other_explanation_accepted=1, moved_to_other_mechanism=1))


def justice(told: _Journeys) -> None:
    """Complaints, with or without the word; testimonies; proceedings that outlast the permit."""
    facts = many(
        prostitution_of_another=6, recruitment_or_harbouring_to_exploit__prostitution_of_another=5, forced_labour__undignified_work=2,
        forced_labour__documents_taken=1, servitude_or_slavery__confinement=1, forced_offence=2, forced_begging=1, violence__hold_over_person=2,
        debt_bondage__prostitution_of_another=2,
    )  # fmt: skip
    likely = told.some(told.everyone, 0.08)
    told.add("likely_to_complain_found", likely, told.after("start", likely, 3, 90), act_of="police", describes=facts)
    filed = told.some(told.everyone, pub.COMPLAINT * 1.12)
    told.add("complaint_filed", filed, told.after("start", filed, 5, 170), act_of="police", describes=facts, word_trafficking_used=yes(0.45), receipt_given=yes(0.7))
    heard = told.some(told.has("complaint_filed"), 0.45)
    told.add("rights_information_given", heard, told.after("complaint_filed", heard, 0, 20), by=one(police=4, specialised_association=6), language_understood=yes(0.7), in_writing=yes(0.5), in_confidence=yes(0.7), covers_reflection=yes(0.25))
    twice = told.some(told.has("complaint_filed"), 0.06)
    # Two bodies write down two days for one complaint.
    told.add("complaint_filed", twice, told.after("complaint_filed", twice, -9, 9), describes=facts, word_trafficking_used=yes(0.45), receipt_given=yes(0.7))
    spoke = told.some(told.everyone, 0.05)
    told.add("testimony_given", spoke, told.after("start", spoke, 10, 200), act_of="police", describes=facts, all_she_knew=yes(0.6))
    complained = told.has("complaint_filed")
    dropped = told.some(complained, 0.06)
    told.add("complaint_withdrawn", dropped, told.after("complaint_filed", dropped, 10, 150), act_of="police", under_pressure=yes(0.5))
    opened = told.some(complained, 0.3)
    told.add("proceedings_opened", opened, told.after("complaint_filed", opened, 5, 90), act_of="prosecutor", offences=many(fr_225_5=5, fr_225_4_1=4, fr_225_4_1__fr_225_5=2, fr_225_13=1, fr_225_14_work=1, fr_225_14_1=1), person_is=one(victim=6, civil_party=3, witness=1))
    closed = told.some(told.has("proceedings_opened"), 0.2)
    told.add("proceedings_ended", closed, told.after("proceedings_opened", closed, 60, 260), act_of="prosecutor", outcome=one(dismissed_no_prosecution=5, referred_to_court=4, dismissal_by_judge=1))
    judged = told.some(told.has("proceedings_ended"), 0.4)
    told.add("judgment", judged, told.after("proceedings_ended", judged, 20, 120), act_of="prosecutor", outcome=one(conviction=7, partial=2, acquittal=1), offences=many(fr_225_5=2, fr_225_4_1=2, other=1), final=yes(0.5), against="suspect")
    lawyer = told.some(complained, 0.3)
    told.add("lawyer_appointed", lawyer, told.after("complaint_filed", lawyer, 0, 60))
    claimed = told.some(told.has("lawyer_appointed"), 0.2)
    told.add("compensation_claimed", claimed, told.after("lawyer_appointed", claimed, 20, 200), route=one(civi=5, civil_party=4, sarvi=1), offences=many(fr_225_5=1, fr_225_4_1=1))
    forced = told.some(told.form("criminal"), 0.6)
    told.add("offence_under_coercion", forced, told.after("start", forced, 0, 60), offence_kind=one(theft=5, drugs=4, burglary=3, fraud=1), irresistible=yes(0.5), prosecuted=yes(0.6))
    spared = told.some(told.has("offence_under_coercion"), 0.12)
    told.add("non_punishment_decided", spared, told.after("offence_under_coercion", spared, 40, 250), act_of="prosecutor")


def residence(told: _Journeys) -> None:
    """Time to reflect that is rarely offered; permits asked, granted, refused for want of a word, or never answered."""
    eligible = told.foreign & told.adult
    offered = told.some(eligible & told.has("likely_to_complain_found"), 0.45)
    told.add("reflection_chosen", offered, told.after("likely_to_complain_found", offered, 0, 20))
    slip = told.some(told.has("reflection_chosen"), 0.7)
    told.add("recepisse_handed_over", slip, told.after("reflection_chosen", slip, 1, 25), act_of="prefecture", vague=0)
    contact = told.some(told.has("recepisse_handed_over"), 0.2)
    told.add("contact_renewed", contact, told.after("recepisse_handed_over", contact, 3, 29), act_of="police", own_initiative=yes(0.35), under_threat=yes(0.6))
    stopped = told.some(told.has("contact_renewed"), 0.4)
    told.add("reflection_ended_by_decision", stopped, told.after("contact_renewed", stopped, 2, 20), act_of="prefecture", ground=one(contact_renewed_own_initiative=8, public_order=2))
    helped = told.has("complaint_filed") | told.has("testimony_given")
    broke = told.some(helped & eligible, 0.75)
    told.add("link_broken_stated", broke, np.minimum(told.day("complaint_filed")[broke], told.day("testimony_given")[broke]) + told.rng.integers(0, 60, len(broke)), by_the_person=yes(0.95))
    applied = told.some(told.has("link_broken_stated"), 0.85)
    told.add("permit_applied", applied, told.after("link_broken_stated", applied, 2, 40), ground=one(fr_l425_1=9, fr_l435_1=1), receipt_given=yes(0.6))
    answer = told.rng.random(told.count)
    granted = np.flatnonzero(told.has("permit_applied") & (answer < 0.45))
    day = told.after("permit_applied", granted, 25, 130)
    told.add("permit_granted", granted, day, act_of="prefecture", vague=0.02, ground=one(fr_l425_1=9, fr_l435_1=1), valid_until=Told(day + 365, day + 365), work_allowed=yes(0.95))
    refused = np.flatnonzero(told.has("permit_applied") & (answer > 0.72))
    told.add(
        "permit_refused", refused, told.after("permit_applied", refused, 15, 100), act_of="prefecture", vague=0.02, ground="fr_l425_1",
        reason=one(word_trafficking_missing=30, awaiting_outcome=26, link_not_proved=12, incomplete_file=10, none_given=10, offence_committed=5, public_order=3, no_complaint=4), in_writing=yes(0.6),
    )  # fmt: skip
    taken = told.some(told.has("permit_granted"), 0.03)
    told.add("permit_withdrawn", taken, told.after("permit_granted", taken, 30, 200), act_of="prefecture", ground="fr_l425_1", reason=one(contact_renewed=1, unfounded_complaint=1, public_order=1))
    removal = told.some(eligible, 0.03)
    told.add("removal_ordered", removal, told.after("start", removal, 10, 200), act_of="prefecture")
    asylum = told.some(told.foreign, 0.1)
    told.add("asylum_applied", asylum, told.after("start", asylum, 0, 90), dublin=yes(0.3))
    told_ofii = told.some(told.has("asylum_applied"), 0.3)
    told.add("vulnerability_interview_held", told_ofii, told.after("asylum_applied", told_ofii, 5, 40), trafficking_signs=yes(0.4), agrees_to_tell_ofpra=yes(0.6))
    sexual = told.form("sexual") & told.adult
    stopped_it = told.some(sexual, 0.09)
    told.add("prostitution_stopped", stopped_it, told.after("start", stopped_it, 20, 200))
    path = told.some(told.has("prostitution_stopped"), 0.7)
    told.add("exit_path_applied", path, told.after("prostitution_stopped", path, 10, 80), association_approved=yes(0.8))
    verdict = told.rng.random(told.count)
    into = np.flatnonzero(told.has("exit_path_applied") & (verdict < 0.6))
    day = told.after("exit_path_applied", into, 40, 150)
    told.add("exit_path_authorised", into, day, act_of="prefecture", vague=0, until=Told(day + 181, day + 181))
    out = np.flatnonzero(told.has("exit_path_applied") & (verdict > 0.82))
    told.add("exit_path_refused", out, told.after("exit_path_applied", out, 40, 150), act_of="prefecture")
    mail = told.some(told.foreign, 0.05)
    told.add("elective_domicile_chosen", mail, told.after("start", mail, 5, 120), at=one(association=8, lawyer=2), refused_by_authority=yes(0.15))


def support(told: _Journeys) -> None:
    """Beds, care, plans; and those who do not want any of it."""
    presumed = told.has("presumption_stated")
    bed = told.some(told.everyone, 0.18)
    told.add("bed_requested", bed, told.after("start", bed, 0, 60), phase=one(emergency=6, stabilisation=3, reconstruction=1))
    held = told.some(told.has("bed_requested"), 0.45)
    day = told.after("bed_requested", held, 0, 25)
    told.add("bed_held", held, day, until=Told(day + 7, day + 7), away_from_danger=yes(0.5))
    declined = told.some(told.has("bed_held"), 0.1)
    told.add("bed_declined_by_person", declined, told.after("bed_held", declined, 0, 4))
    moved = told.some(told.has("bed_held") & ~told.has("bed_declined_by_person"), 0.75)
    told.add("stay_started", moved, told.after("bed_held", moved, 0, 7), phase=one(emergency=4, stabilisation=5, reconstruction=1), vague=0.01)
    left = told.some(told.has("stay_started"), 0.4)
    told.add("stay_ended", left, told.after("stay_started", left, 10, 200), vague=0.03)
    need = told.some(presumed, 0.35)
    told.add(
        "needs_assessed", need, told.after("presumption_stated", need, 0, 40),
        immediate=many(shelter=3, medical=2, shelter__food=2, legal=1, psychological=2), long_term=many(documents=2, legal=2, psychological=2, documents__legal=2, money=1),
    )  # fmt: skip
    begun = told.some(presumed, 0.45)
    told.add("support_started", begun, told.after("presumption_stated", begun, 0, 45))
    plan = told.some(told.has("support_started"), 0.35)
    day = told.after("support_started", plan, 5, 60)
    told.add("support_plan_agreed", plan, day, review_on=Told(day + 90, day + 90))
    refused = told.some(told.everyone, 0.04)
    told.add("support_refused", refused, told.after("start", refused, 2, 60))
    check = told.some(presumed, 0.12)
    told.add("health_check_done", check, told.after("presumption_stated", check, 3, 90), act_of="health_worker", physical=yes(0.9), psychological=yes(0.5))
    care = told.some(told.everyone, 0.05)
    told.add("care_given", care, told.after("start", care, 1, 120), act_of="health_worker", kind=one(general=4, emergency=2, psychological=3, addiction=2, maternity=1))
    drugged = told.some(told.form("sexual", "criminal"), 0.03)
    told.add("chemical_control_suspected", drugged, told.after("start", drugged, 1, 90))
    home = told.some(told.foreign, 0.015)
    told.add("return_wished", home, told.after("start", home, 20, 200), freely=yes(0.8))
    asked = told.some(told.has("return_wished"), 0.5)
    told.add("return_enquiry_done", asked, told.after("return_wished", asked, 5, 60), safe=yes(0.4))


def children(told: _Journeys) -> None:
    """Minors: protected, refused as runaways, tried as offenders, coming of age on the way."""
    minor = told.people.minor
    told_who = told.some(minor, 0.6)
    told.add("child_protection_informed", told_who, told.after("start", told_who, 0, 20), to=one(child_protection=8, prosecutor_for_minors=2))
    law = told.some(minor, 0.4)
    told.add("prosecutor_informed", law, told.after("start", law, 0, 30), about=one(minor_in_danger=5, minor_victim=5))
    asked = told.some(minor, 0.5)
    told.add("placement_asked", asked, told.after("start", asked, 1, 40))
    decided = told.some(told.has("placement_asked"), 0.7)
    told.add("placement_decided", decided, told.after("placement_asked", decided, 1, 60), act_of="child_protection", **_placement(told, decided))
    ran = told.some(minor, 0.22)
    told.add("runaway", ran, told.after("start", ran, 5, 150), vague=0.15, blurred=5)
    found = told.some(told.has("runaway"), 0.6)
    told.add("found_after_runaway", found, told.after("runaway", found, 1, 60))
    ran_again = told.some(told.has("found_after_runaway"), 0.3)
    told.add("runaway", ran_again, told.after("found_after_runaway", ran_again, 3, 90))
    alone = told.people.unaccompanied
    aged = told.some(alone, 0.45)
    told.add("age_evaluated", aged, told.after("start", aged, 5, 60), act_of="child_protection", outcome=one(minor=6, adult=3, undetermined=1))
    judged = told.some(told.has("age_evaluated"), 0.25)
    told.add("age_evaluated", judged, told.after("age_evaluated", judged, 30, 150), act_of="prosecutor", outcome=one(minor=7, adult=2, undetermined=1))
    named = told.some(alone, 0.3)
    told.add("ad_hoc_administrator_named", named, told.after("start", named, 5, 90), act_of="prosecutor")
    guardian = told.some(alone & told.has("placement_decided"), 0.3)
    told.add("guardian_named", guardian, told.after("placement_decided", guardian, 20, 120), act_of="child_protection")
    school = told.some(told.has("placement_decided"), 0.4)
    told.add("schooling_started", school, told.after("placement_decided", school, 10, 120))


def _placement(told: _Journeys, cases: Ints) -> dict[str, np.ndarray[tuple[int], np.dtype[np.str_]]]:
    placed = told.rng.random(len(cases)) < 0.65
    reasons = one(runaway=35, no_place=25, not_deemed_minor=20, treated_as_offender=15, no_request=5).draw(told.rng, len(cases)).to_numpy()
    return {
        "outcome": np.where(placed, "placed", "refused"),
        "reason": np.where(placed, "not_applicable", reasons),
    }


def endings(told: _Journeys) -> None:
    """Contact lost, exits, and the returns that no file should make difficult."""
    lost = told.some(told.everyone, 0.05)
    told.add("contact_lost", lost, told.after("start", lost, 20, 300))
    gone = told.some(told.everyone, 0.2)
    told.add("exit", gone, told.after("start", gone, 90, 400), reason=one(autonomy=25, lost_contact=25, moved=18, person_ended=14, long_term_right=10, voluntary_return=4, other=4))
    back = told.some(told.has("exit"), 0.2)
    told.add("re_entry", back, told.after("exit", back, 5, 120))
    reopened = told.some(told.has("re_entry"), 0.6)
    told.add("case_reopened", reopened, told.after("re_entry", reopened, 0, 10))


def corrections(told: _Journeys) -> None:
    """What was written down wrong and put right."""
    for kind, share in (("complaint_filed", 0.04), ("exploitation_described", 0.03), ("person_described", 0.02), ("permit_applied", 0.03)):
        told.correct(kind, share)


CHAPTERS = (opening, exploitation, identification, justice, residence, support, children, endings, corrections)
