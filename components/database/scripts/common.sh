# What the dump and the restore have in common. The engine's part is in engine.sh:
#   connect          prepares credentials
#   is_up            whether the server lets the administrator in
#   exists           whether the database exists
#   has_tables       whether the database exists and has any table
#   dump             writes the database to standard output
#   salvage FILE     writes what can be read of a broken database to a file, or fails
#   verify FILE      whether a file is a whole, readable dump of the database
#   replace FILE     puts a dump in the place of the database

umask 077
work=$(mktemp -d)
partial=
trap 'rm -rf "$work" "$partial"' EXIT
trap 'exit 143' INT TERM

. "$here/engine.sh"

fail() {
  echo "$*" >&2
  exit 1
}

wait_until_up() {
  connect
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if is_up 2>"$work/reason"; then return; fi
    sleep 3
  done
  fail "$DATABASE_HOST:$DATABASE_PORT does not answer: $(cat "$work/reason")"
}

# The time so many days ago, as it stands in the names of dumps.
days_ago() {
  date -u -d "@$(($(date +%s) - $1 * 86400))" +%Y%m%dT%H%M%SZ
}
