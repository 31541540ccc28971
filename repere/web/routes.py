"""Every address of the pages, declared: who it is for, what it can show, what it leaves in the ledger, how often it may be asked.

An address that is not here fails the tests. What is declared is also enforced: methods, who may open it, its headers.

audience   public: anybody, no cookie, no connection that could read a person · anyone: before or after signing in ·
           link: whoever holds a link that works once, and its code where it opens anything; no session is met and nothing is looked up
           before the code, or the button ·
           signed_in: a member of an organisation; the view and the database then say which rows
tier       the most secret thing an answer can hold: nothing · law · account · person · identity
audit      none · look: one row with every person shown · write: one row per act · sign_in: rows of coming and going
rate       free: the same for everybody, a front may hold it, never counted · urgent: a life may hang on it, never refused ·
           session: pages and forms of somebody signed in · search: looking for somebody or something · export: what leaves in bulk ·
           letter: what leaves as a letter to somebody outside ·
           sign_in: strangers, by their part of the network, beside the buckets of `accounts.throttle`. Figures: `web.rates`
headers    which class of tests/web/header_contract.yaml the answer belongs to
"""

from __future__ import annotations

from dataclasses import dataclass

AUDIENCES = ("public", "anyone", "link", "signed_in")
TIERS = ("nothing", "law", "account", "person", "identity")
AUDITS = ("none", "look", "write", "sign_in")
RATES = ("free", "urgent", "session", "search", "export", "letter", "sign_in")
HEADERS = ("public", "page", "download", "table", "well_known")


@dataclass(frozen=True)
class Route:
    audience: str
    tier: str
    audit: str
    rate: str
    methods: tuple[str, ...]
    headers: str = "page"


GET: tuple[str, ...] = ("GET", "HEAD")
SAFE = GET
POST: tuple[str, ...] = ("POST",)
BOTH = GET + POST


def _signed_in(tier: str, audit: str, methods: tuple[str, ...] = GET, headers: str = "page", rate: str = "session") -> Route:
    return Route("signed_in", tier, audit, rate, methods, headers)


