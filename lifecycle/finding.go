package lifecycle

import "fmt"

// A Finding is the fact discovered and how it was judged. Once triage has
// accepted it only a leader puts its words right, and the record keeps what they were.
type Finding struct {
	Title    string `json:"title"`
	Facts    string `json:"facts"`
	FoundOn  Date   `json:"found_on"`
	Method   string `json:"method" of:"Method"`
	Category string `json:"category" of:"Category"`
	Matter   string `json:"matter,omitempty" of:"Matter"`
	Campaign string `json:"campaign,omitempty"`

	Dimension string `json:"dimension,omitempty" of:"Dimension"`
	Severity  string `json:"severity,omitempty" of:"Severity"`
	Basis     string `json:"basis,omitempty"`
	RootCause string `json:"root_cause,omitempty" of:"RootCause"`
	// RootCauseText is the root cause in the committee's own words.
	RootCauseText string `json:"root_cause_text,omitempty"`
	Type          Type   `json:"type,omitempty"`
}

// A Type is the type of rectification, which decides the time allowed.
type Type string

// The types.
const (
	Immediate     Type = "immediate"   // 立行立改
	ByDeadline    Type = "by_deadline" // 限期整改
	SustainedDuty Type = "sustained"   // 长期坚持
)

// OpenCase registers a finding.
type OpenCase struct {
	Unit      string   `json:"unit" minLength:"1" maxLength:"64" doc:"The unit found at fault"`
	Title     string   `json:"title" minLength:"1" maxLength:"200" doc:"What was found, on one line"`
	Facts     string   `json:"facts" minLength:"1" maxLength:"10000" doc:"Time, place and what was found"`
	FoundOn   Date     `json:"found_on" doc:"The day on which it was found, not in the future"`
	Method    string   `json:"method" doc:"Code of the discovery method" of:"Method"`
	Category  string   `json:"category" doc:"Code of the category, C01 to C10" of:"Category"`
	Campaign  string   `json:"campaign,omitempty" maxLength:"100"`
	Dimension string   `json:"dimension,omitempty" of:"Dimension"`
	Matter    string   `json:"matter,omitempty" of:"Matter"`
	Evidence  []string `json:"evidence,omitempty" each:"200" maxItems:"100" doc:"What shows it, at most 100 items: a note of where each is kept. Files are sent afterwards."`
	RepeatOf  string   `json:"repeat_of,omitempty" maxLength:"64" doc:"Id of the archived case of the same unit, or of one it came from, that happened again"`
}

// CaseOpened: a finding was registered and has a number.
type CaseOpened struct {
	OpenCase
	Year   int    `json:"year"`
	Number string `json:"number"`
	// CalendarVersion is the version its clocks are computed by.
	CalendarVersion int `json:"calendar_version"`
	// Repeated is the case that it repeats.
	Repeated *Repeated `json:"repeated,omitempty" doc:"The case that it repeats; none when it repeats none"`
}

// AmendDraft changes a draft: every field given replaces the draft's.
type AmendDraft struct {
	Unit      *string   `json:"unit,omitempty" maxLength:"64" doc:"Id of the unit found at fault, from now on"`
	Title     *string   `json:"title,omitempty" maxLength:"200" doc:"The title from now on"`
	Facts     *string   `json:"facts,omitempty" maxLength:"10000" doc:"When, where and what was found, from now on"`
	FoundOn   *Date     `json:"found_on,omitempty" doc:"The day of the discovery from now on, not in the future"`
	Method    *string   `json:"method,omitempty" of:"Method"`
	Category  *string   `json:"category,omitempty" of:"Category"`
	Campaign  *string   `json:"campaign,omitempty" maxLength:"100"`
	Dimension *string   `json:"dimension,omitempty" of:"Dimension"`
	Matter    *string   `json:"matter,omitempty" of:"Matter"`
	Evidence  *[]string `json:"evidence,omitempty" each:"200" maxItems:"100" doc:"What shows it, from now on: files of the case as evidence: and the file's id, or a note of where it is kept"`
	RepeatOf  *string   `json:"repeat_of,omitempty" maxLength:"64" doc:"Empty: it repeats none"`
}

