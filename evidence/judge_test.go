package evidence_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/evidence"
)

const (
	jpeg = "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
	png  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
	pdf  = "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)

// Every kind of file that the work uses is taken, and called by its content.
func TestWhatIsTaken(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 1<<20)
	for name, content := range map[string]string{
		"记录.pdf": pdf, "照片.JPG": jpeg, "a.jpeg": jpeg, "a.png": png,
		"a.webp": "RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00\x00\x00", "a.heic": "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
		"方案.docx": string(office(t, "wordprocessingml.document")), "台账.xlsx": string(office(t, "spreadsheetml.sheet")),
		"a.pptx": string(office(t, "presentationml.presentation")),
		"a.doc":  string(compound("Root Entry", "WordDocument")), "a.wps": string(compound("WordDocument")),
		"a.xls": string(compound("Workbook")), "a.et": string(compound("Workbook")), "a.ppt": string(compound("PowerPoint Document")),
		"公文.ofd": string(zipped(t, "OFD.xml", "<ofd:OFD/>", "Doc_0/Document.xml", "")),
		"a.txt":  "会议记录：已整改。\r\n", "台账.csv": "序号,问题\n1,记录缺失\n", "旧表.csv": "\xd0\xf2\xba\xc5,\xce\xca\xcc\xe2\r\n1,\xbc\xc7\xc2\xbc\r\n",
		"u.txt": "\xff\xfe\x4f\x00\x4b\x00", "a.mp4": "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "a.mp3": "ID3\x03\x00\x00\x00\x00\x00\x21",
		"演示.dps": string(compound("PowerPoint Document")), "a.mp3.m4a": "\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42", "手机.mp4": "\x00\x00\x00\x183gp4"[:4] + "ftyp3gp4\x00\x00\x00\x00isom3gp4",
		"a.m4v": "\x00\x00\x00\x18ftypM4V \x00\x00\x00\x00mp42isom", "a.mov": "\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ", "b.mov": "\x00\x00\x00\x08wide\x00\x00\x00\x00mdat",
		"a.3gp": "\x00\x00\x00\x18ftyp3gp5\x00\x00\x00\x003gp5isom", "b.mp4": "\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ",
		"电影.txt": "The wide road.", "丢字.txt": "会议记录\ufffd。", "旧.txt": "\xbb\xe1\xd2\xe9\r\n\x1a", "换行.txt": "第一行\v第二行\f",
		"修图.jpg": jpeg + "\xff\xed\x00\x80Photoshop 3.0\x008BIM\x03\xea<?xml version=\"1.0\"?><!DOCTYPE plist PUBLIC \"-//Apple\"><plist/>",
		"减.csv":  "项目,说明\n-1|2,=SUM(A1:A2)\n- 无|有,+86 10|20\n",
		"a.wav":  "RIFF\x24\x00\x00\x00WAVEfmt ",
	} {
		d := s.keep(t, name, []byte(content))
		require.Equal(t, int64(len(content)), d.Size, name)
	}
}

