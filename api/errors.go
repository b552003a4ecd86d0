package api

import (
	"context"
	"errors"
	"net/http"

	"duban/calendar"
	"duban/evidence"
	"duban/lifecycle"
	"duban/lot"
	"duban/notify"
	"duban/papers"
	"duban/policy"
	"duban/store"
)

// A fault is a request turned down, with its sentence in both languages.
type fault struct {
	status int
	code   string
	field  string
	zh, en string
	// all lists every fault found, this one among them, when there are several.
	all []*fault
	// sheet and cell are where in a workbook; marked is where the workbook is
	// with its faults marked, and more how many of them are not in all.
	sheet, cell, marked string
	more                int
	header              http.Header
	// cause is what happened inside; for the log, never for the answer.
	cause error
}

// Error returns the English sentence.
func (f *fault) Error() string { return f.en }

// Unwrap returns what happened inside.
func (f *fault) Unwrap() error { return f.cause }

// with returns the fault with a header for its answer.
func (f *fault) with(name, value string) *fault {
	if f.header == nil {
		f.header = http.Header{}
	}
	f.header.Set(name, value)
	return f
}

// retryAfter is how many seconds a client is asked to wait when the record is
// busy or away.
const retryAfter = "2"

// faultOf is the one table from errors to answers. Whatever it does not know is
// ours, and the answer says no more than that.
func faultOf(err error) *fault {
	var (
		known   *fault
		refusal *lifecycle.Refusal
		asked   *store.FieldError
		burden  *store.BurdenError
		few     *lot.TooFewUnitsError
		quota   *store.QuotaError
		unfit   *evidence.Refusal
		target  *notify.Refusal
	)
	var (
		rules  policy.Errors
		notice *calendar.LineError
	)
	switch {
	case errors.As(err, &rules):
		return rulesFault(rules)
	case errors.As(err, &notice):
		return invalid("text", "bad_notice", noticeZH(notice), notice.Error())
	case errors.As(err, &known):
		return known
	case errors.As(err, &refusal):
		return refused(refusal)
	case errors.As(err, &asked):
		return invalid(asked.Field, asked.Code, asked.ZH, asked.EN)
	case errors.As(err, &target):
		return invalid(target.Field, target.Code, target.ZH, target.EN)
	case errors.As(err, &burden):
		return &fault{status: http.StatusConflict, code: "over_burden", field: "scope", zh: burden.ZH(), en: burden.Error()}
	case errors.As(err, &few):
		return &fault{status: http.StatusConflict, code: "too_few_units", field: "strata", zh: few.ZH(), en: few.Error()}
	case errors.As(err, &unfit):
		return &fault{status: unfitStatus(unfit), code: unfit.Code, field: "file", zh: unfit.ZH, en: unfit.EN}
	case errors.As(err, &quota):
		return quotaUsed(quota)
	case errors.Is(err, evidence.ErrMissing), errors.Is(err, papers.ErrAltered):
		return &fault{
			status: http.StatusInternalServerError, code: "file_damaged", cause: err,
			zh: "文件原件缺失或者已损坏，请联系管理员。", en: "The file is missing or damaged; ask the administrator.",
		}
	case errors.Is(err, store.ErrSettled):
		return &fault{status: http.StatusConflict, code: "case_settled", zh: "事项已办结，不能再上传佐证材料。", en: "The case is settled and takes no more evidence."}
	case errors.Is(err, store.ErrNotDead):
		return &fault{status: http.StatusConflict, code: "not_dead", zh: "该消息没有发送失败，或者已经另行送达。", en: "The message was not given up, or was served otherwise."}
	case errors.Is(err, store.ErrNoAddress):
		return &fault{
			status: http.StatusConflict, code: "no_address", zh: "原接收地址已删除，收件人也没有可以改发的同类地址，请先登记地址，或者另行送达。",
			en: "The address was taken away and there is no other of its kind to send to; record one, or serve it otherwise.",
		}
	case errors.Is(err, store.ErrNotFound):
		return notFound()
	case errors.Is(err, store.ErrStale):
		return &fault{
			status: http.StatusPreconditionFailed, code: "stale", field: "If-Match",
			zh: "事项已有新的变化，请重新读取后再办理。", en: "The case has changed since; read it again.",
		}
	case errors.Is(err, store.ErrKeyReused):
		return &fault{
			status: http.StatusUnprocessableEntity, code: "idempotency_key_reused", field: "Idempotency-Key",
			zh: "这个请求编号已用于另一项请求。", en: "This idempotency key stood for another request.",
		}
	case errors.Is(err, store.ErrTokenGone):
		return &fault{
			status: http.StatusConflict, code: "token_not_repeatable", field: "Idempotency-Key",
			zh: "该请求已办理，其令牌只能用当时所用的令牌再次读取。如未收到，请吊销该账号的全部令牌后另发。",
			en: "The request was done; its token is told again only to the token that asked for it. If it was lost, revoke the account's tokens and make another.",
		}
	case errors.Is(err, store.ErrBusy), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return (&fault{
			status: http.StatusServiceUnavailable, code: "busy", cause: err,
			zh: "系统正忙，请稍后重试，不会重复办理。", en: "The record is busy; try again later with the same idempotency key.",
		}).with("Retry-After", retryAfter)
	default:
		return &fault{
			status: http.StatusInternalServerError, code: "internal", cause: err,
			zh: "系统内部错误，请将X-Request-Id告知管理员。", en: "Something went wrong inside; tell the administrator the X-Request-Id.",
		}
	}
}