// DraftAmended: the draft now reads so.
type DraftAmended struct {
	OpenCase
	Repeated *Repeated `json:"repeated,omitempty" doc:"The case that it repeats; none when it repeats none"`
}

// SubmitDraft hands a draft to triage.
type SubmitDraft struct{}

// DraftSubmitted: the draft waits for triage.
type DraftSubmitted struct{}

// ReturnDraft sends a draft back to its author.
type ReturnDraft struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// DraftReturned: the author has the draft again.
type DraftReturned struct{ ReturnDraft }

// AcceptFinding is the judgement of triage.
type AcceptFinding struct {
	Category  string `json:"category" of:"Category"`
	Dimension string `json:"dimension" of:"Dimension"`
	Severity  string `json:"severity" of:"Severity"`
	Basis     string `json:"basis" minLength:"1" maxLength:"10000" doc:"The duty or rule breached"`
	RootCause string `json:"root_cause" doc:"Code of the root cause, R1 to R4" of:"RootCause"`
	// RootCauseText says it in words besides.
	RootCauseText string `json:"root_cause_text,omitempty" maxLength:"10000" doc:"The root cause in words, besides the code"`
	Type          Type   `json:"type" doc:"How long the unit has: immediate, on the spot; by_deadline, until a day; sustained, lastingly"`
	Officer       string `json:"officer" minLength:"1" maxLength:"64" doc:"Account of the officer who will answer for the case"`
	Matter        string `json:"matter,omitempty" of:"Matter"`
}

// FindingAccepted: the finding stands, and somebody answers for it.
type FindingAccepted struct{ AcceptFinding }

// Assign gives the case to another officer.
type Assign struct {
	Officer string `json:"officer" minLength:"1" maxLength:"64" doc:"Account of the officer who answers for the case from now on"`
}

// OfficerAssigned: another officer answers for the case.
type OfficerAssigned struct {
	Assign
	Before string `json:"before,omitempty" doc:"Account of the officer before; none when there was none"`
	// Reason is why it passed on, when the one before does it no more.
	Reason string `json:"reason,omitempty" doc:"Why it passed on, when the one before does it no more"`
}

// Note adds a remark that changes nothing.
type Note struct {
	Text string `json:"text" minLength:"1" maxLength:"10000" doc:"What is noted; the unit does not read it"`
}

// Noted: somebody remarked something.
type Noted struct{ Note }

func (b OpenCase) check(t *turn) error {
	codes := t.rules.Policy.Codes
	_, method := codes.Method(b.Method)
	_, category := codes.Category(b.Category)
	_, dimension := codes.Dimension(b.Dimension)
	err := all(
		t.unit("unit", b.Unit),
		t.text("title", b.Title, maxTitle),
		t.text("facts", b.Facts, maxText),
		t.dayBetween("found_on", b.FoundOn, Date{}),
		code("method", b.Method, method),
		code("category", b.Category, category),
		t.campaign("campaign", "unit", b.Campaign),
		t.evidence("evidence", b.Evidence),
		optionalCode("dimension", b.Dimension, dimension),
		t.matter(b.Matter, b.Category),
	)
	if err == nil {
		err = b.checkRepeat(t)
	}
	return err
}

// matter checks a matter, if given, against its category.
func (t *turn) matter(matter, category string) error {
	if matter == "" {
		return nil
	}
	m, known := t.rules.Policy.Codes.Matter(matter)
	if err := code("matter", matter, known); err != nil {
		return err
	}
	if m.Category != category {
		return invalid("matter", "wrong_category", "“"+m.ZH+"”不属于类别"+category+"。", "Matter "+matter+" does not belong to category "+category+".")
	}
	return nil
}

func (b OpenCase) decide(t *turn) error {
	if err := b.check(t); err != nil {
		return err
	}
	if same := t.rules.Known.Same; same != "" {
		return AlreadyCase(same)
	}
	t.record(&CaseOpened{OpenCase: b, Year: t.today.Year(), CalendarVersion: t.rules.CalendarVersion, Repeated: b.repeated(t)})
	t.goTo(Draft)
	return nil
}

