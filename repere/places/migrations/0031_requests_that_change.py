"""A request for a place may be changed by who asked; what it said before stays, and is read by the shelters that had read it."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from repere.ledger.policy import ACTING_ORGANISATION, append_only, protect
from repere.places.access import FORMER

# A shelter that received a request may update its row (a first yes): not what is needed. And whoever changes that keeps what stood.
NEEDS = f"""
CREATE FUNCTION public.needs_changed_by_who_asked() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF (NEW.household, NEW.size, NEW.minors, NEW.phase, NEW.urgency, NEW.changed_at)
        IS NOT DISTINCT FROM (OLD.household, OLD.size, OLD.minors, OLD.phase, OLD.urgency, OLD.changed_at) THEN
        RETURN NEW;
    END IF;
    IF OLD.organisation_id IS DISTINCT FROM {ACTING_ORGANISATION} THEN
        RAISE EXCEPTION 'needs are changed by who asked' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.places_formerneeds f WHERE f.request_id = OLD.id AND f.created_at = NEW.changed_at
            AND f.household = OLD.household AND f.urgency = OLD.urgency AND f.phase = OLD.phase
    ) THEN
        RAISE EXCEPTION 'what a request said before is kept' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER needs_changed_by_who_asked BEFORE UPDATE ON places_request FOR EACH ROW EXECUTE FUNCTION needs_changed_by_who_asked();
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_vetting"), ("places", "0030_beds_that_come_and_go")]

    operations = [
        migrations.AddField("request", "changed_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("hold", "one_need_for_an_unlisted_shelter"),
        migrations.AddConstraint(
            "hold",
            models.UniqueConstraint(
                fields=["request", "shelter"], condition=Q(listed=False, state__in=("asked", "accepted", "arrived")),
                name="one_need_at_a_time_for_an_unlisted_shelter",
            ),
        ),
        migrations.CreateModel(
            name="FormerNeeds",
            fields=[
                ("created_at", models.DateTimeField()),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("user_id", models.UUIDField()),
                ("household", models.JSONField()),
                ("phase", models.CharField(max_length=16)),
                ("urgency", models.PositiveSmallIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.organisation"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="former", to="places.request"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "id"],
                "constraints": [models.UniqueConstraint(fields=("request", "created_at"), name="changed_once_at_a_time")],
            },
        ),
        *(protect(table, opened) for table, opened in FORMER.items()),
        append_only("places_formerneeds"),
        migrations.RunSQL(
            NEEDS, "DROP TRIGGER needs_changed_by_who_asked ON places_request; DROP FUNCTION needs_changed_by_who_asked();"
        ),
    ]
