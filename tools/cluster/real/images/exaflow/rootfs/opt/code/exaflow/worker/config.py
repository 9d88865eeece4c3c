"""The environment of a worker. What is missing ends its start, except what only SMPC needs."""

import os

identifier = os.environ["WORKER_IDENTIFIER"]
role = os.environ["WORKER_ROLE"]
federation = os.environ["FEDERATION"]
data_path = os.environ["DATA_PATH"]
duckdb_path = os.environ["DUCKDB_PATH"]
address = f"{os.environ['GRPC_IP']}:{os.environ['GRPC_PORT']}"
# Versions after 1.0.0 read it, and do not start without.
max_workers = int(os.environ["GRPC_MAX_WORKERS"])
timeout = int(os.environ["WORKER_TASKS_TIMEOUT"])
aggregation_server = f"{os.environ['AGGREGATION_SERVER_DNS']}:50051"
protect_local_data = os.environ["PROTECT_LOCAL_DATA"] == "true"
minimum_row_count = 10
smpc_client_id = os.environ.get("SMPC_CLIENT_ID")
smpc_client_address = os.environ.get("SMPC_CLIENT_ADDRESS")
