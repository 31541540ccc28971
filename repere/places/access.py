"""Who reads and writes which rows about places: policies of the database; the models' `seen_by` says the same to the queries."""

from repere.accounts.access import BY_THE_HOUSE
from repere.directory.tiers import PAST_PROBATION
from repere.ledger.policy import ACTING_JOB, ACTING_ORGANISATION, ACTING_ROLE, ACTING_USER
from repere.places.roles import reading

ME = ACTING_ORGANISATION
ACTIVE_BODIES = "(SELECT o.id FROM directory_organisation o WHERE o.state = 'active')"
COORDINATES = f"{ACTING_ROLE} = 'coordination'"
JOB = f"{ACTING_JOB} AND {ME} IS NULL"
# A house of a body on probation, or stopped, is offered to nobody but itself, which may prepare it.
LISTED_OR_OURS = f"organisation_id = {ME} OR listed AND {PAST_PROBATION} AND organisation_id IN {ACTIVE_BODIES} OR {JOB}"
OURS = f"organisation_id = {ME}"
KEPT = {
    "listed, or our own": f"FOR SELECT USING ({LISTED_OR_OURS})",
    "made by whoever keeps it": f"FOR INSERT WITH CHECK ({OURS})",
    "changed by whoever keeps it": f"FOR UPDATE USING ({OURS}) WITH CHECK ({OURS})",
}
# A body that may not receive reads only the needs of those who already live with it.
RECEIVED = (
    f"(SELECT h.request_id FROM places_hold h WHERE h.host_id = {ME} AND"  # noqa: S608 constants
    f" (h.state = 'arrived' OR h.state IN ('asked', 'accepted') AND {PAST_PROBATION}))"
)
OF_MY_HOLDS = f"hold_id IN (SELECT h.id FROM places_hold h WHERE h.host_id = {ME} OR h.asking_id = {ME})"  # noqa: S608
ZONE_OF_OURS = f"zone IN (SELECT s.zone FROM places_shelter s WHERE s.organisation_id = {ME})"  # noqa: S608
OF_SEEN_BEDS = "bed_id IN (SELECT b.id FROM places_bed b)"
# That the request is the asking organisation's own is a foreign key of two columns: a policy here cannot read a table whose policy
# reads this one.
# A unit is held only in the shelter it lies in, and only where it may be seen.
HELD_UNIT = (
    "(unit_id, shelter_id, host_id) IN (SELECT u.id, u.shelter_id, u.organisation_id FROM places_unit u WHERE u.listed)"  # noqa: S608
    f" AND host_id IN {ACTIVE_BODIES}"
)

