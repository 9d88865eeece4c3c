package state

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func TestSaveAndLoad(t *testing.T) {
	dir := t.TempDir()
	want := State{
		Nodes:     3,
		Ports:     map[string]int{"api": 20001},
		Processes: map[string]Process{"etcd": {Pid: 7, Started: time.Unix(1, 0).UTC(), Fingerprint: "f"}},
	}
	if err := want.Save(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(dir); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestMissingIsEmpty(t *testing.T) {
	got, err := Load(t.TempDir())
	if err != nil || got.Ports == nil || got.Processes == nil {
		t.Errorf("%+v %v", got, err)
	}
}

func TestHalfWrittenIsEmptyAndSaidToBeDamaged(t *testing.T) {
	for _, content := range []string{"", `{"nodes": 3, "por`, "[]"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Load(dir)
		if !errors.Is(err, ErrDamaged) || got.Ports == nil || got.Processes == nil {
			t.Errorf("%q: %+v %v", content, got, err)
		}
	}
}

func TestLockExcludesAndWaits(t *testing.T) {
	dir := t.TempDir()
	release, err := Lock(context.Background(), dir, func() { t.Error("nobody to wait for") })
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	told := 0
	if _, err := Lock(short, dir, func() { told++ }); err == nil || told != 1 {
		t.Errorf("a second lock must wait and say so once: %v, said %d times", err, told)
	}
	release()
	release, err = Lock(context.Background(), dir, func() {})
	if err != nil {
		t.Fatal(err)
	}
	release()
}