// What a file is called does not matter, what is in it does: nothing of these
// stays, each with a sentence and the code of the check that stopped it.
func TestHostileFilesAreRefused(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 100_000)
	macros := `<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`
	spread := string(office(t, "wordprocessingml.document"))
	encrypted := bytes.Clone(zipped(t, "OFD.xml", "x"))
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	lying := bytes.Clone(zipped(t, "OFD.xml", "x"))
	copy(lying[bytes.Index(lying, []byte("PK\x01\x02"))+24:], "\xff\xff\xff\x7f")
	for _, hostile := range []struct{ name, content, code string }{
		{"a.pdf", jpeg, "file_extension"},
		{"a.docx", string(office(t, "spreadsheetml.sheet")), "file_extension"},
		{"a.xls", string(compound("WordDocument")), "file_extension"},
		{"a.png", jpeg, "file_extension"},
		{"page.jpg", "<!DOCTYPE html><html><body></body></html>", "file_type"},
		{"behind.jpg", jpeg + "<html><body onload=alert(1)>", "file_disguised"},
		{"far.jpg", jpeg + strings.Repeat("\x00", 70_000) + "<SCRIPT>alert(1)</SCRIPT>", "file_disguised"},
		{"edge.png", png + strings.Repeat("\x00", 65_536-len(png)-3) + "<script>", "file_disguised"},
		{"php.png", png + "<?php system('x'); ?>", "file_disguised"},
		{"zip.jpg", jpeg + string(zipped(t, "a.txt", "x")), "file_disguised"},
		{"zip.pdf", pdf + string(zipped(t, "a.txt", "x")), "file_disguised"},
		{"page.pdf", "%PDF-1.7\n<html><script>alert(1)</script>", "file_disguised"},
		{"script.pdf", pdf + "<</S/JavaScript/JS(app.alert(1))>>", "file_macros"},
		{"hidden.pdf", pdf + "<</S/J#61vaScript/JS(app.alert(1))>>", "file_macros"},
		{"all.pdf", pdf + "<</S/#4a#61#76#61#53#63#72#69#70#74/JS(1)>>", "file_macros"},
		{"edge.pdf", pdf + strings.Repeat("\n", 65_536-len(pdf)-5) + "<</S/L#61unch>>", "file_runs_program"},
		{"launch.pdf", pdf + "<</S/Launch/F(cmd.exe)>>", "file_runs_program"},
		{"a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", "file_type"},
		{"svg.png", "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "file_type"},
		{"a.html", "<html></html>", "file_type"},
		{"a.exe", "MZ\x90\x00", "file_type"},
		{"exe.pdf", "MZ\x90\x00\x03\x00\x00\x00", "file_type"},
		{"elf.txt", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00", "file_type"},
		{"sh.txt", "#!/bin/sh\nrm -rf /\n", "file_type"},
		{"a.js", "alert(1)", "file_type"},
		{"page.txt", "<html><body>x</body></html>", "file_type"},
		{"late.txt", "x\n" + strings.Repeat("y", 9000) + "<script>alert(1)</script>", "file_disguised"},
		{"binary.txt", "x\x00\x01\x02y", "file_type"},
		{"late.csv", strings.Repeat("a,b\n", 2000) + "\x00", "file_type"},
		{"esc.txt", "一\n二\x1b[2J", "file_text_character"},
		{"mid.txt", "一\x1a二", "file_text_character"},
		{"latin.txt", "caf\xe9 \xff", "file_text_coding"},
		{"cmd.csv", "a,b\n1,\"=cmd|'/c calc'!A0\"\n", "file_runs_program"},
		{"at.csv", "a,@SUM(1)+cmd|'/c calc'!A0\n", "file_runs_program"},
		{"web.csv", "=WEBSERVICE(\"\"http://a.example\"\")\n", "file_runs_program"},
		{"sylk.csv", "ID;PWXL;N;E\n", "file_format"},
		{"u.csv", "\xff\xfe=\x00c\x00m\x00d\x00|\x00'\x00x\x00", "file_runs_program"},
		{"a.doc", "{\\rtf1\\ansi x}", "file_format"},
		{"page.xls", "<html><table></table></html>", "file_format"},
		{"xml.doc", "<?xml version=\"1.0\"?><w:wordDocument/>", "file_format"},
		{"old.xls", "\x09\x04\x06\x00\x00\x00\x10\x00", "file_format"},
		{"odt.docx", string(zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml", "<m/>")), "file_format"},
		{"twice.docx", string(office(t, "wordprocessingml.document", "word/a.xml", "<a/>", "Word\\A.xml", "<a/>")), "file_cannot_be_checked"},
		{"avif.heic", "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1", "file_type"},
		{"a.docm", spread, "file_type"},
		{"renamed.docx", string(zipped(t, "[Content_Types].xml", macros)), "file_macros"},
		{"vba.xlsx", string(office(t, "spreadsheetml.sheet", "xl/vbaProject.bin", "x")), "file_macros"},
		{"xlm.xlsx", string(office(t, "spreadsheetml.sheet", "xl/macrosheets/sheet1.xml", "x")), "file_macros"},
		{"control.docx", string(office(t, "wordprocessingml.document", "word/activeX/activeX1.bin", "x")), "file_macros"},
		{"carrier.docx", string(office(t, "wordprocessingml.document", "word/embeddings/setup.exe", "x")), "file_macros"},
		{"macro.doc", string(compound("WordDocument", "Macros")), "file_macros"},
		{"macro.xls", string(compound("Workbook", "_VBA_PROJECT_CUR")), "file_macros"},
		{"locked.docx", string(compound("EncryptedPackage")), "file_encrypted"},
		{"locked.ofd", string(encrypted), "file_encrypted"},
		{"msi.doc", string(compound("Root Entry", "SummaryInformation")), "file_type"},
		{"a.zip", string(zipped(t, "a.txt", "x")), "file_type"},
		{"zip.docx", string(zipped(t, "a.txt", "x")), "file_archive"},
		{"both.ofd", string(office(t, "wordprocessingml.document", "OFD.xml", "x")), "file_disguised"},
		{"two.docx", string(zipped(t, "[Content_Types].xml", `<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`)), "file_disguised"},
		{"bomb.docx", string(office(t, "wordprocessingml.document", "word/document.xml", strings.Repeat("\x00", 80<<20))), "file_archive_bomb"},
		{"lying.ofd", string(lying), "file_archive_bomb"},
		{"cut.docx", spread[:len(spread)-30], "file_broken"},
		{"large.txt", strings.Repeat("x", 100_001), "file_too_large"},
		{"empty.pdf", "", "file_empty"},
		{"none", "x", "file_type"},
		{"", "x", "file_name"},
		{".pdf", pdf, "file_type"},
		{"../..", pdf, "file_name"},
		{"报告\u202efdp.exe", pdf, "file_type"},
		{"a\x00.pdf\x00.exe", pdf, "file_type"},
		{strings.Repeat("长", 300) + ".pdf", pdf, "file_name_too_long"},
		{"\xb1\xa8.pdf", pdf, "file_name"},
	} {
		_, err := s.Receive(t.Context(), hostile.name, strings.NewReader(hostile.content))
		var refusal *evidence.Refusal
		require.ErrorAs(t, err, &refusal, "%q", hostile.name)
		require.Equal(t, hostile.code, refusal.Code, "%q", hostile.name)
		require.NotEmpty(t, refusal.ZH)
	}
	require.Empty(t, s.files(t))
}

// A name is what a person reads: the last part of the path, without what is not
// seen; Chinese stays.
func TestNamesAreCleaned(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"../../etc/整改报告.pdf": "整改报告.pdf", `C:\Users\王\方案（一）.docx`: "方案（一）.docx", "a\u202egpj.pdf": "agpj.pdf",
		"a\x00b\r\n.pdf": "ab.pdf", "a<b>:c?.txt": "a_b__c_.txt", "　会议　记录.txt ": "会议 记录.txt", "a\u200b\ufeffb.png": "ab.png",
	} {
		name, err := evidence.CleanName(given)
		require.NoError(t, err)
		require.Equal(t, want, name)
	}
}
