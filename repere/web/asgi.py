"""What the server calls: the pages, behind what waits for whole requests."""

from repere.web.front import Front
from repere.web.wsgi import application as pages

application = Front(pages)
