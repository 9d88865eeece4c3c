#!/bin/bash
# The words of the real entrypoint: it lays out the environment's folders, then starts a service.
set -e
environment=/home/bots/.bots/env/${BOTSENV:-default}
config=$environment/config

mkdir -p "$environment" "$config" "$environment/botssys/grammars" "$environment/usersys"
cp /config/settings.py /config/bots.ini "$config"
# Only into an empty folder: an interrupted copy is never completed.
seed() {
  if [ -d "$1" ] && [ -z "$(ls -A "$2")" ]; then cp -R "$1/." "$2"; fi
}
seed /usr/local/bots/plugins/usersys "$environment/usersys"
seed /usr/local/bots/grammars "$environment/botssys/grammars"

initialize_database() {
  [ "$DB_INIT_SKIP" != true ] || return 0
  python /usr/local/bots/scripts/init-database.py --config-dir "$config" ||
    echo "Database initialization failed (may already be initialized)"
}

stop() {
  kill -TERM "$child"
  wait "$child" || true
  exit 0
}
trap stop TERM INT

word=$1
shift
case $word in
webserver)
  initialize_database
  bots-webserver -c"$config" "$@" &
  ;;
engine) bots-engine -c"$config" "$@" & ;;
jobqueueserver) bots-jobqueueserver -c"$config" "$@" & ;;
init-db)
  initialize_database
  # Also after a failure.
  exit 0
  ;;
*) "$word" "$@" & ;;
esac
child=$!
wait "$child"
