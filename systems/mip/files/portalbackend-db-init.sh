#!/bin/sh
# Prepares the portal's database: waits for the server, then creates the role and the database unless
# they exist, and keeps all other roles out. Running it again changes nothing.
#
# PGHOST, PGPORT, PGUSER, PGPASSWORD   address and administrator of the server
# PORTAL_DB_NAME                       the database
# PORTAL_DB_USER, PORTAL_DB_PASSWORD   the role that owns it
# PORTAL_DB_SUPERUSER                  true makes the role a superuser of the server
# PORTAL_DB_WAIT_SECONDS               how long to wait for the server; default: 300
set -eu

: "${PORTAL_DB_NAME:?is missing}" "${PORTAL_DB_USER:?is missing}" "${PORTAL_DB_PASSWORD:?is missing}"

remaining=${PORTAL_DB_WAIT_SECONDS:-300}
until pg_isready --quiet --dbname=postgres; do
  if [ "$remaining" -le 0 ]; then
    echo "no PostgreSQL server answers at $PGHOST:$PGPORT" >&2
    exit 1
  fi
  remaining=$((remaining - 2))
  sleep 2
done

attributes="NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
[ "${PORTAL_DB_SUPERUSER:-false}" = true ] && attributes=SUPERUSER

run() {
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=name="$PORTAL_DB_NAME" \
    --set=user="$PORTAL_DB_USER" --set=attributes="$attributes" "$@"
}

# psql reads the password from the environment, since `ps` would show an argument, and the server does
# not log these statements. format() quotes names (%I) and values (%L).
run --dbname=postgres <<'SQL'
\getenv password PORTAL_DB_PASSWORD
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SELECT format('CREATE ROLE %I', :'user')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'user') \gexec
SELECT format('ALTER ROLE %I WITH LOGIN %s PASSWORD %L', :'user', :'attributes', :'password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'user')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', :'name', :'user') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'name') \gexec
SQL

# Before version 15, every role may create objects in the schema public.
run --dbname="$PORTAL_DB_NAME" <<'SQL'
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SELECT format('ALTER SCHEMA public OWNER TO %I', :'user') \gexec
SQL

echo "database $PORTAL_DB_NAME is ready for role $PORTAL_DB_USER"
