"""What the portal asks Exaflow's controller."""

import json
import threading
import time
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen


class Exaflow:
    def __init__(self, settings, log):
        self.url = settings["exaflow.url"]
        self.interval = int(settings["algorithms.updateInterval"])
        self.log = log
        self.algorithms = []

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/{path}", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=300) as answer:
            return json.load(answer)

    def run(self, algorithm, request):
        """The status of an experiment, and its result or what was wrong."""
        try:
            return "success", self.ask(f"algorithms/{algorithm}", request)
        except HTTPError as error:
            return "error", {"status": error.code, "message": error.read().decode()}
        except URLError as error:
            return "error", {"message": str(error.reason)}

    def start(self):
        threading.Thread(target=self.keep_updating, daemon=True).start()

    def keep_updating(self):
        while True:
            try:
                self.algorithms = self.ask("algorithms")
            except (OSError, ValueError) as error:
                self.log.warning("Exaflow's algorithms are unknown: %s", error)
            time.sleep(self.interval)
