"""What may be told to anybody is copied into the schema that the public role reads; nothing else is ever there.

Vacancies of the State's referents are told by département, as they stand. Sheltering, outreach and protection are told by région only,
where at least `FEWEST_TOLD` bodies are, and late: each run keeps what it sees, and publishes only what was kept long enough ago. A
place that opens or closes is therefore read by nobody from one copy to the next before that time has passed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction

from repere import ledger
from repere.directory.entry_models import Contact, PublishedCoverage, PublishedRegion, PublishedService, RegionKept, Service
from repere.directory.queries.coverage import public_coverage, regions_with_enough
from repere.directory.tiers import Tier
from repere.directory.vocabulary import PROTECTED
from repere.ledger.actions import Acting

TOLD_AFTER = timedelta(days=90)
"""How old a région's state is when it is told to anybody. Our choice: longer than most emergency stays, shorter than a year's report."""
PUBLISHING = 7_041_902_377
"""Number of the lock that lets one publication run at a time."""


def publish(*, acting: Acting, now: datetime) -> int:
    """Write the public part anew, as the job of the worker. Returns how many entries it holds; run twice, the same stands there.

    No person's name and no mailbox of a person goes out.
    """
    services = list(Service.objects.visible_to(acting).offered().filter(tier=Tier.PUBLIC).select_related("structure"))
    # What is protected is never told by its entry, whatever tier somebody gave it.
    told = [one for one in services if one.structure.tier == Tier.PUBLIC and one.function not in PROTECTED]
    phones = Contact.objects.filter(service__in=told, mandate=None, kind=Contact.Kind.PHONE, ended_on=None)
    standing = {phone.service_id: phone for phone in phones if not phone.is_pending}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
        for table in (PublishedService, PublishedCoverage, PublishedRegion):
            table.objects.all().delete()
        PublishedService.objects.bulk_create([_public(service, standing.get(service.pk)) for service in told])
        states = public_coverage(acting, on=now.date())
        PublishedCoverage.objects.bulk_create(
            [PublishedCoverage(function=function, territory=code, state=state, as_of=now.date()) for function, code, state in states]
        )
        late = _tell_late(acting, now.date())
        ledger.record(
            acting, "publish_directory", kind="system", detail={"services": len(told), "states": len(states), "regions": late}
        )
    return len(told)


def _tell_late(acting: Acting, today: date) -> int:
    """Keep today's state of each région, and copy out the newest one that is old enough. Returns how many lines were told."""
    seen = [(function, region) for function in PROTECTED for region in regions_with_enough(acting, function)]
    RegionKept.objects.filter(on=today).delete()
    # A line without a région says that this day was looked at, also where nothing was enough.
    kept = [RegionKept(function=function, region=region, on=today) for function, region in [*seen, ("", "")]]
    RegionKept.objects.bulk_create(kept)
    day = RegionKept.objects.filter(on__lte=today - TOLD_AFTER).order_by("-on").values_list("on", flat=True).first()
    if day is None:
        return 0
    old = list(RegionKept.objects.filter(on=day).exclude(function=""))
    PublishedRegion.objects.bulk_create([PublishedRegion(function=one.function, region=one.region, as_of=day) for one in old])
    RegionKept.objects.filter(on__lt=day).delete()
    return len(old)


def _public(service: Service, phone: Contact | None) -> PublishedService:
    return PublishedService(
        id=service.pk, name=service.name, structure=service.structure.name, function=service.function, territories=service.territories,
        languages=service.languages, phone=phone.value if phone else "", website=service.website,
        verified_on=phone.verified_on if phone else None,
    )  # fmt: skip
