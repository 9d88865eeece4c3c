// Command pulumi-resource-kubernetes is Pulumi's provider for Kubernetes. Its own main embeds two files
// that its module does not have; this one reads them from where the module cache has them.
package main

import (
	"go/build"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

const module = "github.com/pulumi/pulumi-kubernetes/provider/v4"

// version is the version that the provider reports; the build sets it with -ldflags.
var version = "4.0.0"

func main() {
	provider.Serve("kubernetes", version, read("schema.json"), read("terraform-mapping.json"))
}

// read is a description of the resources, which only imports and requests for the schema need: without
// the module cache all else works.
func read(name string) []byte {
	text, err := os.ReadFile(filepath.Join(moduleFolder(), "cmd", "pulumi-resource-kubernetes", name))
	if err != nil {
		return []byte("{}")
	}
	return text
}

// moduleFolder is where Go keeps the very revision that this program is built from.
func moduleFolder() string {
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		cache = filepath.Join(build.Default.GOPATH, "pkg", "mod")
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				return filepath.Join(cache, module+"@"+dependency.Version)
			}
		}
	}
	return cache
}
