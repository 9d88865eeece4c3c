"""Adds what the workers of a computation send, and answers each with the sums."""

import os
import threading

import grpc
from exaflow import rpc

wait_seconds = int(os.environ["MAX_WAIT_FOR_AGGREGATION_INPUTS"])
computations = {}


class Computation:
    def __init__(self, workers):
        self.values = []
        self.workers = workers
        self.complete = threading.Condition()

    def add(self, values):
        """The sums over all workers, or None if not all of them sent something in time."""
        with self.complete:
            self.values.append(values)
            self.complete.notify_all()
            if self.complete.wait_for(lambda: len(self.values) == self.workers, wait_seconds):
                return [sum(column) for column in zip(*self.values, strict=True)]
        return None


def configure(request, _context):
    computations[request["request_id"]] = Computation(request["workers"])
    return {}


def aggregate(request, context):
    sums = computations[request["request_id"]].add(request["values"])
    if sums is None:
        context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "not all workers sent their values")
    return {"values": sums}


def clean_up(request, _context):
    computations.pop(request["request_id"], None)
    return {}


if __name__ == "__main__":
    methods = {"Configure": configure, "Aggregate": aggregate, "CleanUp": clean_up}
    connections = int(os.environ["MAX_GRPC_CONNECTIONS"])
    address = f"0.0.0.0:{os.environ['PORT']}"
    rpc.serve(address, rpc.AGGREGATION, methods, connections, "", "Aggregation")
