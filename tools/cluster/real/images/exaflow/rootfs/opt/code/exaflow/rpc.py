"""gRPC with JSON in the place of protocol buffers."""

import json
from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

WORKER = "exaflow.Worker"
AGGREGATION = "exaflow.Aggregation"


def pack(value):
    return json.dumps(value).encode()


def call(address, method, value, timeout):
    """The answer of a method, named SERVICE/METHOD."""
    with grpc.insecure_channel(address) as channel:
        return channel.unary_unary(f"/{method}", pack, json.loads)(value, timeout=timeout)


def is_serving(address, service, timeout):
    with grpc.insecure_channel(address) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=timeout)
        return answer.status == health_pb2.HealthCheckResponse.SERVING


def serve(address, service, methods, max_workers, *healthy):
    """Serves methods, by name, until the process ends; `healthy` are names for checks of its health."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=max_workers))
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(method, json.loads, pack)
        for name, method in methods.items()
    }
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, handlers)])
    checks = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    for name in healthy:
        checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    server.add_insecure_port(address)
    server.start()
    server.wait_for_termination()
