"""Secure sums: the clients of the workers have the values, the coordinator is asked for the result."""

import json
import time
from urllib.request import Request, urlopen

from exaflow.controller import config


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = Request(f"{config.smpc_coordinator}/api/{path}", data, headers)
    with urlopen(request, timeout=config.timeout) as answer:
        return json.load(answer)


def total(job, clients):
    """@raises TimeoutError if the coordinator has no result after all tries."""
    ask(f"secure-aggregation/job-id/{job}", {"computationType": "fsum", "clients": clients})
    for _ in range(config.smpc_retries):
        answer = ask(f"get-result/job-id/{job}")
        if answer["status"] == "COMPLETED":
            return answer["computationOutput"]
        time.sleep(config.smpc_interval)
    raise TimeoutError(f"SMPC has no result of {job}")
