"""The checks of the probes."""

import os

from django.db import DatabaseError, connection
from django.http import JsonResponse

from . import botsinit

TABLES = {"channel", "routes", "ta", "mutex"}


def checks(kind, database_only=False):
    """Whether each thing is as it must be."""
    if kind == "live":
        return {"process": True}
    tables = {"tables": lambda: TABLES <= set(connection.introspection.table_names())}
    folders = {
        "botssys": lambda: os.path.isdir(botsinit.botssys("data" if kind == "startup" else ".")),
        "usersys": lambda: os.path.isdir(botsinit.ini.get("directories", "usersys")),
    }
    wanted = {
        "database": database_answers,
        **(tables if kind == "startup" else {}),
        **({} if database_only else folders),
    }
    return {name: holds(check) for name, check in wanted.items()}


def holds(check):
    try:
        return check()
    except DatabaseError as error:
        print(error)
        return False


def database_answers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return True


def view(_request, kind):
    found = checks(kind)
    return JsonResponse(found, status=200 if all(found.values()) else 503)
