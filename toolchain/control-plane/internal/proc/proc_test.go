package proc

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestComponentIsRecognisedByNameAndFolder(t *testing.T) {
	owner := Owner{Dir: "/home/me/cluster", Names: []string{"etcd", "kwok"}}
	cases := map[string]string{
		"/bin/x etcd --data-dir=/home/me/cluster/etcd ":            "etcd",
		"/bin/x kwok --config=/home/me/cluster/run/kwok.yaml ":     "kwok",
		"/bin/x etcd --data-dir=/home/me/cluster2/etcd ":           "",
		"/bin/x etcd --data-dir=/other/home/me/cluster/etcd ":      "",
		"/bin/x kubectl --kubeconfig=/home/me/cluster/kubeconfig ": "",
		"vim /home/me/cluster/etcd ":                               "",
		"":                                                         "",
	}
	for line, want := range cases {
		if got := owner.component(line); got != want {
			t.Errorf("%q is %q, want %q", line, got, want)
		}
	}
}

// start runs a shell that looks like a component; deaf makes it ignore SIGTERM.
func start(t *testing.T, owner Owner, deaf bool) *Child {
	t.Helper()
	script := "while :; do sleep 0.05; done"
	if deaf {
		script = "trap '' TERM; " + script
	}
	log := filepath.Join(owner.Dir, "etcd.log")
	child, err := Start("/bin/sh", []string{"-c", script, "sh", "etcd", "--data-dir=" + owner.Dir + "/etcd"}, owner.Dir, log, os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	return child
}

func TestStartFindStop(t *testing.T) {
	for name, deaf := range map[string]bool{"polite": false, "deaf": true} {
		t.Run(name, func(t *testing.T) {
			owner := Owner{Dir: t.TempDir(), Names: []string{"etcd"}}
			child := start(t, owner, deaf)
			waitFor(t, func() bool { return owner.Is(child.Pid, "etcd") })
			time.Sleep(100 * time.Millisecond)
			if running, err := owner.Running(); err != nil || running[child.Pid] != "etcd" {
				t.Errorf("%v %v", running, err)
			}
			Stop([]int{child.Pid}, 200*time.Millisecond, func(pid int) bool { return owner.Is(pid, "etcd") })
			select {
			case <-child.Exited:
			case <-time.After(5 * time.Second):
				t.Fatal("still running")
			}
			if owner.Is(child.Pid, "etcd") {
				t.Error("an ended process must not be recognised")
			}
		})
	}
}

func TestStopSparesAStrangerWithTheSameNumber(t *testing.T) {
	owner := Owner{Dir: t.TempDir(), Names: []string{"etcd"}}
	child := start(t, owner, false)
	waitFor(t, func() bool { return owner.Is(child.Pid, "etcd") })
	Stop([]int{child.Pid}, time.Second, func(int) bool { return false })
	if !owner.Is(child.Pid, "etcd") {
		t.Error("a process that is not ours was ended")
	}
	Stop([]int{child.Pid}, time.Second, func(pid int) bool { return owner.Is(pid, "etcd") })
}

func TestPreviousLogIsKept(t *testing.T) {
	owner := Owner{Dir: t.TempDir(), Names: []string{"etcd"}}
	log := filepath.Join(owner.Dir, "etcd.log")
	if err := os.WriteFile(log, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	child := start(t, owner, false)
	Stop([]int{child.Pid}, time.Second, func(pid int) bool { return owner.Is(pid, "etcd") })
	if data, err := os.ReadFile(filepath.Join(owner.Dir, "etcd.previous.log")); string(data) != "old" {
		t.Errorf("%q %v", data, err)
	}
}

func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}
