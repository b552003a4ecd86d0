package api

import (
	"net/http"
	"slices"
	"strings"

	"duban/lifecycle"
	"duban/store"
)

// An access says who may use a route. What a person finds behind it is for the
// record to say, and who may run which command for the lifecycle.
type access struct {
	// public needs no token.
	public bool
	// everybody needs a token and no particular role.
	everybody bool
	roles     []lifecycle.Role
	// streams: the handler reads the body itself, as it arrives.
	streams bool
	// receipts: the record keeps receipts of its own for what is done here. reads:
	// nothing is done here, whatever the method says.
	receipts, reads bool
}

// may reports whether the person may use the route.
func (a access) may(who lifecycle.Actor) bool {
	return a.public || a.everybody || who.Has(a.roles...)
}

// accessTable is the one place that says who may use which route. A route that
// is not in it answers nobody.
func accessTable() map[string]access {
	var (
		public    = access{public: true}
		everybody = access{everybody: true}
		admin     = access{roles: []lifecycle.Role{lifecycle.Admin}}
		// keepers keep the directory; accounts are the administrator's alone.
		keepers = access{roles: []lifecycle.Role{lifecycle.Admin, lifecycle.Head}}
		// office is everybody but the units' people.
		office = access{roles: staff()}
		// directory adds the units' people, who find their own unit there.
		directory = access{roles: lifecycle.Roles()}
		// recusers declare their own recusals, and leaders record others'.
		recusers  = []lifecycle.Role{lifecycle.Inspector, lifecycle.LookBackLead, lifecycle.Officer, lifecycle.Head, lifecycle.Leader}
		importers = append(lifecycle.KindOpenCase.Who(), lifecycle.Head, lifecycle.Leader)
		// readers see cases: all but the administrator.
		readers = access{roles: without(lifecycle.Roles(), lifecycle.Admin)}
		// overseers see to all cases at once.
		overseers = access{roles: lifecycle.Overseers()}
		// commands change a case; which, and how, is the lifecycle's to say.
		commands = access{receipts: true, roles: without(lifecycle.Roles(), lifecycle.Admin, lifecycle.Auditor)}
	)
	table := map[string]access{
		"GET /healthz":      public,
		"GET /readyz":       public,
		"GET /openapi.json": public,
		"GET /openapi.yaml": public,
		"GET /docs":         public,
		"GET /docs/{file}":  public,

		"GET /v1/me": everybody,

		"GET /v1/cases":        readers,
		"GET /v1/cases/counts": readers,
		// A unit's person is let in to find nothing.
		"GET /v1/cases/{id}/file.zip": {roles: without(lifecycle.Roles(), lifecycle.Admin, lifecycle.Inspector, lifecycle.LookBackLead)},
		"GET /v1/ledger.xlsx":         {roles: without(staff(), lifecycle.Admin)},
		"GET /v1/cases/{id}":          readers,
		"GET /v1/cases/{id}/events":   readers,
		"GET /v1/cases/{id}/deadline": readers,
		"GET /v1/tasks":               readers,

		"GET /v1/cases/{id}/evidence":       readers,
		"GET /v1/cases/{id}/evidence/{eid}": readers,
		"POST /v1/cases/{id}/evidence": {streams: true, receipts: true, roles: []lifecycle.Role{
			lifecycle.Inspector, lifecycle.Officer, lifecycle.LookBackLead, lifecycle.Leader, lifecycle.UnitSecretary, lifecycle.UnitContact,
		}},

		"GET /v1/commands/{id}":               readers,
		"GET /v1/cases/{id}/documents/{file}": readers,

		"POST /v1/cases": {receipts: true, roles: lifecycle.KindOpenCase.Who()},
		// A kind of command that does not exist.
		"POST /v1/cases/{id}/commands/{kind}": commands,

		"GET /v1/campaigns":              office,
		"POST /v1/campaigns":             {roles: []lifecycle.Role{lifecycle.Head, lifecycle.Leader}},
		"GET /v1/campaigns/{id}":         office,
		"POST /v1/campaigns/{id}":        {roles: []lifecycle.Role{lifecycle.Leader}},
		"POST /v1/campaigns/{id}/close":  {roles: []lifecycle.Role{lifecycle.Head, lifecycle.Leader}},
		"GET /v1/campaigns/{id}/visits":  office,
		"POST /v1/campaigns/{id}/visits": {roles: []lifecycle.Role{lifecycle.Inspector, lifecycle.LookBackLead, lifecycle.Officer, lifecycle.Head, lifecycle.Leader}},

		"GET /v1/campaigns/{id}/draws":  office,
		"POST /v1/campaigns/{id}/draws": {roles: []lifecycle.Role{lifecycle.Head, lifecycle.Leader}},
		"GET /v1/draws/{id}":            office,
		// It only reads.
		"POST /v1/draws/{id}/replay":         {reads: true, roles: office.roles},
		"POST /v1/draw-requests/{id}/answer": {roles: []lifecycle.Role{lifecycle.Leader}},

		"GET " + pathEntries:     readers,
		"GET " + pathEntry:       readers,
		"GET " + pathEntriesBook: {roles: without(staff(), lifecycle.Admin)},
		"GET " + pathEntriesText: {roles: without(staff(), lifecycle.Admin)},
		// What was decided to be shown is shown to all.
		"GET " + pathPublic:                     everybody,
		"GET " + pathListedUnits:                office,
		"GET /v1/notices":                       {roles: without(staff(), lifecycle.Admin)},
		"GET /v1/notices/{id}":                  {roles: without(staff(), lifecycle.Admin)},
		"GET /v1/notice_runs/{id}":              {roles: without(staff(), lifecycle.Admin)},
		"POST /v1/campaigns/{id}/draft_notices": {roles: lifecycle.KindSubmitNotice.Who()},
		"POST /v1/campaigns/{id}/sign_notices":  {roles: lifecycle.KindApproveNotice.Who()},

		"GET /v1/policies":                      office,
		"GET /v1/policies/{version}":            office,
		"GET /v1/calendars":                     office,
		"GET /v1/rule-proposals":                office,
		"GET /v1/rule-proposals/{id}":           office,
		"POST /v1/rule-proposals/check":         {roles: []lifecycle.Role{lifecycle.Admin, lifecycle.Leader}},
		"POST /v1/rule-proposals":               admin,
		"POST /v1/rule-proposals/{id}/answer":   {roles: []lifecycle.Role{lifecycle.Leader}},
		"POST /v1/rule-proposals/{id}/withdraw": admin,

		"GET /v1/regions":                            office,
		"POST /v1/regions":                           keepers,
		"POST /v1/regions/{id}":                      keepers,
		"GET /v1/areas":                              office,
		"POST /v1/areas":                             keepers,
		"POST /v1/areas/{id}":                        keepers,
		"POST /v1/areas/{id}/officers":               keepers,
		"POST /v1/areas/{id}/officers/{officer}/end": keepers,
		"GET /v1/unit-categories":                    office,
		"POST /v1/unit-categories":                   keepers,
		"POST /v1/unit-categories/{id}":              keepers,
		"DELETE /v1/regions/{id}":                    keepers,
		"DELETE /v1/areas/{id}":                      keepers,
		"DELETE /v1/areas/{id}/officers/{officer}":   keepers,
		"DELETE /v1/unit-categories/{id}":            keepers,
		"DELETE /v1/units/{id}":                      keepers,
		"DELETE /v1/units/{id}/posts/{post}":         keepers,
		"DELETE /v1/campaigns/{id}":                  {roles: []lifecycle.Role{lifecycle.Leader}},
		"GET /v1/removals":                           office,
		"GET /v1/directory.xlsx":                     keepers,
		"GET /v1/directory/template.xlsx":            keepers,
		"POST /v1/directory":                         {roles: keepers.roles, streams: true},
		"GET /v1/directory/imports/{id}/marked.xlsx": keepers,

		"GET /v1/units":                            office,
		"POST /v1/units":                           keepers,
		"GET /v1/units/{id}":                       directory,
		"POST /v1/units/{id}":                      keepers,
		"GET /v1/units/{id}/officers":              office,
		"GET /v1/units/{id}/changes":               office,
		"POST /v1/units/{id}/changes":              keepers,
		"POST /v1/units/{id}/handover":             {receipts: true, roles: lifecycle.KindHandOver.Who()},
		"GET /v1/units/{id}/background":            {roles: without(staff(), lifecycle.Admin)},
		"GET /v1/units/{id}/posts":                 office,
		"POST /v1/units/{id}/posts":                keepers,
		"POST /v1/units/{id}/posts/{post}/end":     keepers,
		"GET /v1/accounts":                         office,
		"POST /v1/accounts":                        admin,
		"GET /v1/accounts.xlsx":                    admin,
		"POST /v1/account-imports":                 {roles: admin.roles, streams: true},
		"GET /v1/account-imports/{id}":             admin,
		"POST /v1/account-imports/{id}/confirm":    admin,
		"GET /v1/account-imports/{id}/marked.xlsx": admin,
		"GET /v1/accounts/{id}":                    keepers,
		"POST /v1/accounts/{id}":                   admin,
		"POST /v1/accounts/{id}/disable":           admin,
		"POST /v1/accounts/{id}/enable":            admin,
		"POST /v1/accounts/{id}/tokens":            admin,
		"DELETE /v1/accounts/{id}/tokens":          admin,

		// No unit's person: who may be recused is who may come.
		"GET /v1/recusals":           {roles: append(slices.Clone(recusers), lifecycle.Auditor)},
		"POST /v1/recusals":          {roles: recusers},
		"POST /v1/recusals/{id}/end": {roles: []lifecycle.Role{lifecycle.Leader}},
		// The unit's secretary finds what the unit filed, and no more.
		"GET /v1/recusal-requests":              {roles: []lifecycle.Role{lifecycle.Officer, lifecycle.Head, lifecycle.Leader, lifecycle.Auditor, lifecycle.UnitSecretary}},
		"POST /v1/recusal-requests":             {roles: []lifecycle.Role{lifecycle.UnitSecretary}},
		"POST /v1/recusal-requests/{id}/answer": {roles: []lifecycle.Role{lifecycle.Officer, lifecycle.Head, lifecycle.Leader}},

		// One's own; another's only for the administrator, for others not there.
		"GET /v1/accounts/{id}/addresses":            everybody,
		"PUT /v1/accounts/{id}/addresses":            everybody,
		"DELETE /v1/accounts/{id}/addresses/{aid}":   everybody,
		"GET /v1/accounts/{id}/substitutes":          everybody,
		"POST /v1/accounts/{id}/substitutes":         everybody,
		"DELETE /v1/accounts/{id}/substitutes/{sid}": everybody,
		"GET /v1/cases/{id}/messages":                {roles: without(staff(), lifecycle.Admin)},
		"GET /v1/messages":                           keepers,
		"GET /v1/messages/{id}":                      keepers,
		"POST /v1/messages/resend":                   keepers,
		"POST /v1/messages/{id}/resend":              keepers,
		"POST /v1/messages/{id}/serve-otherwise":     {roles: []lifecycle.Role{lifecycle.Officer, lifecycle.Head}},
		"GET /v1/inbox":                              everybody,

		"GET /v1/robots":          admin,
		"PUT /v1/robots":          admin,
		"DELETE /v1/robots/{aid}": admin,

		// Whoever may register one finding may register many; what is in hand an officer
		// or a head sends, and a leader confirms.
		"GET /v1/imports":                  {roles: importers},
		"POST /v1/imports":                 {roles: importers, streams: true},
		"GET /v1/imports/template.xlsx":    {roles: importers},
		"GET /v1/imports/in-hand.xlsx":     {roles: importers},
		"GET /v1/imports/{id}":             {roles: importers},
		"POST /v1/imports/{id}/open":       {roles: importers},
		"GET /v1/imports/{id}/marked.xlsx": {roles: importers},

		// Who was not drawn finds nothing there; the plan is for two people to read.
		"GET " + pathLookBacks:    {roles: without(staff(), lifecycle.Admin)},
		"GET " + pathLookBack:     {roles: without(staff(), lifecycle.Admin)},
		"GET " + pathLookBackPlan: {roles: without(staff(), lifecycle.Admin)},
		// Why somebody was recused is for those who may read every recusal.
		"GET " + pathRosters:        {roles: []lifecycle.Role{lifecycle.Auditor, lifecycle.Leader, lifecycle.Head}},
		"POST " + pathLookBackCheck: {reads: true, roles: []lifecycle.Role{lifecycle.Auditor, lifecycle.Leader, lifecycle.Manager, lifecycle.Head, lifecycle.LookBackLead}},

		"GET /v1/policy":          office,
		"GET /v1/calendar/{year}": everybody,
	}
	for _, kind := range store.OverviewKinds() {
		table["GET /v1/overview/"+string(kind)] = overseers
		table["GET /v1/overview/"+string(kind)+".xlsx"] = overseers
	}
	for _, kind := range commandKinds() {
		table["POST "+commandPath(kind)] = commands
	}
	for _, kind := range lifecycle.EntryKinds() {
		table["POST "+actPath(kind)] = access{roles: kind.Who()}
	}
	return table
}

// staff are the committee's roles, the administrator among them.
func staff() []lifecycle.Role {
	return slices.DeleteFunc(lifecycle.Roles(), lifecycle.Role.OfUnit)
}

func without(roles []lifecycle.Role, these ...lifecycle.Role) []lifecycle.Role {
	return slices.DeleteFunc(roles, func(r lifecycle.Role) bool { return slices.Contains(these, r) })
}

// commandKinds are the commands on a case that exists.
func commandKinds() []lifecycle.CommandKind {
	return slices.DeleteFunc(lifecycle.CommandKinds(), lifecycle.CommandKind.Opens)
}

func commandPath(kind lifecycle.CommandKind) string {
	return "/v1/cases/{id}/commands/" + string(kind)
}

// routeName is a route as the access table names it, from the router's own
// pattern.
func routeName(method, pattern string) string {
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		if part != "" && (part[0] == ':' || part[0] == '*') {
			parts[i] = "{" + part[1:] + "}"
		}
	}
	return method + " " + strings.Join(parts, "/")
}

// barred is the answer for a role that may not use a route.
func barred() *fault {
	return &fault{
		status: http.StatusForbidden, code: "wrong_role",
		zh: "您的角色不能使用此功能。", en: "Your role may not do this.",
	}
}
