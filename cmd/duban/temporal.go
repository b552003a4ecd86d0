package main

import (
	"errors"
	"net"

	"duban/dispatch"
	"duban/local"
)

// temporalSettings say how the Temporal server and this program know each other.
type temporalSettings struct {
	EngineKeyFile      string `env:"DUBAN_ENGINE_KEY_FILE" help:"Key that is shared with the engine at --temporal-address, with mode 0600: the file engine.key of the folder where it was started. The engine that duban serve runs has its own in --data."`
	TemporalTLS        bool   `name:"temporal-tls" env:"DUBAN_TEMPORAL_TLS" help:"Reach the Temporal server by TLS; the settings below imply it."`
	TemporalCAFile     string `name:"temporal-ca-file" env:"DUBAN_TEMPORAL_CA_FILE" help:"Certificates that the Temporal server's must come from, as PEM. Defaults to the system's."`
	TemporalCertFile   string `name:"temporal-cert-file" env:"DUBAN_TEMPORAL_CERT_FILE" help:"Certificate to show the Temporal server, as PEM; with --temporal-key-file."`
	TemporalKeyFile    string `name:"temporal-key-file" env:"DUBAN_TEMPORAL_KEY_FILE" help:"Private key of that certificate, as PEM."`
	TemporalServerName string `env:"DUBAN_TEMPORAL_SERVER_NAME" help:"Name in the Temporal server's certificate. Defaults to the host of its address."`
	TemporalAPIKeyFile string `name:"temporal-api-key-file" env:"DUBAN_TEMPORAL_API_KEY_FILE" help:"File of the API key that the Temporal server asks for, such as Temporal Cloud's; read for each call."`
}

var (
	errTwoWays  = errors.New("--engine-key-file is for an engine of ours, the --temporal-… settings for a server of somebody else's: give one of them")
	errHalfPair = errors.New("--temporal-cert-file and --temporal-key-file belong together")
)

// Validate wants one way of knowing each other, and it whole.
func (t temporalSettings) Validate() error {
	if t.EngineKeyFile != "" && t.cluster() {
		return errTwoWays
	}
	if (t.TemporalCertFile == "") != (t.TemporalKeyFile == "") {
		return errHalfPair
	}
	return nil
}

// cluster reports whether anything is said of a server of somebody else's.
func (t temporalSettings) cluster() bool {
	return t.TemporalTLS || t.TemporalCAFile != "" || t.TemporalCertFile != "" || t.TemporalServerName != "" || t.TemporalAPIKeyFile != ""
}

// temporal is the server to work with.
func (s *settings) temporal() (dispatch.Server, error) {
	server := dispatch.Server{Address: s.TemporalAddress, Namespace: s.TemporalNamespace, APIKeyFile: s.TemporalAPIKeyFile}
	switch {
	case s.EngineKeyFile != "":
		server.TLS = dispatch.EngineTLS(s.EngineKeyFile)
	case s.cluster():
		tls, err := dispatch.ClusterTLS{
			CAFile: s.TemporalCAFile, CertFile: s.TemporalCertFile, KeyFile: s.TemporalKeyFile, ServerName: s.TemporalServerName,
		}.Config()
		if err != nil {
			return dispatch.Server{}, err
		}
		server.TLS = tls
	}
	return server, nil
}

// exposed reports whether what is said to a server, and who says it, anybody on
// the way may read and change.
func exposed(server dispatch.Server) bool {
	host, _, err := net.SplitHostPort(server.Address)
	if err != nil || server.TLS != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// running is the engine of the system that runs on the data folder.
func (s *settings) running() (settings, error) {
	found := *s
	_, address, err := local.Running(s.Data)
	found.TemporalAddress, found.EngineKeyFile = address, local.EngineKeyFile(s.Data)
	return found, err
}
