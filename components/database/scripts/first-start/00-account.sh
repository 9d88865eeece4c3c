# Sourced by the image's entrypoint, which has defined docker_process_sql.
sh -eu /opt/stackberth/account.sh create | docker_process_sql
