"""How she is met: the worry, who she is, what she says, how she is identified."""

from __future__ import annotations

import numpy as np
import polars as pl

from repere.core.dates import FAR
from repere.demo import published as pub
from repere.demo.caseload import Ints, Told, Weighted, many, one, yes
from repere.demo.journeys.teller import Teller


def opening(told: Teller) -> None:
    """Someone is worried; who she is, as far as one knows; how to reach her safely."""
    people = told.people
    everyone = np.arange(told.count)
    start = people.starts
    told.add("jurisdiction_set", everyone, start, vague=0, late=0, country="FR")
    told.add(
        "concern_reported",
        everyone,
        start,
        late=0.0,
        vague=0.03,
        reporter=one(
            association=30,
            police=16,
            neighbour_or_public=8,
            health=7,
            child_protection=8,
            person_herself=14,
            asylum_service=6,
            labour_inspection=3,
            school=2,
            employer_or_union=2,
            lawyer=2,
            prefecture=1,
            border=1,
        ),
        forms_suspected=told.forms,
        urgency=one(immediate=14, days=36, weeks=30, none=20),
        channel=one(phone=45, in_person=30, email=15, third_person=8, message=2),
    )
    described = told.some(told.everyone, 0.93)
    _describe(told, described, told.after("start", described, 0, 12))
    safe = told.some(told.everyone, 0.42)
    told.add(
        "safe_contact_instructions",
        safe,
        told.after("start", safe, 0, 6),
        late=0.02,
        can_contact=yes(0.85),
        channel=one(phone=40, message=35, in_person=20, third_person=5),
        someone_may_listen=yes(0.35),
        accompanied_by=one(alone=60, unknown_adult=10, presumed_exploiter=8, family_member=10, professional=12),
        leave_message=yes(0.3),
    )
    need = told.some(told.everyone, 0.28)
    needs = many(
        shelter=4, shelter__food=3, medical=2, medical__psychological=2, money__food=1, documents=1, legal=1, protection__shelter=2
    )
    told.add("urgent_need", need, told.after("start", need, 0, 4), needs=needs)
    met = told.some(told.has("urgent_need"), 0.5)
    told.add("urgent_need_met", met, told.after("urgent_need", met, 1, 20), needs=needs)
    danger = told.some(told.everyone, 0.2)
    told.add(
        "danger_assessed",
        danger,
        told.after("start", danger, 1, 30),
        local_danger=yes(0.4),
        distance_needed=yes(0.3),
        threat_on_family=yes(0.3),
    )
    call = told.some(told.has("danger_assessed") & told.adult, 0.15)
    told.add("call_for_distance_scheme", call, told.after("danger_assessed", call, 0, 10), made_by_professional=yes(0.9))


def _describe(told: Teller, who: Ints, day: Ints) -> None:
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
        "person_described",
        who,
        day,
        vague=0.02,
        gender=drawn[people.sex, np.arange(told.count)][who],
        nationality_group=np.array(["french", "eu", "third_country", "stateless"])[people.nationality][who],
        turns_18=Told(earliest[who], latest[who]),
        age_disputed=np.where(disputed, "yes", "no")[who],
        unaccompanied=np.where(people.unaccompanied, "yes", "no")[who],
        territory=np.array(people.territories)[people.territory][who],
        stay_status=np.where(no_permit_needed, "not_needed", status)[who],
    )