POLICIES: dict[str, dict[str, str]] = {
    "places_shelter": KEPT,
    "places_unit": KEPT,
    "places_bed": KEPT,
    "places_request": {
        "ours, or received": f"FOR SELECT USING ({OURS} OR id IN {RECEIVED} OR {COORDINATES} OR {JOB})",
        "asked in one's own name": f"FOR INSERT WITH CHECK ({OURS} AND user_id = {ACTING_USER})",
        "followed by both": f"FOR UPDATE USING ({OURS} OR id IN {RECEIVED} OR {JOB}) WITH CHECK (true)",
    },
    "places_hold": {
        "asked of us, or by us": (
            f"FOR SELECT USING (host_id = {ME} OR asking_id = {ME} AND (listed OR said_yes) OR listed AND {COORDINATES} OR {JOB})"
        ),
        "asked of a listed unit": (
            f"FOR INSERT WITH CHECK (asking_id = {ME} AND user_id = {ACTING_USER} AND listed AND NOT said_yes AND state = 'asked'"
            f" AND {HELD_UNIT})"
        ),
        "sent to a shelter that is not listed": (
            f"FOR INSERT WITH CHECK ({JOB} AND NOT listed AND NOT said_yes AND state = 'asked' AND unit_id IS NULL"
            f" AND host_id IN {ACTIVE_BODIES} AND asking_id IN {ACTIVE_BODIES})"
        ),
        "answered by the shelter, given back by who asked": (
            f"FOR UPDATE USING (host_id = {ME} OR asking_id = {ME} AND (listed OR said_yes) OR {JOB})"
            f" WITH CHECK (host_id = {ME} AND (state NOT IN ('accepted', 'arrived') OR {PAST_PROBATION})"
            f" OR asking_id = {ME} AND state = 'withdrawn' OR {JOB} AND state IN ('expired', 'withdrawn'))"
        ),
    },
    "places_occupancy": {
        "of beds one may see": f"FOR SELECT USING ({OF_SEEN_BEDS} OR {OF_MY_HOLDS} OR {JOB})",
        "for a hold of ours": f"FOR INSERT WITH CHECK ({OF_MY_HOLDS} AND {OF_SEEN_BEDS})",
        "ended with its hold": f"FOR UPDATE USING ({OF_MY_HOLDS} OR {JOB}) WITH CHECK ({OF_MY_HOLDS} OR {JOB})",
    },
    "places_apart": {
        "said by us, or received": f"FOR SELECT USING ({OURS} OR request_id IN {RECEIVED})",
        "said of a request of ours": (
            f"FOR INSERT WITH CHECK ({OURS} AND request_id IN (SELECT r.id FROM places_request r WHERE r.organisation_id = {ME}))"  # noqa: S608
        ),
    },
    "places_privatereason": {
        "the shelter's own": f"FOR SELECT USING ({OURS})",
        "kept by the shelter": f"FOR INSERT WITH CHECK ({OURS})",
    },
    "places_arrival": {
        "the shelter's own": f"FOR SELECT USING ({OURS})",
        "kept by the shelter": f"FOR INSERT WITH CHECK ({OURS} AND {OF_MY_HOLDS})",
        "gone on with": f"FOR UPDATE USING ({OURS}) WITH CHECK ({OURS})",
    },
    "places_incident": {
        "the shelter's own": f"FOR SELECT USING ({OURS})",
        "reported by the shelter": f"FOR INSERT WITH CHECK ({OURS} AND user_id = {ACTING_USER})",
    },
    "places_alert": {
        "for shelters of the zone": f"FOR SELECT USING ({PAST_PROBATION} AND {ZONE_OF_OURS})",
        "told by a shelter of the zone": f"FOR INSERT WITH CHECK ({PAST_PROBATION} AND {ZONE_OF_OURS})",
    },
    "places_event": {
        "told to us, or by us": f"FOR SELECT USING ({OURS} OR by_organisation_id = {ME} OR {JOB})",
        "told in one's own name": (
            f"FOR INSERT WITH CHECK (by_organisation_id = {ME} AND user_id = {ACTING_USER} AND ({OURS} OR reference IN"  # noqa: S608
            f" (SELECT r.reference FROM places_request r WHERE r.id IN {RECEIVED})))"
        ),
    },
}

SAID_OR_RECEIVED = {name: POLICIES["places_apart"][name] for name in ("said by us, or received", "said of a request of ours")}
ADDED: dict[str, dict[str, str]] = {
    "places_carried": SAID_OR_RECEIVED,
    "places_shelterchange": {
        "the shelter's own": f"FOR SELECT USING ({OURS})",
        "written in one's own name": (
            f"FOR INSERT WITH CHECK ({OURS} AND user_id = {ACTING_USER}"  # noqa: S608
            f" AND shelter_id IN (SELECT s.id FROM places_shelter s WHERE s.organisation_id = {ME}))"
        ),
    },
}
"""Tables of migration 0011."""

FORMER = {
    "places_formerneeds": {
        "changed by us, or received before": (
            f"FOR SELECT USING ({OURS} OR request_id IN {RECEIVED} AND EXISTS (SELECT FROM places_hold h"  # noqa: S608
            f" WHERE h.request_id = places_formerneeds.request_id AND h.host_id = {ME} AND h.asked_at <= places_formerneeds.created_at))"
        ),
        "kept by who changes a request of ours": (
            f"FOR INSERT WITH CHECK ({OURS} AND user_id = {ACTING_USER}"  # noqa: S608
            f" AND request_id IN (SELECT r.id FROM places_request r WHERE r.organisation_id = {ME}))"
        ),
    },
}
"""Table of migration 0031."""

