# Prints the statements that create the database and its user, or that set the passwords anew:
# sh -eu account.sh create|update

quoted() {
  printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")"
}

password=$(quoted "$DATABASE_PASSWORD")
if [ "$1" = create ]; then
  echo "CREATE ROLE \"$DATABASE_USER\" LOGIN PASSWORD $password;"
  echo "CREATE DATABASE \"$DATABASE_NAME\" OWNER \"$DATABASE_USER\";"
else
  echo "ALTER ROLE \"$DATABASE_USER\" PASSWORD $password;"
  echo "ALTER ROLE postgres PASSWORD $(quoted "$POSTGRES_PASSWORD");"
fi
