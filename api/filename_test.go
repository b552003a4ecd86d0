package api //nolint:testpackage // what is tested is not exported

import (
	"mime/multipart"
	"net/textproto"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file's name is the same in every form in which programs send it.
func TestFileNames(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		`form-data; name="file"; filename="整改报告.pdf"`:                                        "整改报告.pdf",
		`form-data; name="file"; filename=整改报告.pdf`:                                          "整改报告.pdf",
		`form-data; name="file"; filename="报告 "终稿".pdf"`:                                     `报告 "终稿".pdf`,
		`form-data; name="file"; filename="x.pdf"; filename*=UTF-8''%E6%95%B4%E6%94%B9.pdf`:  "整改.pdf",
		`form-data; name="file"; filename*=GB18030''%D5%FB%B8%C4.pdf`:                        "整改.pdf",
		`form-data; name="file"; filename*0*=UTF-8''%E6%95%B4; filename*1*=%E6%94%B9.pdf`:    "整改.pdf",
		`form-data; name="file"; filename="=?utf-8?B?5pW05pS577yf5oql5ZGKLnBkZg==?="`:        "整改？报告.pdf",
		`form-data; name="file"; filename="=?UTF-8?Q?=E6=95=B4=E6=94=B9?= =?UTF-8?Q?.pdf?="`: "整改.pdf",
		`form-data; name="file"; filename="=?GBK?B?1fu4xC5wZGY=?="`:                          "整改.pdf",
		`form-data; name="file"; filename="=?gb2312?Q?=D5=FB=B8=C4.pdf?="`:                   "整改.pdf",
		`form-data; name="file"; filename="%E6%95%B4%E6%94%B9.pdf"`:                          "整改.pdf",
		`form-data; name="file"; filename="&#25972;&#x6539;.pdf"`:                            "整改.pdf",
		`form-data; name="file"; filename="增长50%.pdf"`:                                       "增长50%.pdf",
		`form-data; name="file"; filename="a%20b.pdf"`:                                       "a%20b.pdf",
		`form-data; name="file"; filename="C:\\资料\\整改.pdf"`:                                  `C:\资料\整改.pdf`,
		`form-data; name="file"`: "",
	} {
		part := &multipart.Part{Header: textproto.MIMEHeader{"Content-Disposition": {header}}}
		require.Equal(t, want, fileName(part), header)
	}
}
