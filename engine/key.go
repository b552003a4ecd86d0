package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/server/common/rpc/encryption"
)

// keyName is whom the certificate is made out to. The key alone decides who is
// let in; the name is for programs that ask for one.
const keyName = "duban-engine"

// keyLife is so long that the key never ends by itself: it ends when its file is
// deleted.
const keyLife = 100 * 365 * 24 * time.Hour

// A key is what the engine and its clients share: a private key and its
// certificate, in one file that nobody else may read. Both sides show it to each
// other on every connection, so neither talks to a stranger.
type key struct{ certificate tls.Certificate }

// openKey reads the key at path, and makes one when there is none.
func openKey(path string) (key, error) {
	if err := makeKey(path); err != nil {
		return key{}, fmt.Errorf("make key of the engine: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return key{}, fmt.Errorf("look at key of the engine: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return key{}, fmt.Errorf("refuse key %s: its mode is %04o, so others may have read it; delete it, and the next start makes another", path, info.Mode().Perm())
	}
	pair, err := tls.LoadX509KeyPair(path, path)
	if err != nil {
		return key{}, fmt.Errorf("read key %s: %w; delete it, and the next start makes another", path, err)
	}
	return key{certificate: pair}, nil
}

// makeKey makes the file of a new key, unless it is there. It appears whole or
// not at all.
func makeKey(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text, err := newKey(time.Now())
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil // another engine was quicker, and its key is as good
}

// newKey draws a key and writes its certificate, which signs itself.
func newKey(now time.Time) ([]byte, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: keyName}, DNSNames: []string{keyName, "localhost"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(keyLife),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA:        true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}

var errStranger = errors.New("the other side does not have the key of the engine")

// config is that of both sides of a connection. The certificate of the other side
// must be our own, byte for byte: it proved in the handshake that it has the key.
func (k key) config() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		Certificates:       []tls.Certificate{k.certificate},
		ServerName:         keyName,
		ClientAuth:         tls.RequireAnyClientCert,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection asks for more than a chain does
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 || !bytes.Equal(s.PeerCertificates[0].Raw, k.certificate.Certificate[0]) {
				return errStranger
			}
			return nil
		},
	}
}

var _ encryption.TLSConfigProvider = key{}

// GetInternodeServerConfig guards what the services say to each other.
func (k key) GetInternodeServerConfig() (*tls.Config, error) { return k.config(), nil }

// GetInternodeClientConfig is its other side.
func (k key) GetInternodeClientConfig() (*tls.Config, error) { return k.config(), nil }

// GetFrontendServerConfig guards the frontend.
func (k key) GetFrontendServerConfig() (*tls.Config, error) { return k.config(), nil }

// GetFrontendClientConfig is for the server's own workers.
func (k key) GetFrontendClientConfig() (*tls.Config, error) { return k.config(), nil }

// GetRemoteClusterClientConfig is for the one cluster there is: this one.
func (k key) GetRemoteClusterClientConfig(string) (*tls.Config, error) { return k.config(), nil }

// GetExpiringCerts finds none.
func (key) GetExpiringCerts(time.Duration) (expiring, expired encryption.CertExpirationMap, err error) {
	return nil, nil, nil
}
