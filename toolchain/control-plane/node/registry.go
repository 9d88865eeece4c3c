package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
)

const referenceAnnotation = "org.opencontainers.image.ref.name"

// registry serves the images of an OCI image layout, read-only, under whatever registry's name a client
// asks for: a mirror is told the name in ?ns=. The layout is read at each request, so that new images
// are there at once.
func registry(words []string) int {
	flags := flag.NewFlagSet("registry", flag.ContinueOnError)
	layout := flags.String("layout", "", "folder of the OCI image layout")
	address := flags.String("listen", "", "address to listen on")
	if err := flags.Parse(words); err != nil {
		return 2
	}
	if err := http.ListenAndServe(*address, handler(*layout)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Annotations map[string]string `json:"annotations"`
}

var resource = regexp.MustCompile(`^/v2/(.*)/(manifests|blobs)/([^/]+)$`)

var digest = regexp.MustCompile(`^sha256:([0-9a-f]{64})$`)

func handler(layout string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/", func(out http.ResponseWriter, request *http.Request) {
		// The root, by which a client asks whether this is a registry.
		if request.URL.Path == "/v2/" {
			return
		}
		match := resource.FindStringSubmatch(request.URL.Path)
		if match == nil {
			http.NotFound(out, request)
			return
		}
		name, kind, reference := match[1], match[2], match[3]
		if kind == "manifests" {
			found, err := find(layout, request.URL.Query().Get("ns")+"/"+name, reference)
			if err != nil {
				http.Error(out, err.Error(), http.StatusNotFound)
				return
			}
			out.Header().Set("Content-Type", found.MediaType)
			out.Header().Set("Docker-Content-Digest", found.Digest)
			reference = found.Digest
		} else {
			out.Header().Set("Content-Type", "application/octet-stream")
		}
		hex := digest.FindStringSubmatch(reference)
		if hex == nil {
			http.NotFound(out, request)
			return
		}
		http.ServeFile(out, request, filepath.Join(layout, "blobs", "sha256", hex[1]))
	})
	return mux
}

// find returns the manifest that a tag or a digest names.
func find(layout, name, reference string) (descriptor, error) {
	data, err := os.ReadFile(filepath.Join(layout, "index.json"))
	if err != nil {
		return descriptor{}, err
	}
	var index struct {
		Manifests []descriptor `json:"manifests"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		return descriptor{}, err
	}
	for _, each := range index.Manifests {
		if each.Digest == reference || each.Annotations[referenceAnnotation] == name+":"+reference {
			return each, nil
		}
	}
	return descriptor{}, fmt.Errorf("the image %s:%s is not in %s", name, reference, layout)
}
