package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var hash = strings.Repeat("a", 64)

func TestImagesAreServedByTheRegistryThatTheClientMeans(t *testing.T) {
	layout := t.TempDir()
	blobs := filepath.Join(layout, "blobs", "sha256")
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		t.Fatal(err)
	}
	index := `{"manifests": [{"mediaType": "application/example", "digest": "sha256:` + hash +
		`", "annotations": {"org.opencontainers.image.ref.name": "docker.io/library/redis:7"}}]}`
	for path, text := range map[string]string{
		filepath.Join(layout, "index.json"): index,
		filepath.Join(blobs, hash):          "blob",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]int{
		"/v2/": http.StatusOK,
		"/v2/library/redis/manifests/7?ns=docker.io":                              http.StatusOK,
		"/v2/library/redis/manifests/sha256:" + hash + "?ns=docker.io":            http.StatusOK,
		"/v2/library/redis/blobs/sha256:" + hash + "?ns=docker.io":                http.StatusOK,
		"/v2/library/redis/manifests/8?ns=docker.io":                              http.StatusNotFound,
		"/v2/library/redis/manifests/7?ns=example.org":                            http.StatusNotFound,
		"/v2/library/redis/blobs/sha256:..%2F..%2Findex.json?ns=docker.io":        http.StatusNotFound,
		"/v2/library/redis/blobs/sha256:" + strings.Repeat("b", 64) + "?ns=a.org": http.StatusNotFound,
	} {
		answer := httptest.NewRecorder()
		handler(layout).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != want {
			t.Errorf("%s: %d instead of %d", path, answer.Code, want)
		}
		if answer.Code == http.StatusOK && path != "/v2/" && answer.Body.String() != "blob" {
			t.Errorf("%s: %q", path, answer.Body)
		}
	}
	answer := httptest.NewRecorder()
	handler(layout).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/v2/library/redis/manifests/7?ns=docker.io", nil))
	if got := answer.Header().Get("Content-Type"); got != "application/example" {
		t.Errorf("a manifest is of type %q", got)
	}
}
