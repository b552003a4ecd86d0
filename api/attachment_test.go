package api_test

import (
	"mime"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
)

// A file's name comes through in UTF-8, and in letters for programs that know no better:
// letters that say what it is.
func TestAFileIsSavedUnderItsName(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ name, letters, want string }{
		{"名录-错误.xlsx", "directory-errors.xlsx", `attachment; filename="directory-errors.xlsx"; filename*=UTF-8''%E5%90%8D%E5%BD%95-%E9%94%99%E8%AF%AF.xlsx`},
		{"会议 记录\".pdf", "", `attachment; filename="__ ___.pdf"; filename*=UTF-8''%E4%BC%9A%E8%AE%AE%20%E8%AE%B0%E5%BD%95%22.pdf`},
		{"a+b%c.txt", "", `attachment; filename="a+b_c.txt"; filename*=UTF-8''a%2Bb%25c.txt`},
	} {
		header := api.Attachment(one.name, one.letters)
		require.Equal(t, one.want, header)
		kind, params, err := mime.ParseMediaType(header)
		require.NoError(t, err)
		require.Equal(t, []string{"attachment", one.name}, []string{kind, params["filename"]}, "a browser reads the name")
	}
}
