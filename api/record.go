package api

import (
	"context"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
	"duban/policy"
	"duban/store"
)

// A Doer runs commands: it records and tells.
type Doer interface {
	Do(ctx context.Context, r store.Request) (store.Answer, error)
}

// Jobs has the workflow of a job started that a command wrote.
type Jobs interface {
	Recompute(ctx context.Context, jobID string) error
}

// A Record is what the API reads and the directory it keeps.
type Record interface {
	Gate
	Cases
	Evidence
	Directory
	Places
	Removals
	Directories
	Addresses
	Substitutes
	Recusals
	Messages
	Campaigns
	Draws
	Lists
	Force
	Imports
	Notices
	Overviews
	LookBacks
}

// A Gate knows who comes, and whether the record can be reached.
type Gate interface {
	// Authenticate fails with store.ErrNotFound when nobody holds the token.
	Authenticate(ctx context.Context, token string) (lifecycle.Actor, error)
	// Once has a request done once, whatever it changes through the context.
	Once(ctx context.Context, k store.Keyed, run func(context.Context) (store.Reply, error)) (store.Reply, error)
	// Ready fails when commands cannot be recorded now.
	Ready(ctx context.Context) (store.Readiness, error)
}

// Cases reads cases as one person may see them. What that person may not see
// is store.ErrNotFound.
type Cases interface {
	Case(ctx context.Context, a lifecycle.Actor, id string) (store.CaseView, error)
	Cases(ctx context.Context, a lifecycle.Actor, f store.Filter) (store.Page, error)
	Ledger(ctx context.Context, a lifecycle.Actor, f store.Filter, most int, yield func(store.LedgerRow) error) error
	History(ctx context.Context, a lifecycle.Actor, id string) ([]lifecycle.Event, string, error)
	Names(ctx context.Context, ids []string) (map[string]string, error)
	Counts(ctx context.Context, a lifecycle.Actor) (store.Counts, error)
	Events(ctx context.Context, a lifecycle.Actor, id string, after int64, limit int) ([]store.EventView, error)
	// PaperOrder holds more than a unit may know; documents pick from it.
	PaperOrder(ctx context.Context, a lifecycle.Actor, id string) (store.PaperOrder, error)
	Deadline(ctx context.Context, a lifecycle.Actor, id string) ([]store.DeadlineView, error)
	Tasks(ctx context.Context, a lifecycle.Actor, after string, limit int) (store.TaskPage, error)
	Undelivered(ctx context.Context, a lifecycle.Actor) ([]store.Undelivered, error)
	Unoffered(ctx context.Context, a lifecycle.Actor) ([]store.Unoffered, error)
	Unsettled(ctx context.Context, a lifecycle.Actor) ([]store.Unsettled, error)
	LateRounds(ctx context.Context) ([]store.LateRound, error)
	Receipt(ctx context.Context, a lifecycle.Actor, commandID string) (store.Answer, error)
}

// LookBacks reads what was drawn for look-backs, as far as it is no secret to the
// person.
type LookBacks interface {
	LookBackTasks(ctx context.Context, a lifecycle.Actor) ([]store.LookBackTask, error)
	CheckedDraws(ctx context.Context, a lifecycle.Actor, id string) ([]lifecycle.DrawRecord, []lifecycle.DrawCheck, error)
	// Rosters are shown of draws that are laid open, and of no others.
	Rosters(ctx context.Context, id string, numbers []int) (map[int]*lot.ShownRoster, error)
	// ShownRosters are those of draws that lie open, as far as they may be shown.
	ShownRosters(ctx context.Context, a lifecycle.Actor, id string) ([]store.DrawnRoster, error)
	// OpenPlan is a *lifecycle.Refusal to all but the two who had it opened.
	OpenPlan(ctx context.Context, a lifecycle.Actor, id string) (store.OpenedPlan, error)
}

// Overviews answers what managers ask of all cases at once.
type Overviews interface {
	Overview(ctx context.Context, a lifecycle.Actor, kind store.OverviewKind, f store.OverviewFilter) (store.Overview, error)
}

// Evidence is what the record knows of files, as one person may see it.
type Evidence interface {
	EvidenceDoor(ctx context.Context, a lifecycle.Actor, caseID, key string, quota store.Quota) error
	AddEvidence(ctx context.Context, n store.NewEvidence) (store.Evidence, error)
	Evidence(ctx context.Context, a lifecycle.Actor, caseID, after string, limit int) ([]store.Evidence, error)
	OneEvidence(ctx context.Context, a lifecycle.Actor, caseID, id string) (store.Evidence, error)
}

