"""A body on probation, or stopped, is offered to nobody, receives nothing and reads no alert; a house that moves reads none of before."""

from datetime import UTC, datetime

from django.db import migrations, models

from repere.ledger.policy import restate
from repere.places.access import ADDED, MOVED, POLICIES

REWORDED = (
    "places_shelter", "places_unit", "places_bed", "places_request", "places_hold", "places_apart", "places_carried", "places_event",
    "places_alert",
)  # fmt: skip

# Its own clock, and the database's: whoever moves a house on the pages' connection cannot say that it was always there.
SINCE = """
CREATE FUNCTION public.shelter_moved() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.zone_since := CASE WHEN NEW.zone IS DISTINCT FROM OLD.zone THEN (now() AT TIME ZONE 'UTC')::date ELSE OLD.zone_since END;
    RETURN NEW;
END $$;
CREATE TRIGGER shelter_moved BEFORE UPDATE ON places_shelter FOR EACH ROW EXECUTE FUNCTION shelter_moved();
"""


def today():
    return datetime.now(UTC).date()


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_vetting"), ("places", "0011_isolated_marks_and_history")]

    operations = [
        migrations.AddField("shelter", "zone_since", models.DateField(default=today), preserve_default=False),
        migrations.RunSQL(SINCE, "DROP TRIGGER shelter_moved ON places_shelter; DROP FUNCTION shelter_moved();"),
        *(restate(table, (POLICIES | ADDED | MOVED)[table]) for table in REWORDED),
    ]
