package casefile_test

import (
	"archive/zip"
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents/casefile"
	"duban/lifecycle"
	"duban/policy"
)

type part struct{ name, text string }

func (p part) Name() string                 { return p.name }
func (p part) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(p.text)), nil }

func written(t *testing.T) []byte {
	t.Helper()
	on, at := calendar.On(2026, 3, 2), time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	event := func(seq int64, kind lifecycle.EventKind, stage lifecycle.Stage, body lifecycle.Body) lifecycle.Event {
		return lifecycle.Event{Case: "c1", Seq: seq, At: at, Legal: on, Kind: kind, Stage: stage, Body: body, Actor: lifecycle.Actor{Account: "a", Name: "张查"}}
	}
	var out bytes.Buffer
	require.NoError(t, casefile.Write(&out, casefile.Record{
		UnitName: "市档案局", Codes: policy.Default().Codes, Parts: []casefile.Part{part{"照片.jpg", "jpeg"}},
		Events: []lifecycle.Event{
			event(1, lifecycle.EventCaseOpened, lifecycle.Draft, &lifecycle.CaseOpened{
				OpenCase: lifecycle.OpenCase{Unit: "u1", Title: "制度落实不严", Facts: "记录缺失。", FoundOn: on, Category: "C03"}, Number: "督〔2026〕0001", Year: 2026,
			}),
			event(2, lifecycle.EventDraftSubmitted, lifecycle.Triage, &lifecycle.DraftSubmitted{}),
		},
	}))
	return out.Bytes()
}

func verify(data []byte) []string {
	_, problems := casefile.Verify(bytes.NewReader(data), int64(len(data)))
	return problems
}

// Issue 3 item 7: the same record gives the same bytes, which stand the check.
func TestSameRecordSameBytes(t *testing.T) {
	t.Parallel()
	first := written(t)
	require.Equal(t, first, written(t))
	m, problems := casefile.Verify(bytes.NewReader(first), int64(len(first)))
	require.Empty(t, problems)
	require.Equal(t, int64(2), m.Version)
	require.Equal(t, "督〔2026〕0001", m.Number)
}

// Whatever single byte is changed, wherever it stands, is found; so is what is
// cut off or put behind.
func TestEveryChangedByteIsFound(t *testing.T) {
	t.Parallel()
	whole := written(t)
	dice := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		at := dice.IntN(len(whole))
		changed := bytes.Clone(whole)
		changed[at] ^= byte(1 + dice.IntN(255))
		require.NotEmpty(t, verify(changed), "byte %d", at)
	}
	require.NotEmpty(t, verify(append(bytes.Clone(whole), 'x')))
	require.NotEmpty(t, verify(append([]byte("x"), whole...)))
	require.NotEmpty(t, verify(whole[:len(whole)-1]))
}

// A file left out, added, renamed, doubled or compressed is found.
func TestEveryChangedFileIsFound(t *testing.T) {
	t.Parallel()
	whole := written(t)
	in, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	require.NoError(t, err)
	for i := range in.File {
		for _, how := range []string{"left out", "renamed", "doubled", "compressed", "unsafe"} {
			var out bytes.Buffer
			z := zip.NewWriter(&out)
			for j, f := range in.File {
				names, method := []string{f.Name}, zip.Store
				if i == j {
					names = map[string][]string{"left out": nil, "renamed": {"x" + f.Name}, "doubled": {f.Name, f.Name}, "unsafe": {"../" + f.Name}, "compressed": {f.Name}}[how]
					if how == "compressed" {
						method = zip.Deflate
					}
				}
				for _, name := range names {
					w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: f.Modified})
					require.NoError(t, err)
					content, err := f.Open()
					require.NoError(t, err)
					_, err = io.Copy(w, content)
					require.NoError(t, err)
				}
			}
			require.NoError(t, z.Close())
			require.NotEmpty(t, verify(out.Bytes()), "%s %s", in.File[i].Name, how)
		}
	}
}
