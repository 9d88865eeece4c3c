package supervisor

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"stackberth/cluster/internal/pki"
)

// api is the minimal client that the supervisor needs.
type api struct {
	base   string
	client *http.Client
}

func (c *Cluster) newAPI(base, authority, leaf string) (*api, error) {
	pem, err := os.ReadFile(c.pki().Cert(authority))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	cert, err := tls.LoadX509KeyPair(c.pki().Cert(leaf), c.pki().Key(leaf))
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		// Never through a proxy: this is the loopback interface.
		Proxy: nil,
		// Short commands, many targets: nothing is worth keeping open.
		DisableKeepAlives: true,
	}
	return &api{base: base, client: &http.Client{Transport: transport, Timeout: 5 * time.Second}}, nil
}

func (c *Cluster) adminAPI(port int) (*api, error) {
	return c.newAPI(localURL(port), pki.ClusterAuthority, "admin")
}

func (c *Cluster) etcdAPI(port int) (*api, error) {
	return c.newAPI(localURL(port), pki.EtcdAuthority, "etcd-client")
}

// do sends body, if there is one, and decodes the answer into result, if there is one.
func (a *api) do(ctx context.Context, method, path string, body, result any) (status int, err error) {
	var content io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		content = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.base+path, content)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	response, err := a.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return response.StatusCode, err
	}
	if response.StatusCode >= 300 {
		return response.StatusCode, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, message(data))
	}
	if result == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, json.Unmarshal(data, result)
}

func message(data []byte) string {
	var status struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(data, &status) == nil && status.Message != "" {
		return status.Message
	}
	return strings.TrimSpace(string(data))
}

// ready reports whether /readyz says exactly "ok"; before that, controllers would work on half an API.
func (a *api) ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if string(data) != "ok" {
		return errors.New("not ready: " + failedChecks(string(data)))
	}
	return nil
}

// healthy is ready for etcd.
func (a *api) healthy(ctx context.Context) error {
	var answer struct{ Health string }
	if _, err := a.do(ctx, http.MethodGet, "/health", nil, &answer); err != nil {
		return err
	}
	if answer.Health != "true" {
		return errors.New("etcd reports that it is unhealthy")
	}
	return nil
}

// failedChecks keeps the lines of /readyz that name a failing check.
func failedChecks(text string) string {
	var failed []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "[-]") {
			failed = append(failed, strings.TrimSpace(line))
		}
	}
	if len(failed) == 0 {
		return strings.TrimSpace(text)
	}
	return strings.Join(failed, ", ")
}

// readyNodes returns the names of the nodes that are ready.
func (a *api) readyNodes(ctx context.Context) (map[string]bool, error) {
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Status   struct {
				Conditions []struct{ Type, Status string }
			}
		}
	}
	if _, err := a.do(ctx, http.MethodGet, "/api/v1/nodes", nil, &list); err != nil {
		return nil, err
	}
	ready := map[string]bool{}
	for _, node := range list.Items {
		for _, condition := range node.Status.Conditions {
			if condition.Type == "Ready" {
				ready[node.Metadata.Name] = condition.Status == "True"
			}
		}
	}
	return ready, nil
}
