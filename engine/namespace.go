package main

import (
	"context"
	"fmt"
	"time"

	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/workflowservice/v1"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

// createNamespace writes the namespace into the tables before the server
// starts, unless it is there. Registered through the API afterwards it would
// lose a race: a client that asks first makes the frontend remember "not
// found". The two functions are not SQLite's own, only kept in its package.
func createNamespace(ctx context.Context, db database, o options) error {
	ns, err := sqliteschema.NewNamespaceConfig(clusterName, o.Namespace, false, nil)
	if err != nil {
		return err
	}
	ns.Detail.Config.Retention = durationpb.New(o.Retention)
	return sqliteschema.CreateNamespaces(db.store(ctx, mainSchema, 1), ns)
}

// ensureRetention brings an existing namespace to the retention asked for.
func ensureRetention(ctx context.Context, frontend workflowservice.WorkflowServiceClient, namespace string, retention time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	now, err := frontend.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		return fmt.Errorf("describe namespace %s: %w", namespace, err)
	}
	if now.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() == retention {
		return nil
	}
	_, err = frontend.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
	})
	if err != nil {
		return fmt.Errorf("set retention of namespace %s: %w", namespace, err)
	}
	return nil
}
