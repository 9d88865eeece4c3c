"""The experiments, in PostgreSQL."""

import json
from contextlib import closing

import psycopg2

#: Each runs once in the life of a database, in this order.
MIGRATIONS = [
    """CREATE TABLE experiment (uuid uuid PRIMARY KEY, name text NOT NULL, request jsonb NOT NULL,
       status text NOT NULL, result jsonb, created timestamptz NOT NULL DEFAULT now())""",
    "ALTER TABLE experiment ADD COLUMN finished timestamptz",
]


class Experiments:
    def __init__(self, settings):
        self.address = settings["datasource.url"].removeprefix("jdbc:")
        self.login = {
            "user": settings["datasource.username"],
            "password": settings["datasource.password"],
        }

    def run(self, statement, *values):
        """Runs one statement in a transaction, and returns its rows, if it has any."""
        with closing(psycopg2.connect(self.address, connect_timeout=5, **self.login)) as connection:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []

    def migrate(self):
        self.run(
            """CREATE TABLE IF NOT EXISTS flyway_schema_history (installed_rank int PRIMARY KEY,
               installed_on timestamptz NOT NULL DEFAULT now())"""
        )
        [(done,)] = self.run("SELECT count(*) FROM flyway_schema_history")
        for rank, statement in list(enumerate(MIGRATIONS, start=1))[done:]:
            self.run(
                f"{statement}; INSERT INTO flyway_schema_history (installed_rank) VALUES (%s)", rank
            )

    def add(self, uuid, name, request):
        self.run(
            "INSERT INTO experiment (uuid, name, request, status) VALUES (%s, %s, %s, 'pending')",
            uuid,
            name,
            json.dumps(request),
        )

    def finish(self, uuid, status, result):
        self.run(
            "UPDATE experiment SET status = %s, result = %s, finished = now() WHERE uuid = %s",
            status,
            json.dumps(result),
            uuid,
        )

    def list(self, uuid=None):
        rows = self.run(
            """SELECT uuid::text, name, status, result FROM experiment
               WHERE %s IS NULL OR uuid = %s ORDER BY created DESC""",
            uuid,
            uuid,
        )
        return [dict(zip(("uuid", "name", "status", "result"), row, strict=True)) for row in rows]
