# Prints the statements that create the database and its user, or that set the passwords anew:
# sh -eu account.sh create|update

quoted() {
  printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")"
}

password=$(quoted "$DATABASE_PASSWORD")
# Not echo, which changes backslashes in some shells.
if [ "$1" = create ]; then
  printf '%s;\n' \
    "CREATE ROLE \"$DATABASE_USER\" LOGIN PASSWORD $password" \
    "CREATE DATABASE \"$DATABASE_NAME\" OWNER \"$DATABASE_USER\""
else
  printf '%s;\n' \
    "ALTER ROLE \"$DATABASE_USER\" PASSWORD $password" \
    "ALTER ROLE postgres PASSWORD $(quoted "$POSTGRES_PASSWORD")"
fi
