# Sourced by start.sh: a server without connections runs the statements, and ends.

# A volume whose group was changed lets the group in, which the server refuses.
chmod 700 "$DATA_DIR"
# A statement that fails is not shown, since it holds a password.
sh -eu "$here/account.sh" update |
  postgres --single -D "$DATA_DIR" -c log_min_error_statement=panic postgres >/dev/null