// A Directory keeps units, posts and accounts. A fault in what was asked is a
// *store.FieldError.
type Directory interface {
	Units(ctx context.Context, f store.UnitFilter) ([]store.Unit, error)
	Unit(ctx context.Context, id string) (store.Unit, error)
	UnitNameOn(ctx context.Context, id string, on calendar.Date) (string, error)
	EditUnit(ctx context.Context, id string, e store.UnitEdit) (store.Unit, error)
	// Background is what is known about a unit before another finding is
	// registered against it.
	Background(ctx context.Context, unit, category, title string) (store.Background, error)
	AddUnit(ctx context.Context, u store.Unit) (store.Unit, error)
	// ChangeUnit records what became of a unit, and returns the job that passes
	// its open cases on.
	ChangeUnit(ctx context.Context, c store.UnitChange) (changed store.UnitChange, jobID string, err error)
	UnitChanges(ctx context.Context, unit string) ([]store.UnitChange, error)
	Posts(ctx context.Context, unit string) ([]store.Post, error)
	PostsOn(ctx context.Context, unit string, on calendar.Date) ([]store.Post, error)
	AddPost(ctx context.Context, p store.Post) (store.Post, error)
	EndPost(ctx context.Context, unit, id string, until calendar.Date, next *store.Post) (ended, begun store.Post, err error)
	Accounts(ctx context.Context, unit, after string, limit int) ([]store.Account, error)
	Account(ctx context.Context, id string) (store.Account, error)
	AddAccount(ctx context.Context, n store.NewAccount) (store.Account, string, error)
	ChangeAccount(ctx context.Context, e store.AccountEdit) (store.Account, string, error)
	Duties(ctx context.Context, account string) ([]store.CaseDuty, error)
	AccountChanges(ctx context.Context, account string) ([]store.AccountChange, error)
	// CheckAccounts holds a workbook against the accounts, and ConfirmAccounts makes what
	// it changes; the jobs pass on what people leave.
	CheckAccounts(ctx context.Context, by lifecycle.Actor, file string,
		decide func(have []store.Account, units []store.DirectoryUnit) (store.AccountPlan, error)) (store.AccountImport, error)
	AccountImport(ctx context.Context, id string) (store.AccountImport, error)
	ConfirmAccounts(ctx context.Context, id string, by lifecycle.Actor) (i store.AccountImport, jobs []string, err error)
	AllAccounts(ctx context.Context) (have []store.Account, units []store.DirectoryUnit, err error)
	MarkedAccounts(ctx context.Context, id string) (file string, marked []byte, err error)
	NewToken(ctx context.Context, account string) (string, error)
	RevokeTokens(ctx context.Context, account string) error
}

// Places are what units belong to: regions, areas with who answers for them, and
// categories. A fault in what was asked is a *store.FieldError.
type Places interface {
	Regions(ctx context.Context) ([]store.Region, error)
	AddRegion(ctx context.Context, r store.Region) (store.Region, error)
	ChangeRegion(ctx context.Context, id string, e store.RegionEdit) (store.Region, error)
	Areas(ctx context.Context) ([]store.Named, error)
	AddArea(ctx context.Context, n store.Named) (store.Named, error)
	RenameArea(ctx context.Context, n store.Named) (store.Named, error)
	AreaOfficers(ctx context.Context, area string) ([]store.AreaOfficer, error)
	AddAreaOfficer(ctx context.Context, o store.AreaOfficer) (store.AreaOfficer, error)
	EndAreaOfficer(ctx context.Context, area, id string, until calendar.Date) (store.AreaOfficer, error)
	UnitOfficers(ctx context.Context, unit string, on calendar.Date) ([]store.AreaOfficer, error)
	Categories(ctx context.Context) ([]store.Named, error)
	AddCategory(ctx context.Context, n store.Named) (store.Named, error)
	RenameCategory(ctx context.Context, n store.Named) (store.Named, error)
}

// Removals take away what was made by mistake and keep what it was. While something
// refers to it, that is a *store.FieldError.
type Removals interface {
	Remove(ctx context.Context, r store.Removal) (store.Removal, error)
	Removals(ctx context.Context, kind store.RemovalKind, after string, limit int) ([]store.Removal, error)
}

