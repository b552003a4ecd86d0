package documents

import (
	"regexp"
	"strings"
)

// extension is what computers call a kind of file, wherever it stands in what somebody
// typed: 签到表.XLSX（2张）, 照片.jpg、 录音．mp3.
var extension = regexp.MustCompile(`(?i)\s*[.．。·]\s*(?:jpe?g|jfif|png|gif|bmp|tiff?|heic|heif|webp|svg|psd|raw|pdf|ofd|ceb|docx?|docm|dotx?|wps|wpt|xlsx?|xlsm|xlsb|csv|et|ett|pptx?|pps|dps|odt|ods|odp|rtf|txt|md|xml|html?|mht|eml|msg|zip|rar|7z|tar|gz|tgz|mp3|m4a|wav|amr|aac|wma|mp4|m4v|mov|avi|mkv|wmv|3gp|mpe?g|jsonl?)(?P<end>[^0-9A-Za-z]|$)`)

// withoutExtension is a piece of evidence as a paper names it: 组织生活会照片.jpg is a
// file, 组织生活会照片 what it shows.
func withoutExtension(name string) string {
	for {
		next := extension.ReplaceAllString(name, "${end}")
		if next == name {
			return strings.TrimSpace(name)
		}
		name = next
	}
}

// evidenceNames are what a paper calls the pieces of evidence; one without a name of its
// own is left out.
func evidenceNames(all []string) []string {
	var out []string
	for _, one := range all {
		if one = withoutExtension(oneLine(printed(one))); one != "" {
			out = append(out, one)
		}
	}
	return out
}
