"""Shelter, care, children, endings and returns."""

from __future__ import annotations

import numpy as np

from repere.demo.caseload import Told, many, one, yes
from repere.demo.journeys.teller import Teller


def support(told: Teller) -> None:
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
    told.add(
        "stay_started", moved, told.after("bed_held", moved, 0, 7), phase=one(emergency=4, stabilisation=5, reconstruction=1), vague=0.01
    )
    left = told.some(told.has("stay_started"), 0.4)
    told.add("stay_ended", left, told.after("stay_started", left, 10, 200), vague=0.03)
    need = told.some(presumed, 0.35)
    told.add(
        "needs_assessed",
        need,
        told.after("presumption_stated", need, 0, 40),
        immediate=many(shelter=3, medical=2, shelter__food=2, legal=1, psychological=2),
        long_term=many(documents=2, legal=2, psychological=2, documents__legal=2, money=1),
    )
    begun = told.some(presumed, 0.45)
    told.add("support_started", begun, told.after("presumption_stated", begun, 0, 45))
    plan = told.some(told.has("support_started"), 0.55)
    day = told.after("support_started", plan, 3, 45)
    review = day + told.rng.choice([30, 60, 90, 120, 180], len(plan))
    told.add("support_plan_agreed", plan, day, review_on=Told(review, review))
    again = told.some(told.has("support_plan_agreed"), 0.35)
    day = told.after("support_plan_agreed", again, 30, 100)
    review = day + told.rng.choice([30, 60, 90, 120], len(again))
    told.add("support_plan_agreed", again, day, review_on=Told(review, review))
    refused = told.some(told.everyone, 0.04)
    told.add("support_refused", refused, told.after("start", refused, 2, 60))
    check = told.some(presumed, 0.12)
    told.add(
        "health_check_done",
        check,
        told.after("presumption_stated", check, 3, 90),
        act_of="health_worker",
        physical=yes(0.9),
        psychological=yes(0.5),
    )
    care = told.some(told.everyone, 0.05)
    told.add(
        "care_given",
        care,
        told.after("start", care, 1, 120),
        act_of="health_worker",
        kind=one(general=4, emergency=2, psychological=3, addiction=2, maternity=1),
    )
    drugged = told.some(told.form("sexual", "criminal"), 0.03)
    told.add("chemical_control_suspected", drugged, told.after("start", drugged, 1, 90))
    home = told.some(told.foreign, 0.015)
    told.add("return_wished", home, told.after("start", home, 20, 200), freely=yes(0.8))
    asked = told.some(told.has("return_wished"), 0.5)
    told.add("return_enquiry_done", asked, told.after("return_wished", asked, 5, 60), safe=yes(0.4))


def children(told: Teller) -> None:
    """Minors: protected, refused as runaways, tried as offenders, coming of age on the way."""
    minor = told.people.minor
    told_who = told.some(minor, 0.6)
    told.add(
        "child_protection_informed", told_who, told.after("start", told_who, 0, 20), to=one(child_protection=8, prosecutor_for_minors=2)
    )
    law = told.some(minor, 0.4)
    told.add("prosecutor_informed", law, told.after("start", law, 0, 30), about=one(minor_in_danger=5, minor_victim=5))
    asked = told.some(minor, 0.5)
    told.add("placement_asked", asked, told.after("start", asked, 1, 40))
    decided = told.some(told.has("placement_asked"), 0.7)
    placed = told.rng.random(len(decided)) < 0.65
    reasons = one(runaway=35, no_place=25, not_deemed_minor=20, treated_as_offender=15, no_request=5).draw(told.rng, len(decided))
    told.add(
        "placement_decided",
        decided,
        told.after("placement_asked", decided, 1, 60),
        act_of="child_protection",
        outcome=np.where(placed, "placed", "refused"),
        reason=np.where(placed, "not_applicable", reasons.to_numpy()),
    )
    ran = told.some(minor, 0.22)
    told.add("runaway", ran, told.after("start", ran, 5, 150), vague=0.15, blurred=5)
    found = told.some(told.has("runaway"), 0.6)
    told.add("found_after_runaway", found, told.after("runaway", found, 1, 60))
    ran_again = told.some(told.has("found_after_runaway"), 0.3)
    told.add("runaway", ran_again, told.after("found_after_runaway", ran_again, 3, 90))
    alone = told.people.unaccompanied
    aged = told.some(alone, 0.45)
    told.add(
        "age_evaluated", aged, told.after("start", aged, 5, 60), act_of="child_protection", outcome=one(minor=6, adult=3, undetermined=1)
    )
    judged = told.some(told.has("age_evaluated"), 0.25)
    told.add(
        "age_evaluated",
        judged,
        told.after("age_evaluated", judged, 30, 150),
        act_of="prosecutor",
        outcome=one(minor=7, adult=2, undetermined=1),
    )
    named = told.some(alone, 0.3)
    told.add("ad_hoc_administrator_named", named, told.after("start", named, 5, 90), act_of="prosecutor")
    guardian = told.some(alone & told.has("placement_decided"), 0.3)
    told.add("guardian_named", guardian, told.after("placement_decided", guardian, 20, 120), act_of="child_protection")
    school = told.some(told.has("placement_decided"), 0.4)
    told.add("schooling_started", school, told.after("placement_decided", school, 10, 120))


def endings(told: Teller) -> None:
    """Contact lost, exits, and the returns that no file should make difficult."""
    lost = told.some(told.everyone, 0.05)
    told.add("contact_lost", lost, told.after("start", lost, 20, 300))
    gone = told.some(told.everyone, 0.2)
    told.add(
        "exit",
        gone,
        told.after("start", gone, 90, 400),
        reason=one(autonomy=25, lost_contact=25, moved=18, person_ended=14, long_term_right=10, voluntary_return=4, other=4),
    )
    back = told.some(told.has("exit"), 0.2)
    told.add("re_entry", back, told.after("exit", back, 5, 120))
    reopened = told.some(told.has("re_entry"), 0.6)
    told.add("case_reopened", reopened, told.after("re_entry", reopened, 0, 10))


def corrections(told: Teller) -> None:
    """What was written down wrong and put right."""
    for kind, share in (("complaint_filed", 0.04), ("exploitation_described", 0.03), ("person_described", 0.02), ("permit_applied", 0.03)):
        told.correct(kind, share)
