#!/bin/sh
# Tests of our own Go code, with the flags by which the programs are built: their packages are compiled once.
set -eu
cd "$(dirname "$0")"
export CGO_ENABLED=0 GOWORK=off GOGC=800
export GOFLAGS="-trimpath -buildvcs=false -mod=readonly -gcflags=all=-dwarf=false"
for module in control-plane pulumi-resource-random; do
  (cd "$module" && go test ./...)
done
