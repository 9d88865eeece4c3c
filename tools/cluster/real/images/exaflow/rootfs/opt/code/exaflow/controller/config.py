"""The environment of the controller. What is missing ends its start, except what only SMPC needs."""

import os

federation = os.environ["FEDERATION"]
if os.environ["DEPLOYMENT_TYPE"] != "KUBERNETES":
    raise RuntimeError("DEPLOYMENT_TYPE: only KUBERNETES is known here")
dns_names = [name.strip() for name in os.environ["LOCALWORKERS_DNS"].split(",") if name.strip()]
worker_port = int(os.environ["LOCALWORKERS_PORT"])
update_seconds = int(os.environ["WORKER_LANDSCAPE_AGGREGATOR_UPDATE_INTERVAL"])
timeout = int(os.environ["WORKER_TASKS_TIMEOUT"])
aggregation_server = f"{os.environ['AGGREGATION_SERVER_DNS']}:50051"
smpc_enabled = os.environ["SMPC_ENABLED"] == "true"
smpc_optional = os.environ["SMPC_OPTIONAL"] == "true"
smpc_coordinator = os.environ.get("SMPC_COORDINATOR_ADDRESS")
smpc_interval = int(os.environ.get("SMPC_GET_RESULT_INTERVAL", "0"))
smpc_retries = int(os.environ.get("SMPC_GET_RESULT_MAX_RETRIES", "0"))
