"""Which workers there are, and what each of them has: asked again and again, of every address of the workers' names."""

import threading
import time

import dns.resolver
import grpc
from exaflow import rpc
from exaflow.controller import config

#: The workers that answered last, by their names: of two with one name, one is lost.
workers = {}


def addresses():
    """@raises dns.exception.DNSException if a name has no address."""
    answers = [dns.resolver.resolve(name, "A", search=True) for name in config.dns_names]
    found = {record.address for answer in answers for record in answer}
    return [f"{address}:{config.worker_port}" for address in sorted(found)]


def update():
    found = {}
    for address in addresses():
        try:
            answer = rpc.call(address, f"{rpc.WORKER}/Info", {}, config.timeout)
        except grpc.RpcError as error:
            print(f"worker {address}: {error.code()}", flush=True)
            continue
        found[answer["id"]] = {**answer, "address": address}
    for name in found.keys() - workers.keys():
        print(f"worker {name} joined {config.federation}", flush=True)
    for name in workers.keys() - found.keys():
        print(f"worker {name} left {config.federation}", flush=True)
        del workers[name]
    workers.update(found)


def keep_updating():
    while True:
        try:
            update()
        except Exception as error:
            print(f"the workers are unknown: {error}", flush=True)
        time.sleep(config.update_seconds)


def start():
    threading.Thread(target=keep_updating, daemon=True).start()


def check():
    """@raises grpc.RpcError, DNSException if any worker does not answer."""
    for address in addresses():
        rpc.call(address, f"{rpc.WORKER}/Healthcheck", {}, config.timeout)


def datasets():
    """The datasets of each data model, and the worker that has each."""
    found = {}
    for name, worker in workers.items():
        for model, content in worker["models"].items():
            for dataset in content["datasets"]:
                found.setdefault(model, {})[dataset] = name
    return found


def cdes():
    """The variables of each data model."""
    return {
        model: content["cdes"]
        for worker in workers.values()
        for model, content in worker["models"].items()
    }
