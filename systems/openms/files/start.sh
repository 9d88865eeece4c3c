#!/bin/bash
# Starts one role of the app: start.sh [--environment FOLDER NAME] [--merge] [--wait-for HOST PORT] -- COMMAND...
#   --environment  activates the conda environment NAME of the installation in FOLDER
#   --merge        lays the stack's values over the app's files in /app
#   --wait-for     goes on once a server answers there; a worker without its queue ends, and the
#                  next start would have to wait longer each time
set -e
here=$(dirname "$0")

fail() {
  echo "start.sh: $*" >&2
  exit 1
}

wait_for() {
  # As process 1 the shell would ignore SIGTERM.
  trap 'exit 143' TERM
  until (: <"/dev/tcp/$1/$2") 2>/dev/null; do
    [ -n "$waited" ] || echo "start.sh: waiting for $1:$2"
    waited=yes
    sleep 0.5
  done
  trap - TERM
}

while [ "$1" != -- ]; do
  case $1 in
    --environment)
      # shellcheck disable=SC1091
      [ -r "$2/bin/activate" ] || fail "user $(id -u) cannot read $2/bin/activate." \
        "Set condaEnvironment.folder, or, where only root can read it, runAsUser: 0 and podSecurity: baseline."
      . "$2/bin/activate" "$3"
      shift 3
      ;;
    --merge)
      python=$(command -v python || command -v python3) || fail "the image has no python"
      "$python" "$here/merge.py" "$here" "${APP_FOLDER:-/app}"
      shift
      ;;
    --wait-for)
      wait_for "$2" "$3"
      shift 3
      ;;
    *) fail "unknown option '$1'" ;;
  esac
done
shift
# The app takes the place of this shell, so that signals reach it.
exec "$@"
