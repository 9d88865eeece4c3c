// Package state keeps what a cluster has to remember between two commands, and keeps two commands
// from working on the same cluster at once.
package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// State is the content of state.json.
type State struct {
	Nodes     int                `json:"nodes"`
	Ports     map[string]int     `json:"ports"`
	Processes map[string]Process `json:"processes"`
}

// Process is a component that was started.
type Process struct {
	Pid     int       `json:"pid"`
	Started time.Time `json:"started"`
	// Fingerprint identifies everything the process was started with: program, flags, files.
	Fingerprint string `json:"fingerprint"`
}

// ErrDamaged says that the file is there but cannot be understood.
var ErrDamaged = errors.New("state.json is damaged")

// Load reads the state. A missing file is an empty state; a damaged one is an empty state and
// ErrDamaged, which callers may report and otherwise ignore: running components are found without it.
func Load(dir string) (State, error) {
	empty := State{Ports: map[string]int{}, Processes: map[string]Process{}}
	data, err := os.ReadFile(file(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil
	}
	if err != nil {
		return empty, err
	}
	var found State
	if err := json.Unmarshal(data, &found); err != nil {
		return empty, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if found.Ports == nil {
		found.Ports = empty.Ports
	}
	if found.Processes == nil {
		found.Processes = empty.Processes
	}
	return found, nil
}

// Save replaces the file whole: a process killed half-way leaves the old one.
func (s State) Save(dir string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	partial := file(dir) + ".partial"
	if err := os.WriteFile(partial, append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(partial, file(dir))
}

func file(dir string) string { return filepath.Join(dir, "state.json") }
