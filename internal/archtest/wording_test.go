package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// unsaid are words that no official would write, or that are a second word for a
// thing, each with the one to use.
var unsaid = map[string]string{
	"幂等":         "请求编号",
	"=true":      "请选择“……”",
	"evidence:编": "佐证材料",
	"冷静期":        "销号后观察期",
	"回头看窗口":      "回头看时段",
	"承诺值":        "密封校验码",
	"明示回头看":      "事先告知的“回头看”",
	"重新办理":       "恢复办理",
	"计至":         "累计日数",
	"在级最长":       "处于该等级最长",
	"替补人":        "代收人",
	"地区":         "区域",
	"证明材料":       "佐证材料",
	"案件":         "事项",
	"结束持续":       "转入验收",
	"转持续":        "转为持续整改",
	"谈话提醒":       "提醒谈话",
	"现一对一":       "现将有关问题一对一",
	"为按期":        "视为按期",
	"采取措施（催办）":   "催办通知",
}

// exempt are the words within which those of the table are right.
var exempt = strings.NewReplacer("视为按期", "")

// Every Chinese text of the programs says a thing by its one word, and as an office
// would say it.
func TestOneWordForAThing(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	seen := 0
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == ".git" || d.Name() == "data" || d.Name() == "archtest") {
			if d != nil && d.IsDir() && err == nil {
				return fs.SkipDir
			}
			return err
		}
		var texts []string
		switch {
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			texts = literals(t, path)
		case strings.HasPrefix(path, filepath.Join(root, "policy")) && strings.HasSuffix(path, ".yaml"):
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			texts = strings.Split(string(text), "\n")
		}
		seen += len(texts)
		for _, text := range texts {
			for word, better := range unsaid {
				require.NotContains(t, exempt.Replace(text), word, "%s: say %s", path, better)
			}
		}
		return nil
	}))
	require.Greater(t, seen, 1000)
}

// literals are the texts in a source that have a Chinese character.
func literals(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var texts []string
	ast.Inspect(file, func(n ast.Node) bool {
		if one, ok := n.(*ast.BasicLit); ok && one.Kind == token.STRING && strings.ContainsFunc(one.Value, func(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF }) {
			texts = append(texts, one.Value)
		}
		return true
	})
	return texts
}