MOVED = {
    "places_alert": POLICIES["places_alert"]
    | {
        "for shelters of the zone": (
            f"FOR SELECT USING ({PAST_PROBATION} AND EXISTS (SELECT FROM places_shelter s WHERE s.organisation_id = {ME}"  # noqa: S608
            " AND s.zone = places_alert.zone AND s.zone_since < places_alert.on))"
        ),
    },
}
"""Since migration 0020: a house that was moved, or is new, reads no alert of that day or from before."""

TOLD = {
    "places_event": POLICIES["places_event"]
    | {
        "told in one's own name": (
            # That a stay began is said by who keeps the file and by nobody else; that she was moved, by the shelter that moved her.
            f"FOR INSERT WITH CHECK (by_organisation_id = {ME} AND user_id = {ACTING_USER} AND ({OURS}"  # noqa: S608
            f" OR kind NOT IN ('arrived', 'not_there') AND reference IN (SELECT r.reference FROM places_request r WHERE r.id IN {RECEIVED})"
            " OR kind = 'said_there' AND reference IN (SELECT r.reference FROM places_request r"
            f" WHERE r.organisation_id = {ME} AND r.told_to_id = places_event.organisation_id)))"
        ),
    },
}
"""Since migration 0040."""

READ_HOLD = (
    f"(SELECT h.id, h.request_id FROM places_hold h WHERE h.host_id = {ME} AND"  # noqa: S608 constants
    f" (h.state = 'arrived' OR h.state IN ('asked', 'accepted') AND {PAST_PROBATION}))"
)
OUR_REQUESTS = f"(SELECT r.id FROM places_request r WHERE r.organisation_id = {ME})"  # noqa: S608
ASKED_BACK = {
    "places_question": {
        "asked by us, or of us": f"FOR SELECT USING ((hold_id, request_id) IN {READ_HOLD} OR request_id IN {OUR_REQUESTS})",
        "asked by the house": f"FOR INSERT WITH CHECK ((hold_id, request_id) IN {READ_HOLD} AND answered_at IS NULL)",
        "answered by who asked for the place": (
            f"FOR UPDATE USING (request_id IN {OUR_REQUESTS} AND answered_at IS NULL)"
            f" WITH CHECK (request_id IN {OUR_REQUESTS} AND answered_at IS NOT NULL)"
        ),
    },
}
"""Table of migration 0043. A question of a hidden house is read without the hold, which its asker may not see before a yes."""

# A need goes to a shelter, and a unit is held, only where the shelter was vouched for.
VOUCHED_SHELTERS = "(SELECT s.id FROM places_shelter s WHERE s.vouched_at IS NOT NULL)"
VOUCHED = {
    "places_shelter": KEPT
    | {
        "counted by the guard": "FOR SELECT TO repere_owner USING (true)",
        "vouched for by the guard": "FOR UPDATE TO repere_owner USING (true) WITH CHECK (true)",
    },
    "places_sheltervoice": {
        "asked by us, or of us": f"FOR SELECT USING (keeper_id = {ME} OR organisation_id = {ME})",
        "asked by whoever keeps the shelter": (
            f"FOR INSERT WITH CHECK (keeper_id = {ME} AND organisation_id <> {ME} AND said_at IS NULL AND user_id IS NULL"  # noqa: S608
            f" AND (shelter_id, zone) IN (SELECT s.id, s.zone FROM places_shelter s WHERE s.organisation_id = {ME}))"
        ),
        "said in one's own name": (
            f"FOR UPDATE USING (organisation_id = {ME} AND said_at IS NULL AND {PAST_PROBATION})"
            f" WITH CHECK (organisation_id = {ME} AND user_id = {ACTING_USER} AND said_at IS NOT NULL)"
        ),
        "counted by the guard": "FOR SELECT TO repere_owner USING (true)",
    },
    "places_hold": {
        title: f"{rule[:-1]} AND shelter_id IN {VOUCHED_SHELTERS})" if rule.startswith("FOR INSERT") else rule
        for title, rule in POLICIES["places_hold"].items()
    },
}
"""Since migration 0041."""

