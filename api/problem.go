package api

import (
	"net/http"
)

// A Problem is what every request gets that is turned down: RFC 9457, in the
// language of the person who asked. It never repeats what was sent, and holds
// nothing that tells a missing case from another unit's.
type Problem struct {
	Type   string `json:"type" doc:"Identifies the kind of problem; ends with the code" example:"urn:problem-type:duban:wrong_stage"`
	Title  string `json:"title" doc:"What the status means"`
	Status int    `json:"status" doc:"The HTTP status"`
	Detail string `json:"detail" doc:"A sentence for the person who asked"`
	Code   string `json:"code" of:"ProblemCode" doc:"Stable name of the rule or check" example:"wrong_stage"`
	Field  string `json:"field,omitempty" doc:"Path of the field, name of the parameter or header at fault" example:"measures[0].due"`
	// Errors lists every fault found when there is more than one.
	Errors []FieldProblem `json:"errors,omitempty" doc:"Every fault found, when there are several; for a workbook, also when there is one"`
	More   int            `json:"more,omitempty" doc:"How many faults of a workbook are not listed"`
	Marked string         `json:"marked,omitempty" doc:"Where the workbook is with its faults marked"`
}

// A FieldProblem is one of several faults of a request.
type FieldProblem struct {
	Field  string `json:"field,omitempty" doc:"Path of the field, or name of the parameter or header at fault"`
	Code   string `json:"code" of:"ProblemCode" doc:"Stable name of what is wrong, for programs"`
	Detail string `json:"detail" doc:"What is wrong and how to put it right, in a sentence for the person who asked"`
	Sheet  string `json:"sheet,omitempty" doc:"The sheet of a workbook"`
	Cell   string `json:"cell,omitempty" example:"B7" doc:"The cell of the workbook"`
}

// problemType is the media type of a Problem.
const problemType = "application/problem+json"

// render writes the fault down in one language.
func (f *fault) render(l Language) Problem {
	p := Problem{
		Type: "urn:problem-type:duban:" + f.code, Title: title(f.status, l), Status: f.status,
		Detail: l.pick(f.zh, f.en), Code: f.code, Field: f.field,
		More: f.more, Marked: f.marked,
	}
	if len(f.all) > 1 || f.marked != "" {
		for _, one := range f.all {
			p.Errors = append(p.Errors, FieldProblem{Field: one.field, Code: one.code, Detail: l.pick(one.zh, one.en), Sheet: one.sheet, Cell: one.cell})
		}
	}
	return p
}

// title says what a status means.
func title(status int, l Language) string {
	if l == English {
		return http.StatusText(status)
	}
	switch status {
	case http.StatusBadRequest:
		return "请求无法读取"
	case http.StatusUnauthorized:
		return "未登录"
	case http.StatusForbidden:
		return "无权办理"
	case http.StatusNotFound:
		return "不存在"
	case http.StatusMethodNotAllowed:
		return "不支持此方法"
	case http.StatusRequestTimeout:
		return "请求超时"
	case http.StatusConflict:
		return "目前不能办理"
	case http.StatusPreconditionFailed:
		return "内容已更新"
	case http.StatusRequestEntityTooLarge:
		return "内容过大"
	case http.StatusUnsupportedMediaType:
		return "不支持此格式"
	case http.StatusUnprocessableEntity:
		return "内容有误"
	case http.StatusPreconditionRequired:
		return "缺少版本"
	case http.StatusTooManyRequests:
		return "请求过于频繁"
	case http.StatusServiceUnavailable:
		return "暂时不可用"
	default:
		return "系统内部错误"
	}
}
