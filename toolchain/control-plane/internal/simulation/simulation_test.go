package simulation

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	first, err := Write(dir, time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	second, err := Write(dir, time.Unix(2, 0))
	if err != nil || first != second {
		t.Errorf("the stages must not depend on the time: %v", err)
	}
	data, err := os.ReadFile(StagesFile(dir))
	if err != nil || string(data) != first {
		t.Errorf("file and result differ: %v", err)
	}
	for _, stage := range []string{
		"node-ready", "node-heartbeat", "pod-ready", "pod-complete", "pod-delete",
		"pod-crash", "pod-fail", "pod-complete-slowly", "service-load-balancer", "ingress-address",
	} {
		if strings.Count(first, "  name: "+stage+"\n") != 1 {
			t.Errorf("stage %s is not there exactly once", stage)
		}
	}
}
