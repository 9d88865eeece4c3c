package supervisor

import (
	"slices"
	"strings"
	"testing"
)

func testCluster(t *testing.T) *Cluster {
	t.Helper()
	cluster, err := Open(t.TempDir(), "build", t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	return cluster
}

var testPorts = map[string]int{apiPort: 1, etcdPort: 2, etcdPeerPort: 3, controllerPort: 4, schedulerPort: 5, kubeletPort: 6}

func TestEveryComponentIsStartedAndStopped(t *testing.T) {
	flags := testCluster(t).flags(testPorts)
	stopped := slices.Concat(stopOrder...)
	for _, name := range ComponentNames {
		if len(flags[name]) == 0 {
			t.Errorf("%s has no flags", name)
		}
		if !slices.Contains(stopped, name) {
			t.Errorf("%s is never stopped", name)
		}
	}
	if len(flags) != len(ComponentNames) || len(stopped) != len(ComponentNames) {
		t.Error("there are components without a name")
	}
}

// A component that does not point into the folder could not be recognised as this cluster's.
func TestEveryComponentPointsIntoTheFolder(t *testing.T) {
	cluster := testCluster(t)
	for name, flags := range cluster.flags(testPorts) {
		if !strings.Contains(strings.Join(flags, " "), "="+cluster.dir+"/") {
			t.Errorf("%s cannot be recognised: %v", name, flags)
		}
	}
}

func TestMeasurementsChooseTheGracePeriod(t *testing.T) {
	cluster := testCluster(t)
	has := func(flag string) bool {
		return slices.Contains(cluster.flags(testPorts)[controllerManager], flag)
	}
	if !has("--node-monitor-grace-period=2m") {
		t.Error("without the variable it is not two minutes")
	}
	t.Setenv(gracePeriodVariable, "20s")
	if !has("--node-monitor-grace-period=20s") {
		t.Error("the variable is not used")
	}
}

func TestNothingListensBeyondLoopback(t *testing.T) {
	for name, flags := range testCluster(t).flags(testPorts) {
		for _, flag := range flags {
			if strings.Contains(flag, "0.0.0.0") || strings.Contains(flag, "[::]") {
				t.Errorf("%s has %s", name, flag)
			}
		}
	}
}

func TestFingerprintsFollowWhatAComponentIsStartedWith(t *testing.T) {
	cluster := testCluster(t)
	print := func(build, identity, stages string, api int) map[string]string {
		ports := map[string]int{apiPort: api, etcdPort: 2, etcdPeerPort: 3, controllerPort: 4, schedulerPort: 5, kubeletPort: 6}
		return fingerprints(cluster.flags(ports), build, identity, stages)
	}
	base := print("b", "i", "s", 1)
	if changed := print("b", "i", "other", 1); changed[kwok] == base[kwok] || changed[etcd] != base[etcd] {
		t.Error("new stages concern KWOK and nobody else")
	}
	if changed := print("b", "i", "s", 9); changed[apiServer] == base[apiServer] || changed[etcd] != base[etcd] {
		t.Error("a new port concerns its owner only")
	}
	for name, other := range map[string]map[string]string{"build": print("x", "i", "s", 1), "pki": print("b", "x", "s", 1)} {
		for component := range base {
			if other[component] == base[component] {
				t.Errorf("another %s must restart %s", name, component)
			}
		}
	}
}

func TestChooseNodes(t *testing.T) {
	for _, test := range []struct{ asked, remembered, want int }{{0, 0, DefaultNodes}, {0, 5, 5}, {2, 5, 2}} {
		if got := chooseNodes(test.asked, test.remembered); got != test.want {
			t.Errorf("%+v gives %d", test, got)
		}
	}
}

func TestFailedChecks(t *testing.T) {
	text := "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n"
	if got := failedChecks(text); got != "[-]etcd failed: reason withheld" {
		t.Errorf("%q", got)
	}
}

func TestEnvironmentOfOtherProgramsStaysOut(t *testing.T) {
	t.Setenv("ETCD_NAME", "x")
	t.Setenv("https_proxy", "x")
	t.Setenv("KWOK_CONFIG", "x")
	got := environment("/run")
	for _, pair := range got {
		if strings.HasSuffix(pair, "=x") {
			t.Errorf("%s stays", pair)
		}
	}
	if !slices.Contains(got, "KWOK_WORKDIR=/run") {
		t.Error("KWOK would read the user's own configuration")
	}
}