TOLD_BACK = {
    "places_event": TOLD["places_event"]
    | {
        # A shelter that moved a household, and said that it is in its new place, reads that it is not.
        "told to us, or by us": f"FOR SELECT USING ({OURS} OR by_organisation_id = {ME} OR told_to_id = {ME} OR {JOB})",
    },
}
ERASED_REFERENCES = "string_to_array((SELECT NULLIF(current_setting('repere.erased_references', true), '')), ',')::uuid[]"
"""The numbers by which the places know the files of the person whom the owner erases."""
ERASED = {
    "places_request": POLICIES["places_request"]
    | {"the owner looks for what was asked for her": f"FOR SELECT TO repere_owner USING (reference = ANY ({ERASED_REFERENCES}))"},
    "places_question": ASKED_BACK["places_question"]
    | {
        "the owner erases what was said about her": (
            f"TO repere_owner USING (request_id IN (SELECT r.id FROM places_request r WHERE r.reference = ANY ({ERASED_REFERENCES})))"  # noqa: S608
        ),
    },
}
"""Since migration 0046."""

BY_VERBS = {
    "places_hold": POLICIES["places_hold"]
    | {
        "asked of a listed unit": (
            f"FOR INSERT WITH CHECK (asking_id = {ME} AND {BY_THE_HOUSE} AND listed AND NOT said_yes AND state = 'asked' AND {HELD_UNIT}"
            f" AND shelter_id IN {VOUCHED_SHELTERS})"
        ),
        "sent to a shelter that is not listed": VOUCHED["places_hold"]["sent to a shelter that is not listed"],
        "answered by the shelter, given back by who asked": (
            f"FOR UPDATE USING (host_id = {ME} OR asking_id = {ME} AND (listed OR said_yes) OR {JOB})"
            f" WITH CHECK ({BY_THE_HOUSE} AND (host_id = {ME} AND (state NOT IN ('accepted', 'arrived') OR {PAST_PROBATION})"
            f" OR asking_id = {ME} AND state = 'withdrawn') OR {JOB} AND state IN ('expired', 'withdrawn'))"
        ),
    },
    "places_bed": KEPT | {"counted by the guard": "FOR SELECT TO repere_owner USING (true)"},
    "places_occupancy": {
        # The name is the earlier one, so that the earlier wording goes.
        "of beds one may see": f"FOR SELECT USING ({OF_MY_HOLDS} OR {JOB})",
        "for a hold of ours": f"FOR INSERT WITH CHECK ({OF_MY_HOLDS} AND {OF_SEEN_BEDS} AND {BY_THE_HOUSE})",
        "ended with its hold": f"FOR UPDATE USING ({OF_MY_HOLDS} OR {JOB}) WITH CHECK ({OF_MY_HOLDS} AND {BY_THE_HOUSE} OR {JOB})",
        "counted by the guard": "FOR SELECT TO repere_owner USING (true)",
    },
}
"""Since migration 0047: a hold and its beds are written by the verbs alone. Of a bed of others nobody reads who holds it, or since when:
`beds_guard.TAKEN` says that it is taken."""

REFUSED_BY_HER = {
    "places_refusedbyher": {
        # The house that she does not want is none of the two.
        "said by us, for the proposal": f"FOR SELECT USING ({OURS} OR {COORDINATES})",
        "said of a place that we had asked for": (
            f"FOR INSERT WITH CHECK ({OURS} AND {BY_THE_HOUSE} AND (request_id, shelter_id) IN"  # noqa: S608
            f" (SELECT h.request_id, h.shelter_id FROM places_hold h WHERE h.asking_id = {ME} AND h.listed))"
        ),
    },
    "places_hold": BY_VERBS["places_hold"] | {"counted by the guard": "FOR SELECT TO repere_owner USING (true)"},
}
"""Since migration 0048. The guard says of which requests a place is kept (`placed_guard`)."""