// refused is the answer to what the rules turned down, with all that is wrong.
func refused(r *lifecycle.Refusal) *fault {
	one := func(r *lifecycle.Refusal) *fault {
		return &fault{status: refusalStatus(r), code: r.Code, field: r.Field, zh: r.ZH, en: r.EN}
	}
	f := one(r)
	if len(r.Others) > 0 {
		f.all = []*fault{one(r)}
		for _, other := range r.Others {
			f.all = append(f.all, one(other))
		}
	}
	return f
}

// refusalStatus is the status for a command the rules turned down.
func refusalStatus(r *lifecycle.Refusal) int {
	switch {
	case errors.Is(r, lifecycle.ErrInvalid):
		return http.StatusUnprocessableEntity
	case errors.Is(r, lifecycle.ErrForbidden):
		return http.StatusForbidden
	default:
		return http.StatusConflict
	}
}

// unfitStatus is the status for a file that is not taken.
func unfitStatus(r *evidence.Refusal) int {
	switch r.Reason {
	case evidence.TooLarge:
		return http.StatusRequestEntityTooLarge
	case evidence.Unfit:
		return http.StatusUnsupportedMediaType
	case evidence.Faulty:
		return http.StatusUnprocessableEntity
	}
	panic("api: a reason nobody knows")
}

// quotaUsed names the limit and not how much there is.
func quotaUsed(q *store.QuotaError) *fault {
	limit := evidence.Bytes(q.Limit)
	if q.OfUnit {
		return &fault{
			status: http.StatusConflict, code: "unit_quota", zh: "本单位的佐证材料总量不能超过" + limit + "。", en: "The evidence of one unit may not come to more than " + limit + ".",
		}
	}
	return &fault{
		status: http.StatusConflict, code: "case_quota", zh: "本事项的佐证材料总量不能超过" + limit + "。", en: "The evidence of one case may not come to more than " + limit + ".",
	}
}

// notFound is the answer for whatever is not there or not the asker's.
func notFound() *fault {
	return &fault{status: http.StatusNotFound, code: "not_found", zh: "没有这项内容。", en: "There is no such thing."}
}

// unknownCommand is the answer for a kind of command that nobody knows.
func unknownCommand() *fault {
	return &fault{status: http.StatusNotFound, code: "unknown_command", zh: "没有这项操作。", en: "There is no such command."}
}

// badRequest is a request that cannot be read at all.
func badRequest(code, field, zh, en string) *fault {
	return &fault{status: http.StatusBadRequest, code: code, field: field, zh: zh, en: en}
}

// invalid is a request that can be read and says something impossible.
func invalid(field, code, zh, en string) *fault {
	return &fault{status: http.StatusUnprocessableEntity, code: code, field: field, zh: zh, en: en}
}

// several makes one fault of those found; nil when there are none.
func several(found []*fault) error {
	if len(found) == 0 {
		return nil
	}
	first := *found[0]
	if len(found) > 1 {
		first.all = found
	}
	return &first
}
