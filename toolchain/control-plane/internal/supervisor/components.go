package supervisor

import (
	"fmt"
	"os"

	"stackberth/cluster/internal/pki"
	"stackberth/cluster/internal/simulation"
)

// Names of the components, in the order they are started.
const (
	etcd              = "etcd"
	apiServer         = "kube-apiserver"
	controllerManager = "kube-controller-manager"
	scheduler         = "kube-scheduler"
	kwok              = "kwok"
	provisioner       = "provisioner"
)

// ComponentNames lists every component in the order they are started.
var ComponentNames = []string{etcd, apiServer, controllerManager, scheduler, kwok, provisioner}

// realComponents are those of a cluster with a real node, where a kubelet stands in KWOK's place.
var realComponents = []string{etcd, apiServer, controllerManager, scheduler, provisioner}

// components are those that this cluster runs, in the order they are started.
func (c *Cluster) components() []string {
	if c.Real {
		return realComponents
	}
	return ComponentNames
}

// clients are the components that only dial the API server, with the certificate each of them uses.
var clients = map[string]string{
	controllerManager: "controller-manager",
	scheduler:         "scheduler",
	kwok:              "kwok",
	provisioner:       "provisioner",
}

const (
	etcdPort       = "etcd"
	etcdPeerPort   = "etcd-peer"
	apiPort        = "api"
	controllerPort = "controller-manager"
	schedulerPort  = "scheduler"
	kubeletPort    = "kubelet"
)

// portOwners says which component listens on which port.
var portOwners = map[string]string{
	etcdPort: etcd, etcdPeerPort: etcd, apiPort: apiServer,
	controllerPort: controllerManager, schedulerPort: scheduler, kubeletPort: kwok,
}

var portNames = []string{apiPort, etcdPort, etcdPeerPort, controllerPort, schedulerPort, kubeletPort}

// healthPorts maps a client of the API server to the port of its health endpoint.
var healthPorts = map[string]string{controllerManager: controllerPort, scheduler: schedulerPort, kwok: kubeletPort}

const (
	serviceRange = "10.96.0.0/16"
	// podRange is an example range (RFC 5737): the addresses are data only and nothing dials them.
	// One inside 127.0.0.0/8 would make every EndpointSlice invalid.
	podRange = "198.51.100.0/24"
	// advertised stands where the API server wants an address that is not loopback. Also data only.
	advertised = "192.0.2.1"
	// realPodRange is for the pods of a real node, which exist in its network namespace only.
	realPodRange = "10.244.0.0/16"
)

// gracePeriodVariable is the environment variable by which a measurement sets how long a node may be
// silent. As with every flag, the controller manager is restarted when it has another value than before.
const gracePeriodVariable = "STACKBERTH_NODE_MONITOR_GRACE_PERIOD"

func gracePeriod() string {
	if chosen := os.Getenv(gracePeriodVariable); chosen != "" {
		return chosen
	}
	// A laptop that wakes up should not find its pods evicted before the first heartbeat.
	return "2m"
}

func localURL(port int) string { return fmt.Sprintf("https://127.0.0.1:%d", port) }