func (b AmendDraft) decide(t *turn) error {
	f := t.c.Finding
	draft := OpenCase{
		Unit: t.c.Unit, Title: f.Title, Facts: f.Facts, FoundOn: f.FoundOn, Method: f.Method, Category: f.Category,
		Campaign: f.Campaign, Dimension: f.Dimension, Matter: f.Matter, Evidence: t.c.Evidence,
	}
	if t.c.RepeatOf != nil {
		draft.RepeatOf = t.c.RepeatOf.Case
	}
	set(&draft.Unit, b.Unit)
	set(&draft.Title, b.Title)
	set(&draft.Facts, b.Facts)
	set(&draft.FoundOn, b.FoundOn)
	set(&draft.Method, b.Method)
	set(&draft.Category, b.Category)
	set(&draft.Campaign, b.Campaign)
	set(&draft.Dimension, b.Dimension)
	set(&draft.Matter, b.Matter)
	set(&draft.Evidence, b.Evidence)
	set(&draft.RepeatOf, b.RepeatOf)
	if b == (AmendDraft{}) {
		return invalid("", "nothing_to_change", "没有要修改的内容。", "There is nothing to change.")
	}
	if b.Unit == nil {
		t.rules.Known.Units = map[string]bool{t.c.Unit: true}
	}
	if b.Campaign == nil { // it may be closed by now
		t.rules.Known.Campaigns = map[string]bool{f.Campaign: true}
	}
	if b.Evidence == nil { // what it names already was there, or was no file's
		t.rules.Known.Evidence = map[string]bool{}
		for _, id := range evidenceIn(draft.Evidence...) {
			t.rules.Known.Evidence[id] = true
		}
	}
	if err := draft.check(t); err != nil {
		return err
	}
	t.record(&DraftAmended{OpenCase: draft, Repeated: draft.repeated(t)})
	return nil
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

func (SubmitDraft) decide(t *turn) error { //nolint:unparam // as every command
	t.record(&DraftSubmitted{})
	t.goTo(Triage)
	return nil
}

func (b ReturnDraft) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&DraftReturned{b})
	t.goTo(Draft)
	return nil
}

func (b AcceptFinding) decide(t *turn) error {
	codes := t.rules.Policy.Codes
	_, category := codes.Category(b.Category)
	_, dimension := codes.Dimension(b.Dimension)
	_, severity := codes.Severity(b.Severity)
	_, cause := codes.RootCause(b.RootCause)
	err := all(
		code("category", b.Category, category),
		code("dimension", b.Dimension, dimension),
		code("severity", b.Severity, severity),
		t.text("basis", b.Basis, maxText),
		code("root_cause", b.RootCause, cause),
		t.optional("root_cause_text", b.RootCauseText, maxText),
		oneOf("type", b.Type, Immediate, ByDeadline, SustainedDuty),
		t.matter(b.Matter, b.Category),
		t.holds("officer", b.Officer, Officer),
	)
	if err != nil {
		return err
	}
	if m, ok := codes.Matter(t.c.Finding.Matter); ok && b.Matter == "" && m.Category == b.Category {
		b.Matter = m.Code
	}
	t.record(&FindingAccepted{b})
	t.goTo(NoticeDrafting)
	t.proposeByType()
	return nil
}

// proposeByType proposes what the policy names for this type of problem.
func (t *turn) proposeByType() {
	for _, rule := range t.rules.Policy.Proposed(t.c.Finding.Category, t.c.Finding.Matter) {
		t.propose(MeasureOrdered{Kind: rule.Measure, List: rule.List, Basis: rule.Source})
	}
}

func (b Assign) decide(t *turn) error {
	if _, err := t.account("officer", b.Officer, Officer); err != nil {
		return err
	}
	if b.Officer == t.c.Officer {
		return invalid("officer", "same_officer", "该经办人已负责此事项。", "That officer already answers for the case.")
	}
	t.record(&OfficerAssigned{Assign: b, Before: t.c.Officer})
	return nil
}

func (b Note) decide(t *turn) error {
	if err := t.text("text", b.Text, maxText); err != nil {
		return err
	}
	t.record(&Noted{b})
	return nil
}

// Series is the year's series of case numbers.
func (b *CaseOpened) Series() string { return fmt.Sprintf("case/%d", b.Year) }

