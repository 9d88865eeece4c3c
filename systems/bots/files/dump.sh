# Dumps bots' database to $BACKUPS_DIR/TIME.sql.gz and deletes dumps that are older than $RETENTION_DAYS
# days. A dump has its name only once it is whole and readable, and old ones go only after that.
set -eu
umask 077
export MYSQL_PWD="$DB_PASSWORD" PGPASSWORD="$DB_PASSWORD"

dump() {
  case $DB_ENGINE in
    mysql)
      # What a user may dump who owns one database; the second line is for servers older than the client.
      mysqldump --host="$DB_HOST" --port="$DB_PORT" --user="$DB_USER" --protocol=tcp \
        --loose-column-statistics=0 --loose-set-gtid-purged=OFF --no-tablespaces \
        --single-transaction --hex-blob --default-character-set=utf8mb4 "$DB_NAME"
      ;;
    postgresql)
      pg_dump --host="$DB_HOST" --port="$DB_PORT" --username="$DB_USER" --no-password \
        --clean --if-exists --no-owner --no-privileges "$DB_NAME"
      ;;
  esac
}

# The time so many days ago, as dumps are named.
named() {
  date -u -d "@$(($(date +%s) - $1 * 86400))" +%Y%m%dT%H%M%SZ
}

partial=$BACKUPS_DIR/.partial
whole=$(mktemp -u)
# A pipe ends as its last command does: the file says how the first one did.
{ dump && touch "$whole"; } | gzip >"$partial"
if ! [ -e "$whole" ] || ! gzip -t "$partial"; then
  echo "$DB_NAME could not be dumped; nothing was kept" >&2
  exit 1
fi
rm "$whole"
file=$(named 0).sql.gz
sync "$partial"
mv "$partial" "$BACKUPS_DIR/$file"
echo "wrote $file, $(wc -c <"$BACKUPS_DIR/$file") bytes"

oldest=$(named "$RETENTION_DAYS").sql.gz
for old in "$BACKUPS_DIR"/????????T??????Z.sql.gz; do
  if expr "${old##*/}" \< "$oldest" >/dev/null; then
    rm "$old"
    echo "deleted ${old##*/}"
  fi
done