// flags returns what each component is started with.
func (c *Cluster) flags(ports map[string]int) map[string][]string {
	client := func(name string) string { return "--kubeconfig=" + c.clientKubeconfig(name) }
	serving := func(name string) []string {
		return []string{
			client(name),
			"--authentication-kubeconfig=" + c.clientKubeconfig(name),
			"--authorization-kubeconfig=" + c.clientKubeconfig(name),
			"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", ports[healthPorts[name]]),
			"--tls-cert-file=" + c.pki().Cert("local"), "--tls-private-key-file=" + c.pki().Key("local"),
			"--leader-elect=false", "--profiling=false", "--kube-api-qps=200", "--kube-api-burst=400",
		}
	}
	pods, allocate := podRange, "false"
	volumes := []string{client(provisioner)}
	if c.Real {
		pods, allocate = realPodRange, "true"
		volumes = append(volumes, "--node="+pki.NodeName, "--folder="+c.path("volumes"))
	}
	return map[string][]string{
		etcd:      c.etcdFlags(ports),
		apiServer: c.apiServerFlags(ports),
		controllerManager: append(serving(controllerManager),
			"--allocate-node-cidrs="+allocate,
			"--cluster-cidr="+pods, "--service-cluster-ip-range="+serviceRange,
			"--use-service-account-credentials=true",
			"--service-account-private-key-file="+c.pki().ServiceAccountKey(),
			"--root-ca-file="+c.pki().Cert(pki.ClusterAuthority),
			"--cluster-signing-cert-file="+c.pki().Cert(pki.ClusterAuthority),
			"--cluster-signing-key-file="+c.pki().Key(pki.ClusterAuthority),
			"--flex-volume-plugin-dir="+c.path("run", "volume-plugins"),
			"--node-monitor-grace-period="+gracePeriod(),
		),
		scheduler: serving(scheduler),
		kwok: {
			client(kwok),
			"--config=" + simulation.StagesFile(c.path("run")),
			"--manage-all-nodes=true", "--cidr=" + podRange, "--node-ip=127.0.0.1",
			fmt.Sprintf("--node-port=%d", ports[kubeletPort]),
			fmt.Sprintf("--server-address=127.0.0.1:%d", ports[kubeletPort]),
			"--tls-cert-file=" + c.pki().Cert("local"), "--tls-private-key-file=" + c.pki().Key("local"),
			// Heartbeats without leases: a restarted KWOK would wait 40 s for its own old lease.
			"--node-lease-duration-seconds=0",
		},
		provisioner: volumes,
	}
}

func (c *Cluster) etcdFlags(ports map[string]int) []string {
	cert, key, authority := c.pki().Cert("etcd"), c.pki().Key("etcd"), c.pki().Cert(pki.EtcdAuthority)
	return []string{
		"--data-dir=" + c.path("etcd"),
		"--name=stackberth", "--initial-cluster=stackberth=" + localURL(ports[etcdPeerPort]),
		"--initial-advertise-peer-urls=" + localURL(ports[etcdPeerPort]),
		"--listen-peer-urls=" + localURL(ports[etcdPeerPort]),
		"--advertise-client-urls=" + localURL(ports[etcdPort]),
		"--listen-client-urls=" + localURL(ports[etcdPort]),
		"--cert-file=" + cert, "--key-file=" + key, "--trusted-ca-file=" + authority, "--client-cert-auth",
		"--peer-cert-file=" + cert, "--peer-key-file=" + key, "--peer-trusted-ca-file=" + authority,
		"--peer-client-cert-auth",
		// Throw-away data: losing the last writes when the machine itself dies is acceptable.
		"--unsafe-no-fsync", "--auto-compaction-retention=5m", "--log-level=warn",
	}
}

func (c *Cluster) apiServerFlags(ports map[string]int) []string {
	p := c.pki()
	address := []string{"--bind-address=127.0.0.1", "--advertise-address=" + advertised, "--endpoint-reconciler-type=none"}
	if c.Real {
		// Nothing but this machine reaches the network namespace that it runs in.
		address = []string{"--bind-address=0.0.0.0", "--advertise-address=" + pki.NodeAddress}
	}
	return append(address,
		fmt.Sprintf("--secure-port=%d", ports[apiPort]),
		"--etcd-servers="+localURL(ports[etcdPort]),
		"--etcd-cafile="+p.Cert(pki.EtcdAuthority),
		"--etcd-certfile="+p.Cert("etcd-client"), "--etcd-keyfile="+p.Key("etcd-client"),
		"--tls-cert-file="+p.Cert("apiserver"), "--tls-private-key-file="+p.Key("apiserver"),
		"--client-ca-file="+p.Cert(pki.ClusterAuthority),
		"--kubelet-certificate-authority="+p.Cert(pki.ClusterAuthority),
		"--kubelet-client-certificate="+p.Cert("apiserver-kubelet-client"),
		"--kubelet-client-key="+p.Key("apiserver-kubelet-client"),
		"--kubelet-preferred-address-types=InternalIP",
		"--requestheader-client-ca-file="+p.Cert(pki.FrontProxyAuthority),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file="+p.Cert("front-proxy-client"),
		"--proxy-client-key-file="+p.Key("front-proxy-client"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+p.ServiceAccountKey(),
		"--service-account-signing-key-file="+p.ServiceAccountKey(),
		"--service-cluster-ip-range="+serviceRange,
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
		"--allow-privileged=true", "--profiling=false",
	)
}

func (c *Cluster) clientKubeconfig(name string) string { return c.path("run", name+".kubeconfig") }