// Directories take the directory in and out as a whole.
type Directories interface {
	Directory(ctx context.Context) (store.Directory, error)
	ImportDirectory(ctx context.Context, n store.NewDirectoryImport,
		decide func(d store.Directory, today calendar.Date, newID func() string) (store.DirectoryPlan, error)) (id string, err error)
	MarkedDirectory(ctx context.Context, id string) (file string, marked []byte, err error)
}

// Addresses keeps where people are reached, and with an empty account the robots
// of groups. One address too many is a *store.FieldError.
type Addresses interface {
	Addresses(ctx context.Context, account string) ([]store.Address, error)
	PutAddress(ctx context.Context, a store.Address) (store.Address, error)
	DeleteAddress(ctx context.Context, account, id string) error
}

// Substitutes keeps who reads for whom. What does not go together is a
// *store.FieldError.
type Substitutes interface {
	Substitutes(ctx context.Context, account string) ([]store.Substitute, error)
	AddSubstitute(ctx context.Context, n store.Substitute) (store.Substitute, error)
	DeleteSubstitute(ctx context.Context, account, id string) error
}

// Recusals keeps who must not look back on whom, and what units asked for. What
// does not go together is a *store.FieldError.
type Recusals interface {
	Recusals(ctx context.Context, f store.RecusalFilter, after string, limit int) ([]store.Recusal, error)
	AddRecusal(ctx context.Context, n store.Recusal) (store.Recusal, error)
	EndRecusal(ctx context.Context, id, reason, author string) (store.Recusal, error)
	RecusalRequests(ctx context.Context, unit, after string, limit int) ([]store.RecusalRequest, error)
	AddRecusalRequest(ctx context.Context, r store.RecusalRequest) (store.RecusalRequest, error)
	AnswerRecusalRequest(ctx context.Context, id, refused string, n store.Recusal) (store.RecusalRequest, error)
}

// Messages reads what leaves the house, and has what was given up sent again.
type Messages interface {
	CaseMessages(ctx context.Context, a lifecycle.Actor, caseID, after string, limit int) (store.CaseMessagePage, error)
	Messages(ctx context.Context, state, after string, limit int) ([]store.MessageView, error)
	Message(ctx context.Context, id string) (store.MessageView, []store.MessageTry, error)
	// ResendMessage fails with store.ErrNotDead for what was not given up, and with
	// store.ErrNoAddress for what leads nowhere any more; ServeOtherwise with the
	// former.
	ResendMessage(ctx context.Context, id, author string, now time.Time) (store.MessageView, error)
	ResendMessages(ctx context.Context, code, author string, now time.Time) (int, error)
	ServeOtherwise(ctx context.Context, a lifecycle.Actor, id, how string, now time.Time) (store.MessageView, error)
	Inbox(ctx context.Context, account, before string, now time.Time, limit int) ([]store.Mailing, error)
}

// Campaigns plans and reads campaigns. A fault in what was asked is a
// *store.FieldError, too many inspections a *store.BurdenError.
type Campaigns interface {
	Campaigns(ctx context.Context, year int, after string, limit int) ([]store.Campaign, error)
	Campaign(ctx context.Context, id string) (store.Campaign, error)
	CampaignProgress(ctx context.Context, id string) (map[string]int64, error)
	AddCampaign(ctx context.Context, c store.Campaign) (store.Campaign, error)
	CloseCampaign(ctx context.Context, id string) (store.Campaign, error)
	AmendCampaign(ctx context.Context, id string, a store.CampaignAmendment) (store.Campaign, error)
	CampaignChanges(ctx context.Context, id string) ([]store.CampaignChange, error)
	AddCampaignVisit(ctx context.Context, v store.CampaignVisit) (store.CampaignVisit, error)
	CampaignVisits(ctx context.Context, campaign, after string, limit int) ([]store.CampaignVisit, error)
}

