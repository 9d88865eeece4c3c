#!/bin/bash
# Starts one role of the app: start.sh [--environment FOLDER NAME] [--merge] -- COMMAND...
#   --environment  activates the conda environment NAME of the installation in FOLDER
#   --merge        lays the stack's values over the app's files in /app
set -e
here=$(dirname "$0")

fail() {
  echo "start.sh: $*" >&2
  exit 1
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
    *) fail "unknown option '$1'" ;;
  esac
done
shift
# The app takes the place of this shell, so that signals reach it.
exec "$@"
