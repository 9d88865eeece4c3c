# Prints the statements that create the database and its user, or that set the passwords anew:
# sh -eu account.sh create|update

quoted() {
  printf "'%s'" "$(printf %s "$1" | sed "s/[\\\\']/\\\\&/g")"
}

user="'$DATABASE_USER'@'%'"
password=$(quoted "$DATABASE_PASSWORD")
if [ "$1" = create ]; then
  # In the name of a grant _ stands for any character.
  pattern=$(printf %s "$DATABASE_NAME" | sed 's/_/\\_/g')
  # Not echo, which changes backslashes in some shells.
  printf '%s;\n' \
    "CREATE DATABASE IF NOT EXISTS \`$DATABASE_NAME\`" \
    "CREATE USER $user IDENTIFIED BY $password" \
    "GRANT ALL ON \`$pattern\`.* TO $user"
else
  admin=$(quoted "$MYSQL_ROOT_PASSWORD")
  printf '%s;\n' \
    "ALTER USER $user IDENTIFIED BY $password" \
    "ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED BY $admin" \
    "ALTER USER IF EXISTS 'root'@'%' IDENTIFIED BY $admin"
fi
