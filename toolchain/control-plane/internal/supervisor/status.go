package supervisor

import (
	"context"
	"fmt"
	"io"
	"time"

	"stackberth/cluster/internal/pki"
)

// Status is what `status --json` prints.
type Status struct {
	// Ready is true if the cluster can be used.
	Ready bool `json:"ready"`
	// Problem says why not.
	Problem    string            `json:"problem,omitempty"`
	Server     string            `json:"server,omitempty"`
	Kubeconfig string            `json:"kubeconfig"`
	Context    string            `json:"context"`
	Nodes      int               `json:"nodes"`
	Components []ComponentStatus `json:"components"`
}

// ComponentStatus is one line of it.
type ComponentStatus struct {
	Name    string    `json:"name"`
	Running bool      `json:"running"`
	Pid     int       `json:"pid,omitempty"`
	Started time.Time `json:"started,omitzero"`
	Log     string    `json:"log"`
}

// Status inspects the cluster and changes nothing.
func (c *Cluster) Status(ctx context.Context) (Status, error) {
	st, err := c.load()
	if err != nil {
		return Status{}, err
	}
	status := Status{Kubeconfig: c.Kubeconfig(), Context: pki.Context, Nodes: st.Nodes}
	running := 0
	for _, name := range c.components() {
		component := ComponentStatus{Name: name, Log: c.log(name)}
		if c.alive(st, name) {
			running++
			component.Running, component.Pid = true, st.Processes[name].Pid
			component.Started = st.Processes[name].Started
		}
		status.Components = append(status.Components, component)
	}
	if port := st.Ports[apiPort]; port != 0 {
		status.Server = localURL(port)
	}
	switch {
	case running == 0:
		status.Problem = "not running"
	case running < len(c.components()):
		status.Problem = fmt.Sprintf("%d of %d components are not running", len(c.components())-running, len(c.components()))
	default:
		if err := c.problem(ctx, st); err != nil {
			status.Problem = err.Error()
		}
	}
	status.Ready = status.Problem == ""
	return status, nil
}

// Print writes the status for people.
func (s Status) Print(out io.Writer) {
	if s.Ready {
		fmt.Fprintf(out, "ready at %s, %d simulated nodes\n", s.Server, s.Nodes)
	} else {
		fmt.Fprintln(out, s.Problem)
	}
	for _, component := range s.Components {
		if component.Running {
			since := time.Since(component.Started).Round(time.Second)
			fmt.Fprintf(out, "  %-24s process %d, for %s\n", component.Name, component.Pid, since)
		} else {
			fmt.Fprintf(out, "  %-24s not running\n", component.Name)
		}
	}
	fmt.Fprintf(out, "kubeconfig %s\n", s.Kubeconfig)
}
