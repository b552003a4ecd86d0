package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
)

// A bad input, and what it gets.
type bad struct {
	name   string
	who    lifecycle.Actor
	method string
	path   string
	body   any
	header map[string]string
	status int
	code   string
	field  string
}

// Issue, "What bad input gets": a problem with a stable code, the field and a
// sentence, and nothing written.
func TestBadInput(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := siteWith(t, func(o *api.Options) { o.Clock = c.Now })
	p := s.people
	draft, serving, rectifying := s.life(), s.life(), s.life()
	serving.n, rectifying.n = 1000, 2000
	opening := p.Finding("党费收缴不及时", c.today()).Body
	draft.do(t, p.Inspector, opening)
	for _, l := range []*life{serving, rectifying} {
		l.do(t, p.Inspector, opening)
		for _, step := range p.UpToServing(lifecycle.Immediate) {
			l.do(t, step.By, step.Body)
		}
	}
	rectifying.do(t, p.Secretary, p.Sign().Body)
	drafting := s.life()
	drafting.n = 3000
	drafting.do(t, p.Inspector, opening)
	for _, step := range p.UpToServing(lifecycle.Immediate)[:2] {
		drafting.do(t, step.By, step.Body)
	}
	before := s.versions(t, draft, serving, rectifying, drafting)

	const cases = "/v1/cases"
	command := func(l *life, kind string) string { return cases + "/" + l.id + "/commands/" + kind }
	valid := `{"unit":"` + p.Unit.ID + `","title":"题","facts":"事实","found_on":"` + c.today().String() + `","method":"inspection","category":"C03"`
	replace := func(name, value string) string {
		from := strings.Index(valid, `"`+name+`":`)
		rest := valid[from:]
		end := strings.IndexAny(rest[len(name)+4:], `,`)
		if end < 0 {
			return valid[:from] + `"` + name + `":` + value + "}"
		}
		return valid[:from] + `"` + name + `":` + value + rest[len(name)+4+end:] + "}"
	}
	plan := func(due string) string {
		return `{"measures":[{"text":"台账","kind":"training","owner":"甲","due":"` + due + `"}]}`
	}
	etag := func(l *life, who lifecycle.Actor) string {
		return s.as(t, who, asked{method: http.MethodGet, path: cases + "/" + l.id}).Header().Get("ETag")
	}
	match := func(l *life, who lifecycle.Actor) map[string]string {
		return map[string]string{"Idempotency-Key": "bad-" + who.Account + l.id, "If-Match": etag(l, who)}
	}
	keyed := map[string]string{"Idempotency-Key": "bad"}
	day := func(n int) string { return c.today().AddDays(n).String() }

	table := []bad{
		// What cannot be read.
		{name: "invalid JSON", who: p.Inspector, path: cases, body: `{"unit":`, header: keyed, status: 400, code: "invalid_json"},
		{name: "no body", who: p.Inspector, path: cases, header: keyed, status: 400, code: "empty_body"},
		{name: "trailing data", who: p.Inspector, path: cases, body: valid + `} {}`, header: keyed, status: 400, code: "trailing_data"},
		{name: "trailing comma", who: p.Inspector, path: cases, body: valid + `,}`, header: keyed, status: 400, code: "invalid_json"},
		{name: "not an object", who: p.Inspector, path: cases, body: `[]`, header: keyed, status: 422, code: "wrong_type"},
		{name: "null", who: p.Inspector, path: cases, body: `null`, header: keyed, status: 422, code: "wrong_type"},
		{name: "invalid UTF-8", who: p.Inspector, path: cases, body: replace("title", "\"\xff\xfe\""), header: keyed, status: 400, code: "invalid_utf8"},
		{name: "duplicate field", who: p.Inspector, path: cases, body: valid + `,"title":"二"}`, header: keyed, status: 400, code: "duplicate_field", field: "title"},
		{name: "deep nesting", who: p.Inspector, path: cases, body: strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), header: keyed, status: 400, code: "too_deep"},
		{name: "over 64 KiB", who: p.Inspector, path: cases, body: replace("facts", `"`+strings.Repeat("a", 64<<10)+`"`), header: keyed, status: 413, code: "body_too_large"},
		{name: "other media", who: p.Inspector, path: cases, body: valid + "}", header: map[string]string{"Idempotency-Key": "bad", "Content-Type": "text/plain"}, status: 415, code: "unsupported_media_type", field: "Content-Type"},
		{name: "compressed", who: p.Inspector, path: cases, body: valid + "}", header: map[string]string{"Idempotency-Key": "bad", "Content-Encoding": "gzip"}, status: 415, code: "unsupported_media_type", field: "Content-Encoding"},
		// Fields.
		{name: "unknown field", who: p.Inspector, path: cases, body: valid + `,"level":"L5"}`, header: keyed, status: 422, code: "unknown_field", field: "level"},
		{name: "field in other letters", who: p.Inspector, path: cases, body: valid + `,"Title":"二"}`, header: keyed, status: 422, code: "unknown_field", field: "Title"},
		{name: "wrong type", who: p.Inspector, path: cases, body: replace("title", `17`), header: keyed, status: 422, code: "wrong_type", field: "title"},
		{name: "null field", who: p.Inspector, path: cases, body: replace("title", `null`), header: keyed, status: 422, code: "wrong_type", field: "title"},
		{name: "zero byte", who: p.Inspector, path: cases, body: replace("unit", `"\u0000"`), header: keyed, status: 422, code: "bad_characters", field: "unit"},
		{name: "no such date", who: p.Inspector, path: cases, body: replace("found_on", `"2026-02-30"`), header: keyed, status: 422, code: "no_such_date", field: "found_on"},
		{name: "no date at all", who: p.Inspector, path: cases, body: replace("found_on", `"yesterday"`), header: keyed, status: 422, code: "bad_date", field: "found_on"},
		{name: "date out of range", who: p.Inspector, path: cases, body: replace("found_on", `"1848-02-28"`), header: keyed, status: 422, code: "date_out_of_range", field: "found_on"},
		{name: "date in the future", who: p.Inspector, path: cases, body: replace("found_on", `"`+day(1)+`"`), header: keyed, status: 422, code: "in_future", field: "found_on"},
		{name: "missing date", who: p.Inspector, path: cases, body: replace("found_on", `""`), header: keyed, status: 422, code: "required", field: "found_on"},
		{name: "unknown unit", who: p.Inspector, path: cases, body: replace("unit", `"nobody"`), header: keyed, status: 422, code: "unknown_unit", field: "unit"},
		{name: "unknown code", who: p.Inspector, path: cases, body: replace("category", `"C99"`), header: keyed, status: 422, code: "unknown_code", field: "category"},
		{name: "too long", who: p.Inspector, path: cases, body: replace("title", `"`+strings.Repeat("题", 201)+`"`), header: keyed, status: 422, code: "too_long", field: "title"},
		{name: "a date inside a list", who: p.Contact, path: command(rectifying, "submit_plan"), body: plan("2026-02-30"), header: match(rectifying, p.Contact), status: 422, code: "no_such_date", field: "measures[0].due"},
		{name: "a type inside a list", who: p.Secretary, path: command(rectifying, "submit_report"), body: `{"items":[{"no":1,"done":"yes","account":"好"}]}`, header: match(rectifying, p.Secretary), status: 422, code: "wrong_type", field: "items[0].done"},
		{name: "a fraction", who: p.Secretary, path: command(rectifying, "submit_report"), body: `{"items":[{"no":1.5,"done":true,"account":"好"}]}`, header: match(rectifying, p.Secretary), status: 422, code: "wrong_type", field: "items[0].no"},
		{name: "a period", who: p.Officer, path: command(drafting, "submit_notice"), body: `{"text":"请整改","period":"15 days"}`, header: match(drafting, p.Officer), status: 422, code: "bad_period", field: "period"},
		{name: "a period too long", who: p.Officer, path: command(drafting, "submit_notice"), body: `{"text":"请整改","period":"9999D"}`, header: match(drafting, p.Officer), status: 422, code: "out_of_range", field: "period"},
		{name: "a source without its date", who: p.Officer, path: command(drafting, "submit_notice"), body: `{"text":"请整改","source":"市委巡察办"}`, header: match(drafting, p.Officer), status: 422, code: "no_external_due", field: "source"},
		{name: "a yes or no left out", who: p.Secretary, path: command(rectifying, "submit_report"), body: `{"items":[{"no":1,"account":"好"}]}`, header: match(rectifying, p.Secretary), status: 422, code: "required", field: "items[0].done"},
		{name: "a report without its paper", who: p.Officer, path: command(rectifying, "submit_report"), body: `{"items":[{"no":1,"done":true,"account":"好"}]}`, header: match(rectifying, p.Officer), status: 403, code: "paper_needed", field: "paper"},
		{name: "a unit's own paper", who: p.Secretary, path: command(rectifying, "submit_report"), body: `{"items":[{"no":1,"done":true,"account":"好"}],"paper":{"on":"` + day(0) + `","scan":"x"}}`, header: match(rectifying, p.Secretary), status: 403, code: "paper_not_yours", field: "paper"},
		{name: "a receipt within a report", who: p.Secretary, path: command(serving, "submit_report"), body: `{"items":[{"no":1,"done":true,"account":"好"}],"receipt":{}}`, header: match(serving, p.Secretary), status: 422, code: "required", field: "receipt.manner"},
		{name: "a period over the cap", who: p.Officer, path: command(drafting, "submit_notice"), body: `{"text":"请整改","period":"3650D"}`, header: match(drafting, p.Officer), status: 422, code: "over_cap", field: "period"},
		{name: "a level", who: p.Leader, path: command(rectifying, "order_measure"), body: `{"kind":"urge","basis":"慢","level":"L9"}`, header: match(rectifying, p.Leader), status: 422, code: "bad_level", field: "level"},
		{name: "receipt before the notice", who: p.Officer, path: command(serving, "record_receipt"), body: &lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: c.today().AddDays(-400), Scan: "回执"}, header: match(serving, p.Officer), status: 422, code: "too_early", field: "on"},
		// Persons and stages.
		{name: "wrong stage", who: p.Officer, path: command(rectifying, "accept_plan"), body: `{}`, header: match(rectifying, p.Officer), status: 409, code: "wrong_stage"},
		{name: "not the author", who: p.Officer, path: command(draft, "submit_draft"), body: `{}`, header: match(draft, p.Officer), status: 403, code: "not_author"},
		{name: "role of the command", who: p.Inspector, path: command(draft, "void"), body: `{"reason":"x"}`, header: match(draft, p.Inspector), status: 403, code: "wrong_role"},
		{name: "role of the route", who: p.Manager, path: cases, body: valid + "}", header: keyed, status: 403, code: "wrong_role"},
		{name: "administrator", who: p.Admin, method: http.MethodGet, path: cases + "/" + draft.id, status: 403, code: "wrong_role"},
		{name: "unit's person for staff", who: p.Secretary, path: command(serving, "void"), body: `{"reason":"x"}`, header: match(serving, p.Secretary), status: 403, code: "wrong_role"},
		{name: "another unit", who: p.OtherSecretary, path: command(serving, "record_receipt"), body: p.Sign().Body, header: map[string]string{"Idempotency-Key": "bad", "If-Match": `"u1"`}, status: 404, code: "not_found"},
		{name: "extension over the cap", who: p.Secretary, path: command(rectifying, "request_extension"), body: `{"until":"` + day(90) + `","reason":"忙"}`, header: match(rectifying, p.Secretary), status: 422, code: "over_cap", field: "until"},
		{name: "no token", path: cases, body: valid + "}", header: keyed, status: 401, code: "unauthenticated", field: "Authorization"},
		{name: "unknown token", path: cases, body: valid + "}", header: map[string]string{"Authorization": "Bearer dbn_NOBODY"}, status: 401, code: "unauthenticated", field: "Authorization"},
		{name: "other scheme", path: cases, body: valid + "}", header: map[string]string{"Authorization": "Basic eDp5"}, status: 401, code: "unauthenticated", field: "Authorization"},
		// Keys and versions.
		{name: "no key", who: p.Inspector, path: cases, body: valid + "}", status: 400, code: "idempotency_key_missing", field: "Idempotency-Key"},
		{name: "long key", who: p.Inspector, path: cases, body: valid + "}", header: map[string]string{"Idempotency-Key": strings.Repeat("k", 201)}, status: 400, code: "idempotency_key_malformed", field: "Idempotency-Key"},
		{name: "blank in key", who: p.Inspector, path: cases, body: valid + "}", header: map[string]string{"Idempotency-Key": "a b"}, status: 400, code: "idempotency_key_malformed", field: "Idempotency-Key"},
		{name: "Chinese key", who: p.Inspector, path: cases, body: valid + "}", header: map[string]string{"Idempotency-Key": "键"}, status: 400, code: "idempotency_key_malformed", field: "Idempotency-Key"},
		{name: "the system's key", who: p.Inspector, path: cases, body: valid + "}", header: map[string]string{"Idempotency-Key": "System:import/1"}, status: 422, code: "idempotency_key_reserved", field: "Idempotency-Key"},
		{name: "an alarm's key", who: p.Inspector, path: cases, body: valid + "}", header: map[string]string{"Idempotency-Key": "alarm:7"}, status: 422, code: "idempotency_key_reserved", field: "Idempotency-Key"},
		{name: "a derived id as key", who: p.Inspector, path: cases, body: valid + "}", header: map[string]string{"Idempotency-Key": draft.id}, status: 422, code: "idempotency_key_reserved", field: "Idempotency-Key"},
		{name: "key of another request", who: p.Inspector, path: cases, body: valid + "}", header: key(1), status: 422, code: "idempotency_key_reused", field: "Idempotency-Key"},
		{name: "no If-Match", who: p.Inspector, path: command(draft, "submit_draft"), body: `{}`, header: keyed, status: 428, code: "if_match_missing", field: "If-Match"},
		{name: "any If-Match", who: p.Inspector, path: command(draft, "submit_draft"), body: `{}`, header: map[string]string{"Idempotency-Key": "bad", "If-Match": `*`}, status: 400, code: "if_match_malformed", field: "If-Match"},
		{name: "a unit's If-Match", who: p.Inspector, path: command(draft, "submit_draft"), body: `{}`, header: map[string]string{"Idempotency-Key": "bad", "If-Match": `"u1"`}, status: 400, code: "if_match_malformed", field: "If-Match"},
		{name: "stale If-Match", who: p.Officer, path: command(rectifying, "note"), body: `{"text":"x"}`, header: map[string]string{"Idempotency-Key": "bad", "If-Match": `"v1"`}, status: 412, code: "stale", field: "If-Match"},
		{name: "stale unit's If-Match", who: p.Secretary, path: command(rectifying, "submit_report"), body: p.Report(1).Body, header: map[string]string{"Idempotency-Key": "bad", "If-Match": `"u1"`}, status: 412, code: "stale", field: "If-Match"},
		// Addresses and parameters.
		{name: "unknown command", who: p.Officer, path: command(draft, "explode"), body: `{}`, header: keyed, status: 404, code: "unknown_command"},
		{name: "an alarm", who: p.Officer, path: command(draft, "alarm"), body: `{}`, header: keyed, status: 404, code: "unknown_command"},
		{name: "opening an open case", who: p.Inspector, path: command(draft, "open_case"), body: valid + "}", header: keyed, status: 404, code: "unknown_command"},
		{name: "no such case", who: p.Officer, method: http.MethodGet, path: cases + "/00000000-0000-4000-8000-000000000000", status: 404, code: "not_found"},
		{name: "no id", who: p.Officer, method: http.MethodGet, path: cases + "/%00", status: 404, code: "not_found"},
		{name: "no such address", who: p.Officer, method: http.MethodGet, path: "/v2/cases", status: 404, code: "unknown_route"},
		{name: "no such method", who: p.Officer, method: http.MethodDelete, path: cases, status: 405, code: "method_not_allowed"},
		{name: "unknown parameter", who: p.Officer, method: http.MethodGet, path: cases + "?stages=draft", status: 422, code: "unknown_parameter", field: "stages"},
		{name: "twice a parameter", who: p.Officer, method: http.MethodGet, path: cases + "?level=L1&level=L2", status: 422, code: "duplicate_parameter", field: "level"},
		{name: "bad query", who: p.Officer, method: http.MethodGet, path: cases + "?stage=%zz", status: 400, code: "bad_query"},
		{name: "unknown stage", who: p.Officer, method: http.MethodGet, path: cases + "?stage=accepted", status: 422, code: "unknown_code", field: "stage"},
		{name: "inner stage for a unit", who: p.Contact, method: http.MethodGet, path: cases + "?stage=look_back_pending", status: 422, code: "unknown_code", field: "stage"},
		{name: "officer for a unit", who: p.Contact, method: http.MethodGet, path: cases + "?officer=" + p.Officer.Account, status: 422, code: "unknown_parameter", field: "officer"},
		{name: "limit", who: p.Officer, method: http.MethodGet, path: cases + "?limit=0", status: 422, code: "out_of_range", field: "limit"},
		{name: "sort", who: p.Officer, method: http.MethodGet, path: cases + "?sort=unit", status: 422, code: "unknown_code", field: "sort"},
		{name: "overdue", who: p.Officer, method: http.MethodGet, path: cases + "?overdue=1", status: 422, code: "wrong_type", field: "overdue"},
		{name: "due before", who: p.Officer, method: http.MethodGet, path: cases + "?due_before=2026-04-31", status: 422, code: "no_such_date", field: "due_before"},
		{name: "level", who: p.Officer, method: http.MethodGet, path: cases + "?level=5", status: 422, code: "bad_level", field: "level"},
		{name: "cursor", who: p.Officer, method: http.MethodGet, path: cases + "?cursor=abc", status: 422, code: "bad_cursor", field: "cursor"},
		{name: "zero byte in text", who: p.Officer, method: http.MethodGet, path: cases + "?text=%00", status: 422, code: "bad_characters", field: "text"},
		// The directory.
		{name: "unit without a name", who: p.Admin, path: "/v1/units", body: `{"name":" "}`, status: 422, code: "required", field: "name"},
		{name: "unit's name in use", who: p.Admin, path: "/v1/units", body: `{"name":"市档案局"}`, status: 422, code: "name_in_use", field: "name"},
		{name: "unknown role", who: p.Admin, path: "/v1/accounts", body: `{"name":"甲","roles":["root"]}`, status: 422, code: "unknown_code", field: "roles[0]"},
		{name: "role given twice", who: p.Admin, path: "/v1/accounts", body: `{"name":"甲","roles":["officer","officer"]}`, status: 422, code: "given_twice", field: "roles[1]"},
		{name: "role without unit", who: p.Admin, path: "/v1/accounts", body: `{"name":"甲","roles":["unit_secretary"]}`, status: 422, code: "role_and_unit", field: "unit"},
		{name: "account in an unknown unit", who: p.Admin, path: "/v1/accounts", body: `{"name":"甲","roles":["unit_secretary"],"unit":"none"}`, status: 422, code: "unknown_unit", field: "unit"},
		{name: "post without a day", who: p.Admin, path: "/v1/units/" + p.Unit.ID + "/posts", body: `{"kind":"党组书记","holder":"王"}`, status: 422, code: "required", field: "since"},
		{name: "post in no unit", who: p.Admin, path: "/v1/units/00000000-0000-4000-8000-000000000000/posts", body: `{"kind":"党组书记","holder":"王","since":"2026-01-01"}`, status: 404, code: "not_found"},
		{name: "a year that is none", who: p.Officer, method: http.MethodGet, path: "/v1/calendar/26", status: 404, code: "not_found"},
	}
	for i, row := range table {
		if row.method == "" {
			row.method = http.MethodPost
		}
		for language, tag := range map[string]string{"": "zh-CN", "en-US,en;q=0.8": "en"} {
			header := map[string]string{"Accept-Language": language}
			for name, value := range row.header {
				if value == "bad" || strings.HasPrefix(value, "bad-") { // each row has keys of its own
					value = fmt.Sprintf("bad-%d-%s", i, value)
				}
				header[name] = value
			}
			a := s.as(t, row.who, asked{method: row.method, path: row.path, body: row.body, header: header})
			require.Equal(t, row.status, a.Code, "%s: %s", row.name, a.Body)
			problem := a.problem(t)
			require.Equal(t, row.code, problem.Code, "%s: %s", row.name, a.Body)
			require.Equal(t, row.field, problem.Field, "%s: %s", row.name, a.Body)
			require.Equal(t, tag, a.Header().Get("Content-Language"), row.name)
			require.NotEmpty(t, a.Header().Get("X-Request-Id"))
			require.NotContains(t, problem.Detail, "yesterday")
		}
	}
	require.Equal(t, before, s.versions(t, draft, serving, rectifying, drafting), "something was written")
	require.Equal(t, policy.L0, rectifying.read(t, p.Manager).Case.Level)
}

