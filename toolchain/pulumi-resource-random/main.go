// Command pulumi-resource-random is a Pulumi provider that makes random passwords. It stands in for the
// registered provider of the package `random` where no package registry serves that one. It knows the one
// resource type that this project uses, and leaves the same state: either goes on where the other stopped.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// version is the version that the provider reports; the build sets it with -ldflags.
var version = "0.0.0"

// pulse is how often the provider looks whether the engine that started it is still there.
const pulse = 5 * time.Second

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-random:", err)
		os.Exit(1)
	}
}

// run serves the engine, whose address is the last argument, until it asks to stop or is gone. The SDK's
// own provider.Main does the same and traces, for ten times the time to compile.
func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 1 {
		if err := rpcutil.Healthcheck(ctx, os.Args[len(os.Args)-1], pulse, stop); err != nil {
			return err
		}
	}
	stopping := make(chan bool)
	context.AfterFunc(ctx, func() { close(stopping) })
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Init: register, Cancel: stopping})
	if err != nil {
		return err
	}
	// This is how the engine learns where to reach the provider.
	fmt.Println(server.Port)
	return <-server.Done
}

func register(server *grpc.Server) error {
	pulumirpc.RegisterResourceProviderServer(server, provider{})
	return nil
}
