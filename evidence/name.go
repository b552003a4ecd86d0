package evidence

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"duban/characters"
)

// MaxName is how many characters a file's name may have.
const MaxName = 200

// CleanName is a file's name as it may be shown and saved: the last part of a
// path, without what cannot be seen or turns the reading direction, so that
// what a person reads is what the name says. Chinese and every other script
// stay as they are.
func CleanName(given string) (string, error) {
	if !utf8.ValidString(given) {
		return "", faulty("file_name", "文件名无法读取，应为UTF-8编码。", "The file's name cannot be read; it must be UTF-8.")
	}
	name := given
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Zs, r):
			return ' '
		case characters.Line(string(r)) != nil, unicode.Is(unicode.Cf, r):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r): // no file may be called so on Windows
			return '_'
		default:
			return r
		}
	}, name)
	name = strings.Trim(name, " .")
	switch {
	case strings.TrimSuffix(name, path.Ext(name)) == "":
		return "", faulty("file_name", "请给文件起一个名称。", "The file has no name.")
	case utf8.RuneCountInString(name) > MaxName:
		return "", faulty("file_name_too_long", "文件名最多200字。", "A file's name may have at most 200 characters.")
	default:
		return name, nil
	}
}
