package evidence

import "fmt"

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
	return unfit("file_type", "只接收PDF、OFD、Word、Excel、PowerPoint、WPS文档，JPEG、PNG、HEIC、WebP图片，TXT、CSV文本，MP4、MP3、WAV音视频。",
		"Only PDF, OFD, Word, Excel, PowerPoint and WPS documents, JPEG, PNG, HEIC and WebP pictures, TXT and CSV texts and MP4, MP3 and WAV recordings are taken.")
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

func refusedEncrypted() error {
	return unfit("file_encrypted", "文件已加密，请取消密码后上传。", "The file is encrypted; take the password off.")
}

func refusedDisguise() error {
	return unfit("file_disguised", "文件里夹带了另一种文件，不能接收。", "The file hides one of another kind.")
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
