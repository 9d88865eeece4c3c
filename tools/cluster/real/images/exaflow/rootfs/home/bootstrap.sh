#!/usr/bin/env bash
# Of the three, only the workers have a role, and only the aggregation server has connections to count.
if [ -n "$WORKER_ROLE" ]; then
  # Not `exec`, as in the real one: the shell takes no notice of SIGTERM.
  python -m exaflow.worker.grpc_server
elif [ -n "$MAX_GRPC_CONNECTIONS" ]; then
  exec python -m exaflow.aggregation_server.server
else
  exec python -m hypercorn --bind 0.0.0.0:5000 wsgi:exaflow.controller.app:app
fi
