package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"path/filepath"
	"strings"
)

// MaxFile is how many bytes a workbook may have.
const MaxFile = 20 << 20

// What a workbook may declare to hold. The parts that are read have limits of
// their own; the others are never unpacked.
const (
	maxParts    = 1000
	maxUnpacked = 256 << 20
	maxSheet    = 128 << 20
	maxStrings  = 64 << 20
	maxSmall    = 1 << 20
)

// openContainer tells what a file is and opens its directory, after a look at
// what the directory declares.
func openContainer(file io.ReaderAt, size int64, name string) (*zip.Reader, error) {
	if size > MaxFile {
		return nil, Refuse("file_too_large", "文件不能超过20 MiB。", "The file may not be larger than 20 MiB.")
	}
	if err := checkKind(file, size, strings.ToLower(filepath.Ext(name))); err != nil {
		return nil, err
	}
	if err := checkDirectory(file, size); err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, Corrupt()
	}
	var unpacked uint64
	for _, part := range archive.File {
		if part.Flags&1 != 0 {
			return nil, encrypted()
		}
		if unpacked += min(part.UncompressedSize64, maxUnpacked+1); unpacked > maxUnpacked {
			return nil, bomb()
		}
	}
	return archive, checkParts(archive)
}

func encrypted() *Refusal {
	return Refuse("encrypted", "文件设有密码，无法读取。请取消密码后再上传。", "The file is protected by a password.")
}

// checkKind refuses what is no zip file at all.
func checkKind(file io.ReaderAt, size int64, extension string) error {
	head := make([]byte, 8)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	head = head[:n]
	switch {
	case size == 0:
		return Refuse("empty_file", "文件是空的。", "The file is empty.")
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}):
		return checkCompound(file, size, extension)
	case !bytes.HasPrefix(head, []byte("PK")):
		return notAWorkbook()
	}
	return nil
}

// checkCompound tells an encrypted .xlsx from the formats of before 2007.
func checkCompound(file io.ReaderAt, size int64, extension string) error {
	// Names of streams are UTF-16.
	name := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	found, err := count(io.NewSectionReader(file, 0, size), name, 1)
	switch {
	case err != nil:
		return err
	case found > 0:
		return encrypted()
	case extension == ".et":
		return Refuse("et_format", "不支持WPS的.et格式。请在WPS中另存为.xlsx再上传。", "The .et format is not read; save as .xlsx.")
	default:
		return Refuse("xls_format", "不支持旧的.xls格式。请用Excel或WPS另存为.xlsx再上传。", "The old .xls format is not read; save as .xlsx.")
	}
}

// checkDirectory bounds what reading the directory may cost before anybody
// reads it.
func checkDirectory(file io.ReaderAt, size int64) error {
	entries, err := count(io.NewSectionReader(file, 0, size), []byte("PK\x01\x02"), maxParts+1)
	if err != nil {
		return err
	}
	if entries > maxParts {
		return bomb()
	}
	return nil
}

// count counts a mark in a file, up to a limit.
func count(r io.Reader, mark []byte, limit int) (int, error) {
	buffer := make([]byte, 64<<10)
	kept, n := 0, 0
	for {
		got, err := r.Read(buffer[kept:])
		window := buffer[:kept+got]
		for at := 0; ; {
			i := bytes.Index(window[at:], mark)
			if i < 0 {
				kept = copy(buffer, window[max(at, len(window)-len(mark)+1):])
				break
			}
			if n++; n >= limit {
				return n, nil
			}
			at += i + len(mark)
		}
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// checkParts refuses workbooks that are more than values.
func checkParts(archive *zip.Reader) error {
	seen := map[string]bool{}
	for _, part := range archive.File {
		name := strings.ToLower(partName(part.Name))
		if seen[name] {
			return Corrupt()
		}
		seen[name] = true
		switch {
		case strings.HasSuffix(name, "workbook.bin"):
			return Refuse("xlsb_format", "不支持.xlsb格式。请另存为.xlsx再上传。", "The .xlsb format is not read; save as .xlsx.")
		case strings.HasSuffix(name, "vbaproject.bin"), strings.Contains(name, "macrosheets/"):
			return Refuse("macro", "文件含有宏，不予导入。请另存为不含宏的.xlsx再上传。", "The file holds macros.")
		case strings.Contains(name, "externallinks/"):
			return Refuse("external_link", "文件引用了其他文件。请断开外部链接（数据—编辑链接），只保留数值后再上传。", "The file refers to other files.")
		}
	}
	return nil
}

func notAWorkbook() *Refusal {
	return Refuse("not_a_workbook", "这不是.xlsx工作簿。请下载模板填写，或用Excel、WPS另存为.xlsx再上传。", "This is not an .xlsx workbook.")
}

// partName is a part's name as all programs may write it: with backslashes, and
// from the root.
func partName(name string) string {
	return strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
}

// part opens a part of the workbook, up to a limit of unpacked bytes.
func part(archive *zip.Reader, name string, limit uint64) (io.ReadCloser, error) {
	for _, f := range archive.File {
		if !strings.EqualFold(partName(f.Name), name) {
			continue
		}
		if f.UncompressedSize64 > limit {
			return nil, bomb()
		}
		r, err := f.Open() // it gives no more than the declared size
		if err != nil {
			return nil, Corrupt()
		}
		return r, nil
	}
	return nil, errNoPart
}

var errNoPart = errors.New("no such part")
