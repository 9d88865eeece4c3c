package supervisor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stackberth/cluster/internal/ports"
	"stackberth/cluster/internal/simulation"
	"stackberth/cluster/internal/state"
)

// attempts is how often a start is tried when a port is lost between choosing and using it.
const attempts = 3

// Up makes the cluster run, whatever state it is in, and returns when it can be used. A cluster
// that runs already is only looked at. With nodes 0 the number of nodes stays what it was.
func (c *Cluster) Up(ctx context.Context, nodes int) error {
	release, err := c.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	began := time.Now()
	for attempt := 1; ; attempt++ {
		start, err := c.prepare(nodes)
		if err != nil {
			return err
		}
		err = start.run(ctx)
		var taken portTaken
		if errors.As(err, &taken) && attempt < attempts {
			c.say("%v; choosing other ports", err)
			if err := c.forgetPorts(taken.component); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if start.untouched {
			c.say("already running at %s", localURL(start.state.Ports[apiPort]))
		} else {
			c.say("ready at %s (%s in all)", localURL(start.state.Ports[apiPort]), seconds(time.Since(began)))
		}
		return nil
	}
}

// startup is one attempt to make the cluster run.
type startup struct {
	*Cluster
	state  state.State
	flags  map[string][]string
	prints map[string]string
	admin  *api
	// resized is true if there are to be more or fewer nodes than before.
	resized bool
	// untouched is true if there was nothing to do.
	untouched bool
}

// prepare ends what does not belong and writes every file the components read.
func (c *Cluster) prepare(nodes int) (*startup, error) {
	st, err := c.load()
	if err != nil {
		return nil, err
	}
	if err := c.stopStrays(st); err != nil {
		return nil, err
	}
	before := st.Nodes
	if !c.Real {
		st.Nodes = chooseNodes(nodes, before)
	}
	identity, err := c.pki().Ensure(time.Now())
	if err != nil {
		return nil, err
	}
	keep := func(port string) bool { return c.alive(st, portOwners[port]) }
	st.Ports, err = ports.Assign(c.dir, portNames, st.Ports, keep)
	if err != nil {
		return nil, err
	}
	stages, err := c.writeFiles(st.Ports)
	if err != nil {
		return nil, err
	}
	admin, err := c.adminAPI(st.Ports[apiPort])
	if err != nil {
		return nil, err
	}
	flags := c.flags(st.Ports)
	prints := fingerprints(flags, c.build, identity, stages)
	return &startup{Cluster: c, state: st, flags: flags, prints: prints, admin: admin, resized: st.Nodes != before}, st.Save(c.dir)
}

func chooseNodes(asked, remembered int) int {
	switch {
	case asked > 0:
		return asked
	case remembered > 0:
		return remembered
	default:
		return DefaultNodes
	}
}

func (c *Cluster) writeFiles(assigned map[string]int) (stages string, err error) {
	if err := makeDirs(c.path("logs"), c.path("run", "volume-plugins")); err != nil {
		return "", err
	}
	server := localURL(assigned[apiPort])
	if err := c.pki().WriteKubeconfig(c.Kubeconfig(), server, "admin"); err != nil {
		return "", err
	}
	for component, leaf := range clients {
		if err := c.pki().WriteKubeconfig(c.clientKubeconfig(component), server, leaf); err != nil {
			return "", err
		}
	}
	if c.Real {
		return "", c.writeNodeFiles(server)
	}
	return simulation.Write(c.path("run"), time.Now())
}

// writeNodeFiles writes what the processes of a real node dial the API server with.
func (c *Cluster) writeNodeFiles(server string) error {
	for _, leaf := range []string{"kubelet", "kube-proxy"} {
		if err := c.pki().WriteKubeconfig(c.clientKubeconfig(leaf), server, leaf); err != nil {
			return err
		}
	}
	return nil
}

// run starts what is missing, in order, and waits until the cluster can be used.
func (s *startup) run(ctx context.Context) error {
	outdated := s.outdated()
	if len(outdated) == 0 && !s.resized && s.usable(ctx) == nil {
		s.untouched = true
		return nil
	}
	if err := s.stopNamed(outdated...); err != nil {
		return err
	}
	etcdAPI, err := s.etcdAPI(s.state.Ports[etcdPort])
	if err != nil {
		return err
	}
	if err := s.ensure(ctx, etcd, etcdAPI.healthy); err != nil {
		return err
	}
	if err := s.ensure(ctx, apiServer, s.admin.ready); err != nil {
		return err
	}
	if err := s.phase("first objects", func() error {
		return retry(ctx, 30*time.Second, func() error { return bootstrap(ctx, s.admin, s.state.Nodes) })
	}); err != nil {
		return err
	}
	return s.phase("controllers and scheduler ready", func() error { return s.startClients(ctx) })
}

func (s *startup) startClients(ctx context.Context) error {
	var names []string
	for _, name := range s.components() {
		if _, isClient := clients[name]; !isClient {
			continue
		}
		names = append(names, name)
		if s.current(name) && s.answersSoon(ctx, name) {
			continue
		}
		if err := s.stopNamed(name); err != nil {
			return err
		}
		if err := s.start(name); err != nil {
			return err
		}
	}
	return s.wait(ctx, names, s.usable)
}

// patience is how long a component that runs already may take to answer before it is replaced.
const patience = 10 * time.Second

func (s *startup) answersSoon(ctx context.Context, name string) bool {
	err := retry(ctx, patience, func() error { return s.wellness(ctx, s.state, name) })
	if err != nil {
		s.say("%s runs but does not respond; restarting it", name)
	}
	return err == nil
}

// usable reports what is missing before the cluster can be used.
func (s *startup) usable(ctx context.Context) error { return s.problem(ctx, s.state) }

// ensure makes sure a component runs and answers. One that runs but does not answer is replaced.
func (s *startup) ensure(ctx context.Context, name string, check func(context.Context) error) error {
	if s.current(name) {
		if retry(ctx, patience, func() error { return check(ctx) }) == nil {
			return nil
		}
		s.say("%s runs but does not respond; restarting it", name)
		if err := s.stopNamed(name); err != nil {
			return err
		}
	}
	return s.phase(name+" ready", func() error {
		if err := s.start(name); err != nil {
			return err
		}
		return s.wait(ctx, []string{name}, check)
	})
}

// retry repeats a step that fails until it succeeds or the limit is reached, and returns its last error.
func retry(ctx context.Context, limit time.Duration, step func() error) error {
	for deadline := time.Now().Add(limit); ; {
		err := step()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (last: %w)", ctx.Err(), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
