package pki

import (
	"crypto/x509"
	"os"
	"strings"
	"testing"
	"time"
)

func ensure(t *testing.T, dir Dir, now time.Time) string {
	t.Helper()
	identity, err := dir.Ensure(now)
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

func TestEnsureIsStable(t *testing.T) {
	dir, now := Dir(t.TempDir()), time.Now()
	if first, second := ensure(t, dir, now), ensure(t, dir, now.Add(time.Hour)); first != second {
		t.Error("a second Ensure must change nothing")
	}
}

func TestEveryLeafVerifies(t *testing.T) {
	dir, now := Dir(t.TempDir()), time.Now()
	ensure(t, dir, now)
	for _, leaf := range Leaves {
		issuer, err := dir.load(leaf.Authority)
		if err != nil {
			t.Fatal(err)
		}
		found, err := dir.load(leaf.Name)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(issuer.cert)
		for _, host := range append([]string{""}, leaf.Hosts...) {
			options := x509.VerifyOptions{Roots: roots, DNSName: host, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
			if _, err := found.cert.Verify(options); err != nil {
				t.Errorf("%s for %q: %v", leaf.Name, host, err)
			}
		}
	}
}

func TestKeysAreReadableByTheirOwnerOnly(t *testing.T) {
	dir := Dir(t.TempDir())
	ensure(t, dir, time.Now())
	entries, err := os.ReadDir(string(dir))
	if err != nil || len(entries) == 0 {
		t.Fatal("no files", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(entry.Name(), ".key") && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", entry.Name(), info.Mode())
		}
	}
}

func TestDamageIsMended(t *testing.T) {
	damages := map[string]func(Dir) error{
		"certificate missing": func(d Dir) error { return os.Remove(d.Cert("admin")) },
		"key missing":         func(d Dir) error { return os.Remove(d.Key("admin")) },
		"certificate empty":   func(d Dir) error { return os.WriteFile(d.Cert("admin"), nil, 0o644) },
		"authority missing":   func(d Dir) error { return os.Remove(d.Key(ClusterAuthority)) },
		"token key damaged":   func(d Dir) error { return os.WriteFile(d.ServiceAccountKey(), []byte("?"), 0o600) },
		"pair mixed up":       func(d Dir) error { return os.Rename(d.Key("kwok"), d.Key("admin")) },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			dir, now := Dir(t.TempDir()), time.Now()
			before := ensure(t, dir, now)
			if err := damage(dir); err != nil {
				t.Fatal(err)
			}
			after := ensure(t, dir, now)
			if name != "token key damaged" && before == after {
				t.Error("the identity must change")
			}
			if again := ensure(t, dir, now); again != after {
				t.Error("not mended")
			}
		})
	}
}

func TestExpiringCertificatesAreRenewed(t *testing.T) {
	dir, now := Dir(t.TempDir()), time.Now()
	before := ensure(t, dir, now)
	if after := ensure(t, dir, now.Add(lifetime-24*time.Hour)); before == after {
		t.Error("a certificate with a day left must be renewed")
	}
}

func TestKubeconfig(t *testing.T) {
	dir := Dir(t.TempDir())
	ensure(t, dir, time.Now())
	path := dir.Cert("kubeconfig")
	if err := dir.WriteKubeconfig(path, "https://127.0.0.1:1", "admin"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), "server: https://127.0.0.1:1\n") {
		t.Errorf("%s %v", data, err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}
