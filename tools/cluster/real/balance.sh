#!/bin/sh
# The load balancer of a real node: a Service of type LoadBalancer is reached on loopback, at its own ports.
#
#   balance.sh inside    is run in the node's namespaces: has a socket for each port, and gives Services their address
#   balance.sh way PORT  is what a socket starts for each connection
#   balance.sh outside   opens those ports of the loopback interface that have a socket
#
# Variables: FOLDER (the node's data) and, inside, CONTROL_PLANE (the program that has kubectl).
set -eu

ways=$FOLDER/run/ways

kubectl() { "$CONTROL_PLANE" kubectl --kubeconfig "$FOLDER/kubeconfig" "$@"; }

inside() {
  mkdir -p "$ways"
  fields='{.type}'
  for field in metadata.namespace metadata.name spec.type spec.clusterIP 'spec.ports[*].port'; do
    fields="$fields {.object.$field}"
  done
  # Ends when the API server does.
  while true; do
    kubectl get services --all-namespaces --watch --output-watch-events --output "jsonpath=$fields{\"\n\"}" |
      while read -r event namespace name type address ports; do
        [ "$event" != DELETED ] || type=none
        if [ "$type" = LoadBalancer ]; then
          lead "$namespace" "$name" "$address" "$ports"
        else
          forget "$ways/$namespace.$name"
        fi
      done
    sleep 1
  done
}

forget() {
  [ -e "$1" ] || return 0
  for port in $(cat "$1"); do rm -f "$ways/$port.address"; done
  rm "$1"
}

# Leads ports to a Service, which may have been made anew with another address, and says where it is reached.
lead() {
  echo "$4" >"$ways/$1.$2"
  for port in $4; do
    echo "$3" >"$ways/$port.new"
    mv "$ways/$port.new" "$ways/$port.address"
    [ -S "$ways/$port.sock" ] || socat "UNIX-LISTEN:$ways/$port.sock,fork" EXEC:"sh $0 way $port" &
  done
  [ ! -e "$ways/$1.$2.waits" ] || return 0
  : >"$ways/$1.$2.waits"
  {
    for port in $4; do
      until [ -e "$ways/$port.open" ]; do sleep 0.2; done
    done
    rm "$ways/$1.$2.waits"
    # It may be gone by now.
    kubectl patch service "$2" --namespace "$1" --subresource=status --type=merge \
      --patch '{"status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1"}]}}}' || true
  } &
}

way() { exec socat - "TCP:$(cat "$ways/$1.address"):$1"; }

outside() {
  while sleep 0.5; do
    for socket in "$ways"/*.sock; do
      port=$(basename "$socket" .sock)
      [ ! -S "$socket" ] || [ -e "$ways/$port.open" ] || open "$port"
    done
  done
}

# As long as another program has the port, its Services have no address.
open() {
  setpriv --pdeathsig KILL socat "TCP-LISTEN:$1,bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:$ways/$1.sock" 2>/dev/null &
  until ss -Hltnp "src 127.0.0.1:$1" | grep -q "pid=$!,"; do
    readlink "/proc/$!/exe" >/dev/null 2>&1 || return 0
  done
  : >"$ways/$1.open"
}

"$@"
