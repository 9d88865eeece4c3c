// Package pki makes and keeps the certificates of one cluster: its authorities, one certificate per
// client and server, and the key that signs service account tokens. Nothing outside Go's standard
// library is needed, and no private key is readable by anybody but its owner.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	lifetime    = 10 * 365 * 24 * time.Hour
	renewBefore = 30 * 24 * time.Hour
)

// Dir is the folder that holds the certificates and keys.
type Dir string

// Cert is the path of a certificate, given the name of its Leaf or authority.
func (d Dir) Cert(name string) string { return filepath.Join(string(d), name+".crt") }

// Key is the path of the private key that belongs to Cert.
func (d Dir) Key(name string) string { return filepath.Join(string(d), name+".key") }

// ServiceAccountKey is the path of the private key that signs service account tokens.
func (d Dir) ServiceAccountKey() string { return d.Key("service-account") }

// Ensure makes whatever is missing, damaged or about to expire, and returns an identity of the
// whole set: it changes exactly when a process that read the old files has to be restarted.
func (d Dir) Ensure(now time.Time) (string, error) {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return "", err
	}
	for _, authority := range Authorities {
		issuer, err := d.ensureAuthority(authority, now)
		if err != nil {
			return "", err
		}
		for _, leaf := range leavesOf(authority) {
			if err := d.ensureLeaf(leaf, issuer, now); err != nil {
				return "", err
			}
		}
	}
	if err := d.ensureServiceAccountKey(); err != nil {
		return "", err
	}
	return d.identity()
}

func (d Dir) ensureAuthority(name string, now time.Time) (*pair, error) {
	if found, err := d.load(name); err == nil && found.cert.IsCA && usable(found.cert, now) {
		return found, nil
	}
	made, err := newPair(authorityTemplate(name, now), nil)
	if err != nil {
		return nil, fmt.Errorf("cannot make the certificate authority %s: %w", name, err)
	}
	return made, d.save(name, made)
}

func (d Dir) ensureLeaf(leaf Leaf, issuer *pair, now time.Time) error {
	found, err := d.load(leaf.Name)
	if err == nil && usable(found.cert, now) && found.cert.CheckSignatureFrom(issuer.cert) == nil {
		return nil
	}
	made, err := newPair(leafTemplate(leaf, now), issuer)
	if err != nil {
		return fmt.Errorf("cannot make the certificate %s: %w", leaf.Name, err)
	}
	return d.save(leaf.Name, made)
}

func (d Dir) ensureServiceAccountKey() error {
	if _, err := readKey(d.ServiceAccountKey()); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	return writeKey(d.ServiceAccountKey(), key)
}

func (d Dir) identity() (string, error) {
	sum := sha256.New()
	files := []string{d.ServiceAccountKey()}
	for _, authority := range Authorities {
		files = append(files, d.Cert(authority))
		for _, leaf := range leavesOf(authority) {
			files = append(files, d.Cert(leaf.Name))
		}
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func usable(cert *x509.Certificate, now time.Time) bool {
	return now.After(cert.NotBefore) && now.Add(renewBefore).Before(cert.NotAfter)
}

func (d Dir) load(name string) (*pair, error) {
	data, err := os.ReadFile(d.Cert(name))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("not a PEM file")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, err := readKey(d.Key(name))
	if err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return nil, errors.New("certificate and key do not match")
	}
	return &pair{cert: cert, key: key}, nil
}

// save writes the key first. Killed in between, it leaves a certificate and a key that do not belong
// together, which the next Ensure recognises as damage.
func (d Dir) save(name string, made *pair) error {
	if err := writeKey(d.Key(name), made.key); err != nil {
		return err
	}
	block := &pem.Block{Type: "CERTIFICATE", Bytes: made.cert.Raw}
	return writeFile(d.Cert(name), pem.EncodeToMemory(block), 0o644)
}
