#!/usr/bin/env bash
# What MySQL's official image does at its start: prepares a new volume with a server that listens on its socket
# alone, sources /docker-entrypoint-initdb.d, and becomes what it was given.
set -eo pipefail

docker_process_sql() {
  MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --no-defaults --user=root "$@"
}

folder=/var/lib/mysql
for word; do
  case $word in --datadir=*) folder=${word#*=} ;; esac
done

if [ ! -d "$folder/mysql" ]; then
  mkdir -p "$folder"
  mariadb-install-db --no-defaults --datadir="$folder" --skip-test-db \
    --auth-root-authentication-method=normal >/dev/null
  "$@" --skip-networking &
  # A container's end is the end of all in it.
  trap 'kill -9 $!' EXIT
  until mysqladmin --no-defaults --user=root ping >/dev/null 2>&1; do
    kill -0 $!
    sleep 0.1
  done
  MYSQL_ROOT_PASSWORD='' docker_process_sql <<SQL
DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';
ALTER USER 'root'@'localhost' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
CREATE USER 'root'@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
SQL
  for script in /docker-entrypoint-initdb.d/*.sh; do . "$script"; done
  trap - EXIT
  kill $!
  wait $!
fi
exec "$@"
