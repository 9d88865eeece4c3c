# PostgreSQL; see common.sh.

connect() {
  export PGHOST="$DATABASE_HOST" PGPORT="$DATABASE_PORT" PGUSER=postgres PGPASSWORD="$ADMIN_PASSWORD"
  export PGDATABASE=postgres PGCONNECT_TIMEOUT=10 PGOPTIONS='-c client_min_messages=warning'
}

sql() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"
}

is_up() {
  sql --command 'SELECT 1' >/dev/null
}

exists() {
  sql --command 'SELECT datname FROM pg_database' | grep -qxF "$DATABASE_NAME"
}

has_tables() {
  exists || return
  [ "$(sql --dbname="$DATABASE_NAME" --command "SELECT COUNT(*) FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema')")" != 0 ]
}

dump() {
  # gzip compresses, and its checksum covers all of the file.
  pg_dump --format=custom --compress=0 --no-password "$DATABASE_NAME"
}

salvage() {
  fail "what cannot be dumped is not replaced; nothing was changed. If it may go, drop the database"
}

verify() {
  gzip -t "$1" && gzip -dc "$1" | pg_restore --file=/dev/null
}

# Into a database of another name, which takes the place of the old one when it is whole: until then
# clients go on with the old one, and if this fails they keep it.
replace() {
  new=${DATABASE_NAME}_restoring
  sql --command "DROP DATABASE IF EXISTS \"$new\" WITH (FORCE)"
  # The database itself: its encoding, owner, rights and settings.
  gzip -dc "$1" | pg_restore --create --list |
    grep -E '^[0-9]+; [0-9]+ [0-9]+ (DATABASE( PROPERTIES)? - |[A-Z ]+ - DATABASE )' >"$work/own"
  gzip -dc "$1" | pg_restore --create --use-list="$work/own" --file="$work/database.sql"
  sed -e '/^\\connect /d' -e "s/ DATABASE \(\"[^\"]*\"\|[^ ]*\) / DATABASE \"$new\" /" \
    "$work/database.sql" >"$work/new.sql"
  sql --file="$work/new.sql" >/dev/null
  if ! gzip -dc "$1" | pg_restore --exit-on-error --no-password --dbname="$new"; then
    sql --command "DROP DATABASE \"$new\" WITH (FORCE)"
    fail "the dump could not be loaded; nothing was changed"
  fi
  sql --command "DROP DATABASE IF EXISTS \"$DATABASE_NAME\" WITH (FORCE)"
  sql --command "ALTER DATABASE \"$new\" RENAME TO \"$DATABASE_NAME\""
}
