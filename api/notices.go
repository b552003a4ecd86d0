package api

import (
	"context"
	"net/http"
	"reflect"

	"duban/lifecycle"
	"duban/store"
)

// noticeRoutes registers the notices, each of them one for the findings of a unit
// in a campaign.
func (s *server) noticeRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_notices", method: http.MethodGet, path: "/v1/notices", tag: "Notices", summary: "反馈意见 List notices",
		doc: "Those that a campaign's or a unit's cases have now, or every one that bore a number. Drafts come first, then by number.",
	}, s.notices)
	register(s, operation{
		id: "get_notice", method: http.MethodGet, path: "/v1/notices/{id}", tag: "Notices", summary: "反馈意见 One notice and how far it is in each of its cases",
		doc: "Commands on a notice are those of its cases: signing, returning or receiving it in one case does so in all. " +
			"Its file is document notice.docx of any of its cases.",
		refuses: missing,
	}, s.notice)
	register(s, operation{
		id: "draft_notices", method: http.MethodPost, path: "/v1/campaigns/{id}/draft_notices", tag: "Notices",
		summary: "整批拟稿 Draft all notices of a campaign", status: http.StatusAccepted,
		doc:  "One notice for each unit, of all its findings that wait for theirs. A unit that is turned down is named with the reason; the rest goes through.",
		body: reflect.TypeFor[CampaignNotices](), refuses: missing,
	}, s.draftNotices)
	register(s, operation{
		id: "sign_notices", method: http.MethodPost, path: "/v1/campaigns/{id}/sign_notices", tag: "Notices",
		summary: "整批签发 Sign all notices of a campaign that wait for their signature", status: http.StatusAccepted,
		doc:     "Exactly those drafts that there are when the request is received. A notice that is turned down is named with the reason; the rest goes through.",
		refuses: missing,
	}, s.signNotices)
	register(s, operation{
		id: "get_notice_run", method: http.MethodGet, path: "/v1/notice_runs/{id}", tag: "Notices",
		summary: "整批办理进度 How far drafting or signing a campaign's notices is", refuses: missing,
	}, s.noticeRun)
}

// CampaignNotices is what all notices of a campaign say.
type CampaignNotices struct {
	Text        string           `json:"text" minLength:"1" maxLength:"10000" doc:"What is required of each unit"`
	Period      lifecycle.Period `json:"period,omitzero" doc:"Time allowed from the receipt, such as 15WD, 60D or 2M; the policy's for each finding's type when left out"`
	ExternalDue lifecycle.Date   `json:"external_due,omitzero" doc:"A deadline another body set (巡察); then without period"`
	Source      string           `json:"source,omitempty" maxLength:"200" doc:"Where the external deadline comes from"`
	Form        lifecycle.Form   `json:"form,omitempty" doc:"Layout: letter 信函格式, which is the default, or notice 通知"`
}

// A UnitNotice is one notice to one unit.
type UnitNotice struct {
	lifecycle.Notice

	Campaign     string                `json:"campaign,omitempty"`
	CampaignName string                `json:"campaign_name,omitempty"`
	Unit         string                `json:"unit"`
	UnitName     string                `json:"unit_name" doc:"The name it was sent to; the present one until it is signed"`
	State        lifecycle.NoticeState `json:"state" doc:"How the notice stands: that of the finding that is furthest behind"`
	Findings     []NoticeFinding       `json:"findings" doc:"The findings that the notice is about"`
}

// A NoticeFinding is a finding that a notice states.
type NoticeFinding struct {
	Case       string                `json:"case" format:"uuid"`
	Number     string                `json:"number"`
	Title      string                `json:"title"`
	Stage      lifecycle.Stage       `json:"stage"`
	State      lifecycle.NoticeState `json:"state" doc:"How the notice stands"`
	Receipt    *lifecycle.Receipt    `json:"receipt,omitempty" doc:"How the notice reached the unit; none before"`
	ReplacedBy string                `json:"replaced_by,omitempty" doc:"Number of the notice that took its place"`
}

func noticeOf(v store.NoticeView) UnitNotice {
	out := UnitNotice{
		Notice: v.Notice, Campaign: v.Campaign, CampaignName: v.CampaignName, Unit: v.Unit, UnitName: v.UnitName, State: v.State,
		Findings: []NoticeFinding{},
	}
	out.Cases = nil // they are the findings
	for _, c := range v.Of {
		out.Findings = append(out.Findings, NoticeFinding{
			Case: c.ID, Number: c.Number, Title: c.Title, Stage: c.Stage, State: c.State, Receipt: c.Receipt, ReplacedBy: c.ReplacedBy,
		})
	}
	return out
}

type noticesInput struct {
	Campaign string `query:"campaign" doc:"Id of a campaign"`
	Unit     string `query:"unit" doc:"Id of a unit"`
	Number   string `query:"number" doc:"The number, such as 〔2026〕12号"`
	Cursor   string `query:"cursor" doc:"next of the page before"`
	Limit    string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
}