// Issue, "What bad input gets": a person barred by separation, an extension
// asked twice or too late.
func TestRefusalsByTheRules(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := siteWith(t, func(o *api.Options) { o.Clock = c.Now })
	p := s.people
	both := s.account(t, "既登记又研判", "", lifecycle.Inspector, lifecycle.Head)
	l := s.life()
	refused := func(who lifecycle.Actor, body lifecycle.CommandBody, status int, code string) {
		t.Helper()
		a := l.send(t, who, body)
		require.Equal(t, status, a.Code, "%s", a.Body)
		require.Equal(t, code, a.problem(t).Code)
		require.Equal(t, l.etag(t, who), a.Header().Get("ETag"))
	}
	l.do(t, both, p.Finding("问题", c.today()).Body)
	l.do(t, both, &lifecycle.SubmitDraft{})
	refused(both, p.Accept(lifecycle.Immediate).Body, http.StatusForbidden, "own_finding")
	for _, step := range append(p.UpToServing(lifecycle.Immediate)[1:], p.Sign()) {
		l.do(t, step.By, step.Body)
	}
	main, _ := l.read(t, p.Manager).Case.Deadline()
	ask := &lifecycle.RequestExtension{Until: main.Due.AddDays(7), Reason: "人手不足"}
	l.do(t, p.Secretary, ask)
	refused(p.Secretary, ask, http.StatusConflict, "extension_pending")
	l.do(t, p.Leader, &lifecycle.DecideExtension{Reason: "不同意"})
	refused(p.Secretary, ask, http.StatusConflict, "extension_used")

	late := s.life()
	late.n = 1000
	l = late
	for _, step := range append([]casetest.Step{p.Finding("另一问题", c.today())}, append(p.UpToServing(lifecycle.Immediate), p.Sign())...) {
		l.do(t, step.By, step.Body)
	}
	main, _ = l.read(t, p.Manager).Case.Deadline()
	for c.today().Before(main.Due) {
		c.advance(1)
	}
	ask = &lifecycle.RequestExtension{Until: main.Due.AddDays(7), Reason: "人手不足"}
	refused(p.Secretary, ask, http.StatusConflict, "asked_too_late")
}

