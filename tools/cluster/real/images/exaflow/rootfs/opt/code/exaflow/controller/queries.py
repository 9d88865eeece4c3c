"""A federated query: each worker computes over its own data, and only sums come together."""

import math
import uuid
from concurrent.futures import ThreadPoolExecutor

import grpc
from exaflow import rpc
from exaflow.controller import config, landscape, smpc


class QueryError(Exception):
    """Why a query has no result, and the status that says so."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def describe(request):
    """Number, mean and standard deviation of variables over the datasets of all workers."""
    given = request["inputdata"]
    model, datasets, names = given["data_model"], given["datasets"], given["y"]
    secure = bool((request.get("flags") or {}).get("smpc"))
    owners = workers_of(model, datasets)
    check_variables(model, names)
    check_smpc(secure)
    job = request.get("request_id") or str(uuid.uuid4())
    asked = {"request_id": job, "data_model": model, "variables": names, "smpc": secure}
    if secure:
        values = smpc.total(job, [each["client"] for each in ask(owners, asked)])
    else:
        values = aggregated(job, owners, asked)
    triples = zip(values[0::3], values[1::3], values[2::3], strict=True)
    return {
        "workers": sorted(owners),
        "variables": dict(zip(names, (statistics(*each) for each in triples), strict=True)),
    }


def workers_of(model, datasets):
    """The datasets that each worker has of these."""
    known = landscape.datasets().get(model)
    if known is None:
        raise QueryError(460, f"Data model '{model}' is not available.")
    lost = [dataset for dataset in datasets if dataset not in known]
    if lost or not datasets:
        raise QueryError(460, f"Datasets {lost} of '{model}' are not available.")
    owners = {}
    for dataset in datasets:
        owners.setdefault(known[dataset], []).append(dataset)
    return owners


def check_variables(model, names):
    unknown = [name for name in names if name not in landscape.cdes()[model]]
    if unknown or not names:
        raise QueryError(460, f"Variables {unknown} of '{model}' do not exist.")


def check_smpc(secure):
    if secure and not config.smpc_enabled:
        raise QueryError(462, "SMPC cannot be used, since it is not enabled.")
    if not secure and config.smpc_enabled and not config.smpc_optional:
        raise QueryError(462, "The computation cannot be made without SMPC.")


def aggregated(job, owners, asked):
    def server(method, value):
        return rpc.call(config.aggregation_server, f"{rpc.AGGREGATION}/{method}", value, config.timeout)

    server("Configure", {"request_id": job, "workers": len(owners)})
    try:
        first, *others = (each["values"] for each in ask(owners, asked))
    finally:
        server("CleanUp", {"request_id": job})
    if any(each != first for each in others):
        raise QueryError(500, "The workers have different results.")
    return first


statuses = {
    grpc.StatusCode.UNAVAILABLE: 512,
    grpc.StatusCode.DEADLINE_EXCEEDED: 513,
    grpc.StatusCode.FAILED_PRECONDITION: 461,
}


def ask(owners, asked):
    """What each worker answers. All are asked at the same time."""

    def one(name):
        address = landscape.workers[name]["address"]
        request = {**asked, "datasets": owners[name]}
        return rpc.call(address, f"{rpc.WORKER}/Describe", request, config.timeout)

    try:
        with ThreadPoolExecutor(len(owners)) as pool:
            return list(pool.map(one, owners))
    except grpc.RpcError as error:
        status = statuses.get(error.code(), 500)
        raise QueryError(status, error.details()) from error
    except KeyError as error:
        raise QueryError(512, f"Worker {error} has left.") from error


def statistics(count, total, squares):
    mean = total / count
    deviation = math.sqrt(max(0.0, squares - count * mean * mean) / (count - 1))
    return {"count": int(count), "mean": mean, "std": deviation}
