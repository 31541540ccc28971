"""Crossing a wall between purposes: what carries an access there, and what never leaves.

Walls: support, protection, investigation, labour inspection, residence, statistics. An access has one purpose; the receiver's
family may be given it; the purpose caps what opens. It crosses a wall when the purpose is not one of the giver's own, or when it
goes to a body of the State that is not of the giver's family: then a consent of hers or a rule of the mechanism carries it, by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import mechanisms
from repere.cases.actions.facts import as_the_owner, consents_standing, facts_of
from repere.cases.evaluation import judge, living
from repere.cases.models import Case, Fact
from repere.cases.models.fact import last_word
from repere.cases.policy import Family, Policy, load_policy
from repere.cases.refusals import Refused
from repere.cases.territory import civil_day
from repere.core.rulebook import MISSING, Mechanism
from repere.directory.models import Organisation

# Words by which a consent fact names its recipient → kinds of organisations.
RECIPIENTS = {
    "police": {"police"}, "gendarmerie": {"police"}, "prosecutor": {"prosecution"}, "judge": {"prosecution"},
    "prosecutor_for_minors": {"prosecution"}, "prefecture": {"prefecture"}, "immigration_office": {"prefecture"},
    "labour_inspection": {"labour_inspection"}, "specialised_association": {"association", "shelter"},
    "general_association": {"association", "shelter"}, "child_protection": {"child_protection"},
    "local_authority": {"child_protection", "other"}, "asylum_office": {"asylum"}, "reception_office": {"asylum"},
    "health_service": {"health"}, "lawyer": {"association", "other"}, "shelter": {"shelter", "association"},
    "panel": {"other", "coordination"}, "competent_authority": {"other", "coordination", "police"},
    "permanent_group": {"coordination"}, "coordination": {"coordination"}, "school": {"other"}, "other": {"other", "consulate"},
}  # fmt: skip


@dataclass(frozen=True)
class Passage:
    """An access that is asked for: to which kind of organisation, for which words and purpose, carried by what."""

    kind: str
    words: tuple[str, ...]
    purpose: str
    consent: UUID | None = None
    law: str = ""
    named_kinds: tuple[str, ...] = ()


def check_purpose(case: Case, asked: Passage, *, acting: Actor, now: datetime) -> None:
    """Refused unless the policy lets this access through."""
    policy = load_policy()
    if asked.purpose not in policy.purposes:
        raise Refused("unknown_purpose", field="purpose", value=asked.purpose)
    receiver = policy.family_of_organisation(asked.kind)
    if receiver is None or asked.purpose not in receiver.receives:
        raise Refused("purpose_not_for_them", field="purpose")
    beyond = [word for word in asked.words if word not in policy.purposes[asked.purpose].opens]
    if beyond:
        raise Refused("purpose_does_not_cover", field="groups", value=_said(case, beyond, acting.language))
    with acting_as(as_the_owner(case)) as owner:
        facts = facts_of(case, owner)
    standing = consents_standing(facts, on=civil_day(case.zone, now))
    consent = _consent(case, standing, asked, policy, acting.language)
    _check_country_of_origin(facts, consent, asked, policy)
    _check_basis(case, consent, asked, policy, receiver, acting)
    _check_rule(case, facts, asked, now)
    _check_named_kinds(consent, asked, policy)


def crosses_a_wall(giver: Family | None, receiver: Family, purpose: str) -> bool:
    if giver is None or purpose not in giver.home:
        return True
    return receiver.state and receiver.id != giver.id


def _consent(case: Case, standing: list[Fact], asked: Passage, policy: Policy, language: str) -> Fact | None:
    """The consent that was named, if it stands, is for this purpose and for this recipient."""
    if asked.consent is None:
        return None
    fact = next((one for one in standing if one.pk == asked.consent), None)
    wanted = policy.origin_consent if asked.kind in policy.origin_organisations else policy.purposes[asked.purpose].consent
    if fact is None or fact.fields.get("purpose") not in wanted:
        raise Refused("consent_does_not_carry", field="consent")
    recipient = fact.fields.get("recipient")
    if recipient and recipient not in MISSING and asked.kind not in RECIPIENTS.get(str(recipient), set()):
        mechanism = mechanisms.named(case.mechanism)
        named = mechanisms.code_in_words(mechanism, "authority", str(recipient), language)
        needed = [mechanisms.code_in_words(mechanism, "authority", word, language) for word in words_for(mechanism, asked.kind)]
        raise Refused("consent_for_another_kind", field="consent", value=named, expected=", ".join(needed))
    return fact


def words_for(mechanism: Mechanism, kind: str) -> list[str]:
    """The words by which an agreement under this mechanism names a kind of organisation, the plainest first."""
    return [word for word in mechanism.offered("authority") if kind in RECIPIENTS.get(word, ())]


def _check_basis(case: Case, consent: Fact | None, asked: Passage, policy: Policy, receiver: Family, acting: Actor) -> None:
    if asked.law:
        known = mechanisms.named(case.mechanism).rules
        if asked.law not in policy.purposes[asked.purpose].laws or asked.law not in known:
            raise Refused("law_does_not_carry", field="law", value=asked.law)
        return
    giver = policy.family_of_organisation(Organisation.objects.values_list("kind", flat=True).get(pk=case.organisation_id))
    if consent is None and crosses_a_wall(giver, receiver, asked.purpose):
        raise Refused("wall_needs_a_basis", field="consent", value=policy.purposes[asked.purpose].label[acting.language])


def _check_rule(case: Case, facts: list[Fact], asked: Passage, now: datetime) -> None:
    """A rule carries an access where it holds for her, or where that cannot be told yet; never where it says no."""
    if not asked.law:
        return
    findings = judge(mechanisms.named(case.mechanism), facts, on=civil_day(case.zone, now), groups=None).findings
    if findings[asked.law].outcome == "does_not_hold":
        raise Refused("rule_says_no_for_her", field="law")


def _check_named_kinds(consent: Fact | None, asked: Passage, policy: Policy) -> None:
    for kind in asked.named_kinds:
        if kind not in policy.harm_kinds:
            raise Refused("unknown_kind", field="named_kinds", kind=kind)
    if asked.named_kinds and consent is None:
        raise Refused("harm_needs_her_consent", field="named_kinds")


def _check_country_of_origin(facts: list[Fact], consent: Fact | None, asked: Passage, policy: Policy) -> None:
    if asked.kind not in policy.origin_organisations:
        return
    if asylum_is_possible(facts, policy):
        raise Refused("origin_while_asylum_possible", field="to")
    if consent is None:
        raise Refused("origin_needs_her_consent", field="consent")


def asylum_is_possible(facts: list[Fact], policy: Policy) -> bool:
    """True when asylum was asked, and true as long as nothing known of her rules it out: not known counts as possible."""
    present = living(facts)
    if any(fact.kind in policy.asylum_facts for fact in present):
        return True
    kind, name, values = policy.no_asylum
    told = [fact for fact in present if fact.kind == kind and fact.fields.get(name) not in (None, *MISSING)]
    last = last_word(told)
    return last is None or last.fields[name] not in values


def _said(case: Case, words: list[str], language: str) -> str:
    groups = mechanisms.named(case.mechanism).groups
    parts = load_policy().parts
    return ", ".join(groups[word].label.text(language) if word in groups else parts[word][language] for word in words)
