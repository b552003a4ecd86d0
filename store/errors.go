package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATEs the record reacts to.
const (
	stateDeadlock      = "40P01"
	stateSerialization = "40001"
	stateLockTimeout   = "55P03"
	stateCancelled     = "57014"
	stateIdleTimeout   = "25P03"
	stateUnique        = "23505"
	stateForeignKey    = "23503"
	stateExclusion     = "23P01"
	stateBound         = "54000" // a list is as long as one may be
	// A migration changed what a prepared statement returns; the driver forgets
	// the statement, so the next try prepares it anew.
	stateCachedPlan = "0A000"
)

func sqlState(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// again reports whether a try may be made again at once: the database broke a
// deadlock, or ended the connection, or no one knows whether the commit
// happened, which the next try finds out by the receipt, behind the case's lock.
func again(err error) bool {
	if errors.Is(err, errNoConnection) {
		return false
	}
	switch state := sqlState(err); state {
	case "":
		return lineBroke(err) || errors.Is(err, errMoreCases)
	case stateDeadlock, stateSerialization, stateUnique, stateIdleTimeout, stateCachedPlan:
		return true
	default:
		return state[:2] == "57" && state != stateCancelled
	}
}

// lineBroke reports whether the database gave no answer at all: it is away, the
// connection was cut, or the time ran out.
func lineBroke(err error) bool {
	var (
		connect *pgconn.ConnectError
		network net.Error
	)
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, errNotCommitted) || pgconn.Timeout(err) || pgconn.SafeToRetry(err)
}

// retry makes tries until one succeeds or fails for good.
func retry(ctx context.Context, try func() error) error {
	var err error
	for range tries {
		if err = try(); err == nil || !again(err) || ctx.Err() != nil {
			break
		}
	}
	return plain(err)
}

// plain turns the driver's errors into those a caller is meant to tell apart.
func plain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return ErrNotFound
	case lineBroke(err), errors.Is(err, errMoreCases):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	switch state := sqlState(err); state {
	case "":
		return err
	case stateLockTimeout, stateCancelled, stateIdleTimeout, stateDeadlock, stateSerialization:
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case stateBound:
		return tooMany(err)
	default:
		if class := state[:2]; class == "53" || class == "57" || class == "08" {
			return fmt.Errorf("%w: %w", ErrBusy, err)
		}
		return err
	}
}

// tooMany refuses what would make a list longer than one may be (migration 73).
func tooMany(err error) error {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || pg.TableName == "" {
		return err
	}
	zh, en := "记录", "entries"
	switch pg.TableName {
	case "regions":
		zh, en = "区域", "regions"
	case "areas":
		zh, en = "片区", "areas"
	case "unit_categories":
		zh, en = "单位类别", "categories"
	case "area_officers":
		zh, en = "一个片区的经办人任期", "terms of officers of an area"
	case "posts":
		zh, en = "一个单位的任职", "terms of a unit's posts"
	case "substitutes":
		zh, en = "一个账号的代收人", "substitutes of an account"
	case "unit_changes", "campaign_changes", "account_changes":
		zh, en = "同一对象的变更", "changes of one thing"
	case "campaign_draw_requests":
		zh, en = "一个批次的抽取申请", "requests for a draw in a campaign"
	}
	return &FieldError{
		Code: "too_many", ZH: zh + "最多" + pg.Detail + "项，不能再增加；请先核对并删除误录的内容。",
		EN: "There may be " + pg.Detail + " " + en + " at the most; take away what was recorded by mistake.",
	}
}
