# Runs before SIGTERM, which would cut off a run of the engine: waits until no process runs it, seen
# twice, since one run follows the other. The brackets keep grep from finding this script itself.
quiet=0
while [ "$quiet" -lt 2 ]; do
  if grep -qs '[b]ots-engine' /proc/[0-9]*/cmdline; then quiet=0; else quiet=$((quiet + 1)); fi
  sleep 1
done