def exploitation(told: Teller) -> None:
    """Signs, what she says about it, twice and not quite the same, and the way out."""
    people = told.people
    signs = sorted(told.mechanism.indicators)
    if signs:
        seen = told.some(told.everyone, 0.35)
        told.add(
            "indicator_observed",
            seen,
            told.after("start", seen, 0, 25),
            indicator=Weighted(signs),
            phase=one(exploitation=7, recruitment=1, transit=1, after=1),
        )
    talk = told.some(told.everyone, 0.4)
    told.add(
        "interview_held",
        talk,
        told.after("start", talk, 1, 40),
        purpose=one(first_contact=5, in_depth=4, police=2),
        interpreter_present=yes(0.5),
        trusted_setting=yes(0.7),
        alone=yes(0.8),
    )
    for share, low, high in ((0.68, 0, 60), (0.05, 40, 200)):
        who = told.some(told.everyone, share)
        day = told.after("start", who, low, high)
        began = day - told.rng.integers(40, 1_500, len(who))
        unsure = told.rng.random(len(who))
        width = np.select([unsure < 0.3, unsure < 0.65], [0, 30], 120)
        over = told.rng.random(len(who)) < 0.6
        ended = np.where(over, np.maximum(day - told.rng.integers(1, 60, len(who)), began + width // 2), FAR)
        told.add(
            "exploitation_described",
            who,
            day,
            vague=0.08,
            forms=told.forms.gather(who),
            acts=many(recruitment=3, recruitment__transport=3, harbouring=3, harbouring__recruitment=2, transfer=1, reception=1),
            means=many(
                deception=3,
                abuse_of_vulnerability=4,
                threat_force_coercion=3,
                abuse_of_vulnerability__deception=3,
                threat_force_coercion__deception=3,
                abuse_of_authority=1,
                payment_or_benefit=1,
            ),
            started=Told(began - width, began + width // 2),
            ended=Told(ended, ended),
            ongoing=np.where(over, "no", "yes"),
            place=one(in_country=40, both=39, abroad=21),
            minor_at_time=np.where(people.was_minor, "yes", "no")[who],
            sector=_sectors(told, who),
            on_arrival_in_france=yes(0.3),
        )
    out = told.some(told.has("exploitation_described"), 0.3)
    told.add(
        "exploitation_left",
        out,
        told.after("exploitation_described", out, -5, 60),
        how=one(escaped=40, removed_by_authority=20, helped_by_other=25, released=10, other=5),
    )


def _sectors(told: Teller, who: Ints) -> pl.Series:
    kinds = {
        "labour": one(
            construction=25, agriculture=25, catering_hotels=20, cleaning=8, textile=4, transport=5, nail_salon=5, car_wash=4, industry=4
        ),
        "domestic": one(domestic_work=1),
        "sexual": one(street=4, online=5, other=1),
        "criminal": one(street=1),
        "begging": one(street=1),
        "other": one(other=1),
    }  # fmt: skip
    drawn = np.stack([kinds[form].draw(told.rng, told.count).to_numpy() for form in pub.FORMS])
    return pl.Series(drawn[told.people.form, np.arange(told.count)][who])


def identification(told: Teller) -> None:
    """Presumed; informed or not; recognised, or not, or differently by two bodies."""
    stated = told.some(told.everyone, 0.55)
    told.add(
        "presumption_stated",
        stated,
        told.after("start", stated, 1, 60),
        grounds=many(indicators=4, account=4, account__indicators=4, observation=1, third_party_report=1, self_reported=1),
        forms=told.forms.gather(stated),
    )
    presumed = told.has("presumption_stated")
    informed = told.some(presumed, 0.4)
    told.add(
        "rights_information_given",
        informed,
        told.after("presumption_stated", informed, 0, 30),
        by=one(specialised_association=6, police=3, prefecture=1),
        language_understood=yes(0.8),
        in_writing=yes(0.5),
        in_confidence=yes(0.85),
        covers_reflection=yes(0.35),
    )
    asked = told.some(presumed, 0.4)
    told.add(
        "consent_given",
        asked,
        told.after("presumption_stated", asked, 0, 20),
        purpose=one(support=5, identification=3, shelter=2, health=1, legal=1, statistics=1),
        recipient=one(specialised_association=3, police=1, health_service=1, prefecture=1),
    )
    no = told.some(presumed, 0.05)
    told.add(
        "consent_refused",
        no,
        told.after("presumption_stated", no, 0, 30),
        purpose=one(identification=3, criminal_procedure=4, statistics=1),
        recipient=one(police=4, prefecture=1),
    )
    back = told.some(told.has("consent_given"), 0.04)
    told.add(
        "consent_withdrawn",
        back,
        told.after("consent_given", back, 5, 120),
        purpose=one(support=2, identification=2, statistics=1),
        recipient=one(police=1, specialised_association=1),
    )
    sent = told.some(presumed, 0.15)
    told.add(
        "referred_for_identification",
        sent,
        told.after("presumption_stated", sent, 2, 60),
        to=one(police=6, gendarmerie=2, labour_inspection=1),
        consent=yes(0.9),
    )
    decided = told.some(told.has("referred_for_identification"), 0.55)
    told.add(
        "recognition_decided",
        decided,
        told.after("referred_for_identification", decided, 20, 150),
        act_of="police",
        threshold=one(formal=7, reasonable_grounds=2),
        outcome=one(recognised=7, not_recognised=3),
        body=one(police=7, gendarmerie=2, labour_inspection=1),
        reasons_in_writing=yes(0.3),
    )
    differs = told.some(told.has("recognition_decided"), 0.12)
    told.add(
        "recognition_decided",
        differs,
        told.after("recognition_decided", differs, 10, 60),
        act_of="prosecutor",
        threshold="formal",
        outcome=one(recognised=1, not_recognised=1),
        body="prosecutor",
        reasons_in_writing=yes(0.6),
    )
    again = told.some(told.has("recognition_decided"), 0.12)
    told.add("review_asked", again, told.after("recognition_decided", again, 5, 40), of="formal")
    anew = told.some(told.has("review_asked"), 0.35)
    told.add(
        "presumption_stated",
        anew,
        told.after("review_asked", anew, 1, 30),
        grounds=many(account__indicators=1, documents=1),
        forms=told.forms.gather(anew),
    )
    ended = told.some(presumed, 0.02)
    told.add(
        "presumption_ended",
        ended,
        told.after("presumption_stated", ended, 20, 150),
        ground=one(person_asked=2, other_explanation_accepted=1, moved_to_other_mechanism=1),
    )