_ENDED_BY_THE_HOUSE = {"ended by the house": f"FOR UPDATE USING ({OURS} AND {BY_THE_HOUSE}) WITH CHECK ({OURS} AND {BY_THE_HOUSE})"}
ENDED_BY_PEOPLE = {
    "places_apart": POLICIES["places_apart"] | _ENDED_BY_THE_HOUSE,
    "places_carried": ADDED["places_carried"] | _ENDED_BY_THE_HOUSE,
    "places_markend": {
        "who said it": f"FOR SELECT USING ({OURS})",
        "asked in one's own name": (
            f"FOR INSERT WITH CHECK ({OURS} AND user_id = {ACTING_USER} AND second_user_id IS NULL"  # noqa: S608
            f" AND (apart_id IN (SELECT a.id FROM places_apart a WHERE a.{OURS})"
            f" OR carried_id IN (SELECT c.id FROM places_carried c WHERE c.{OURS}) AND decided_at IS NULL))"
        ),
        "decided in one's own name": (
            f"FOR UPDATE USING ({OURS} AND decided_at IS NULL) WITH CHECK ({OURS} AND second_user_id = {ACTING_USER}"
            f" AND decided_at IS NOT NULL AND (NOT ended OR user_id <> {ACTING_USER}))"
        ),
    },
    "places_voicereminder": {
        "the shelter's own": f"FOR SELECT USING ({OURS})",
        "shown to oneself": (
            f"FOR INSERT WITH CHECK ({OURS} AND user_id = {ACTING_USER}"  # noqa: S608
            f" AND shelter_id IN (SELECT s.id FROM places_shelter s WHERE s.{OURS}))"
        ),
    },
}
"""Since migration 0049. `marks_guard` asks who said that something ends."""


OF_OUR_INCIDENTS = f"(SELECT i.alert FROM places_incident i WHERE i.organisation_id = {ME})"  # noqa: S608
TAKEN_BACK = {
    "places_incident": POLICIES["places_incident"]
    | {
        "taken back by who reported it": (
            # A little longer than the step itself allows (`actions.danger`).
            f"FOR UPDATE USING ({OURS} AND user_id = {ACTING_USER} AND taken_back_at IS NULL AND at > now() - interval '130 minutes')"
            f" WITH CHECK ({OURS} AND user_id = {ACTING_USER} AND taken_back_at IS NOT NULL)"
        ),
    },
    "places_alert": {
        # A house that nobody vouched for may exist nowhere: it hears of no danger, and tells of none. A new one reads what it told itself.
        "for shelters of the zone": (
            f"FOR SELECT USING ({PAST_PROBATION} AND EXISTS (SELECT FROM places_shelter s WHERE s.organisation_id = {ME}"  # noqa: S608
            " AND s.zone = places_alert.zone AND s.zone_since < places_alert.on AND s.vouched_at IS NOT NULL)"
            f" OR {PAST_PROBATION} AND id IN {OF_OUR_INCIDENTS})"
        ),
        "told by a shelter of the zone": (
            f"FOR INSERT WITH CHECK ({PAST_PROBATION} AND zone IN"  # noqa: S608
            f" (SELECT s.zone FROM places_shelter s WHERE s.organisation_id = {ME} AND s.vouched_at IS NOT NULL))"
        ),
        "taken back with its incident": (
            f"FOR UPDATE USING ({BY_THE_HOUSE} AND id IN {OF_OUR_INCIDENTS}) WITH CHECK ({BY_THE_HOUSE} AND id IN {OF_OUR_INCIDENTS})"
        ),
    },
    "places_event": TOLD_BACK["places_event"]
    | {
        "told in one's own name": TOLD["places_event"]["told in one's own name"].replace(
            "kind = 'said_there'", "kind IN ('said_there', 'search_ended', 'taken_back')"
        ),
    },
}
"""Since migration 0050: a report made by mistake is taken back, and of two who look for a place each reads of the other."""


