# Starts the server: sh -eu start.sh SERVER [ARGUMENT...]
#
# The image's entrypoint prepares a new volume, but takes one for prepared as soon as there are files:
# when it is interrupted, or a bootstrap script fails, it would start a half-made server the next time.
# So a mark beside the data tells that the first start is under way; the last of its scripts removes it.
# Until then the server has listened to nobody outside, and nothing can be lost by starting over.

here=$(dirname "$0")
mark=$DATA_DIR.first-start

if [ -e "$mark" ] && [ -e "$DATA_DIR" ]; then
  echo "The first start was not finished; it begins anew." >&2
  rm -rf "$DATA_DIR"
fi
if [ -e "$DATA_DIR" ]; then
  # Passwords may have changed since; this may add to the arguments.
  . "$here/update-account.sh"
else
  touch "$mark"
fi
exec docker-entrypoint.sh "$@"