// A NoticeList is one page of notices.
type NoticeList struct {
	Notices []UnitNotice `json:"notices" doc:"The notices of the page"`
	Next    string       `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

type (
	noticesOutput struct{ Body NoticeList }
	noticeOutput  struct{ Body UnitNotice }
)

func (s *server) notices(ctx context.Context, _ *call, in *noticesInput) (*noticesOutput, error) {
	var f form
	filter := store.NoticeFilter{Campaign: f.text("campaign", in.Campaign, maxCode), Unit: f.text("unit", in.Unit, maxCode), After: f.text("cursor", in.Cursor, maxCode)}
	limit := f.limit(in.Limit)
	filter.Limit = limit + 1
	if in.Number != "" {
		if filter.Number = lifecycle.NoticeNumberKey(in.Number); filter.Number == 0 {
			f.refuse("number", "not_a_number", "文号的写法如〔2026〕12号。", "Write a number as 〔2026〕12号.")
		}
	} else if filter.Campaign == "" && filter.Unit == "" {
		f.refuse("campaign", "required", "请指定批次、单位或者文号。", "Name a campaign, a unit or a number.")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.Notices(ctx, filter)
	if err != nil {
		return nil, err
	}
	var out NoticeList
	out.Notices, out.Next = onePage(found, limit, func(v store.NoticeView) string { return v.ID }, noticeOf)
	return &noticesOutput{Body: out}, nil
}

func (s *server) notice(ctx context.Context, _ *call, in *longIDInput) (*noticeOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	v, err := s.record.Notice(ctx, id)
	if err != nil {
		return nil, err
	}
	return &noticeOutput{Body: noticeOf(v)}, nil
}

// A NoticeRun is one action on all notices of a campaign, and how far it is.
type NoticeRun struct {
	ID       string             `json:"id" format:"uuid"`
	Campaign string             `json:"campaign"`
	Action   store.NoticeAction `json:"action" doc:"Whether notices are drafted or signed"`
	Total    int                `json:"total" doc:"How many notices it concerns"`
	Done     int                `json:"done" doc:"Units that are done"`
	Failed   int                `json:"failed" doc:"Units that were turned down"`
	Over     bool               `json:"over" doc:"Nothing is left to do"`
	Units    []NoticeRunUnit    `json:"units,omitempty" doc:"Those turned down first; shown with one run"`
}

// A NoticeRunUnit is what became of one unit's notice.
type NoticeRunUnit struct {
	Unit     string   `json:"unit"`
	UnitName string   `json:"unit_name"`
	Cases    []string `json:"cases" doc:"Ids of the cases that the unit's notice is about"`
	Done     bool     `json:"done" doc:"Whether the unit's notice was drafted or signed"`
	Code     string   `json:"code,omitempty"`
	Detail   string   `json:"detail,omitempty" doc:"Why it was turned down"`
}

type noticeRunOutput struct {
	Location string `header:"Location" hidden:"true"`
	Body     NoticeRun
}

func noticeRunOf(r store.NoticeRun) NoticeRun {
	return NoticeRun{ID: r.ID, Campaign: r.Campaign, Action: r.Action, Total: r.Total, Done: r.Done, Failed: r.Failed, Over: r.DoneAt != nil}
}

func (s *server) draftNotices(ctx context.Context, c *call, in *keyedIDInput) (*noticeRunOutput, error) {
	var n CampaignNotices
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	body := lifecycle.SubmitNotice{Text: n.Text, Period: n.Period, ExternalDue: n.ExternalDue, Source: n.Source, Form: n.Form}
	if err := body.Check(); err != nil {
		return nil, err
	}
	return s.runNotices(ctx, c, &shortIDInput{ID: in.ID}, store.DraftNotices, body)
}

func (s *server) signNotices(ctx context.Context, c *call, in *keyedIDInput) (*noticeRunOutput, error) {
	return s.runNotices(ctx, c, &shortIDInput{ID: in.ID}, store.SignNotices, lifecycle.SubmitNotice{})
}

func (s *server) runNotices(ctx context.Context, c *call, in *shortIDInput, action store.NoticeAction, body lifecycle.SubmitNotice) (*noticeRunOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	run, err := s.record.StartNoticeRun(ctx, c.actor, id, action, body, key, c.receivedAt)
	if err != nil {
		return nil, err
	}
	if run.DoneAt == nil {
		// With the engine away the order stands in the record all the same.
		c.afterwards(ctx, func(ctx context.Context) { c.cause = s.startNotices(ctx, run.ID) })
	}
	return &noticeRunOutput{Location: "/v1/notice_runs/" + run.ID, Body: noticeRunOf(run)}, nil
}

func (s *server) noticeRun(ctx context.Context, c *call, in *longIDInput) (*noticeRunOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	run, err := s.record.NoticeRun(ctx, id)
	if err != nil {
		return nil, err
	}
	units, err := s.record.NoticeRunUnits(ctx, id)
	if err != nil {
		return nil, err
	}
	out := noticeRunOf(run)
	for _, u := range units {
		one := NoticeRunUnit{Unit: u.Unit, UnitName: u.UnitName, Cases: u.Cases, Done: u.Done}
		if u.Refusal != nil {
			one.Code, one.Detail = u.Refusal.Code, c.language.pick(u.Refusal.ZH, u.Refusal.EN)
		}
		out.Units = append(out.Units, one)
	}
	return &noticeRunOutput{Body: out}, nil
}
