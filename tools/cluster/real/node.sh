#!/bin/sh
# A node with real containers, in namespaces of its own without a way out of this machine: no device and no
# route leads to one. All that it starts ends with one process, the first of its PID namespace.
#
#   node.sh serve  makes the namespaces and the ways in, and stays until it is killed
#   node.sh start  is run in the namespaces by `serve`
#   node.sh clean  waits for the end of `serve`, which starts it, and removes what the namespaces do not take along:
#                  control groups, and folders that were made to be mounted on
#
# Variables: FOLDER (the node's data and sockets), CONTROL_PLANE, NODE and KUBE_ROUTER (programs), IMAGES (an OCI
# image layout), API_PORT and HTTP_PORT (of the loopback interface, which lead to the API server and to Ingresses).
set -eu

address=198.18.0.1 # toolchain/control-plane/internal/pki: NodeAddress
services=10.96.0.0/16
pods=10.244.0.0/24
run=$FOLDER/run
# Where programs write whatever they are told; the namespaces have folders of the node there.
fixed="/var/lib/cni /var/lib/kubelet /var/log/containers /var/log/pods"

# The hierarchies of control groups: each of cgroup v1, or the one of v2. A line each: the mount, the node's group.
groups() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo "/sys/fs/cgroup $(sed -n 's/^0:://p' /proc/self/cgroup)"
    return
  fi
  while IFS=: read -r _ names path; do
    names=${names#name=}
    # Version 2 beside version 1 has no name.
    names=${names:-unified}
    [ ! -d "/sys/fs/cgroup/$names" ] || echo "/sys/fs/cgroup/$names $path"
  done </proc/self/cgroup
}

serve() {
  mkdir -p "$run"
  lock
  if serves; then
    echo "a node runs in $FOLDER" >&2
    exit 1
  fi
  remove
  echo $$ >"$run/pid.new"
  mv "$run/pid.new" "$run/pid"
  unlock
  # In a session of its own, and before there is anything to clean: whoever is killed, it stays.
  setsid sh "$0" clean &
  for folder in $fixed; do
    # Something to mount on.
    [ -d "$folder" ] || { echo "$folder" >>"$run/folders" && mkdir -p "$folder"; }
  done
  groups | while read -r mount path; do
    group=$mount${path%/}/stackberth-$$
    echo "$group" >>"$run/folders"
    mkdir "$group"
    # A new group of cpuset is empty until it is told otherwise.
    for each in cpuset.cpus cpuset.mems; do
      [ "${mount##*/}" != cpuset ] || cat "$mount$path/$each" >"$group/$each"
    done
  done
  # What is started here ends with this process, however that ends.
  for way in "$API_PORT api" "$HTTP_PORT http"; do
    setpriv --pdeathsig KILL \
      socat "TCP-LISTEN:${way% *},bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:$run/${way#* }.sock" &
  done
  setpriv --pdeathsig KILL sh "${0%/*}/balance.sh" outside >"$run/balance.log" 2>&1 &
  grep "/stackberth-$$\$" "$run/folders" | while read -r group; do echo $$ >"$group/cgroup.procs"; done
  setpriv --pdeathsig KILL \
    unshare --net --mount --pid --uts --ipc --cgroup --fork --kill-child --mount-proc sh "$0" start
}

# Held while a node is registered or its remains are removed: a slow `clean` must not meet the next node.
lock() {
  exec 9>"$run/lock"
  flock 9
}

# Children would hold it too.
unlock() { exec 9>&-; }

# Whether the registered process still is `serve`: numbers are used again.
serves() {
  { tr '\0' ' ' <"/proc/$(cat "$run/pid")/cmdline" | grep -q "$0 serve"; } 2>/dev/null
}

clean() {
  mkdir -p "$run"
  while serves; do sleep 0.1; done
  lock
  serves || remove
  unlock
}

remove() {
  if [ -e "$run/folders" ]; then
    while read -r folder; do
      # Processes that were killed leave their groups a moment later.
      for _ in $(seq 100); do
        [ -d "$folder" ] || break
        find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
      done
    done <"$run/folders"
  fi
  rm -rf "$run/folders" "$run"/*.sock "$run/ways" "$run/pid"
}

folders() {
  for folder in $fixed; do
    mkdir -p "$FOLDER/fixed$folder"
    mount --bind "$FOLDER/fixed$folder" "$folder"
  done
}

# The kubelet wants these of the whole machine; here it finds them as it wants them, and the machine's stay.
settings() {
  mkdir -p /run/sysctl
  while read -r path value; do
    echo "$value" >"/run/sysctl/$(basename "$path")"
    mount --bind "/run/sysctl/$(basename "$path")" "/proc/sys/$path"
  done <<END
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
END
}

control_groups() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    umount /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    mkdir /sys/fs/cgroup/node
    echo 1 >/sys/fs/cgroup/node/cgroup.procs
    for each in $(cat /sys/fs/cgroup/cgroup.controllers); do
      echo "+$each" >/sys/fs/cgroup/cgroup.subtree_control
    done
    return
  fi
  groups | while read -r mount _; do
    umount "$mount"
    case ${mount##*/} in
    unified) mount -t cgroup2 cgroup2 "$mount" ;;
    systemd) mount -t cgroup -o none,name=systemd cgroup "$mount" ;;
    *) mount -t cgroup -o "${mount##*/}" cgroup "$mount" ;;
    esac
  done
}

