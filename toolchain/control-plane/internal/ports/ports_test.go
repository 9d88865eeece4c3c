package ports

import (
	"maps"
	"net"
	"testing"
)

var names = []string{"one", "two", "three"}

func nobody(string) bool { return false }

func assign(t *testing.T, seed string, stored map[string]int, keep func(string) bool) map[string]int {
	t.Helper()
	assigned, err := Assign(seed, names, stored, keep)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, name := range names {
		if seen[assigned[name]] || assigned[name] == 0 {
			t.Fatalf("ports are not distinct: %v", assigned)
		}
		seen[assigned[name]] = true
	}
	return assigned
}

func occupy(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().(*net.TCPAddr).Port
}

func TestSameSeedGivesTheSamePorts(t *testing.T) {
	if first, second := assign(t, "a", nil, nobody), assign(t, "a", nil, nobody); !maps.Equal(first, second) {
		t.Errorf("%v, then %v", first, second)
	}
}

func TestStoredPortsAreKept(t *testing.T) {
	stored := assign(t, "a", nil, nobody)
	if again := assign(t, "b", stored, nobody); !maps.Equal(stored, again) {
		t.Errorf("stored %v, got %v", stored, again)
	}
}

func TestTakenPortIsReplacedUnlessItsOwnerTookIt(t *testing.T) {
	taken := occupy(t)
	stored := map[string]int{"one": taken}
	if got := assign(t, "a", stored, nobody); got["one"] == taken {
		t.Error("a port taken by a stranger must be replaced")
	}
	if got := assign(t, "a", stored, func(name string) bool { return name == "one" }); got["one"] != taken {
		t.Error("a port its owner listens on must be kept")
	}
}

func TestNonsenseIsReplaced(t *testing.T) {
	assign(t, "a", map[string]int{"one": -1, "two": 70000, "three": 0}, nobody)
	assign(t, "a", map[string]int{"one": 20001, "two": 20001}, nobody)
}
