"""The cast: who works where. Everybody is invented.

The intruder works in an association of the same kind, in the same territory and with the same role as the person who
opened the file. She has everything but the relation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import ensure_organisation_key
from repere.accounts.models import ADMINISTRATOR, Membership, User
from repere.accounts.rootkey import make_root_key
from repere.accounts.sessions import MEMBERSHIP, begin
from repere.cases.actions import choose_team_practice
from repere.directory.models import Organisation


@dataclass(frozen=True)
class Member:
    membership: Membership

    @property
    def user(self) -> User:
        return self.membership.user

    @property
    def organisation(self) -> Organisation:
        return self.membership.organisation

    @property
    def actor(self) -> Actor:
        return self.membership.actor()

    def acts(self) -> Any:
        """`with people.amina.acts() as actor:`"""
        return acting_as(self.actor)

    def sign_in(self, client: Client) -> Client:
        client.force_login(self.user)
        session = client.session
        session[MEMBERSHIP] = str(self.membership.pk)
        begin(session, self.user, proved_by="passkey", announced="", now=timezone.now())
        session.save()
        return client


@dataclass(frozen=True)
class Cast:
    amina: Member  # case worker, Atalante
    odile: Member  # case worker, Atalante, reads English
    chloe: Member  # administrator, Atalante
    bruno: Member  # case worker, Boussole
    sonia: Member  # shelter worker, Boussole
    pascal: Member  # officer, prefecture
    karim: Member  # investigator, police
    ines: Member  # intruder: case worker of Sirius, same territory and kind as Atalante

    @property
    def atalante(self) -> Organisation:
        return self.amina.organisation

    @property
    def boussole(self) -> Organisation:
        return self.bruno.organisation

    @property
    def prefecture(self) -> Organisation:
        return self.pascal.organisation

    @property
    def police(self) -> Organisation:
        return self.karim.organisation

    @property
    def everyone(self) -> list[Member]:
        return [self.amina, self.odile, self.chloe, self.bruno, self.sonia, self.pascal, self.karim, self.ines]


def cast() -> Cast:
    make_root_key()
    kinds = Organisation.Kind
    atalante = organisation("Atalante", kinds.ASSOCIATION, "69")
    boussole = organisation("Boussole", kinds.ASSOCIATION, "13")
    prefecture = organisation("Préfecture inventée", kinds.PREFECTURE, "69")
    police = organisation("Groupe d'enquête inventé", kinds.POLICE, "69")
    sirius = organisation("Sirius", kinds.ASSOCIATION, "69")
    return Cast(
        amina=member("Amina Exemple", atalante, "case_worker"),
        odile=member("Odile Exemple", atalante, "case_worker", language="en"),
        chloe=member("Chloé Exemple", atalante, ADMINISTRATOR),
        bruno=member("Bruno Exemple", boussole, "case_worker"),
        sonia=member("Sonia Exemple", boussole, "shelter_worker"),
        pascal=member("Pascal Exemple", prefecture, "prefecture"),
        karim=member("Karim Exemple", police, "police"),
        ines=member("Inès Exemple", sirius, "case_worker"),
    )


def organisation(name: str, kind: str, territory: str) -> Organisation:
    founded = Organisation(name=name, kind=kind, territory=territory, state=Organisation.State.ACTIVE)
    with acting_as(Actor.system("founding", organisation_id=founded.pk)) as acting:
        founded.save(force_insert=True)
        ensure_organisation_key(founded)
        # Small teams: all their members follow all their files. Tests of assignment take this back (`each_their_own`).
        choose_team_practice(whole_team=True, acting=acting, now=timezone.now())
    return founded


def member(name: str, works_at: Organisation, role: str, *, language: str = "fr") -> Member:
    first, now = name.split()[0].lower(), timezone.now()
    with acting_as(Actor.system("founding", organisation_id=works_at.pk)):
        user = User.objects.create_user(f"{first}@{works_at.pk.hex[:8]}.example", name=name, language=language)
        membership = Membership.objects.create(
            user=user, organisation=works_at, role=role, approved_at=now, accepted_at=now, confirmed_at=now
        )
    return Member(membership)


def each_their_own(works_at: Organisation) -> None:
    """From now on members of this organisation follow only the files they are assigned to."""
    with acting_as(Actor.system("founding", organisation_id=works_at.pk)) as acting:
        choose_team_practice(whole_team=False, acting=acting, now=timezone.now())
