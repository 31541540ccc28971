"""Django's own commands, on the same data folder and database roles as `repere`."""

import os
import sys

from django.core.management import execute_from_command_line

from repere.web import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repere.web.settings")
    embedded.ensure()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
