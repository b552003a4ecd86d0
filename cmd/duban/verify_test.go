package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents/casefile"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/policy"
)

// programEnv has the test's own program be duban, so that exit codes are seen.
const programEnv = "DUBAN_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programEnv) != "" {
		main()
		os.Exit(0)
	}
	pgtest.Main(m)
}

// duban runs the program and returns its exit code and what it printed.
func duban(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), programEnv+"=1")
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err = cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); !ended {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), complaint.String()
}

// caseFile is the file of a case with a piece of evidence.
func caseFile(t *testing.T) []byte {
	t.Helper()
	const proof = "%PDF-1.7"
	sum := sha256.Sum256([]byte(proof))
	on, at := calendar.On(2026, 3, 2), time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	require.NoError(t, casefile.Write(&out, casefile.Record{
		UnitName: "市档案局", Codes: policy.Default().Codes,
		Evidence: []casefile.Evidence{{
			ID: "e1", Name: "照片.pdf", ReceivedAt: at, Size: int64(len(proof)), SHA256: hex.EncodeToString(sum[:]),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(proof)), nil },
		}},
		Events: []lifecycle.Event{{
			Case: "c1", Seq: 1, At: at, Legal: on, Kind: lifecycle.EventCaseOpened, Stage: lifecycle.Draft, Body: &lifecycle.CaseOpened{
				OpenCase: lifecycle.OpenCase{Unit: "u1", Title: "制度落实不严", Facts: "记录缺失。", FoundOn: on, Category: "C03"}, Number: "督〔2026〕0001", Year: 2026,
			},
		}},
	}))
	return out.Bytes()
}

// changed is an archive written again with every file as change gives it back;
// nil leaves a file out. More files may be put behind them.
func changed(t *testing.T, archive []byte, change func(name string, content []byte) []byte, more ...string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name string, content []byte) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err)
		_, err = w.Write(content)
		require.NoError(t, err)
	}
	for _, f := range in.File {
		r, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		if content = change(f.Name, content); content != nil {
			put(f.Name, content)
		}
	}
	for _, name := range more {
		put(name, []byte("x"))
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

// Issue 3 item 7: duban verify ends with 0 for a whole file and with 1 for any
// other, and names what is wrong with it.
func TestVerify(t *testing.T) {
	t.Parallel()
	const proof = "60-佐证材料-001-照片.pdf"
	whole := caseFile(t)
	as := func(_ string, content []byte) []byte { return content }
	only := func(name string, to func([]byte) []byte) func(string, []byte) []byte {
		return func(have string, content []byte) []byte {
			if have == name {
				return to(content)
			}
			return content
		}
	}
	flip := func(content []byte) []byte { content[len(content)/2] ^= 1; return content }
	// A forger who also mends the manifest and its hash is found by the history.
	mended := changed(t, whole, only("91-事项现状.json", func(b []byte) []byte { return bytes.Replace(b, []byte("记录缺失"), []byte("记录齐全"), 1) }))
	var manifest []byte
	mended = changed(t, mended, only("manifest.json", func(b []byte) []byte {
		var m casefile.Manifest
		require.NoError(t, json.Unmarshal(b, &m))
		changed(t, mended, func(name string, content []byte) []byte {
			for i := range m.Files {
				if m.Files[i].Path == name {
					sum := sha256.Sum256(content)
					m.Files[i].SHA256, m.Files[i].Bytes = hex.EncodeToString(sum[:]), int64(len(content))
				}
			}
			return content
		})
		var err error
		manifest, err = json.MarshalIndent(m, "", "  ")
		require.NoError(t, err)
		return manifest
	}))
	mended = changed(t, mended, only("manifest.sha256", func([]byte) []byte {
		sum := sha256.Sum256(manifest)
		return []byte(hex.EncodeToString(sum[:]) + "\n")
	}))
	for name, one := range map[string]struct {
		archive []byte
		code    int
		says    string
	}{
		"whole":            {whole, 0, "ok: 案卷完整，督〔2026〕0001，版本1，文件10个"},
		"written again":    {changed(t, whole, as), 0, "ok: "},
		"tampered":         {changed(t, whole, only(proof, flip)), 1, "文件与清单不符：" + proof},
		"history tampered": {changed(t, whole, only("90-办理经过.jsonl", flip)), 1, "文件与清单不符：90-办理经过.jsonl"},
		"missing":          {changed(t, whole, only(proof, func([]byte) []byte { return nil })), 1, "缺少文件：" + proof},
		"extra":            {changed(t, whole, as, "另一份.pdf"), 1, "清单之外的文件：另一份.pdf"},
		"changed manifest": {changed(t, whole, only("manifest.json", func(b []byte) []byte { return bytes.Replace(b, []byte("0001"), []byte("0002"), 1) })), 1, "清单与其哈希值不符"},
		"no manifest":      {changed(t, whole, only("manifest.json", func([]byte) []byte { return nil })), 1, "缺少文件：manifest.json"},
		"mended manifest":  {mended, 1, "经过与事项的现状不符"},
		"truncated":        {whole[:len(whole)/2], 1, "不是完整的"},
		"cut by a byte":    {whole[:len(whole)-1], 1, "不是完整的案卷"},
		"something behind": {append(bytes.Clone(whole), 'x'), 1, "压缩包之后另有内容"},
		"no archive":       {[]byte("案卷"), 1, "不是完整的压缩包"},
		"empty":            {nil, 1, "不是完整的压缩包"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "案卷.zip")
			require.NoError(t, os.WriteFile(path, one.archive, 0o600))
			code, stdout, stderr := duban(t, "verify", path)
			require.Equal(t, one.code, code, "%s%s", stdout, stderr)
			require.Contains(t, stdout, one.says)
			if one.code != 0 {
				require.NotContains(t, stdout, "ok")
				require.Contains(t, stderr, "problems / 案卷有")
			}
		})
	}
	code, _, stderr := duban(t, "verify", filepath.Join(t.TempDir(), "none.zip"))
	require.NotZero(t, code)
	require.Contains(t, stderr, "none.zip")
}