ROUTES: dict[str, Route] = {
    # Coming in and going out.
    "accounts:sign_in": Route("anyone", "account", "sign_in", "sign_in", BOTH),
    "accounts:sign_out": Route("anyone", "nothing", "sign_in", "urgent", POST),
    "accounts:change_role": _signed_in("account", "sign_in", POST),
    "accounts:invitation": Route("anyone", "account", "sign_in", "sign_in", BOTH),
    "accounts:demo_sign_in": Route("anyone", "account", "sign_in", "sign_in", POST),
    "accounts:sign_in_passkey": Route("anyone", "account", "sign_in", "sign_in", POST),
    "accounts:passkey_options": Route("anyone", "account", "none", "sign_in", POST),
    "accounts:second_step": Route("anyone", "account", "sign_in", "sign_in", BOTH),
    "accounts:outside": Route("anyone", "nothing", "none", "sign_in", GET),
    "accounts:outside_back": Route("anyone", "account", "sign_in", "sign_in", GET),
    "accounts:outside_invited": Route("anyone", "nothing", "none", "sign_in", GET),
    "accounts:outside_link": _signed_in("account", "none"),
    "accounts:outside_forget": _signed_in("account", "write", POST),
    "accounts:apply": Route("anyone", "nothing", "write", "sign_in", BOTH),
    "accounts:applied": Route("anyone", "nothing", "none", "free", GET),
    # Who belongs: for administrators of accounts; the actions say which rows.
    "accounts:organisations": _signed_in("account", "none"),
    "accounts:organisation": _signed_in("account", "none"),
    "accounts:organisation_step": _signed_in("account", "write", POST),
    "accounts:members": _signed_in("account", "none"),
    "accounts:member_invite": _signed_in("account", "write", BOTH),
    "accounts:member_approve": _signed_in("account", "write", POST),
    "accounts:member_confirm": _signed_in("account", "write", POST),
    "accounts:member_end": _signed_in("account", "write", BOTH),
    "accounts:factor_reset_ask": _signed_in("account", "write", BOTH),
    "accounts:factor_reset": _signed_in("account", "write", POST),
    "accounts:locked": _signed_in("nothing", "sign_in", BOTH, rate="urgent"),
    "accounts:lock": _signed_in("nothing", "sign_in", POST, rate="urgent"),
    "accounts:still_here": _signed_in("nothing", "none", POST, rate="urgent"),
    "accounts:confirm": _signed_in("account", "sign_in", BOTH, rate="urgent"),
    "accounts:proof_options": _signed_in("account", "none", POST, rate="urgent"),
    # One's own account.
    "accounts:account": _signed_in("account", "none"),
    "accounts:first_factor": _signed_in("account", "none"),
    "accounts:new_factor": _signed_in("account", "none"),
    "accounts:new_passkey_options": _signed_in("account", "none", POST),
    "accounts:add_passkey": _signed_in("account", "write", POST),
    "accounts:add_app": _signed_in("account", "write", POST),
    "accounts:remove_factor": _signed_in("account", "write", POST),
    "accounts:recovery_codes": _signed_in("account", "write", POST),
    "accounts:password": _signed_in("account", "write", BOTH),
    "accounts:end_session": _signed_in("account", "write", POST),
    "accounts:end_other_sessions": _signed_in("account", "write", POST),
    # The tool and the law, apart from any person.
    "pages:rules": _signed_in("law", "none"),
    "pages:rule": _signed_in("law", "none"),
    "pages:sources": _signed_in("law", "none"),
    "pages:source": _signed_in("law", "none"),
    "pages:mechanism": _signed_in("law", "none"),
    "pages:about": Route("anyone", "law", "none", "free", GET),
    "pages:help": Route("anyone", "law", "none", "free", GET),
    "pages:language": Route("anyone", "nothing", "none", "free", POST),
    "pages:read_day": _signed_in("nothing", "none", POST),
    "pages:ready": Route("anyone", "nothing", "none", "free", GET),
    "pages:installation": _signed_in("nothing", "none"),
    # Case files.
    "cases:worklist": _signed_in("person", "look"),
    "cases:search": _signed_in("person", "look", BOTH, rate="search"),
    "cases:notices": _signed_in("person", "look", BOTH),
    "cases:concern_new": _signed_in("person", "write"),
    "cases:concern_discard": _signed_in("person", "write", POST),
    "cases:concern": _signed_in("person", "write", BOTH),
    "cases:concern_keep": _signed_in("person", "write", POST),
    "cases:case": _signed_in("person", "look"),
    "cases:entered": _signed_in("person", "look"),
    "cases:access_give": _signed_in("person", "write", BOTH),
    "cases:access_end": _signed_in("person", "write", BOTH),
    "cases:identity": _signed_in("identity", "write", BOTH),
    "cases:fact_choose": _signed_in("person", "look"),
    "cases:fact_new": _signed_in("person", "write", BOTH),
    "cases:recorded": _signed_in("person", "look"),
    "cases:fact_correct": _signed_in("person", "write", BOTH),
    "cases:fact_withdraw": _signed_in("person", "write", BOTH),
    "cases:fact_keep": _signed_in("person", "write", POST),
    "cases:fact_discard": _signed_in("person", "write", POST),
    "cases:rule": _signed_in("person", "look"),
    "cases:demands": _signed_in("person", "look"),
    "cases:compare": _signed_in("person", "look"),
    "cases:next_steps": _signed_in("person", "look"),
    "cases:card": _signed_in("person", "look"),
    "cases:card_paper": _signed_in("person", "look", headers="download"),
    "cases:looks": _signed_in("person", "look"),
    "cases:looks_paper": _signed_in("person", "look"),
    "cases:colleagues": _signed_in("account", "none", rate="urgent"),
    "cases:freeze": _signed_in("account", "write", POST, rate="urgent"),
    "cases:unfreeze": _signed_in("account", "write", POST),
    "cases:freeze_read": _signed_in("account", "write", POST),
    "cases:alerts": _signed_in("account", "none"),
    "cases:alert_seen": _signed_in("account", "write", POST),
    "cases:task_assign": _signed_in("person", "write", POST),
    "cases:task_snooze": _signed_in("person", "write", BOTH),
    "cases:task_resume": _signed_in("person", "write", POST),
    "cases:task_waive": _signed_in("person", "write", BOTH),
    "cases:task_reopen": _signed_in("person", "write", POST),
    "cases:right": _signed_in("person", "look"),
    "cases:follow": _signed_in("person", "write", BOTH),
    "cases:hand_over": _signed_in("person", "write", BOTH),
    "cases:requisitions": _signed_in("person", "write", BOTH),
    "cases:requisition_step": _signed_in("person", "write", BOTH),
    "cases:team": _signed_in("account", "write", BOTH),
    "cases:handover": _signed_in("person", "write", BOTH),
    "cases:handover_received": _signed_in("person", "look"),
    "cases:handover_nobody": _signed_in("person", "write", BOTH),
    "cases:handover_colleague": _signed_in("person", "write", BOTH),
    "cases:handover_act": _signed_in("person", "write", POST),
    "cases:languages": _signed_in("account", "write", POST),
    "cases:consents": _signed_in("person", "look"),
    "cases:consent_new": _signed_in("person", "write", BOTH),
    "cases:consent_withdraw": _signed_in("person", "write", BOTH),
    "cases:consent_paper": _signed_in("person", "write", BOTH),
    "cases:case_referrals": _signed_in("person", "look"),
    "cases:referral_new": _signed_in("person", "write", BOTH),
    "cases:referrals": _signed_in("account", "none"),
    "cases:offer": _signed_in("person", "write"),
    "cases:capsule_make": _signed_in("person", "write", POST),
    "cases:offer_act": _signed_in("person", "write", POST),
    # Opened with a link and a code, by nobody signed in; nothing is looked up before a code was sent.
    "open:capsule": Route("link", "person", "write", "sign_in", BOTH),
    # Days and neutral words for a calendar program: the address is the key, each reading is a row, and it names nobody.
    "days:feed": Route("anyone", "account", "look", "sign_in", GET),
    "cases:wishes": _signed_in("account", "none"),
    "cases:wish": _signed_in("account", "write", POST),
    # The end of files: nothing is removed by a page.
    "cases:ending": _signed_in("person", "look"),
    "cases:ending_step": _signed_in("person", "write", POST),
    "cases:endings": _signed_in("person", "look"),
    "cases:endings_step": _signed_in("person", "write", POST),
    "cases:urgencies": _signed_in("person", "look", rate="urgent"),
    "cases:urgency_open": _signed_in("person", "write", BOTH, rate="urgent"),
    "cases:urgency_review": _signed_in("person", "write", BOTH, rate="urgent"),
    "cases:conflicts": _signed_in("account", "write", BOTH),
    "cases:conflict_end": _signed_in("account", "write", POST),
    "cases:kept_away_read": _signed_in("account", "write", POST),
    # What arrives and what leaves. Files are handed over to a form that was sent, never to a link.
    "cases:papers": _signed_in("person", "write", BOTH),
    "cases:paper_open": _signed_in("person", "look", POST),
    "cases:paper_remove": _signed_in("person", "write", POST),
    "cases:extracts": _signed_in("account", "none"),
    "cases:extract_new": _signed_in("person", "write", BOTH),
    "cases:extract_statistics": _signed_in("account", "look", POST, rate="export"),
    "cases:extract_work": _signed_in("person", "look", POST, rate="export"),
    "cases:extract_received": _signed_in("identity", "look", POST, rate="export"),
    "cases:extract": _signed_in("person", "look"),
    "cases:extract_decide": _signed_in("person", "write", POST),
    "cases:extract_make": _signed_in("identity", "write", POST, rate="export"),
    "cases:extract_fetch": _signed_in("identity", "write", POST, rate="export"),
    # Whom to turn to: professionals and services, never a person who is accompanied. What is hidden is in none of these answers.
    "directory:find": _signed_in("account", "none", rate="search"),
    "directory:new": _signed_in("account", "write", BOTH),
    "directory:waiting": _signed_in("account", "none"),
    "directory:entry": _signed_in("account", "none"),
    "directory:edit": _signed_in("account", "write", BOTH),
    "directory:show": _signed_in("account", "write", POST),
    # An address of a hidden place: asked for with a fresh proof, shown in one answer.
    "directory:address": _signed_in("account", "none"),
    "directory:address_act": _signed_in("account", "write", POST),
    "directory:entry_act": _signed_in("account", "write", POST),
    "directory:contact_act": _signed_in("account", "write", POST),
    "directory:mailbox": _signed_in("account", "none"),
    "directory:mailbox_send": _signed_in("account", "write", POST, rate="letter"),
    "seen:mailbox": Route("link", "nothing", "write", "sign_in", BOTH),
    "directory:mandate_act": _signed_in("account", "write", POST),
    "directory:coverage": _signed_in("account", "none"),
    "directory:lists": _signed_in("account", "none"),
    "directory:safe_place": _signed_in("account", "write", BOTH),
    "directory:conventions": _signed_in("account", "write", BOTH),
    "directory:convention": _signed_in("account", "write", BOTH),
    "directory:imports": _signed_in("account", "write", BOTH),
    "directory:template": _signed_in("nothing", "none", headers="table"),
    "directory:import": _signed_in("account", "none"),
    "directory:import_act": _signed_in("account", "write", POST),
    "directory:export": _signed_in("account", "write", POST, headers="table", rate="export"),
    # Interpreters from her file: whom she does not want is left out.
    "cases:interpreters": _signed_in("person", "look", BOTH),
    "cases:interpreter_act": _signed_in("person", "write", POST),
    # A place for her, asked from her file.
    "cases:report": _signed_in("person", "write", BOTH, rate="urgent"),
    "cases:place": _signed_in("person", "write", BOTH),
    "cases:marks": _signed_in("person", "look"),
    "cases:marks_act": _signed_in("person", "write", POST),
    "cases:place_request": _signed_in("person", "look"),
    "cases:place_change": _signed_in("person", "write", BOTH),
    "cases:place_act": _signed_in("person", "write", POST),
    "cases:moved": _signed_in("person", "write", BOTH),
    "cases:moved_not_there": _signed_in("person", "look"),
    # Shelters: needs without a person; whoever is shown there has no name, no code and no file, until the file was opened to the house.
    "places:desk": _signed_in("account", "none"),
    "places:asked": _signed_in("person", "look"),
    "places:asked_act": _signed_in("account", "write", POST),
    "places:new": _signed_in("account", "write", BOTH),
    "places:house": _signed_in("account", "none"),
    "places:vouching": _signed_in("account", "write", BOTH),
    "places:house_act": _signed_in("account", "write", POST),
    "places:moving": _signed_in("account", "none"),
    "places:moving_act": _signed_in("account", "write", POST),
    "places:proposal": _signed_in("account", "none"),
    "places:shortfall": _signed_in("account", "none"),
    # For somebody who has no account and must leave no trace.
    "guidance:start": Route("public", "law", "none", "free", GET, "public"),
    "guidance:home": Route("public", "law", "none", "free", GET, "public"),
    "guidance:page": Route("public", "law", "none", "free", GET, "public"),
    "guidance:near": Route("public", "law", "none", "free", GET, "public"),
    "guidance:around": Route("public", "law", "none", "free", GET, "public"),
    "guidance:part": Route("public", "nothing", "none", "free", GET, "public"),
    "well_known:security": Route("public", "nothing", "none", "free", GET, "well_known"),
}

# Sent while nothing may be written: without them nobody could come in to read.
ALLOWED_IN_READ_ONLY = frozenset({
    "accounts:sign_in_passkey", "accounts:passkey_options", "accounts:second_step", "accounts:locked", "accounts:lock",
    "accounts:still_here", "accounts:confirm", "accounts:proof_options",
    "accounts:sign_in", "accounts:sign_out", "accounts:demo_sign_in", "accounts:change_role", "cases:search"})


# Facts about her safety are written whatever the pace: how she may be reached, and what cannot wait.
URGENT_FACTS = frozenset({"safe_contact_instructions", "urgent_need"})


def route_of(view_name: str) -> Route | None:
    return ROUTES.get(view_name)
