package evidence

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Reason sorts refusals.
type Reason int

// The reasons for which a file is turned down.
const (
	// Unfit: the file is of no kind that is taken, or not what it says it is.
	Unfit Reason = iota
	// Faulty: the file, or its name, is not as it must be.
	Faulty
	// TooLarge: the file has too many bytes.
	TooLarge
)

// A Refusal is a file turned down. Nothing of it was kept.
type Refusal struct {
	Reason Reason
	// Code is the stable name of the check.
	Code string
	// ZH and EN are a sentence for the person who sent the file.
	ZH, EN string
}

// Error returns the English sentence.
func (r *Refusal) Error() string { return r.EN }

func unfit(code, zh, en string) error { return &Refusal{Unfit, code, zh, en} }

func faulty(code, zh, en string) error { return &Refusal{Faulty, code, zh, en} }

func refusedType() error {
	return unfit("file_type", "只接收PDF、OFD、Word、Excel、PowerPoint、WPS文档（.docx、.xlsx、.pptx、.doc、.xls、.ppt、.wps、.et、.dps），JPEG、PNG、HEIC、WebP图片，TXT、CSV文本，MP4、MOV、3GP、M4A、MP3、WAV音视频；其他文档请另存为PDF后上传。",
		"Only PDF, OFD, Word, Excel, PowerPoint and WPS documents (.docx, .xlsx, .pptx, .doc, .xls, .ppt, .wps, .et, .dps), JPEG, PNG, HEIC and WebP pictures, TXT and CSV texts and MP4, MOV, 3GP, M4A, MP3 and WAV recordings are taken; save other documents as PDF.")
}

func refusedExtension() error {
	return faulty("file_extension", "文件扩展名与内容不符，请核对后重新上传。", "The file's extension does not agree with its content.")
}

// TooLargeFor is the refusal of a file that has more bytes than the limit.
func TooLargeFor(limit int64) error {
	return &Refusal{
		TooLarge, "file_too_large", "文件不能超过" + Bytes(limit) + "。", "The file may not be larger than " + Bytes(limit) + ".",
	}
}

func refusedEmpty() error { return faulty("file_empty", "文件是空的。", "The file is empty.") }

func refusedArchive() error {
	return unfit("file_archive", "不接收压缩包，请逐个上传其中的文件。", "Archives are not taken; send the files in it one by one.")
}

func refusedBomb() error {
	return unfit("file_archive_bomb", "文件解压后大得异常，不能接收。", "The file would unpack to far more than it is.")
}

func refusedBroken() error {
	return faulty("file_broken", "文件已损坏，无法读取。", "The file is damaged.")
}

func refusedMacros() error {
	return unfit("file_macros", "文件含有宏、脚本或控件，请另存为不含宏的文件或PDF后上传。", "The file contains macros, scripts or controls; save it without them, or as PDF.")
}

// refusedEmbedded tells of a file or object in another that cannot be judged, or
// was judged and may not come in.
func refusedEmbedded(what string) error {
	return unfit("file_embedded", "文件里嵌有其他文件或对象"+quoted(what)+"，请把它删去或转为图片，需要的单独上传；也可打印为PDF后上传。",
		"The file has another file or object embedded"+inBrackets(what)+"; take it out or turn it into a picture and send it by itself, or print the file to PDF.")
}

// refusedOutside tells of what a file would fetch from elsewhere when it is
// opened.
func refusedOutside(target string) error {
	return unfit("file_links_outside", "文件打开时会从外部取用内容"+quoted(target)+"，请断开链接、把内容嵌入文件，或另存为PDF后上传。",
		"When it is opened the file fetches something from elsewhere"+inBrackets(target)+"; break the link and embed the content, or save the file as PDF.")
}

func refusedCommand(what string) error {
	return unfit("file_runs_program", "文件会启动其他程序或文件"+quoted(what)+"，请删去后重新保存，或打印为PDF后上传。",
		"The file would start a program or another file"+inBrackets(what)+"; take that out and save it again, or print it to PDF.")
}

func refusedLink(target string) error {
	return unfit("file_link", "文件里的链接"+quoted(target)+"会打开程序或其他电脑上的文件，请取消该超链接，或另存为不带链接的PDF后上传。",
		"A link in the file"+inBrackets(target)+" opens a program or a file on another machine; remove the link, or save the file as a PDF without links.")
}

func refusedForm() error {
	return unfit("file_sends_data", "PDF中的表单会向外发送或导入数据，请用“打印为PDF”重新生成后上传。",
		"A form in the PDF sends data away or takes data in; print it to a new PDF.")
}

func refusedComplex() error {
	return unfit("file_too_complex", "文件结构过于庞杂，无法检查是否安全，请打印为PDF或拆分后上传。",
		"The file is too complex to be checked; print it to PDF or split it.")
}

func refusedUnreadable() error {
	return unfit("file_cannot_be_checked", "文件内部结构有误，无法检查是否安全，请用原软件打开后另存为新文件或PDF，再上传。",
		"The file's structure is faulty and cannot be checked; open it, save it as a new file or as PDF, and send that.")
}

func refusedEncrypted() error {
	return unfit("file_encrypted", "文件已加密，无法检查，请取消密码后另存再上传；PDF请在阅读软件中打开，用“打印为PDF”重新生成。",
		"The file is encrypted and cannot be checked; take the password off and save it again; print a PDF to a new PDF.")
}

func refusedDisguise() error {
	return unfit("file_disguised", "文件里夹带了另一种文件，不能接收。", "The file hides one of another kind.")
}

func refusedOtherFormat(zh, en string) error {
	return unfit("file_format", "文件实际是"+zh+"，请用WPS或Office打开后另存为新格式文档或PDF再上传。",
		"The file is really "+en+"; open it and save it as a document of today or as PDF.")
}

func refusedCharacter(line, column int, c rune) error {
	return unfit("file_text_character", fmt.Sprintf("文本第%d行第%d个字符（U+%04X）不是文字，请删去后重新保存。", line, column, c),
		fmt.Sprintf("Character %d of line %d (U+%04X) is no text; delete it and save the file again.", column, line, c))
}

func refusedCoding() error {
	return unfit("file_text_coding", "文本的编码无法识别，请在记事本中另存为UTF-8编码后上传。",
		"The text's encoding cannot be told; save it as UTF-8.")
}

// quoted and inBrackets put what a file names into a sentence, as far as it can
// be shown.
func quoted(what string) string {
	if what = shown(what); what == "" {
		return ""
	}
	return "“" + what + "”"
}

func inBrackets(what string) string {
	if what = shown(what); what == "" {
		return ""
	}
	return " (" + what + ")"
}

func shown(what string) string {
	const most = 80
	what = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, what)
	if runes := []rune(what); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return what
}

// Bytes is a size as people write it.
func Bytes(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= unit.size && n%unit.size == 0 {
			return fmt.Sprintf("%d %s", n/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}
