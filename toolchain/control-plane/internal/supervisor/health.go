package supervisor

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"stackberth/cluster/internal/pki"
	"stackberth/cluster/internal/state"
)

// problem reports what is missing before a pod can be created and will run. The nodes alone would
// not tell: they stay ready in the data of a cluster that was just started again.
func (c *Cluster) problem(ctx context.Context, st state.State) error {
	admin, err := c.adminAPI(st.Ports[apiPort])
	if err != nil {
		return err
	}
	if err := admin.ready(ctx); err != nil {
		return err
	}
	for _, name := range c.components() {
		if err := c.wellness(ctx, st, name); err != nil {
			return err
		}
	}
	ready, err := admin.readyNodes(ctx)
	if err != nil {
		return err
	}
	var missing []string
	for index := range st.Nodes {
		if !ready[nodeName(index)] {
			missing = append(missing, nodeName(index))
		}
	}
	if len(missing) > 0 {
		return errors.New("not ready: " + strings.Join(missing, ", "))
	}
	_, err = admin.do(ctx, http.MethodGet, "/api/v1/namespaces/default/serviceaccounts/default", nil, nil)
	return err
}

// wellness queries the health endpoint of a client of the API server, if it has one.
func (c *Cluster) wellness(ctx context.Context, st state.State, name string) error {
	port, asked := healthPorts[name]
	if !asked {
		return nil
	}
	component, err := c.newAPI(localURL(st.Ports[port]), pki.ClusterAuthority, "admin")
	if err != nil {
		return err
	}
	if _, err := component.do(ctx, http.MethodGet, "/healthz", nil, nil); err != nil {
		return errors.New(name + " does not respond: " + err.Error())
	}
	return nil
}
