"""Beds are added and taken away: which was there on which day stays, and one that is held or slept in stays too."""

from django.db import migrations, models
from django.db.models import Q

# Whoever changes a bed on the pages' connection cannot take it from under somebody, nor give one back that was taken away.
IN_USE = """
CREATE FUNCTION public.bed_in_use_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.closed_on IS NOT NULL AND NEW.closed_on IS DISTINCT FROM OLD.closed_on THEN
        RAISE EXCEPTION 'a bed that was taken away does not come back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.closed_on IS NOT NULL AND OLD.closed_on IS NULL AND EXISTS (
        SELECT FROM public.places_occupancy o WHERE o.bed_id = NEW.id AND o.live AND (upper_inf(o.during) OR upper(o.during) > now())
    ) THEN
        RAISE EXCEPTION 'this bed is held or slept in' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bed_in_use_stays BEFORE UPDATE ON places_bed FOR EACH ROW EXECUTE FUNCTION bed_in_use_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0020_bodies_that_may_receive")]

    operations = [
        migrations.AddField("bed", "opened_on", models.DateField(null=True)),
        migrations.AddField("bed", "closed_on", models.DateField(null=True)),
        migrations.AddConstraint(
            "bed",
            models.CheckConstraint(condition=Q(closed_on=None) | Q(out_of_use=True), name="a_bed_taken_away_is_given_to_nobody"),
        ),
        migrations.RunSQL(IN_USE, "DROP TRIGGER bed_in_use_stays ON places_bed; DROP FUNCTION bed_in_use_stays();"),
    ]
