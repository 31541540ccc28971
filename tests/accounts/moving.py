"""What an administrator finds waiting."""

from __future__ import annotations

from django.utils import timezone

from repere.accounts import members, vetting
from tests.people import Cast


def in_motion(people: Cast) -> None:
    """An organisation asks to come in, a member is proposed, and another asks to begin again."""
    now = timezone.now()
    vetting.apply_to_join(
        name="Candidate", kind="association", territory="69", language="fr", now=now,
        contact={"contact_name": "Nadia Exemple", "contact_email": "nadia@candidate.example", "words": "Connue"},
    )  # fmt: skip
    with people.chloe.acts() as acting:
        members.invite_member(email="nora@atalante.example", name="Nora Exemple", role="jurist", language="fr", acting=acting, now=now)
        members.ask_factor_reset(people.odile.user.pk, reason="Téléphone perdu", acting=acting, now=now)
