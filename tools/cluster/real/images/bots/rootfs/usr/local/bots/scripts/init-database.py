"""Creates or migrates the tables: init-database.py --config-dir FOLDER."""

import sys

from bots import botsinit

botsinit.generalinit(sys.argv[2])

from django.core.management import call_command  # noqa: E402  (needs the set-up above)

call_command("migrate", interactive=False)
