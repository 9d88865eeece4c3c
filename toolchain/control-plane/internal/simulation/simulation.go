// Package simulation writes the configuration of KWOK, which plays the part of the kubelets: the
// stages every node, pod, Service and Ingress goes through, and the text of every pod's log.
package simulation

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

//go:embed config/*.yaml
var stages embed.FS

const (
	stagesFile = "kwok.yaml"
	logFile    = "pod-output.txt"
)

// StagesFile is the path of the configuration inside dir.
func StagesFile(dir string) string { return filepath.Join(dir, stagesFile) }

// settings is the part of the configuration that depends on the cluster. KWOK gives up its defaults
// as soon as one option is set here, so those it cannot do without are repeated.
const settings = `apiVersion: config.kwok.x-k8s.io/v1alpha1
kind: KwokConfiguration
metadata:
  name: stackberth
options:
  enableProfilingHandler: false
  enableDebuggingHandlers: true
  podPlayStageParallelism: 4
  nodePlayStageParallelism: 4
  podsOnNodeSyncParallelism: 1
  enablePodsOnNodeSyncListPager: true
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterLogs
metadata:
  name: every-pod
spec:
  logs:
    - logsFile: %[1]q
      previousLogsFile: %[1]q
      follow: false
`

const podOutput = "this pod is simulated: the embedded cluster schedules it and reports its status," +
	" but runs no container, so it has no output of its own"

// Write puts the configuration into dir and returns its text.
func Write(dir string, now time.Time) (string, error) {
	text, err := config(filepath.Join(dir, logFile))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	// The format of container runtimes: time, stream, F for a full line.
	line := fmt.Sprintf("%s stdout F %s\n", now.UTC().Format(time.RFC3339Nano), podOutput)
	if err := os.WriteFile(filepath.Join(dir, logFile), []byte(line), 0o600); err != nil {
		return "", err
	}
	return text, os.WriteFile(StagesFile(dir), []byte(text), 0o600)
}

func config(output string) (string, error) {
	documents := []string{fmt.Sprintf(settings, output)}
	files, err := stages.ReadDir("config")
	if err != nil {
		return "", err
	}
	for _, file := range files {
		text, err := stages.ReadFile("config/" + file.Name())
		if err != nil {
			return "", err
		}
		documents = append(documents, string(text))
	}
	return strings.Join(documents, "---\n"), nil
}
