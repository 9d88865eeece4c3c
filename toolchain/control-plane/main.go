// Command stackberth-cluster is a whole Kubernetes cluster in one program: a supervisor, and every
// component it starts. It runs on the loopback interface, needs no privileges, and its nodes are
// simulated: the control plane is the real one, but no container runs.
package main

import (
	"os"
	"path/filepath"

	"stackberth/cluster/internal/components"
	"stackberth/cluster/internal/provisioner"
)

func main() { os.Exit(run()) }

// run is a component if the program is called by its name or the first word is one, and the
// supervisor otherwise.
func run() int {
	if component, known := components.All[filepath.Base(os.Args[0])]; known {
		return component()
	}
	if len(os.Args) > 1 {
		if component, known := components.All[os.Args[1]]; known {
			os.Args = os.Args[1:]
			return component()
		}
		if os.Args[1] == "provisioner" {
			return provisioner.Main(os.Args[2:])
		}
	}
	return command(os.Args[1:], os.Stdout, os.Stderr)
}
