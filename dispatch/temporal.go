package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"duban/store"
	"duban/workflows"
)

// Temporal is the engine behind a Temporal client.
type Temporal struct {
	client    client.Client
	namespace string
}

// Dial prepares a client for a Temporal server. It does not connect: the server
// may be away for now, and every call connects by itself. Close the client when
// it is no longer needed.
func Dial(server Server, logger *slog.Logger) (client.Client, error) {
	if logger == nil {
		logger = slog.Default()
	}
	options := server.options()
	options.Logger = log.NewStructuredLogger(slog.New(quiet{logger.Handler()}))
	c, err := client.NewLazyClient(options)
	if err != nil {
		return nil, fmt.Errorf("prepare client of %s: %w", server.Address, err)
	}
	return c, nil
}

// NewTemporal returns the engine behind a client, which may be connected
// lazily, for the client's namespace.
func NewTemporal(c client.Client, namespace string) *Temporal {
	return &Temporal{client: c, namespace: namespace}
}

// Tell implements Engine.
func (t *Temporal) Tell(ctx context.Context, told store.Told) error {
	_, err := t.client.SignalWithStartWorkflow(ctx, workflows.CaseID(told.Case), workflows.SignalAdvanced, told,
		caseOptions(told.Case, enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING),
		workflows.TypeCase, workflows.CaseInput{Case: told.Case})
	return mark(err)
}

// Replace implements Engine.
func (t *Temporal) Replace(ctx context.Context, caseID string) error {
	_, err := t.client.ExecuteWorkflow(ctx, caseOptions(caseID, enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING),
		workflows.TypeCase, workflows.CaseInput{Case: caseID})
	return mark(err)
}

// Recompute implements Engine.
func (t *Temporal) Recompute(ctx context.Context, jobID string) error {
	return t.start(ctx, workflows.TypeRecompute, workflows.RecomputeID(jobID), jobID)
}

// Import implements Engine.
func (t *Temporal) Import(ctx context.Context, jobID string) error {
	return t.start(ctx, workflows.TypeImport, workflows.ImportID(jobID), jobID)
}

// Notices implements Engine.
func (t *Temporal) Notices(ctx context.Context, jobID string) error {
	return t.start(ctx, workflows.TypeNotices, workflows.NoticesID(jobID), jobID)
}

// start starts the workflow of a job, unless it runs.
func (t *Temporal) start(ctx context.Context, kind, id, jobID string) error {
	_, err := t.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       id,
		TaskQueue:                workflows.TaskQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, kind, workflows.JobInput{Job: jobID})
	return mark(err)
}

// Check implements Engine.
func (t *Temporal) Check(ctx context.Context) error {
	_, err := t.client.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: t.namespace})
	return mark(err)
}

// caseOptions start the workflow of a case. It has no timeout: a case may be
// open for years.
func caseOptions(caseID string, running enumspb.WorkflowIdConflictPolicy) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       workflows.CaseID(caseID),
		TaskQueue:                workflows.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: running,
	}
}

// mark marks every error as the engine's being away but those that say what is
// wrong with the one call.
func mark(err error) error {
	var (
		argument     *serviceerror.InvalidArgument
		precondition *serviceerror.FailedPrecondition
		notFound     *serviceerror.NotFound
		exists       *serviceerror.AlreadyExists
		running      *serviceerror.WorkflowExecutionAlreadyStarted
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &argument), errors.As(err, &precondition), errors.As(err, &notFound), errors.As(err, &exists), errors.As(err, &running):
		return err
	default:
		return fmt.Errorf("%w: %w", ErrEngineAway, err)
	}
}
