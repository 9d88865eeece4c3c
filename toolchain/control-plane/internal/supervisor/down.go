package supervisor

import (
	"context"
	"maps"
	"os"
	"slices"
	"time"

	"stackberth/cluster/internal/proc"
	"stackberth/cluster/internal/state"
)

// stopOrder is the order in which components are stopped: clients before servers.
var stopOrder = [][]string{{controllerManager, scheduler, kwok, provisioner}, {apiServer}, {etcd}}

// stopGrace is how long a component may take to exit. Nothing is lost if it is killed then.
const stopGrace = 4 * time.Second

// Down stops every process of the cluster and keeps its data.
func (c *Cluster) Down(ctx context.Context) error {
	release, err := c.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	return c.down()
}

// Reset ends every process and removes everything but the lock file, which others may be waiting for.
func (c *Cluster) Reset(ctx context.Context) error {
	release, err := c.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := c.down(); err != nil {
		return err
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == state.LockFile {
			continue
		}
		if err := os.RemoveAll(c.path(entry.Name())); err != nil {
			return err
		}
	}
	c.say("data removed")
	return nil
}

func (c *Cluster) down() error {
	st, err := c.load()
	if err != nil {
		return err
	}
	running, err := c.owner.Running()
	if err != nil {
		return err
	}
	if len(running) == 0 {
		c.say("not running")
	} else if err := c.phase("stopped", func() error { return c.stopNamed(ComponentNames...) }); err != nil {
		return err
	}
	if len(st.Processes) == 0 {
		return nil
	}
	clear(st.Processes)
	return st.Save(c.dir)
}

// stopNamed ends all processes of the named components, remembered or not.
func (c *Cluster) stopNamed(names ...string) error {
	running, err := c.owner.Running()
	if err != nil {
		return err
	}
	maps.DeleteFunc(running, func(_ int, name string) bool { return !slices.Contains(names, name) })
	c.stop(running)
	return nil
}

// stopStrays ends the components that nobody remembers having started: those of a command that was
// killed, or all of them if the state was lost.
func (c *Cluster) stopStrays(st state.State) error {
	running, err := c.owner.Running()
	if err != nil {
		return err
	}
	maps.DeleteFunc(running, func(pid int, name string) bool { return st.Processes[name].Pid == pid })
	if len(running) > 0 {
		c.say("stopping %d processes left over from an earlier start", len(running))
		c.stop(running)
	}
	return nil
}

// stop ends processes, given by number with the component each of them is, group by group.
func (c *Cluster) stop(running map[int]string) {
	stillOurs := func(pid int) bool { return c.owner.Is(pid, running[pid]) }
	for _, group := range stopOrder {
		var pids []int
		for pid, name := range running {
			if slices.Contains(group, name) {
				pids = append(pids, pid)
			}
		}
		proc.Stop(pids, stopGrace, stillOurs)
	}
}
