# Dumps the database into $BACKUP_DIR and deletes dumps that are older than $RETENTION_DAYS, if it is set.
# A dump gets its name when it is whole, checked and on the disk: what has a name is good.
set -eu
here=$(dirname "$0")
. "$here/common.sh"

# Deletes the files of a pattern whose names tell a time before the given one.
prune() {
  for file in "$BACKUP_DIR/"$1; do
    made=$(printf %s "${file##*/}" | sed 's/.*-\([0-9]\{8\}T[0-9]\{6\}Z\)\..*/\1/')
    case $made in
      ????????T??????Z) ;;
      *) continue ;;
    esac
    if [ "$file" != "$dumped" ] && expr "$made" \< "$2" >/dev/null; then
      rm -f "$file"
      echo "deleted ${file##*/}"
    fi
  done
}

wait_until_up
name=$DATABASE_NAME-$(days_ago 0).$DUMP_SUFFIX
while [ -e "$BACKUP_DIR/$name" ]; do
  sleep 1
  name=$DATABASE_NAME-$(days_ago 0).$DUMP_SUFFIX
done
dumped=$BACKUP_DIR/$name
partial=$(mktemp "$BACKUP_DIR/.partial-$name.XXXXXX")
{ dump && touch "$work/dumped"; } | gzip >"$partial"
[ -e "$work/dumped" ] || fail "$DATABASE_NAME could not be dumped; nothing was kept"
verify "$partial" || fail "the dump of $DATABASE_NAME cannot be read; nothing was kept"
sync "$partial"
mv "$partial" "$dumped"
sync "$BACKUP_DIR"
echo "dumped $DATABASE_NAME to $name, $(wc -c <"$dumped") bytes"

# What an earlier run was killed at.
prune ".partial-$DATABASE_NAME-*" "$(days_ago 1)"
# Only now that there is a newer one.
[ -z "${RETENTION_DAYS:-}" ] ||
  prune "$DATABASE_NAME-*.$DUMP_SUFFIX" "$(days_ago "$RETENTION_DAYS")"
