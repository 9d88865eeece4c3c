from exaflow import rpc
from exaflow.worker import config

if not rpc.is_serving(config.address, "worker", config.timeout):
    raise RuntimeError("the worker does not serve")
rpc.call(config.address, f"{rpc.WORKER}/Healthcheck", {}, config.timeout)
print("Healthcheck successful!")
