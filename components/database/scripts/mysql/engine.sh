# MySQL; see common.sh.

connect() {
  # In a file, since arguments are seen by all. The two characters are special between quotes.
  password=$(printf %s "$ADMIN_PASSWORD" | sed 's/[\\"]/\\&/g')
  printf '[client]\nhost=%s\nport=%s\nuser=root\npassword="%s"\n' \
    "$DATABASE_HOST" "$DATABASE_PORT" "$password" >"$work/client.cnf"
}

client() {
  program=$1
  shift
  "$program" --defaults-extra-file="$work/client.cnf" "$@"
}

sql() {
  client mysql --batch --skip-column-names --execute "$1"
}

is_up() {
  sql 'SELECT 1' >/dev/null
}

exists() {
  sql 'SHOW DATABASES' | grep -qxF "$DATABASE_NAME"
}

has_tables() {
  [ "$(sql "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$DATABASE_NAME'")" != 0 ]
}

dump() {
  # With --databases and --add-drop-database the dump makes its database itself, from nothing.
  client mysqldump --single-transaction --routines --triggers --events --hex-blob \
    --default-character-set=utf8mb4 --no-tablespaces --loose-set-gtid-purged=OFF \
    --add-drop-database "$@" --databases "$DATABASE_NAME"
}

salvage() {
  # A view whose table is gone is left out, where a dump proper fails.
  dump --force | gzip >"$1"
}

verify() {
  gzip -t "$1" || return
  # Its own database: it would drop another one.
  gzip -dc "$1" 2>/dev/null | head -n 100 | grep -qxF "USE \`$DATABASE_NAME\`;" || return
  gzip -dc "$1" | tail -n 1 | grep -q '^-- Dump completed'
}

replace() {
  # The application must neither see nor write to half a database. It stays out if this fails.
  sql "ALTER USER '$DATABASE_USER'@'%' ACCOUNT LOCK"
  sql "SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist
    WHERE user = '$DATABASE_USER'" >"$work/kill.sql"
  # Those that have gone by now are errors.
  client mysql --force <"$work/kill.sql" 2>/dev/null || true
  # Without binary mode the client would change line ends within routines.
  { gzip -dc "$1" || echo 'the dump broke off;'; } |
    client mysql --binary-mode --default-character-set=utf8mb4 ||
    fail "the dump could not be loaded, and $DATABASE_USER is locked until a dump is restored"
  sql "ALTER USER '$DATABASE_USER'@'%' ACCOUNT UNLOCK"
}
