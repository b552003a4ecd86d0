package main

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

const (
	clusterName = "active"
	clusterID   = "00000000-0000-0000-0000-0000000d0ba0" // any, as long as it never changes

	// historyShards is written into the database by the first start and cannot
	// change later; on another database's number the server goes on with that.
	// Four use the cores of one machine: one shard was measured a third slower,
	// sixteen no faster.
	historyShards = 4

	memberJoinLimit = 30 * time.Second
)

// startServer starts all four services of a Temporal server in this process.
func startServer(ctx context.Context, db database, listen netip.AddrPort, k key, logger log.Logger) (temporal.Server, error) {
	conf, hosts, err := serverConfig(ctx, db, listen)
	if err != nil {
		return nil, err
	}
	srv, err := temporal.NewServer(
		temporal.WithConfig(conf),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithLogger(logger),
		temporal.WithDynamicConfigClient(dynamicSettings()),
		temporal.WithTLSConfigFactory(k),
		// Who has the key may do everything: there is one client, Duban.
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
	)
	if err != nil {
		return nil, fmt.Errorf("prepare server: %w", err)
	}
	if err := srv.Start(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	return srv, nil
}

// serverConfig describes the server: one host with fixed addresses instead of
// a membership ring, no metrics or profiling port, no archive.
func serverConfig(ctx context.Context, db database, listen netip.AddrPort) (*config.Config, map[primitives.ServiceName]static.Hosts, error) {
	var conf config.Config
	conf.Global.Membership = config.Membership{MaxJoinDuration: memberJoinLimit, BroadcastAddress: listen.Addr().String()}
	conf.Persistence = config.Persistence{
		NumHistoryShards: historyShards,
		DefaultStore:     mainSchema,
		VisibilityStore:  visibilitySchema,
		DataStores: map[string]config.DataStore{
			mainSchema:       {SQL: db.store(ctx, mainSchema, mainConns)},
			visibilitySchema: {SQL: db.store(ctx, visibilitySchema, visibilityConns)},
		},
	}
	conf.ClusterMetadata = &cluster.Config{
		FailoverVersionIncrement: 10,
		MasterClusterName:        clusterName,
		CurrentClusterName:       clusterName,
		ClusterInformation: map[string]cluster.ClusterInformation{
			clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: listen.String(), ClusterID: clusterID},
		},
	}
	conf.DCRedirectionPolicy.Policy = "noop"
	const disabled = "disabled"
	conf.Archival.History.State, conf.Archival.Visibility.State = disabled, disabled
	conf.NamespaceDefaults.Archival.History.State, conf.NamespaceDefaults.Archival.Visibility.State = disabled, disabled
	conf.PublicClient.HostPort = listen.String()

	others := []primitives.ServiceName{primitives.HistoryService, primitives.MatchingService, primitives.WorkerService}
	free, err := freeAddresses(ctx, listen.Addr(), len(others))
	if err != nil {
		return nil, nil, err
	}
	at := map[primitives.ServiceName]netip.AddrPort{primitives.FrontendService: listen}
	for i, service := range others {
		at[service] = free[i]
	}
	conf.Services = make(map[string]config.Service, len(at))
	hosts := make(map[primitives.ServiceName]static.Hosts, len(at))
	for service, address := range at {
		conf.Services[string(service)] = config.Service{RPC: config.RPC{GRPCPort: int(address.Port()), BindOnIP: address.Addr().String()}}
		hosts[service] = static.SingleLocalHost(address.String())
	}
	return &conf, hosts, nil
}