// Draws draws campaigns' inspectees and keeps every draw. What the rules turn
// down is a *lifecycle.Refusal, and a *lot.TooFewUnitsError where a stratum has
// too few units.
type Draws interface {
	// DrawInspectees returns the draw, or the request for one more.
	DrawInspectees(ctx context.Context, campaign string, asked lifecycle.DrawOfInspectees, author string) (*store.CampaignDraw, *store.DrawRequest, error)
	CampaignDraws(ctx context.Context, campaign string) ([]store.CampaignDraw, error)
	CampaignDraw(ctx context.Context, id string) (store.CampaignDraw, error)
	DrawRequests(ctx context.Context, campaign string) ([]store.DrawRequest, error)
	AnswerDrawRequest(ctx context.Context, id string, who lifecycle.Actor, granted bool, reason string) (store.DrawRequest, error)
	Inspectees(ctx context.Context, campaign string) ([]string, error)
}

// Lists reads the negative lists and records what people do about their entries.
// What the rules turn down is a *lifecycle.Refusal.
type Lists interface {
	Entries(ctx context.Context, f store.EntryFilter) ([]store.ListEntry, error)
	EachEntry(ctx context.Context, f store.EntryFilter, each func(store.ListEntry) error) error
	Entry(ctx context.Context, id string) (store.ListEntry, error)
	Act(ctx context.Context, r store.EntryRequest) (store.ListEntry, error)
	ListedUnits(ctx context.Context, year int) ([]store.ListedUnit, error)
}

// Notices reads notices, and has those of a campaign drafted and signed.
type Notices interface {
	Notice(ctx context.Context, id string) (store.NoticeView, error)
	Notices(ctx context.Context, f store.NoticeFilter) ([]store.NoticeView, error)
	StartNoticeRun(ctx context.Context, who lifecycle.Actor, campaign string, action store.NoticeAction, body lifecycle.SubmitNotice, key string, at time.Time) (store.NoticeRun, error)
	NoticeRun(ctx context.Context, id string) (store.NoticeRun, error)
	NoticeRunUnits(ctx context.Context, id string) ([]store.NoticeRunUnit, error)
}

// Imports keeps workbooks of findings and what became of them.
type Imports interface {
	UnitNames(ctx context.Context) (map[string]string, error)
	Officers(ctx context.Context) (map[string][]string, error)
	// Judge says what the rules would answer to a row; the second is nil for a finding.
	Judge(ctx context.Context, who lifecycle.Actor, at time.Time) (func(*lifecycle.OpenCase, *lifecycle.InHand) (*lifecycle.Refusal, error), error)
	Campaign(ctx context.Context, id string) (store.Campaign, error)
	CaseByNumber(ctx context.Context, number string) (store.NumberedCase, error)
	SameFindings(ctx context.Context, findings []*lifecycle.OpenCase) ([]string, error)
	Hints() *store.Hints
	HintedRows(ctx context.Context, id string, limit int) ([]store.ImportRow, error)
	AddImport(ctx context.Context, n store.NewImport, read func(add func(store.ImportRow) error) (store.Checked, error)) (store.Import, error)
	StartImport(ctx context.Context, who lifecycle.Actor, id string, at time.Time) (store.Import, error)
	Import(ctx context.Context, id string) (store.Import, error)
	Imports(ctx context.Context, after string, limit int) ([]store.Import, error)
	ImportSheet(ctx context.Context, id string, head func(header, faults []byte) error, row func(store.ImportRow) error) error
	FailedRows(ctx context.Context, id string, limit int) ([]store.FailedRow, error)
}

// Force is the data in force.
type Force interface {
	CalendarInForce(ctx context.Context) (*calendar.Calendar, error)
	PolicyInForce(ctx context.Context) (*policy.Policy, int, calendar.Timeline, error)
	// Of these, version 0 is the one in force.
	PolicyVersion(ctx context.Context, version int) (*policy.Policy, store.RuleVersion, error)
	CalendarVersion(ctx context.Context, version int) (*calendar.Calendar, store.RuleVersion, error)
	PolicyVersions(ctx context.Context, before, limit int) ([]store.RuleVersion, error)
	CalendarVersions(ctx context.Context, before, limit int) ([]store.RuleVersion, error)
	RuleProposals(ctx context.Context, waiting bool, after string, limit int) ([]store.RuleProposal, error)
	RuleProposal(ctx context.Context, id string) (store.RuleProposal, error)
	ProposeRules(ctx context.Context, p store.RuleProposal) (store.RuleProposal, error)
	AnswerRuleProposal(ctx context.Context, id string, who lifecycle.Actor, granted bool, reason string) (store.RuleProposal, string, error)
	WithdrawRuleProposal(ctx context.Context, id string, who lifecycle.Actor) (store.RuleProposal, error)
}