// etag is the case's version as the person reads it.
func (l *life) etag(t *testing.T, who lifecycle.Actor) string {
	t.Helper()
	return l.as(t, who, asked{method: http.MethodGet, path: "/v1/cases/" + l.id}).Header().Get("ETag")
}

// versions are the ETags of cases as the manager sees them.
func (s site) versions(t *testing.T, lives ...*life) []string {
	t.Helper()
	var tags []string
	for _, l := range lives {
		tags = append(tags, s.as(t, s.people.Manager, asked{method: http.MethodGet, path: "/v1/cases/" + l.id}).Header().Get("ETag"))
	}
	return tags
}

// read reads the case as a member of staff sees it.
func (l *life) read(t *testing.T, who lifecycle.Actor) command {
	t.Helper()
	a := l.as(t, who, asked{method: http.MethodGet, path: "/v1/cases/" + l.id})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var out command
	a.into(t, &out)
	return out
}

// Whoever sends a finding with several faults is told them all at once, in his language.
func TestAllFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body := `{"unit":"nobody","title":"","facts":"事实","found_on":"2099-01-01","method":"M99","category":"C99"}`
	p := s.as(t, s.people.Inspector, asked{method: http.MethodPost, path: "/v1/cases", body: body, header: map[string]string{"Idempotency-Key": "faults"}}).problem(t)
	require.Equal(t, "unit", p.Field)
	fields := func(p api.Problem) (list []string) {
		for _, one := range p.Errors {
			require.NotEmpty(t, one.Detail)
			list = append(list, one.Field+" "+one.Code)
		}
		return list
	}
	require.Equal(t, []string{"unit unknown_unit", "title required", "found_on in_future", "method unknown_code", "category unknown_code"}, fields(p))

	// What cannot be read does not hide what is missing.
	body = `{"title":" ","facts":7,"found_on":"2026-02-30","method":"M01"}`
	p = s.as(t, s.people.Inspector, asked{method: http.MethodPost, path: "/v1/cases", body: body, header: map[string]string{"Idempotency-Key": "unread"}}).problem(t)
	require.Equal(t, []string{"facts wrong_type", "found_on no_such_date", "unit required", "title required", "category required"}, fields(p))
}
