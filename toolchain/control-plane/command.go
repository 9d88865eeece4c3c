package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"stackberth/cluster/internal/supervisor"
)

// build identifies the sources the program was built from; the build sets it with -ldflags.
// Components started by another build are restarted.
var build = "development"

const usage = `usage: stackberth-cluster up     --dir DIR [--nodes N | --real] [--json]   start, repair, or do nothing
       stackberth-cluster down   --dir DIR               stop and keep the data
       stackberth-cluster status --dir DIR [--json]      exit code 0 if ready, 1 if not
       stackberth-cluster reset  --dir DIR               stop and remove the data
       stackberth-cluster kubectl ...                    or etcd, kube-apiserver, kwok, ...
`

const (
	exitFailed = 1
	exitUsage  = 2
)

func command(words []string, out, complaints io.Writer) int {
	if len(words) == 0 {
		fmt.Fprint(complaints, usage)
		return exitUsage
	}
	flags := flag.NewFlagSet(words[0], flag.ContinueOnError)
	flags.SetOutput(complaints)
	flags.Usage = func() { fmt.Fprint(complaints, usage) }
	dir := flags.String("dir", "", "folder of the cluster")
	nodes := flags.Int("nodes", 0, "number of simulated nodes")
	real := flags.Bool("real", false, "no simulated nodes: a kubelet joins")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(words[1:]); err != nil {
		return exitUsage
	}
	if *dir == "" || flags.NArg() > 0 || *nodes < 0 {
		fmt.Fprint(complaints, usage)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cluster, err := supervisor.Open(*dir, build, func(format string, args ...any) {
		fmt.Fprintf(complaints, "cluster: "+format+"\n", args...)
	})
	if err == nil {
		cluster.Real = *real
		switch words[0] {
		case "up":
			err = cluster.Up(ctx, *nodes)
			if err == nil && *asJSON {
				err = status(ctx, cluster, true, out)
			}
		case "down":
			err = cluster.Down(ctx)
		case "reset":
			err = cluster.Reset(ctx)
		case "status":
			err = status(ctx, cluster, *asJSON, out)
		default:
			fmt.Fprint(complaints, usage)
			return exitUsage
		}
	}
	if errors.Is(err, errNotReady) {
		return exitFailed
	}
	if err != nil {
		fmt.Fprintf(complaints, "%v\n", err)
		return exitFailed
	}
	return 0
}

var errNotReady = errors.New("not ready")

func status(ctx context.Context, cluster *supervisor.Cluster, asJSON bool, out io.Writer) error {
	found, err := cluster.Status(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(found); err != nil {
			return err
		}
	} else {
		found.Print(out)
	}
	if !found.Ready {
		return errNotReady
	}
	return nil
}
