# Sourced by start.sh: the server runs the statements before it takes connections.
(
  umask 077
  sh -eu "$here/account.sh" update >/tmp/account.sql
)
set -- "$@" --init-file=/tmp/account.sql
