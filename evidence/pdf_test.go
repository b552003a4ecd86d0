package evidence_test

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/evidence"
)

// objects is a PDF of the objects, each from number 3 on, behind a catalogue and
// no table: readers make one themselves.
func objects(catalogue string, bodies ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R%s>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n", catalogue)
	for i, body := range bodies {
		fmt.Fprintf(&b, "%d 0 obj%s endobj\n", i+3, body)
	}
	b.WriteString("trailer<</Root 1 0 R>>\n%%EOF\n")
	return b.String()
}

func deflated(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

func stream(dict, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dict, len(content), content)
}

// packedPDF has one object in a stream of objects behind filters, the last one
// named first.
func packedPDF(object string, filters ...string) string {
	content := "9 0 " + object
	for _, filter := range slices.Backward(filters) {
		switch filter {
		case "/FlateDecode":
			content = deflated(content)
		case "/ASCIIHexDecode":
			content = hex.EncodeToString([]byte(content)) + ">"
		case "/ASCII85Decode":
			b := make([]byte, ascii85.MaxEncodedLen(len(content)))
			content = string(b[:ascii85.Encode(b, []byte(content))]) + "~>"
		}
	}
	filter := ""
	if len(filters) > 0 {
		filter = "/Filter[" + strings.Join(filters, "") + "]"
	}
	return objects("/OpenAction 9 0 R", stream("/Type/ObjStm/N 1/First 4"+filter, content))
}

const script = "<</S/JavaScript/JS(app.alert(1))>>"

// A PDF that acts is refused, wherever the object that acts is kept, and however
// its words are written.
func TestWhatActsInPDF(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 1<<22)
	inside := "x (" + script + ")"
	for name, one := range map[string]struct{ content, code string }{
		"plain":                      {objects("/OpenAction " + script), "file_macros"},
		"in digits":                  {objects("/OpenAction<</#53/J#61vaScript/J#53<6170>>>"), "file_macros"},
		"by a number":                {objects("/OpenAction<</S 3 0 R/Q(1)>>", "/JavaScript"), "file_macros"},
		"behind a comment":           {objects("/OpenAction<</S%>>\n/JavaScript/JS 3 0 R>>", "(app.alert(1))"), "file_macros"},
		"twice":                      {objects("/OpenAction<</S/JavaScript/S/GoTo/D[1]>>"), "file_macros"},
		"with a field":               {objects("", "<</FT/Tx/AA<</K<</S/JavaScript/JS 4 0 R>>>>>>"), "file_macros"},
		"on a page":                  {objects("", "<</Type/Page/AA<</O "+script+">>>>"), "file_macros"},
		"after another":              {objects("/OpenAction<</S/GoTo/D[1 0 R/Fit]/Next " + script + ">>"), "file_macros"},
		"by name":                    {objects("/Names<</JavaScript<</Names[(a)3 0 R]>>>>"), "file_macros"},
		"by names elsewhere":         {objects("/Names<</JavaScript 3 0 R>>", "<</Kids[4 0 R]>>"), "file_macros"},
		"replaced":                   {objects("/OpenAction 3 0 R", script) + "3 0 obj<</S/GoTo/D[1]>>endobj\n", "file_macros"},
		"behind the end":             {objects("/OpenAction 3 0 R") + "3 0 obj" + script + "endobj\n", "file_macros"},
		"no end":                     {"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction 3 0 R>>\n3 0 obj" + script, "file_macros"},
		"inside a stream":            {objects("/OpenAction 8 0 R", stream("", "8 0 obj"+script+"endobj")), "file_macros"},
		"inside a string":            {objects("/OpenAction 8 0 R", "(8 0 obj"+script+"endobj)"), "file_macros"},
		"packed":                     {packedPDF(script, "/FlateDecode"), "file_macros"},
		"packed as it is":            {packedPDF(script), "file_macros"},
		"packed twice":               {packedPDF(script, "/ASCIIHexDecode", "/FlateDecode"), "file_macros"},
		"packed in letters":          {packedPDF(script, "/ASCII85Decode", "/FlateDecode"), "file_macros"},
		"packed without a type":      {objects("", stream("/N 1/First 4/Filter/FlateDecode", deflated("9 0 "+script))), "file_macros"},
		"packed, numbers elsewhere":  {objects("", stream("/N 4 0 R/First 5 0 R/Filter 6 0 R", deflated("9 0 "+script)), "1", "4", "/FlateDecode"), "file_macros"},
		"packed inside a string":     {objects("", stream("/N 1/First 4/Filter/FlateDecode", deflated(fmt.Sprintf("9 %d %s", 3, inside)))), "file_macros"},
		"packed, no length":          {strings.Replace(packedPDF(script, "/FlateDecode"), "/Length", "/Longth", 1), "file_macros"},
		"packed, cut short":          {objects("", stream("/N 1/First 4/Filter/FlateDecode", deflated("9 0 " + script + strings.Repeat(" ", 100))[:45])), "file_macros"},
		"packed by a filter unknown": {objects("", stream("/N 1/First 4/Filter/Foo", "9 0 x")), "file_cannot_be_checked"},
		"launch":                     {objects("", "<</S/Launch/F(cmd.exe)>>"), "file_runs_program"},
		"launch on Windows":          {objects("", "<</S/Launch/Win<</F(cmd.exe)/P(/c calc)>>>>"), "file_runs_program"},
		"attachment":                 {objects("/Names<</EmbeddedFiles<</Names[(a.exe)3 0 R]>>>>"), "file_embedded"},
		"attachment of a page":       {objects("", "<</Subtype/FileAttachment/FS<</F(a.exe)/EF<</F 4 0 R>>>>>>", stream("/Type/EmbeddedFile", "MZ")), "file_embedded"},
		"rich media":                 {objects("", "<</Subtype/RichMedia/RichMediaContent<<>>>>"), "file_macros"},
		"sends a form":               {objects("", "<</S/SubmitForm/F(http://a.example)>>"), "file_sends_data"},
		"takes data in":              {objects("", "<</S/ImportData/F(a.fdf)>>"), "file_sends_data"},
		"a server's file":            {objects("", `<</S/GoToR/F(\\\\a.example\\x.pdf)>>`), "file_link"},
		"a page by itself":           {objects("/OpenAction<</S/URI/URI(http://a.example)>>"), "file_links_outside"},
		"a page on a visit":          {objects("", "<</AA<</PO 4 0 R>>>>", "<</S/URI/URI(http://a.example)>>"), "file_links_outside"},
		"a program by a link":        {objects("", "<</S/URI/URI(file:///C:/Windows/System32/calc.exe)>>"), "file_link"},
		"a script by a link":         {objects("", "<</S/URI/URI(javascript:alert\\(1\\))>>"), "file_link"},
		"a form of XML":              {objects("/AcroForm<</XFA[(a)3 0 R(b)4 0 R]>>", stream("", "<template><scr"), stream("/Filter/FlateDecode", deflated("ipt>x</script>"))), "file_macros"},
		"content elsewhere":          {objects("", "<</Length 0/F(http://a.example/x)>>stream\n\nendstream"), "file_links_outside"},
		"encrypted":                  {strings.Replace(objects(""), "trailer<<", "trailer<</Encrypt 5 0 R", 1), "file_encrypted"},
		"encrypted, table packed":    {objects("", stream("/Type/XRef/W[1 2 1]/Encrypt 9 0 R", "x")), "file_encrypted"},
		"a page before it":           {"<html><body>" + objects(""), "file_disguised"},
		"nothing in it":              {"%PDF-1.7\n%%EOF", "file_broken"},
		"much in little":             {objects("", stream("/N 1/First 4/Filter/FlateDecode", deflated("9 0 "+strings.Repeat(" ", 130<<20)))), "file_archive_bomb"},
		"deep":                       {objects("", strings.Repeat("[", 100_000)), "file_too_complex"},
	} {
		_, err := s.Receive(t.Context(), "a.pdf", strings.NewReader(one.content))
		var refusal *evidence.Refusal
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, one.code, refusal.Code, name)
	}
}

