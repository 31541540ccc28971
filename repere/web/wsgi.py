"""What the server calls."""

import os

from django.core.wsgi import get_wsgi_application

from repere.web.orphans import end_with_the_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repere.web.settings")

end_with_the_server()
application = get_wsgi_application()

from repere.web.memory import keep_what_stays  # noqa: E402  the rooms are there only now

keep_what_stays()
