"""That a stay began is said by who keeps the file; a need is sent to hidden shelters by bodies past their probation only."""

from django.db import migrations

from repere.ledger.policy import restate
from repere.places.access import POLICIES, TOLD


class Migration(migrations.Migration):
    dependencies = [("places", "0031_requests_that_change")]

    operations = [restate("places_event", TOLD["places_event"]), restate("places_hold", POLICIES["places_hold"])]
