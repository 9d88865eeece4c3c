package pki

import (
	"encoding/base64"
	"fmt"
	"os"
)

// Context is the name of the context in every kubeconfig this package writes.
const Context = "stackberth"

const kubeconfigText = `apiVersion: v1
kind: Config
clusters:
  - name: stackberth
    cluster:
      server: %s
      certificate-authority-data: %s
contexts:
  - name: stackberth
    context:
      cluster: stackberth
      user: %s
      namespace: default
current-context: stackberth
users:
  - name: %s
    user:
      client-certificate-data: %s
      client-key-data: %s
`

// WriteKubeconfig writes a kubeconfig for the client whose Leaf is named; only the owner can read it.
func (d Dir) WriteKubeconfig(path, server, leaf string) error {
	var encoded [3]string
	for i, file := range []string{d.Cert(ClusterAuthority), d.Cert(leaf), d.Key(leaf)} {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		encoded[i] = base64.StdEncoding.EncodeToString(data)
	}
	user := "stackberth-" + leaf
	text := fmt.Sprintf(kubeconfigText, server, encoded[0], user, user, encoded[1], encoded[2])
	return writeFile(path, []byte(text), 0o600)
}
