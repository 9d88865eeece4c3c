// Command stackberth-node is what a node runs beside its container runtime, in one program: kubelet,
// kube-proxy, and a registry that serves images of this machine to a node without a network.
package main

import (
	"fmt"
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	"context"
)

func main() { os.Exit(run()) }

func run() int {
	if len(os.Args) > 1 {
		component := os.Args[1]
		os.Args = os.Args[1:]
		switch component {
		case "kubelet":
			return cli.Run(kubelet.NewKubeletCommand(context.Background()))
		case "kube-proxy":
			return cli.Run(proxy.NewProxyCommand())
		case "registry":
			return registry(os.Args[1:])
		}
	}
	fmt.Fprintln(os.Stderr, "usage: stackberth-node kubelet|kube-proxy|registry ...")
	return 2
}
