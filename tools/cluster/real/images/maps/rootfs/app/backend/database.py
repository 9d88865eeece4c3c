"""The runs, in a SQLite file that only one process has open."""

import sqlite3
import threading


class Database:
    def __init__(self, path):
        self.lock = threading.Lock()
        self.connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS execution_sessions "
            "(id TEXT PRIMARY KEY, user_id TEXT NOT NULL, status TEXT NOT NULL)"
        )

    def start(self, job, user):
        self.change("INSERT INTO execution_sessions VALUES (?, ?, 'running')", (job, user))

    def end(self, job, status):
        self.change("UPDATE execution_sessions SET status = ? WHERE id = ?", (status, job))

    def change(self, statement, values):
        with self.lock:
            self.connection.execute(statement, values)

    def executions(self):
        with self.lock:
            return dict(self.connection.execute("SELECT id, status FROM execution_sessions").fetchall())
