"""Complaints and proceedings, time to reflect, permits and refusals."""

from __future__ import annotations

import numpy as np

from repere.demo import published as pub
from repere.demo.caseload import Told, many, one, yes
from repere.demo.journeys.teller import Teller


def justice(told: Teller) -> None:
    """Complaints, with or without the word; testimonies; proceedings that outlast the permit."""
    facts = many(
        prostitution_of_another=6,
        recruitment_or_harbouring_to_exploit__prostitution_of_another=5,
        forced_labour__undignified_work=2,
        forced_labour__documents_taken=1,
        servitude_or_slavery__confinement=1,
        forced_offence=2,
        forced_begging=1,
        violence__hold_over_person=2,
        debt_bondage__prostitution_of_another=2,
    )
    likely = told.some(told.everyone, 0.08)
    told.add("likely_to_complain_found", likely, told.after("start", likely, 3, 90), act_of="police", describes=facts)
    filed = told.some(told.everyone, pub.COMPLAINT * 1.12)
    told.add(
        "complaint_filed",
        filed,
        told.after("start", filed, 5, 170),
        act_of="police",
        describes=facts,
        word_trafficking_used=yes(0.45),
        receipt_given=yes(0.7),
    )
    heard = told.some(told.has("complaint_filed"), 0.45)
    told.add(
        "rights_information_given",
        heard,
        told.after("complaint_filed", heard, 0, 20),
        by=one(police=4, specialised_association=6),
        language_understood=yes(0.7),
        in_writing=yes(0.5),
        in_confidence=yes(0.7),
        covers_reflection=yes(0.25),
    )
    twice = told.some(told.has("complaint_filed"), 0.06)
    # Two bodies write down two days for one complaint.
    told.add(
        "complaint_filed",
        twice,
        told.after("complaint_filed", twice, -9, 9),
        describes=facts,
        word_trafficking_used=yes(0.45),
        receipt_given=yes(0.7),
    )
    spoke = told.some(told.everyone, 0.05)
    told.add("testimony_given", spoke, told.after("start", spoke, 10, 200), act_of="police", describes=facts, all_she_knew=yes(0.6))
    complained = told.has("complaint_filed")
    dropped = told.some(complained, 0.06)
    told.add("complaint_withdrawn", dropped, told.after("complaint_filed", dropped, 10, 150), act_of="police", under_pressure=yes(0.5))
    opened = told.some(complained, 0.3)
    told.add(
        "proceedings_opened",
        opened,
        told.after("complaint_filed", opened, 5, 90),
        act_of="prosecutor",
        offences=many(fr_225_5=5, fr_225_4_1=4, fr_225_4_1__fr_225_5=2, fr_225_13=1, fr_225_14_work=1, fr_225_14_1=1),
        person_is=one(victim=6, civil_party=3, witness=1),
    )
    closed = told.some(told.has("proceedings_opened"), 0.2)
    told.add(
        "proceedings_ended",
        closed,
        told.after("proceedings_opened", closed, 60, 260),
        act_of="prosecutor",
        outcome=one(dismissed_no_prosecution=5, referred_to_court=4, dismissal_by_judge=1),
    )
    judged = told.some(told.has("proceedings_ended"), 0.4)
    told.add(
        "judgment",
        judged,
        told.after("proceedings_ended", judged, 20, 120),
        act_of="prosecutor",
        outcome=one(conviction=7, partial=2, acquittal=1),
        offences=many(fr_225_5=2, fr_225_4_1=2, other=1),
        final=yes(0.5),
        against="suspect",
    )
    lawyer = told.some(complained, 0.3)
    told.add("lawyer_appointed", lawyer, told.after("complaint_filed", lawyer, 0, 60))
    claimed = told.some(told.has("lawyer_appointed"), 0.2)
    told.add(
        "compensation_claimed",
        claimed,
        told.after("lawyer_appointed", claimed, 20, 200),
        route=one(civi=5, civil_party=4, sarvi=1),
        offences=many(fr_225_5=1, fr_225_4_1=1),
    )
    forced = told.some(told.form("criminal"), 0.6)
    told.add(
        "offence_under_coercion",
        forced,
        told.after("start", forced, 0, 60),
        offence_kind=one(theft=5, drugs=4, burglary=3, fraud=1),
        irresistible=yes(0.5),
        prosecuted=yes(0.6),
    )
    spared = told.some(told.has("offence_under_coercion"), 0.12)
    told.add("non_punishment_decided", spared, told.after("offence_under_coercion", spared, 40, 250), act_of="prosecutor")


