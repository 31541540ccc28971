"""What the server calls."""

import os
import threading

from django.core.wsgi import get_wsgi_application

from repere.web.orphans import end_with_the_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repere.web.settings")

end_with_the_server()
application = get_wsgi_application()

from repere.web.memory import keep_what_stays  # noqa: E402  the rooms are there only now

# beside the first requests: nobody waits for it
threading.Thread(target=keep_what_stays, name="keep-what-stays", daemon=True).start()
