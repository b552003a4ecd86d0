package composetest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"

	"duban/internal/loopback"
	"duban/local"
)

// A container is a service's, on a host. What another container would be at an
// address of the compose file is on this machine.
type container struct {
	host    *host
	service types.ServiceConfig
	env     []string
	// ports has for each port that the service listens at the address it listens at here.
	ports map[string]string
}

func (h *host) container(t *testing.T, service types.ServiceConfig) *container {
	t.Helper()
	c := &container{host: h, service: service, ports: map[string]string{}}
	for name, value := range service.Environment {
		require.NotNil(t, value, name)
		here := *value
		switch port, listens := strings.CutPrefix(here, "0.0.0.0:"); {
		case listens:
			here = loopback.Address(t)
			c.ports[port] = here
		case name == "DATABASE_URL":
			here = h.postgres.URL()
		case name == "TEMPORAL_ADDRESS":
			here = h.engine.Address()
		}
		c.env = append(c.env, name+"="+here)
	}
	return c
}

// command is the image's program as the container would run it. As root the tests
// give it the image's account; else they give it a user namespace, in which their own
// account has the number of the image's.
func (c *container) command(arguments ...string) *exec.Cmd {
	account := c.host.account
	cmd := exec.Command(c.host.program, arguments...)
	cmd.Path, cmd.Err = c.host.program, nil
	cmd.Dir, cmd.Env = "/", c.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: c.host.root}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(account), Gid: uint32(account)}
		return cmd
	}
	cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: account, HostID: os.Getuid(), Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: account, HostID: os.Getgid(), Size: 1}}
	return cmd
}

// run runs a subcommand to its end, as docker compose run does, and returns what it
// printed.
func (c *container) run(t *testing.T, arguments ...string) []byte {
	t.Helper()
	cmd := c.command(arguments...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	require.NoError(t, err, "%s", complaint.Bytes())
	return out
}

// start starts the service. It ends with the test, in the time that the service has
// for that.
func (c *container) start(t *testing.T) {
	t.Helper()
	cmd := c.command(c.service.Command...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	require.NoError(t, local.StartTied(cmd, syscall.SIGKILL))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-ended:
			require.NoError(t, err, "%s: %s", c.service.Name, log.Bytes())
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			require.NoError(t, fmt.Errorf("%s does not end: %s", c.service.Name, log.Bytes()))
		}
		if t.Failed() {
			t.Logf("%s: %s", c.service.Name, log.Bytes())
		}
	})
}

// becomesHealthy waits until what the service's health check asks for is answered well.
func (c *container) becomesHealthy(t *testing.T) {
	t.Helper()
	check := c.service.HealthCheck.Test
	asked, err := url.Parse(check[len(check)-1])
	require.NoError(t, err)
	require.Contains(t, c.ports, asked.Port(), "the health check of %s asks where nobody listens", c.service.Name)
	asked.Host = c.ports[asked.Port()]
	c.host.eventually(t, c.service.Name+" is healthy", func() bool {
		resp, err := http.Get(asked.String())
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}