def residence(told: Teller) -> None:
    """Time to reflect that is rarely offered; permits asked, granted, refused for want of a word, or never answered."""
    eligible = told.foreign & told.adult
    offered = told.some(eligible & told.has("likely_to_complain_found"), 0.45)
    told.add("reflection_chosen", offered, told.after("likely_to_complain_found", offered, 0, 20))
    slip = told.some(told.has("reflection_chosen"), 0.7)
    told.add("recepisse_handed_over", slip, told.after("reflection_chosen", slip, 1, 25), act_of="prefecture", vague=0)
    contact = told.some(told.has("recepisse_handed_over"), 0.2)
    told.add(
        "contact_renewed",
        contact,
        told.after("recepisse_handed_over", contact, 3, 29),
        act_of="police",
        own_initiative=yes(0.35),
        under_threat=yes(0.6),
    )
    stopped = told.some(told.has("contact_renewed"), 0.4)
    told.add(
        "reflection_ended_by_decision",
        stopped,
        told.after("contact_renewed", stopped, 2, 20),
        act_of="prefecture",
        ground=one(contact_renewed_own_initiative=8, public_order=2),
    )
    helped = told.has("complaint_filed") | told.has("testimony_given")
    broke = told.some(helped & eligible, 0.75)
    told.add(
        "link_broken_stated",
        broke,
        np.minimum(told.day("complaint_filed")[broke], told.day("testimony_given")[broke]) + told.rng.integers(0, 60, len(broke)),
        by_the_person=yes(0.95),
    )
    applied = told.some(told.has("link_broken_stated"), 0.85)
    told.add(
        "permit_applied",
        applied,
        told.after("link_broken_stated", applied, 2, 40),
        ground=one(fr_l425_1=9, fr_l435_1=1),
        receipt_given=yes(0.6),
    )
    answer = told.rng.random(told.count)
    granted = np.flatnonzero(told.has("permit_applied") & (answer < 0.45))
    day = told.after("permit_applied", granted, 25, 130)
    # A card of a year; or, at first, a paper of a few months only.
    until = day + told.rng.choice([90, 180, 365], len(granted), p=[0.25, 0.25, 0.5])
    told.add(
        "permit_granted",
        granted,
        day,
        act_of="prefecture",
        vague=0.02,
        ground=one(fr_l425_1=9, fr_l435_1=1),
        valid_until=Told(until, until),
        work_allowed=yes(0.95),
    )
    refused = np.flatnonzero(told.has("permit_applied") & (answer > 0.72))
    told.add(
        "permit_refused",
        refused,
        told.after("permit_applied", refused, 15, 100),
        act_of="prefecture",
        vague=0.02,
        ground="fr_l425_1",
        reason=one(
            word_trafficking_missing=30,
            awaiting_outcome=26,
            link_not_proved=12,
            incomplete_file=10,
            none_given=10,
            offence_committed=5,
            public_order=3,
            no_complaint=4,
        ),
        in_writing=yes(0.6),
    )
    taken = told.some(told.has("permit_granted"), 0.03)
    told.add(
        "permit_withdrawn",
        taken,
        told.after("permit_granted", taken, 30, 200),
        act_of="prefecture",
        ground="fr_l425_1",
        reason=one(contact_renewed=1, unfounded_complaint=1, public_order=1),
    )
    removal = told.some(eligible, 0.03)
    told.add("removal_ordered", removal, told.after("start", removal, 10, 200), act_of="prefecture")
    asylum = told.some(told.foreign, 0.1)
    told.add("asylum_applied", asylum, told.after("start", asylum, 0, 90), dublin=yes(0.3))
    told_ofii = told.some(told.has("asylum_applied"), 0.3)
    told.add(
        "vulnerability_interview_held",
        told_ofii,
        told.after("asylum_applied", told_ofii, 5, 40),
        trafficking_signs=yes(0.4),
        agrees_to_tell_ofpra=yes(0.6),
    )
    sexual = told.form("sexual") & told.adult
    stopped_it = told.some(sexual, 0.13)
    told.add("prostitution_stopped", stopped_it, told.after("start", stopped_it, 10, 120))
    path = told.some(told.has("prostitution_stopped"), 0.7)
    told.add("exit_path_applied", path, told.after("prostitution_stopped", path, 5, 50), association_approved=yes(0.8))
    verdict = told.rng.random(told.count)
    into = np.flatnonzero(told.has("exit_path_applied") & (verdict < 0.6))
    day = told.after("exit_path_applied", into, 20, 90)
    told.add("exit_path_authorised", into, day, act_of="prefecture", vague=0, until=Told(day + 181, day + 181))
    out = np.flatnonzero(told.has("exit_path_applied") & (verdict > 0.82))
    told.add("exit_path_refused", out, told.after("exit_path_applied", out, 40, 150), act_of="prefecture")
    mail = told.some(told.foreign, 0.05)
    told.add(
        "elective_domicile_chosen", mail, told.after("start", mail, 5, 120), at=one(association=8, lawyer=2), refused_by_authority=yes(0.15)
    )
