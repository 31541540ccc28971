"""What may be told to anybody is copied into the schema that the public role reads; nothing else is ever there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from repere import ledger
from repere.directory.entry_models import Contact, PublishedCoverage, PublishedService, Service
from repere.directory.queries.coverage import public_coverage
from repere.directory.tiers import Tier
from repere.ledger.actions import Acting


def publish(*, acting: Acting, now: datetime) -> int:
    """Write the public part anew. Returns how many entries it holds. No person's name and no mailbox of a person goes out."""
    services = list(Service.objects.visible_to(acting).offered().filter(tier=Tier.PUBLIC).select_related("structure"))
    open_structures = [service for service in services if service.structure.tier == Tier.PUBLIC]
    phones = Contact.objects.filter(service__in=open_structures, mandate=None, kind=Contact.Kind.PHONE, ended_on=None)
    standing = {phone.service_id: phone for phone in phones if not phone.is_pending}
    with transaction.atomic():
        PublishedService.objects.all().delete()
        PublishedCoverage.objects.all().delete()
        PublishedService.objects.bulk_create([_public(service, standing.get(service.pk)) for service in open_structures])
        states = public_coverage(acting, on=now.date())
        PublishedCoverage.objects.bulk_create(
            [PublishedCoverage(function=function, territory=code, state=state, as_of=now.date()) for function, code, state in states]
        )
        ledger.record(acting, "publish_directory", detail={"services": len(open_structures), "states": len(states)})
    return len(open_structures)


def _public(service: Service, phone: Contact | None) -> PublishedService:
    return PublishedService(
        id=service.pk, name=service.name, structure=service.structure.name, function=service.function, territories=service.territories,
        languages=service.languages, phone=phone.value if phone else "", website=service.website,
        verified_on=phone.verified_on if phone else None,
    )  # fmt: skip
