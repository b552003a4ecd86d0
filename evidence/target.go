package evidence

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A document names places outside itself in two ways. What it loads by itself
// when it is opened tells somebody who reads it, and may bring a program with
// it; what a reader must click on does nothing before he does.

var (
	scheme = regexp.MustCompile(`^[a-z][a-z0-9+.\-]+:`)
	drive  = regexp.MustCompile(`^[a-z][:|]`)
)

// plainTarget is a target with one kind of slash, in lower case, without what
// is not seen.
func plainTarget(target string) string {
	if meant, err := url.PathUnescape(target); err == nil {
		target = meant
	}
	target = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, target)
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(target), `\`, "/"))
}

// elsewhere reports whether a target that a program loads by itself lies outside
// the machine that the document is on.
func elsewhere(target string) bool {
	target = plainTarget(target)
	if rest, file := strings.CutPrefix(target, "file:"); file {
		return onServer(rest)
	}
	if named := scheme.FindString(target); named != "" {
		return named != "data:" && named != "cid:"
	}
	return strings.HasPrefix(target, "//")
}

// onServer reports whether what follows file: names another machine.
func onServer(rest string) bool {
	bare := strings.TrimLeft(rest, "/")
	slashes := len(rest) - len(bare)
	host, _, _ := strings.Cut(bare, "/")
	switch {
	case drive.MatchString(bare), bare == "", host == "localhost", host == "127.0.0.1":
		return false
	default:
		return slashes == 2 || slashes > 3
	}
}

// harmful reports whether clicking on a link would do more than open a page, a
// letter or a document.
func harmful(target string) bool {
	page := strings.HasPrefix(target, "//")
	target = plainTarget(target)
	named := scheme.FindString(target)
	switch named {
	case "http:", "https:", "ftp:", "ftps:", "mailto:", "tel:", "sms:", "sip:", "news:", "nntp:", "geo:", "callto:", "about:", "urn:", "doi:", "onenote:", "weixin:":
		return false
	case "javascript:": // pages have links that do nothing
		return strings.Trim(strings.Replace(strings.TrimPrefix(target, named), "void(0)", "", 1), "/; #") != ""
	case "file:":
		rest := strings.TrimPrefix(target, named)
		return onServer(rest) || program(rest)
	case "":
		if strings.HasPrefix(target, "//") { // a server's, unless it was copied from a page
			return !page
		}
		// Without a path it is more often an address that lacks its http.
		return program(target) && (strings.Contains(target, "/") || path.Ext(target) != ".com")
	default:
		return true
	}
}

// program reports whether a file's name is one of a program's, a script's or of
// what starts one.
func program(name string) bool {
	name = plainTarget(name)
	name, _, _ = strings.Cut(name, "#")
	name, _, _ = strings.Cut(name, "?")
	return slices.Contains([]string{
		".exe", ".dll", ".scr", ".com", ".bat", ".cmd", ".ps1", ".psm1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".wsh", ".wsc", ".sct", ".hta",
		".msi", ".msp", ".jar", ".lnk", ".pif", ".cpl", ".reg", ".scf", ".inf", ".msc", ".chm", ".gadget", ".application", ".appref-ms", ".iqy",
		".slk", ".xll", ".wll", ".sh", ".app", ".command",
		".desktop", ".elf", ".so", ".apk", ".deb", ".rpm", ".py", ".vb", ".settingcontent-ms", ".library-ms", ".search-ms", ".url",
	}, path.Ext(strings.TrimRight(name, " .")))
}

// document reports whether a target on this machine is a document, which opens
// in the program that shows it.
func document(target string) bool {
	name, _, _ := strings.Cut(plainTarget(target), "!") // a sheet, or a cell
	return !elsewhere(target) && slices.Contains([]string{
		"", // a workbook that was never saved
		".xls", ".xlsx", ".xlsb", ".xlsm", ".et", ".csv", ".doc", ".docx", ".docm", ".wps", ".rtf", ".txt", ".ppt", ".pptx", ".pptm", ".dps", ".pdf", ".ofd",
		".bmp", ".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".wmf", ".emf", ".vsd", ".vsdx",
	}, path.Ext(strings.Trim(name, `" `)))
}

// carrier says whether content begins as something that runs or hides other
// files, and has no place in a document.
func carrier(head []byte) bool {
	begins := string(head[:min(len(head), 16)])
	for _, mark := range []string{
		"\x7fELF", "#!/", "\xca\xfe\xba\xbe", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "dex\n",
		"7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "MSCF\x00\x00\x00\x00", "ITSF\x03", "L\x00\x00\x00\x01\x14\x02\x00", "\xed\xab\xee\xdb",
		"!<arch>\n", "{\\rt", "[InternetShortcu", "FWS", "CWS", "ZWS",
	} {
		if strings.HasPrefix(begins, mark) {
			return true
		}
	}
	return windowsProgram(head)
}

// windowsProgram looks past the two letters, which a text may begin with too.
func windowsProgram(head []byte) bool {
	return len(head) >= 2 && string(head[:2]) == "MZ" && (len(head) < 4 || slices.ContainsFunc(head[2:min(len(head), 64)], func(b byte) bool { return b < 9 || b > 0x7e }))
}
