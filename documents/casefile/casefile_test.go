package casefile_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents"
	"duban/documents/casefile"
	"duban/lifecycle"
	"duban/policy"
)

// proof is a piece of evidence with the content.
func proof(id, name, content string) casefile.Evidence {
	sum := sha256.Sum256([]byte(content))
	return casefile.Evidence{
		ID: id, Name: name, ByName: "刘联络", ByUnit: true, ReceivedAt: time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC), Size: int64(len(content)),
		SHA256: hex.EncodeToString(sum[:]), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
	}
}

func event(seq int64, kind lifecycle.EventKind, stage lifecycle.Stage, body lifecycle.Body) lifecycle.Event {
	on, at := calendar.On(2026, 3, 2), time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	return lifecycle.Event{Case: "c1", Seq: seq, At: at, Legal: on, Kind: kind, Stage: stage, Body: body, Actor: lifecycle.Actor{Account: "a", Name: "张查"}}
}

func record() casefile.Record {
	return casefile.Record{
		UnitName: "市档案局", Codes: policy.Default().Codes, Office: documents.Office{Name: "市直机关工作委员会"},
		Names:    map[string]string{"u1": "市档案局", "b1": "第一批"},
		Evidence: []casefile.Evidence{proof("e1", "照片.jpg", "jpeg"), proof("e2", strings.Repeat("长", 200)+".pdf", "pdf")},
		Papers:   []documents.Sent{{Kind: documents.KindNotice, Event: 2, Number: "〔2026〕1号", On: calendar.On(2026, 3, 2), Name: "反馈意见", Bytes: []byte("docx")}},
		Events: []lifecycle.Event{
			event(1, lifecycle.EventCaseOpened, lifecycle.Draft, &lifecycle.CaseOpened{
				OpenCase: lifecycle.OpenCase{
					Unit: "u1", Title: "制度落实不严", Facts: "记录缺失。", FoundOn: calendar.On(2026, 3, 2), Method: "inspection", Category: "C03", Campaign: "b1",
					Evidence: []string{"evidence:e1"},
				}, Number: "督〔2026〕0001", Year: 2026,
			}),
			event(2, lifecycle.EventFindingAccepted, lifecycle.Triage, &lifecycle.FindingAccepted{}),
		},
	}
}

func written(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, casefile.Write(&out, record()))
	return out.Bytes()
}

// texts are the files of an archive, and their names in order.
func texts(t *testing.T, archive []byte) (names []string, text map[string]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	text = map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(in)
		require.NoError(t, err)
		names = append(names, f.Name)
		text[f.Name] = string(content)
	}
	return names, text
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

// The file is in the order people read it in, under names people can read, and
// every system can keep them.
func TestOrderAndNames(t *testing.T) {
	t.Parallel()
	names, text := texts(t, written(t))
	long := "60-佐证材料-002-" + strings.Repeat("长", 77) + ".pdf"
	require.Equal(t, []string{
		"00-卷内文件目录.docx", "10-问题-01-登记.txt", "10-问题-02-研判通过.txt", "10-问题-03-反馈意见.docx",
		"60-佐证材料-000-清单.txt", "60-佐证材料-001-照片.jpg", long, "90-办理经过.jsonl", "90-办理经过.txt", "91-事项现状.json", "91-事项现状.txt",
		"92-卷内备考表.docx", "93-电子数据清单.txt", "manifest.json", "manifest.sha256",
	}, names)
	require.LessOrEqual(t, len(long), 255)
	require.Equal(t, "jpeg", text["60-佐证材料-001-照片.jpg"])
	require.Equal(t, "docx", text["10-问题-03-反馈意见.docx"])
	require.Equal(t, `第1项　登记
时间：2026年3月2日09:00:00（计为2026年3月2日）
办理人：张查
转入阶段：登记
单位：市档案局
标题：制度落实不严
问题事实：记录缺失。
发现日期：2026年3月2日
发现方式：督促检查
问题类别：`+category("C03")+`
督查批次：第一批
佐证材料：佐证材料001《照片.jpg》
事项编号：督〔2026〕0001
日历版本：0
`, text["10-问题-01-登记.txt"])
	require.Contains(t, text["60-佐证材料-000-清单.txt"], "佐证材料001　照片.jpg\n提交：刘联络（单位）\n收到时间：2026年3月2日04:00:00\n材料日期：未注明\n")
	require.Contains(t, text["91-事项现状.txt"], "批次：第一批\n")
}

func category(code string) string {
	c, _ := policy.Default().Codes.Category(code)
	return c.ZH
}

// A piece of evidence that is not what the record says ends the file, which then
// stands no check.
func TestChangedEvidenceEndsTheFile(t *testing.T) {
	t.Parallel()
	r := record()
	r.Evidence[0].Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("jpeG")), nil }
	var out bytes.Buffer
	require.ErrorContains(t, casefile.Write(&out, r), "evidence e1 is not what the record says")
	require.NotEmpty(t, verify(out.Bytes()))
}

// A paper that cannot be made leaves a note in its place.
func TestLackingPaperIsToldOf(t *testing.T) {
	t.Parallel()
	r := record()
	r.Papers[0].Bytes, r.Papers[0].Lacks = nil, "文书缺少“依据”，不能生成。"
	var out bytes.Buffer
	require.NoError(t, casefile.Write(&out, r))
	require.Empty(t, verify(out.Bytes()))
	_, text := texts(t, out.Bytes())
	require.Equal(t, "文书缺少“依据”，不能生成。\n", text["10-问题-03-反馈意见（未能生成）.txt"])
}

// A zeros is content of which no part is kept.
type zeros struct{ left int64 }

// Read writes zeros.
func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	clear(p[:n])
	z.left -= n
	return int(n), nil
}

// Close ends it.
func (*zeros) Close() error { return nil }

// However much evidence a case has, writing and checking its file take little
// memory: what is allocated on the way, all together, is a small part of it.
func TestEvidenceIsStreamed(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	const size, pieces = 10 << 20, 8
	sum := sha256.New()
	_, err := io.Copy(sum, &zeros{size})
	require.NoError(t, err)
	r := record()
	r.Evidence = nil
	for range pieces {
		r.Evidence = append(r.Evidence, casefile.Evidence{
			ID: "e", Name: "录像.mp4", ReceivedAt: time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC), Size: size, SHA256: hex.EncodeToString(sum.Sum(nil)), Open: func() (io.ReadCloser, error) { return &zeros{size}, nil },
		})
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "案卷.zip"))
	require.NoError(t, err)
	defer file.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.NoError(t, casefile.Write(file, r))
	info, err := file.Stat()
	require.NoError(t, err)
	_, problems := casefile.Verify(file, info.Size())
	runtime.ReadMemStats(&after)
	require.Empty(t, problems)
	require.Greater(t, info.Size(), int64(size*pieces))
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))
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
