package pki

// Names of the authorities. Each signs for one purpose only: a client of the API server is nobody
// to etcd, and only the front proxy may vouch for other people's names.
const (
	ClusterAuthority    = "ca"
	FrontProxyAuthority = "front-proxy-ca"
	EtcdAuthority       = "etcd-ca"
)

// Authorities lists all of them.
var Authorities = []string{ClusterAuthority, FrontProxyAuthority, EtcdAuthority}

// Leaf describes one certificate. With Hosts it serves, without it only dials.
type Leaf struct {
	Name       string
	Authority  string
	CommonName string
	Groups     []string
	Hosts      []string
}

var (
	loopback   = []string{"127.0.0.1", "localhost"}
	superusers = []string{"system:masters"}
)

// NodeAddress and NodeName are those of the real node, if there is one. The address is of a range for
// benchmarks (RFC 2544), and stays in the node's network namespace.
const (
	NodeAddress = "198.18.0.1"
	NodeName    = "real"
)

// ServiceAddress is the address of the Service kubernetes, the first of the service range.
const ServiceAddress = "10.96.0.1"

// Leaves lists every certificate of the cluster.
var Leaves = []Leaf{
	{Name: "apiserver", Authority: ClusterAuthority, CommonName: "kube-apiserver", Hosts: append([]string{
		ServiceAddress, "kubernetes", "kubernetes.default", "kubernetes.default.svc",
		"kubernetes.default.svc.cluster.local", NodeAddress,
	}, loopback...)},
	{Name: "local", Authority: ClusterAuthority, CommonName: "stackberth:local", Hosts: loopback},
	{Name: "apiserver-kubelet-client", Authority: ClusterAuthority, CommonName: "kube-apiserver", Groups: superusers},
	{Name: "admin", Authority: ClusterAuthority, CommonName: "stackberth-admin", Groups: superusers},
	{Name: "kwok", Authority: ClusterAuthority, CommonName: "stackberth:kwok", Groups: superusers},
	{Name: "provisioner", Authority: ClusterAuthority, CommonName: "stackberth:provisioner", Groups: superusers},
	{Name: "controller-manager", Authority: ClusterAuthority, CommonName: "system:kube-controller-manager"},
	{Name: "scheduler", Authority: ClusterAuthority, CommonName: "system:kube-scheduler"},
	{Name: "kubelet", Authority: ClusterAuthority, CommonName: "system:node:" + NodeName, Groups: []string{"system:nodes"}},
	{Name: "kubelet-server", Authority: ClusterAuthority, CommonName: "system:node:" + NodeName, Hosts: []string{NodeAddress, NodeName}},
	{Name: "kube-proxy", Authority: ClusterAuthority, CommonName: "system:kube-proxy"},
	{Name: "front-proxy-client", Authority: FrontProxyAuthority, CommonName: "front-proxy-client"},
	{Name: "etcd", Authority: EtcdAuthority, CommonName: "etcd", Hosts: loopback},
	{Name: "etcd-client", Authority: EtcdAuthority, CommonName: "kube-apiserver"},
}

func leavesOf(authority string) []Leaf {
	var found []Leaf
	for _, leaf := range Leaves {
		if leaf.Authority == authority {
			found = append(found, leaf)
		}
	}
	return found
}
