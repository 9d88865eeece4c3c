// Package supervisor brings up, watches and takes down one cluster, whose processes, certificates
// and data all belong to one folder.
package supervisor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"stackberth/cluster/internal/pki"
	"stackberth/cluster/internal/proc"
	"stackberth/cluster/internal/state"
)

// DefaultNodes is how many nodes a cluster has unless it is told otherwise.
const DefaultNodes = 3

// Cluster is the cluster in one folder.
type Cluster struct {
	dir string
	// program is the binary that is every component, build says which one exactly.
	program, build string
	say            func(format string, args ...any)
	owner          proc.Owner
	// Real leaves out what simulates nodes: a kubelet joins. @see tools/cluster/real
	Real bool
}

// Open names the cluster in dir, which need not exist yet. Progress is told to say, line by line.
func Open(dir, build string, say func(format string, args ...any)) (*Cluster, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(absolute)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	owner := proc.Owner{Dir: real, Names: ComponentNames}
	return &Cluster{dir: real, program: program, build: build, say: say, owner: owner}, nil
}

func (c *Cluster) path(elements ...string) string {
	return filepath.Join(append([]string{c.dir}, elements...)...)
}

func (c *Cluster) pki() pki.Dir { return pki.Dir(c.path("pki")) }

// Kubeconfig is the path of the file people use.
func (c *Cluster) Kubeconfig() string { return c.path("kubeconfig") }

func (c *Cluster) log(component string) string { return c.path("logs", component+".log") }

// lock keeps other commands away from this cluster until release is called.
func (c *Cluster) lock(ctx context.Context) (release func(), err error) {
	return state.Lock(ctx, c.dir, func() {
		c.say("waiting for another command on this cluster to finish")
	})
}

// load reads the saved state, and says so if it is damaged.
func (c *Cluster) load() (state.State, error) {
	found, err := state.Load(c.dir)
	if err != nil && found.Ports != nil {
		c.say("%v; looking for running components instead", err)
		return found, nil
	}
	return found, err
}

func (c *Cluster) alive(st state.State, name string) bool {
	return c.owner.Is(st.Processes[name].Pid, name)
}

// phase runs one step and says how long it took.
func (c *Cluster) phase(what string, step func() error) error {
	began := time.Now()
	if err := step(); err != nil {
		return err
	}
	c.say("%s (%s)", what, seconds(time.Since(began)))
	return nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
