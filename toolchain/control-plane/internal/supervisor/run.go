package supervisor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"stackberth/cluster/internal/proc"
	"stackberth/cluster/internal/state"
)

// startLimit is how long a component may take until it answers. A busy laptop may need a minute.
const startLimit = 3 * time.Minute

// portTaken is the error of a component that found its port in use.
type portTaken struct{ component string }

func (p portTaken) Error() string {
	return p.component + " cannot listen: another program uses its port"
}

// fingerprints identifies, for each component, everything it is started with. A running component
// whose fingerprint differs is outdated. The simulated nodes' stages concern KWOK alone.
func fingerprints(flags map[string][]string, build, identity, stages string) map[string]string {
	prints := make(map[string]string, len(flags))
	for name, words := range flags {
		parts := append([]string{build, identity, name}, words...)
		if name == kwok {
			parts = append(parts, stages)
		}
		sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
		prints[name] = hex.EncodeToString(sum[:8])
	}
	return prints
}

// current reports whether a component runs with everything as it should be.
func (s *startup) current(name string) bool {
	return s.alive(s.state, name) && s.state.Processes[name].Fingerprint == s.prints[name]
}

func (s *startup) outdated() []string {
	var names []string
	for _, name := range s.components() {
		if !s.current(name) {
			names = append(names, name)
		}
	}
	return names
}

func (s *startup) start(name string) error {
	child, err := proc.Start(s.program, append([]string{name}, s.flags[name]...), s.path("run"), s.log(name), environment(s.path("run")))
	if err != nil {
		return fmt.Errorf("cannot start %s: %w", name, err)
	}
	s.state.Processes[name] = state.Process{Pid: child.Pid, Started: time.Now(), Fingerprint: s.prints[name]}
	return s.state.Save(s.dir)
}

// environment keeps settings meant for other programs away from the components.
func environment(workDir string) []string {
	var kept []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		upper := strings.ToUpper(name)
		foreign := strings.HasPrefix(upper, "ETCD_") || strings.HasPrefix(upper, "KWOK_") ||
			strings.HasSuffix(upper, "_PROXY") || upper == "KUBECONFIG"
		if !foreign {
			kept = append(kept, pair)
		}
	}
	// KWOK would otherwise also read the user's own ~/.kwok/kwok.yaml.
	return append(kept, "KWOK_WORKDIR="+workDir)
}

// wait waits until check succeeds, or one of the components has ended, or it takes too long.
func (s *startup) wait(ctx context.Context, names []string, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		err := check(ctx)
		if ended := s.ended(names); ended != "" {
			return s.failure(ended)
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready: %w\nlogs: %s", strings.Join(names, ", "), err, s.path("logs"))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *startup) ended(names []string) string {
	index := slices.IndexFunc(names, func(name string) bool { return !s.alive(s.state, name) })
	if index < 0 {
		return ""
	}
	return names[index]
}

// failure explains why a component has ended.
func (s *startup) failure(name string) error {
	tail := logTail(s.log(name))
	if strings.Contains(tail, "address already in use") {
		return portTaken{component: name}
	}
	text := fmt.Sprintf("%s exited during startup; the end of %s:\n%s", name, s.log(name), tail)
	if name == etcd {
		text += "\nIf its data is damaged, `npm run cluster -- reset` starts over with an empty cluster."
	}
	return errors.New(text)
}

func logTail(path string) string {
	const size, lines = 16 << 10, 8
	file, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > size {
		_, _ = file.Seek(-size, io.SeekEnd)
	}
	data, _ := io.ReadAll(file)
	all := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}

// forgetPorts makes the next attempt choose other ports for a component that could not use its own.
func (c *Cluster) forgetPorts(component string) error {
	st, err := c.load()
	if err != nil {
		return err
	}
	for port, owner := range portOwners {
		if owner == component {
			delete(st.Ports, port)
		}
	}
	return st.Save(c.dir)
}

func makeDirs(paths ...string) error {
	for _, path := range paths {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return err
		}
	}
	return nil
}
