package papers_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents"
	"duban/evidence"
	"duban/lifecycle"
	"duban/papers"
	"duban/policy"
	"duban/store"
)

// opened is a case of which nothing but the opening is known.
func opened() store.PaperOrder {
	on := calendar.On(2026, 3, 2)
	return store.PaperOrder{
		Kind: lifecycle.PaperNotice, Unit: "市档案局", Policy: policy.Default(), Calendar: calendar.Builtin(),
		Events: []lifecycle.Event{{
			Case: "c", Seq: 1, Legal: on, Kind: lifecycle.EventCaseOpened,
			Body: &lifecycle.CaseOpened{OpenCase: lifecycle.OpenCase{Unit: "市档案局"}, Year: 2026},
		}},
	}
}

// What cannot be written is refused in a sentence for whoever decides, and leaves
// no file; without a place for files nothing is written at all.
func TestWhatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	address, err := evidence.FolderURL(t.TempDir())
	require.NoError(t, err)
	files, err := evidence.Open(t.Context(), evidence.Options{URL: address})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	for code, k := range map[string]*papers.Keeper{
		"no_notice": papers.New(documents.Office{}, files), "no_place_for_papers": papers.New(documents.Office{}, nil),
	} {
		_, err := k.Print(t.Context(), opened())
		var refusal *lifecycle.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, code, refusal.Code)
		require.NotEmpty(t, refusal.ZH)
	}
	report, err := files.Scrub(t.Context(), func(context.Context) ([]string, error) { return nil, nil }, nil)
	require.NoError(t, err)
	require.Zero(t, report.Files)
}
