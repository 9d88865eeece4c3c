# Replaces the database by the dump $RESTORE_FROM of $BACKUP_DIR. Nothing is touched before the dump was
# read to its end and the present state was dumped in turn. Done once for each dump and $RESTORE_REQUEST:
# the Job may run again at any time, and would otherwise take the database back each time. An empty
# database is a new one, which knows nothing of the marks on a volume that outlived the old one.
set -eu
here=$(dirname "$0")
. "$here/common.sh"

file=$BACKUP_DIR/$RESTORE_FROM
mark=$BACKUP_DIR/.restored-$RESTORE_FROM${RESTORE_REQUEST:+-$RESTORE_REQUEST}

if [ -e "$mark" ]; then
  wait_until_up
  if has_tables; then
    echo "$RESTORE_FROM was restored at $(cat "$mark"); nothing to do"
    exit
  fi
  echo "$RESTORE_FROM was restored at $(cat "$mark"), but $DATABASE_NAME is empty; restoring it again"
fi
if [ ! -f "$file" ]; then
  fail "there is no $RESTORE_FROM; there are:" "$(cd "$BACKUP_DIR" && echo *."$DUMP_SUFFIX")"
fi
verify "$file" || fail "$RESTORE_FROM is no whole dump of $DATABASE_NAME; nothing was changed"
wait_until_up
if exists && ! RETENTION_DAYS='' sh "$here/backup.sh"; then
  salvaged=incomplete-$DATABASE_NAME-$(days_ago 0).$DUMP_SUFFIX
  salvage "$BACKUP_DIR/$salvaged"
  echo "the present state is broken; what could be read of it is in $salvaged" >&2
fi
replace "$file"
date -u +%Y-%m-%dT%H:%M:%SZ >"$mark"
echo "restored $DATABASE_NAME from $RESTORE_FROM"
