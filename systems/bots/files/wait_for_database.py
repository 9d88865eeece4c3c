"""Ends once the database can be reached.

Some network plugins let a pod connect only a moment after it has started, and a run of the engine has no second try.
"""

import os
import socket
import sys
import time

HOST = os.environ["DB_HOST"]
PORT = os.environ["DB_PORT"]
SECONDS = 60


def is_reached():
    try:
        socket.create_connection((HOST, int(PORT)), 2).close()
    except OSError:
        return False
    return True


began = time.monotonic()
while not is_reached():
    print(f"waiting for the database at {HOST}:{PORT}", flush=True)
    if time.monotonic() - began > SECONDS:
        sys.exit(f"the database at {HOST}:{PORT} cannot be reached")
    time.sleep(0.5)