def _for_roles(table: str) -> dict[str, str]:
    roles = ", ".join(f"'{role}'" for role in sorted(reading(table)))
    return {"for who seeks or hosts": f"AS RESTRICTIVE TO repere_web USING ({ACTING_ROLE} IN ({roles}) OR {BY_THE_HOUSE})"}


WRITTEN_BY_VERBS = {
    "added by the verbs": f"AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ({BY_THE_HOUSE})",
    # What is found, and locked, is what the other policies say; what is written over it comes from a verb.
    "changed by the verbs": f"AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ({BY_THE_HOUSE})",
}
"""Since migration 0051, for every table of this room: a person's own connection reads, and writes nothing."""


GRANTS = {
    "places_shelter": {
        "web": "SELECT, INSERT, UPDATE (name, zone, languages, trained_for, security, men_on_site, papers_law, most_households,"
        " most_minors, confirmed_at, confirmed_by, paused_at, listed)",
        "worker": "SELECT",
    },
    "places_unit": {
        "web": "SELECT, INSERT, UPDATE (capacity, out_of_use, listed, label, one_household, gender, children, unaccompanied_minors,"
        " couples, step_free, pets, collective, requires_papers, remote, isolated_first, phases)",
        "worker": "SELECT",
    },
    "places_shelterchange": {"web": "SELECT, INSERT"},
    "places_sheltervoice": {"web": "SELECT, INSERT, UPDATE (user_id, said_at, reason)"},
    "places_bed": {"web": "SELECT, INSERT, UPDATE (out_of_use, listed, closed_on)", "worker": "SELECT"},
    "places_request": {
        "web": "SELECT, INSERT, UPDATE (sent_at, first_yes_at, closed_at, outcome, household, size, minors, phase, urgency, changed_at,"
        " line)",
        "worker": "SELECT, UPDATE (sent_at)",
    },
    "places_hold": {
        "web": "SELECT, INSERT, UPDATE (state, said_yes, unit_id, ends_at, answered_at, answered_by, second_look_by, arrived_at, left_at)",
        "worker": "SELECT, INSERT, UPDATE (state)",
    },
    "places_occupancy": {"web": "SELECT, INSERT, UPDATE (during, live)", "worker": "SELECT, UPDATE (live)"},
    "places_apart": {"web": "SELECT, INSERT, UPDATE (ended_at)"},
    "places_carried": {"web": "SELECT, INSERT, UPDATE (ended_at)"},
    "places_markend": {"web": "SELECT, INSERT, UPDATE (second_user_id, decided_at, ended)"},
    "places_voicereminder": {"web": "SELECT, INSERT"},
    "places_formerneeds": {"web": "SELECT, INSERT"},
    "places_question": {"web": "SELECT, INSERT, UPDATE (answer, answered_at)"},
    "places_privatereason": {"web": "SELECT, INSERT"},
    "places_arrival": {"web": "SELECT, INSERT, UPDATE (items, user_id, at)"},
    "places_incident": {"web": "SELECT, INSERT, UPDATE (taken_back_at, why)"},
    "places_alert": {"web": "SELECT, INSERT, UPDATE (taken_back_on)"},
    "places_event": {"web": "SELECT, INSERT", "worker": "SELECT"},
    "places_refusedbyher": {"web": "SELECT, INSERT"},
}  # fmt: skip


def declared_policies() -> dict[str, dict[str, str]]:
    wordings = POLICIES | ADDED | MOVED | FORMER | TOLD | VOUCHED | ASKED_BACK | TOLD_BACK | ERASED | BY_VERBS | REFUSED_BY_HER
    wordings |= ENDED_BY_PEOPLE | TAKEN_BACK
    return {table: opened | _for_roles(table) | WRITTEN_BY_VERBS for table, opened in wordings.items()}