// Allot writes the case number.
func (b *CaseOpened) Allot(n int) { b.Number = caseNumber(b.Year, n) }

func (b *CaseOpened) apply(c *Case, e Event) {
	c.ID, c.Number, c.OpenedAt, c.Round = e.Case, b.Number, e.At, 1
	c.CalendarVersion = b.CalendarVersion
	c.Part = Part{Author: e.Actor.Account}
	b.fill(c, b.Repeated)
}

func (b OpenCase) fill(c *Case, of *Repeated) {
	c.Unit, c.Evidence = b.Unit, b.Evidence
	c.Finding = Finding{
		Title: b.Title, Facts: b.Facts, FoundOn: b.FoundOn, Method: b.Method, Category: b.Category,
		Campaign: b.Campaign, Dimension: b.Dimension, Matter: b.Matter,
	}
	c.RepeatOf = b.repeat(of)
}

func (b *DraftAmended) apply(c *Case, _ Event) { b.fill(c, b.Repeated) }
func (*DraftSubmitted) apply(*Case, Event)     {}
func (*DraftReturned) apply(*Case, Event)      {}

func (b *FindingAccepted) apply(c *Case, e Event) {
	f := &c.Finding
	f.Category, f.Dimension, f.Severity, f.Basis, f.RootCause, f.Type = b.Category, b.Dimension, b.Severity, b.Basis, b.RootCause, b.Type
	f.RootCauseText, f.Matter = b.RootCauseText, b.Matter
	c.Officer = b.Officer
	c.Part.Accepter = e.Actor.Account
}

func (b *OfficerAssigned) apply(c *Case, _ Event) { c.Officer = b.Officer }
func (*Noted) apply(*Case, Event)                 {}

// notAuthor: who found something does not judge it.
func notAuthor(t *turn) *Refusal {
	if t.actor.Account == t.c.Part.Author || t.actor.Account == t.c.Officer { // to whom the draft may have been given
		return forbidden("own_finding", "登记人不能研判自己登记的问题。", "Whoever registered a finding may not accept it.")
	}
	return nil
}

// onlyAuthor: a draft belongs to its author, or to the officer it was given to.
func onlyAuthor(t *turn) *Refusal {
	if t.actor.Account != t.c.drafter() {
		return forbidden("not_author", "只有登记人（或者指派的经办人）可以修改和提交草稿。", "Only its author, or the officer it was given to, may change or submit a draft.")
	}
	return nil
}

func (b OpenCase) refers() Refs {
	refs := Refs{Units: named(&b.Unit), Campaigns: named(&b.Campaign), Scope: b.Campaign != "", Evidence: evidenceIn(b.Evidence...)}
	if b.RepeatOf != "" {
		refs.Repeat = &RepeatRef{Case: &b.RepeatOf, Unit: &b.Unit}
	}
	return refs
}

// A draft that is amended may repeat a case already, of which the unit and the
// day may change.
func (b AmendDraft) refers() Refs {
	refs := Refs{Units: named(b.Unit), Campaigns: named(b.Campaign), Scope: b.Unit != nil || b.Campaign != nil}
	if b.Evidence != nil {
		refs.Evidence = evidenceIn(*b.Evidence...)
	}
	if b.RepeatOf == nil || *b.RepeatOf != "" {
		refs.Repeat = &RepeatRef{Case: b.RepeatOf, Unit: b.Unit}
	}
	return refs
}

// named is the one id that is given, if one is.
func named(id *string) []string {
	if id == nil || *id == "" {
		return nil
	}
	return []string{*id}
}

func (b AcceptFinding) refers() Refs { return Refs{Accounts: []string{b.Officer}} }
func (b Assign) refers() Refs        { return Refs{Accounts: []string{b.Officer}} }

// NumberKey is the case number as one figure that sorts: the year times a
// million plus the number within the year. It is 0 before the number is
// allotted.
func (c Case) NumberKey() int64 {
	var year, n int64
	if _, err := fmt.Sscanf(c.Number, "督〔%d〕%d", &year, &n); err != nil {
		return 0
	}
	return year*numbersAYear + n
}

// numbersAYear is more than a year has.
const numbersAYear = 1_000_000
