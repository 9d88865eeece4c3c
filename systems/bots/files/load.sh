# Loads a dump into bots' database: $BACKUPS_DIR/$ARCHIVE.sql.gz, or the newest where ARCHIVE is not set.
# The dump's tables replace those of the same name; others stay. Stop what writes before.
set -eu
export MYSQL_PWD="$DB_PASSWORD" PGPASSWORD="$DB_PASSWORD"

cd "$BACKUPS_DIR"
file=
for each in ${ARCHIVE:-????????T??????Z}.sql.gz; do
  [ -e "$each" ] && file=$each
done
if [ -z "$file" ]; then
  echo "no dump ${ARCHIVE:-at all}; there are: $(echo *.sql.gz)" >&2
  exit 1
fi
gzip -t "$file"

case $DB_ENGINE in
  mysql)
    gzip -dc "$file" |
      mysql --host="$DB_HOST" --port="$DB_PORT" --user="$DB_USER" --protocol=tcp \
        --default-character-set=utf8mb4 --binary-mode "$DB_NAME"
    ;;
  postgresql)
    gzip -dc "$file" |
      psql --host="$DB_HOST" --port="$DB_PORT" --username="$DB_USER" --no-password --no-psqlrc \
        --quiet --set ON_ERROR_STOP=1 --single-transaction --output /dev/null "$DB_NAME"
    ;;
esac
echo "loaded $file"