network() {
  ip link set lo up
  # Both ends are here: an address for the node, and a device that is always up.
  ip link add node type veth peer name node-peer
  ip address add $address/32 dev node
  ip link set node up
  ip link set node-peer up
  ip route add $services dev node
  echo 1 >/proc/sys/net/ipv4/ip_forward
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
  mkdir -p /run/cni
  cat >/run/cni/10-bridge.conflist <<END
{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge", "bridge": "pods", "isGateway": true, "hairpinMode": true,
      "ipam": { "type": "host-local", "dataDir": "/run/cni/ipam", "ranges": [[{ "subnet": "$pods" }]], "routes": [{ "dst": "0.0.0.0/0" }] }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
END
}

containers() {
  mkdir -p /run/registries/_default
  cat >/run/registries/_default/hosts.toml <<END
[host."http://127.0.0.1:5000"]
  capabilities = ["pull", "resolve"]
END
  cat >/run/containerd.toml <<END
version = 2
root = "$FOLDER/containerd"
state = "/run/containerd"
[plugins."io.containerd.internal.v1.opt"]
  path = "$FOLDER/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "stackberth.test/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "/run/cni"
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "/run/registries"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
END
  start registry "$NODE" registry --layout "$IMAGES" --listen 127.0.0.1:5000
  start containerd containerd --config /run/containerd.toml
  until [ -S /run/containerd/containerd.sock ]; do sleep 0.05; done
}

kubelet() {
  cat >/run/kubelet.yaml <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: { enabled: false }
  x509: { clientCAFile: $FOLDER/pki/ca.crt }
  webhook: { enabled: true }
authorization: { mode: Webhook }
tlsCertFile: $FOLDER/pki/kubelet-server.crt
tlsPrivateKeyFile: $FOLDER/pki/kubelet-server.key
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
failCgroupV1: false
clusterDomain: cluster.local
clusterDNS: [10.96.0.10]
resolvConf: /run/resolv.conf
failSwapOn: false
maxPods: 200
serializeImagePulls: false
# How soon it sees a volume that is over its limit; by default, after a minute.
volumeStatsAggPeriod: 10s
# What the machine's disk has left is not the node's business.
evictionHard: { memory.available: 100Mi }
imageGCHighThresholdPercent: 100
END
  : >/run/resolv.conf
  start kubelet "$NODE" kubelet --config /run/kubelet.yaml --kubeconfig "$run/kubelet.kubeconfig" \
    --root-dir "$FOLDER/kubelet" --node-ip $address --hostname-override real
}

proxy() {
  cat >/run/proxy.yaml <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clusterCIDR: 10.244.0.0/16
hostnameOverride: real
clientConnection: { kubeconfig: $run/kube-proxy.kubeconfig }
conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s }
nftables: { syncPeriod: 10s, minSyncPeriod: 100ms }
END
  start kube-proxy "$NODE" kube-proxy --config /run/proxy.yaml
}

# Starts a program, whose output goes to a log of its name.
start() {
  log=$FOLDER/logs/$1.log
  shift
  "$@" >"$log" 2>&1 &
}

start_all() {
  hostname real
  mount -t tmpfs -o mode=755 tmpfs /run
  folders
  settings
  control_groups
  network
  mkdir -p "$FOLDER/logs"
  containers
  # Where most API servers listen: NetworkPolicies see this port, behind that of its Service.
  [ -e "$FOLDER/state.json" ] || echo '{ "ports": { "api": 6443 } }' >"$FOLDER/state.json"
  "$CONTROL_PLANE" up --dir "$FOLDER" --real >"$FOLDER/logs/control-plane.log" 2>&1
  port=$(sed -n 's|.*server: https://127.0.0.1:||p' "$FOLDER/kubeconfig")
  kubelet
  proxy
  # Enforces NetworkPolicies; the bridge alone would not. It ends if its node is not known yet.
  until "$CONTROL_PLANE" kubectl --kubeconfig "$FOLDER/kubeconfig" get node real >/dev/null 2>&1; do sleep 0.1; done
  start kube-router "$KUBE_ROUTER" --run-firewall --run-router=false --run-service-proxy=false \
    --kubeconfig "$FOLDER/kubeconfig" --hostname-override real --service-cluster-ip-range $services
  # Sockets cross namespaces of networks.
  start api socat "UNIX-LISTEN:$run/api.sock,fork" "TCP:127.0.0.1:$port"
  start http socat "UNIX-LISTEN:$run/http.sock,fork" "TCP:$address:80"
  start balance sh "${0%/*}/balance.sh" inside
  # Also reaps what containers leave behind.
  wait
}

case $1 in
serve) serve ;;
start) start_all ;;
clean) clean ;;
esac
