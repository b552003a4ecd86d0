package lifecycle

import "slices"

// A Role is what a person is in the work; a person may hold several. Every
// command says who may run it; separation of duties is by person, not by
// role.
type Role string

// The roles of lifecycle.md section 2.
const (
	Inspector Role = "inspector" // finds and records
	Officer   Role = "officer"   // answers for the case
	Head      Role = "head"      // section head
	Leader    Role = "leader"    // (deputy) secretary of the committee
	// CommitteeSecretary is the leaders' superior, who is told when they are late.
	// He acts as a leader too, if he holds that role beside this one.
	CommitteeSecretary Role = "committee_secretary"
	LookBackLead       Role = "lookback"       // leads look-backs
	Manager            Role = "manager"        // reads everything but the sealed
	Auditor            Role = "auditor"        // reads the record and the audit
	Admin              Role = "admin"          // accounts, calendars, policy drafts; no case content
	UnitSecretary      Role = "unit_secretary" // signs receipts and reports for the own unit
	UnitContact        Role = "unit_contact"   // prepares for the own unit
)

// Roles lists every role.
func Roles() []Role {
	return []Role{Inspector, Officer, Head, Leader, CommitteeSecretary, LookBackLead, Manager, Auditor, Admin, UnitSecretary, UnitContact}
}

// Overseers are the roles that see to all cases at once: they may ask for what
// is summed up of them (统计), and are told its figures once a working day.
func Overseers() []Role {
	return []Role{Manager, Leader, CommitteeSecretary, Head, Auditor}
}

// OfUnit reports whether the role belongs to an inspected unit.
func (r Role) OfUnit() bool { return r == UnitSecretary || r == UnitContact }

// ZH is the role as officials say it.
func (r Role) ZH() string {
	switch r {
	case Inspector:
		return "检查人员"
	case Officer:
		return "经办人"
	case Head:
		return "处（科）室负责人"
	case Leader:
		return "工委（副）书记"
	case CommitteeSecretary:
		return "工委书记"
	case LookBackLead:
		return "回头看组长"
	case Manager:
		return "管理人员"
	case Auditor:
		return "审计人员"
	case Admin:
		return "系统管理员"
	case UnitSecretary:
		return "单位书记"
	case UnitContact:
		return "单位联络员"
	default:
		return string(r)
	}
}

// AnyZH is whoever of a role will act, while that is not decided.
func (r Role) AnyZH() string {
	if r == Leader {
		return "工委领导（待定承办人）"
	}
	return r.ZH()
}

// An Actor is the person behind a command, or the case itself when Account is
// empty.
type Actor struct {
	// Account identifies the person; separation of duties compares it.
	Account string `json:"account,omitempty"`
	Name    string `json:"name,omitempty"`
	Roles   []Role `json:"roles,omitempty"`
	// Unit is the inspected unit the person belongs to; empty for staff.
	Unit string `json:"unit,omitempty"`
}

// Has reports whether the actor holds any of the roles.
func (a Actor) Has(roles ...Role) bool {
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(roles, r) })
}

// Oversees reports whether the actor sees to all cases at once.
func (a Actor) Oversees() bool { return a.Unit == "" && a.Has(Overseers()...) }
