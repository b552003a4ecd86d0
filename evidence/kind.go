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
		{mediaPDF, []string{".pdf"}},
		{mediaOFD, []string{".ofd"}},
		{mediaDocx, []string{".docx"}},
		{mediaXlsx, []string{".xlsx"}},
		{mediaPptx, []string{".pptx"}},
		{mediaDoc, []string{".doc"}},
		{mediaXls, []string{".xls"}},
		{mediaPpt, []string{".ppt"}},
		{mediaWps, []string{".wps"}},
		{mediaEt, []string{".et"}},
		{mediaDps, []string{".dps"}},
		{"image/jpeg", []string{".jpg", ".jpeg"}},
		{"image/png", []string{".png"}},
		{"image/heic", []string{".heic", ".heif"}},
		{"image/webp", []string{".webp"}},
		{"text/plain", []string{".txt"}},
		{mediaCSV, []string{".csv"}},
		{"video/mp4", []string{".mp4", ".m4v"}},
		{"video/quicktime", []string{".mov"}},
		{"video/3gpp", []string{".3gp"}},
		{"audio/mp4", []string{".m4a"}},
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
	mediaPDF  = "application/pdf"
	mediaOFD  = "application/ofd"
	mediaDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	mediaXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	mediaPptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	mediaDoc  = "application/msword"
	mediaXls  = "application/vnd.ms-excel"
	mediaPpt  = "application/vnd.ms-powerpoint"
	mediaWps  = "application/wps-office.wps"
	mediaEt   = "application/wps-office.et"
	mediaDps  = "application/wps-office.dps"
	mediaCSV  = "text/csv"
)
