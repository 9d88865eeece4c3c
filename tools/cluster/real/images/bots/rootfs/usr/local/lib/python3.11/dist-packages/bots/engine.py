"""Translates the files that it finds: bots-engine -cFOLDER [--new] [ROUTE...].

Exits with 1 at an error of its own, 2 if a file had errors.
"""

import csv
import os
import runpy
import sys

from . import botsinit


def start():
    folder, words = botsinit.config_folder(sys.argv[1:])
    routes = [word for word in words if word != "--new"]
    unknown = [word for word in routes if word.startswith("-")]
    if unknown:
        # Like the real one: it helps, and that is no error.
        print(__doc__)
        sys.exit(0)
    botsinit.generalinit(folder)
    from django.db import IntegrityError

    from .models import Mutex

    try:
        Mutex(mutexk=1).save(force_insert=True)
    except IntegrityError:
        print("Bots database is locked! Bots will do an automatic crash recovery now.")
    try:
        errors = run(routes)
    finally:
        Mutex.objects.all().delete()
    sys.exit(2 if errors else 0)


def run(names):
    """The number of files with errors."""
    from .models import Routes

    routes = Routes.objects.filter(active=True, **({"idroute__in": names} if names else {}))
    return sum(not translate(route, name) for route in routes for name in inbox(route))


def inbox(route):
    os.makedirs(botsinit.botssys(route.fromchannel.path), exist_ok=True)
    # A name that starts with a dot is a file that is still being written.
    names = os.listdir(botsinit.botssys(route.fromchannel.path))
    return sorted(name for name in names if not name.startswith("."))


def translate(route, name):
    """Takes a file out of the inbox, and says whether its translation is in the outbox."""
    from .models import Ta

    row = Ta.objects.create(idroute=route.idroute, filename=name, statust="received", errortext="")
    kept = botsinit.botssys("data", str(row.pk))
    os.replace(botsinit.botssys(route.fromchannel.path, name), kept)
    try:
        text = edifact(kept, grammar(route.grammar))
        row.statust = "done"
        write(botsinit.botssys(route.tochannel.path), f"{os.path.splitext(name)[0]}.edi", text)
    except (KeyError, TypeError, UnicodeError) as error:
        row.statust, row.errortext = "error", repr(error)
    row.save()
    print(f"{name}: {row.statust} {row.errortext}")
    return row.statust == "done"


def grammar(name):
    return runpy.run_path(botsinit.botssys("grammars", f"{name}.py"))["segments"]


def edifact(path, segments):
    lines = []
    with open(path, encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            own = [segment.format(row[column]) for column, segment in segments.items()]
            lines += [f"UNH+{number}+ORDERS:D:96A:UN'", *own, f"UNT+{len(own) + 2}+{number}'"]
    return "\n".join([*lines, ""])


def write(folder, name, text):
    """Whole at any time."""
    os.makedirs(folder, exist_ok=True)
    partial = os.path.join(folder, f".{name}")
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(partial, os.path.join(folder, name))
