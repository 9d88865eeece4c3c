// Package ports finds free ports on the loopback interface. The search starts at a place derived
// from the cluster's folder, so a cluster that is reset gets its old ports back, and two clusters
// rarely ask for the same; it stays below the range operating systems hand out to outgoing
// connections, where a port could be lost while its owner is down.
package ports

import (
	"fmt"
	"hash/fnv"
	"net"
	"strconv"
	"time"
)

const (
	lowest = 20000
	count  = 10000
)

// Free reports whether a server could listen on the port now.
func Free(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// freeSoon is Free with patience: the last owner may be about to end.
func freeSoon(port int) bool {
	for range 20 {
		if Free(port) {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// Assign returns a port for every name. A stored port is kept if keep says that its owner is using
// it, or if it is free within a second; otherwise a free port is chosen anew.
func Assign(seed string, names []string, stored map[string]int, keep func(name string) bool) (map[string]int, error) {
	assigned := make(map[string]int, len(names))
	used := make(map[int]bool, len(names))
	for _, name := range names {
		port := stored[name]
		if valid(port) && !used[port] && (keep(name) || freeSoon(port)) {
			assigned[name] = port
			used[port] = true
		}
	}
	next := start(seed)
	for _, name := range names {
		if assigned[name] != 0 {
			continue
		}
		port, err := search(next, used)
		if err != nil {
			return nil, err
		}
		assigned[name] = port
		used[port] = true
	}
	return assigned, nil
}

func valid(port int) bool { return port > 0 && port < 1<<16 }

func start(seed string) int {
	sum := fnv.New32a()
	sum.Write([]byte(seed))
	return int(sum.Sum32() % count)
}

func search(from int, used map[int]bool) (int, error) {
	for i := range count {
		port := lowest + (from+i)%count
		if !used[port] && Free(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port on 127.0.0.1 between %d and %d", lowest, lowest+count-1)
}
