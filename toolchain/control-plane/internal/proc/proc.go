// Package proc starts, recognises and stops the background processes of a cluster. A process is
// recognised by its command line, never by its PID alone: PIDs are reused.
package proc

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Owner recognises the processes of the cluster in one folder.
type Owner struct {
	// Dir is the absolute folder of the cluster; every component has a flag that points into it.
	Dir string
	// Names are the words its components are called by.
	Names []string
}

// component returns which component a command line belongs to, or "" if it is not one of ours.
func (o Owner) component(commandLine string) string {
	if !strings.Contains(commandLine, "="+o.Dir+"/") {
		return ""
	}
	for _, name := range o.Names {
		if strings.Contains(commandLine, " "+name+" ") {
			return name
		}
	}
	return ""
}

// Is reports whether the process pid is alive and is this cluster's component name.
func (o Owner) Is(pid int, name string) bool {
	return pid > 1 && o.component(commandLine(pid)) == name
}

// Running returns the processes of this cluster by number, also those nobody remembered.
func (o Owner) Running() (map[int]string, error) {
	all, err := commandLines()
	if err != nil {
		return nil, err
	}
	found := map[int]string{}
	for pid, line := range all {
		if name := o.component(line); name != "" && pid != os.Getpid() {
			found[pid] = name
		}
	}
	return found, nil
}

// Child is a process that was just started.
type Child struct {
	Pid int
	// Exited is closed when the process ends while its starter still runs.
	Exited <-chan struct{}
}

// Start runs a program in a session of its own, so that it outlives its starter and its terminal,
// with both output streams in logFile. The log of the previous run is kept beside it.
func Start(program string, args []string, dir, logFile string, environment []string) (*Child, error) {
	if err := os.Rename(logFile, strings.TrimSuffix(logFile, ".log")+".previous.log"); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	output, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	command := exec.Command(program, args...)
	command.Dir = dir
	command.Env = environment
	command.Stdout = output
	command.Stderr = output
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return nil, err
	}
	exited := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(exited)
	}()
	return &Child{Pid: command.Process.Pid, Exited: exited}, nil
}

// Stop asks the processes to end, and ends those that have not after grace. It asks stillOurs
// before every signal, because a number may meanwhile belong to somebody else.
func Stop(pids []int, grace time.Duration, stillOurs func(pid int) bool) {
	signalAll(pids, syscall.SIGTERM, stillOurs)
	if waitGone(pids, grace, stillOurs) {
		return
	}
	signalAll(pids, syscall.SIGKILL, stillOurs)
	waitGone(pids, 5*time.Second, stillOurs)
}

func signalAll(pids []int, signal syscall.Signal, stillOurs func(pid int) bool) {
	for _, pid := range pids {
		if stillOurs(pid) {
			_ = syscall.Kill(pid, signal)
			// A stopped process would never get to see the request.
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}
}

func waitGone(pids []int, limit time.Duration, stillOurs func(pid int) bool) bool {
	for deadline := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		alive := false
		for _, pid := range pids {
			alive = alive || stillOurs(pid)
		}
		if !alive {
			waitClosed(pids)
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

// waitClosed gives processes that have lost their command line the moment they need to close their
// sockets. One that its parent has not taken notice of keeps its number, so this is not for long.
func waitClosed(pids []int) {
	for deadline := time.Now().Add(300 * time.Millisecond); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if !slices.ContainsFunc(pids, func(pid int) bool { return syscall.Kill(pid, 0) == nil }) {
			return
		}
	}
}
