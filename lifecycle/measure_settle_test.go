package lifecycle_test

import (
	"fmt"

	"duban/lifecycle"
	"duban/policy"
)

// settledByAnother: what was held ends by the decision of another than who had its ground
// fall away, and by nothing else.
func settledByAnother(_ *walk, e *edge) string {
	if e.refusal != nil || e.to == nil {
		return ""
	}
	for i, was := range e.from.c.Measures {
		is := e.to.c.Measures[i]
		held := was.Status == lifecycle.Done && (was.Kind == policy.MeasureReminderTalk || was.Kind == policy.MeasureOnSite)
		if !held || is.Status == lifecycle.Done {
			continue
		}
		if was.Fallen == nil || is.Fallen.Settled == nil || is.Fallen.Settled.By == was.Fallen.By {
			return fmt.Sprintf("%s: measure %d was held and is %s", stepOf(e), was.No, is.Status)
		}
	}
	return ""
}
