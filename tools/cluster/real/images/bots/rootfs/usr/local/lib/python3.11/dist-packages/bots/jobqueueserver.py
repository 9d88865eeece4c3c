"""Runs the engine's jobs one after the other: bots-jobqueueserver -cFOLDER."""

import queue
import subprocess
import sys
import threading
from xmlrpc.server import SimpleXMLRPCServer

from . import botsinit


class Jobqueue:
    def __init__(self):
        self.jobs = queue.Queue()

    def addjob(self, task, priority):
        """0: added; 2: no task; 3: not allowed; 4: there already."""
        if not task:
            return 2
        if task[0] != "bots-engine":
            return 3
        if task in list(self.jobs.queue):
            return 4
        self.jobs.put(task)
        print(f"added {task}, priority {priority}")
        return 0

    def _launch(self):
        while True:
            task = self.jobs.get()
            print(f"{task} ended with {subprocess.run(task).returncode}")


def start():
    folder, _ = botsinit.config_folder(sys.argv[1:])
    botsinit.generalinit(folder)
    jobqueue = Jobqueue()
    threading.Thread(target=jobqueue._launch, daemon=True).start()
    # Only here: another pod needs a relay.
    address = ("localhost", botsinit.ini.getint("jobqueue", "port"))
    server = SimpleXMLRPCServer(address, logRequests=False)
    server.register_instance(jobqueue)
    server.serve_forever()
