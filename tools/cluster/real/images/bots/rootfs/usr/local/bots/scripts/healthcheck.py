"""Checks a service without HTTP: healthcheck.py --config-dir FOLDER --check live|ready|startup [--quiet]."""

import argparse
import os
import sys

from bots import botsinit

parser = argparse.ArgumentParser()
parser.add_argument("--check", choices=["live", "ready", "startup"], default="live")
parser.add_argument("--config-dir", required=True)
parser.add_argument("--quiet", action="store_true")
given = parser.parse_args()
botsinit.generalinit(given.config_dir, make_folders=False)

from bots import health  # noqa: E402  (needs the set-up above)

database_only = given.check == "ready" and os.environ.get("HEALTH_CHECK_DB_ONLY") == "true"
checks = health.checks(given.check, database_only)
if not given.quiet:
    print(*(f"{name}: {'ok' if passed else 'failed'}" for name, passed in checks.items()), sep="\n")
sys.exit(0 if all(checks.values()) else 1)
