package evidence

import (
	"path"
	"slices"
	"strings"
)

// A kind is a type of file that is taken.
type kind struct {
	media string
	// extensions are those a file of the kind may have.
	extensions []string
}

// kinds lists every type of file that is taken. What is not in it is refused.
func kinds() []kind {
	return []kind{
		{"application/pdf", []string{".pdf"}},
		{"application/ofd", []string{".ofd"}},
		{mediaDocx, []string{".docx"}},
		{mediaXlsx, []string{".xlsx"}},
		{mediaPptx, []string{".pptx"}},
		{"application/msword", []string{".doc"}},
		{"application/vnd.ms-excel", []string{".xls"}},
		{"application/vnd.ms-powerpoint", []string{".ppt"}},
		{"application/wps-office.wps", []string{".wps"}},
		{"application/wps-office.et", []string{".et"}},
		{"image/jpeg", []string{".jpg", ".jpeg"}},
		{"image/png", []string{".png"}},
		{"image/heic", []string{".heic", ".heif"}},
		{"image/webp", []string{".webp"}},
		{"text/plain", []string{".txt"}},
		{"text/csv", []string{".csv"}},
		{"video/mp4", []string{".mp4"}},
		{"audio/mpeg", []string{".mp3"}},
		{"audio/wav", []string{".wav"}},
	}
}

// kindOf is the kind that a name claims.
func kindOf(name string) (kind, bool) {
	extension := strings.ToLower(path.Ext(name))
	all := kinds()
	if i := slices.IndexFunc(all, func(k kind) bool { return slices.Contains(k.extensions, extension) }); i >= 0 {
		return all[i], true
	}
	return kind{}, false
}

const (
	mediaDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	mediaXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	mediaPptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
)
