package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/common"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	grpcstatus "google.golang.org/grpc/status"
)

const (
	callLimit    = 5 * time.Second // for one call to our own frontend
	servingLimit = 60 * time.Second
	servingPoll  = 25 * time.Millisecond
)

// A canary is a client of our own frontend that asks for what must come out of
// the database: the namespace, by way of the frontend, and of each history
// shard a workflow that does not exist. It writes nothing.
type canary struct {
	conn      *grpc.ClientConn
	frontend  workflowservice.WorkflowServiceClient
	namespace string
	workflows []string // an id in each history shard; empty until known
}

func newCanary(address, namespace string, k key) (*canary, error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(credentials.NewTLS(k.config())))
	if err != nil {
		return nil, fmt.Errorf("prepare client of our own frontend: %w", err)
	}
	return &canary{conn: conn, frontend: workflowservice.NewWorkflowServiceClient(conn), namespace: namespace}, nil
}

func (c *canary) close() { _ = c.conn.Close() }

// awaitServing returns when the server answers everything the canary asks, or
// when it never will because the schemas are gone or another engine serves.
func (c *canary) awaitServing(ctx context.Context, l *lease) error {
	limit, cancel := context.WithTimeout(ctx, servingLimit)
	defer cancel()
	for {
		err := c.ask(limit)
		if err == nil {
			return nil
		}
		if gone := l.check(limit, c.namespace); errors.Is(gone, errSchemaGone) || errors.Is(gone, errReplaced) {
			return gone
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit.Done():
			return fmt.Errorf("wait for our own frontend: %w", err)
		case <-time.After(servingPoll):
		}
	}
}

// ask returns nil when frontend and every history shard read the database.
func (c *canary) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	ns, err := c.frontend.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: c.namespace})
	if err != nil {
		return fmt.Errorf("describe namespace: %w", err)
	}
	if len(c.workflows) == 0 {
		c.workflows = oneInEachShard(ns.GetNamespaceInfo().GetId(), historyShards)
	}
	for _, id := range c.workflows {
		_, err := c.frontend.DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: c.namespace, Execution: &commonpb.WorkflowExecution{WorkflowId: id},
		})
		var notFound *serviceerror.NotFound
		if err != nil && !errors.As(serviceerror.FromStatus(grpcstatus.Convert(err)), &notFound) {
			return fmt.Errorf("describe workflow: %w", err)
		}
	}
	return nil
}

// oneInEachShard returns ids of workflows that nobody starts, one in each of
// the namespace's history shards.
func oneInEachShard(namespaceID string, shards int32) []string {
	ids := make([]string, 0, shards)
	seen := make(map[int32]bool, shards)
	for n := 0; len(ids) < int(shards); n++ {
		id := "engine-canary/" + strconv.Itoa(n)
		if shard := common.WorkflowIDToHistoryShard(namespaceID, id, shards); !seen[shard] {
			seen[shard] = true
			ids = append(ids, id)
		}
	}
	return ids
}
