package dispatch

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"go.temporal.io/sdk/client"
)

// A Server says which Temporal server keeps time, and how it and we know each
// other.
type Server struct {
	// Address is host:port, Namespace one that it has. Both are required.
	Address, Namespace string
	// TLS is that of the connection. Defaults to none: whoever reaches the
	// server may do everything there.
	TLS *tls.Config
	// APIKeyFile holds the key that each call carries, such as Temporal Cloud's;
	// it is read anew each time, so it can be replaced. Defaults to none.
	APIKeyFile string
}

// options are those of a client of the server.
func (s Server) options() client.Options {
	o := client.Options{HostPort: s.Address, Namespace: s.Namespace, ConnectionOptions: client.ConnectionOptions{TLS: s.TLS}}
	if s.APIKeyFile != "" {
		o.Credentials = client.NewAPIKeyDynamicCredentials(func(context.Context) (string, error) {
			text, err := os.ReadFile(s.APIKeyFile)
			return strings.TrimSpace(string(text)), err
		})
	}
	return o
}

// engineName is whom the engine's certificate is made out to.
const engineName = "duban-engine"

var (
	errStranger = errors.New("what answers at the engine's address does not have the engine's key")
	errOpenKey  = errors.New("others may read it; delete it and start the engine again, which makes another")
)

// EngineTLS is for an engine of our own: both sides show each other the key that
// the engine's first start left in a file. The file is read for each connection,
// so a new key is taken up by itself; it need not be there yet.
func EngineTLS(keyFile string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		ServerName: engineName,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return engineKey(keyFile)
		},
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection asks for more than a chain does: the very certificate
		VerifyConnection: func(s tls.ConnectionState) error {
			own, err := engineKey(keyFile)
			if err != nil {
				return err
			}
			if len(s.PeerCertificates) == 0 || !bytes.Equal(s.PeerCertificates[0].Raw, own.Certificate[0]) {
				return errStranger
			}
			return nil
		},
	}
}

func engineKey(file string) (*tls.Certificate, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("look at key of the engine: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("refuse key of the engine %s: %w", file, errOpenKey)
	}
	pair, err := tls.LoadX509KeyPair(file, file)
	if err != nil {
		return nil, fmt.Errorf("read key of the engine: %w", err)
	}
	return &pair, nil
}

// ClusterTLS is for a Temporal cluster of somebody else's. Every field may be
// empty.
type ClusterTLS struct {
	// CAFile has the certificates that the server's must come from. Defaults to
	// the system's.
	CAFile string
	// CertFile and KeyFile are what we show, both or neither.
	CertFile, KeyFile string
	// ServerName is whom the server's certificate must be made out to. Defaults to
	// the host of its address.
	ServerName string
}

// Config reads the files.
func (c ClusterTLS) Config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.ServerName}
	if c.CAFile != "" {
		text, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read certificates of Temporal's CA: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("read certificates of Temporal's CA: there is none in %s", c.CAFile)
		}
	}
	if c.CertFile == "" && c.KeyFile == "" {
		return config, nil
	}
	load := func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read our certificate for Temporal: %w", err)
		}
		return &pair, nil
	}
	if _, err := load(); err != nil {
		return nil, err // a mistake is told at once, not when the server is there
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return load() }
	return config, nil
}