// A PDF that only speaks of what acts is taken, and one that a mail or web
// system put something before.
func TestWhatDoesNotActInPDF(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 1<<22)
	for name, content := range map[string]string{
		"a link to a page on scripts": objects("", "<</S/URI/URI(https://a.example/docs/JavaScript)>>", "<</S/URI/URI(https://a.example/Launch/EmbeddedFiles)>>"),
		"a text of such words":        objects("", stream("", "BT (/S /JavaScript /Launch) Tj ET"), "(/S/JavaScript)"),
		"a title":                     objects("", "<</Title(/JavaScript /Launch)>>"),
		"a font of such a name":       objects("", "<</Font<</JS 9 0 R/Launch 9 0 R>>>>"),
		"no scripts by name":          objects("/Names<</JavaScript<</Names[]>>/EmbeddedFiles 3 0 R>>", "<</Names[]>>"),
		"opens at a page":             objects("/OpenAction[3 0 R/Fit]", "<</Type/Page>>"),
		"prints":                      objects("/OpenAction<</S/Named/N/Print>>"),
		"another paper":               objects("", "<</S/GoToR/F(附件.pdf)>>"),
		"a link that does nothing":    objects("", "<</S/URI/URI(javascript:void\\(0\\);)>>"),
		"a link by a click":           objects("", "<</AA<</U<</S/URI/URI(http://a.example)>>>>>>"),
		"packed":                      packedPDF("<</Type/Page>>", "/FlateDecode"),
		"packed and damaged":          objects("", stream("/N 1/First 4/Filter/FlateDecode", deflated("9 0 <</Type/Page>>" + strings.Repeat(" x1y2", 100))[:30])),
		"a form of XML":               objects("/AcroForm<</XFA 3 0 R>>", stream("", "<template><field/></template>")),
		"a mark before it":            "\xef\xbb\xbf" + objects(""),
		"lines before it":             "\r\n\r\n" + objects(""),
		"a web server's words":        "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + objects(""),
	} {
		_, err := s.Receive(t.Context(), "a.pdf", strings.NewReader(content))
		require.NoError(t, err, name)
	}
}
