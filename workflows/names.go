package workflows

// Never rename: every string in this file lives in histories, in Schedules or
// in the ids of running workflows. A new meaning gets a new name.

// TaskQueue is where all of Duban's workflows and activities are served.
const TaskQueue = "duban"

// The types of workflows.
const (
	TypeCase      = "case"
	TypeRecompute = "recompute"
	TypeJobs      = "jobs"
	TypeImport    = "import"
	TypeNotices   = "notices"
	TypeMessages  = "messages"
	TypeLookBacks = "look_backs"
	TypeBounces   = "bounces"
)

// SignalAdvanced brings a case's workflow the news that the case moved on. Its
// payload is an activities.Told.
const SignalAdvanced = "advanced"

// The names of activities.
const (
	ActivityAlarm         = "alarm"
	ActivityTold          = "told"
	ActivityRecompute     = "recompute"
	ActivityRecomputeJobs = "recompute_jobs"
	ActivityImport        = "import"
	ActivityNotices       = "notices"
	ActivitySendMessages  = "send_messages"
	// ActivityDispatchLookBacks says nothing of what it did.
	ActivityDispatchLookBacks = "dispatch_look_backs"
	ActivityReadBounces       = "read_bounces"
)

// The ids of Schedules. A workflow that a Schedule starts has the id of the
// Schedule and the instant it was due, which the engine adds.
const (
	ScheduleJobs      = "jobs"
	ScheduleMessages  = "messages"
	ScheduleLookBacks = "look_backs"
	ScheduleBounces   = "bounces"
)

// CaseID is the id of the workflow of a case.
func CaseID(caseID string) string { return "case/" + caseID }

// RecomputeID is the id of the workflow that does a recomputing job.
func RecomputeID(jobID string) string { return "recompute/" + jobID }

// ImportID is the id of the workflow that opens an import's cases.
func ImportID(jobID string) string { return "import/" + jobID }

// NoticesID is the id of the workflow that drafts or signs a campaign's notices.
func NoticesID(jobID string) string { return "notices/" + jobID }
