"""A worker: answers the controller about its own data, and lets nothing but sums out."""

import json
from urllib.request import Request, urlopen

import grpc
from exaflow import rpc
from exaflow.worker import config, data


def info(_request, _context):
    return {"id": config.identifier, "role": config.role, "models": data.models}


def healthcheck(_request, _context):
    data.check()
    return {}


def describe(request, context):
    """The sums over all workers; with SMPC, the client to which this one's were given."""
    values, fewest = data.sums(request["data_model"], request["datasets"], request["variables"])
    if config.protect_local_data and fewest < config.minimum_row_count:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "insufficient data")
    job = request["request_id"]
    if request["smpc"]:
        body = json.dumps({"type": "float", "data": values}).encode()
        url = f"{config.smpc_client_address}/api/update-dataset/{job}"
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(url, body, headers), timeout=config.timeout):
            return {"client": config.smpc_client_id}
    given = {"request_id": job, "values": values}
    method = f"{rpc.AGGREGATION}/Aggregate"
    return rpc.call(config.aggregation_server, method, given, config.timeout)


if __name__ == "__main__":
    # Before it listens: until all is loaded, every check fails.
    data.load()
    print(f"worker {config.identifier} of {config.federation} has {list(data.models)}", flush=True)
    methods = {"Info": info, "Healthcheck": healthcheck, "Describe": describe}
    rpc.serve(config.address, rpc.WORKER, methods, config.max_workers, "worker")
