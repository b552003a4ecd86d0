package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"strconv"
	"strings"
)

// maxStyles is how many bytes the styles may have: programs write thousands.
const maxStyles = 16 << 20

// styles are what the workbook says of how cells look, by the number of a cell's
// style.
type styles []style

type style struct {
	format string
	struck bool
}

func (s styles) of(number string) style {
	if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(s) {
		return s[i]
	}
	return style{}
}

// readStyles reads them, if there are any.
func readStyles(archive *zip.Reader, name string) (styles, error) {
	r, err := part(archive, name, maxStyles)
	if errors.Is(err, errNoPart) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var (
		all     styles
		struck  []bool
		formats = map[string]string{}
	)
	err = walk{enter: func(path []string, a []xml.Attr) error {
		switch strings.Join(path[min(1, len(path)):], "/") {
		case "numFmts/numFmt":
			formats[attribute(a, "numFmtId")] = attribute(a, "formatCode")
		case "fonts/font":
			struck = append(struck, false)
		case "fonts/font/strike":
			struck[len(struck)-1] = on(a)
		case "cellXfs/xf":
			one := style{format: formats[attribute(a, "numFmtId")]}
			if one.format == "" {
				one.format = builtIn[attribute(a, "numFmtId")]
			}
			if i, err := strconv.Atoi(attribute(a, "fontId")); err == nil && i >= 0 && i < len(struck) {
				one.struck = struck[i]
			}
			all = append(all, one)
		}
		return nil
	}}.run(r)
	return all, err
}

// on: an element such as strike counts unless it says that it does not.
func on(a []xml.Attr) bool {
	value := attribute(a, "val")
	return value == "" || truth(value)
}

// builtIn are the formats that have a number and stand in no file: those of ECMA-376,
// part 1, 18.8.30, the dates as Chinese programs show them.
//
//nolint:gochecknoglobals // a table that Go cannot write as a constant
var builtIn = map[string]string{
	"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "11": "0.00E+00", "12": "# ?/?", "13": "# ??/??",
	"14": "yyyy/m/d", "15": "d-mmm-yy", "16": "d-mmm", "17": "mmm-yy", "18": "h:mm AM/PM", "19": "h:mm:ss AM/PM", "20": "h:mm", "21": "h:mm:ss",
	"22": "yyyy/m/d h:mm", "27": `yyyy"年"m"月"`, "28": `m"月"d"日"`, "29": `m"月"d"日"`, "30": "m-d-yy", "31": `yyyy"年"m"月"d"日"`,
	"32": `h"时"mm"分"`, "33": `h"时"mm"分"ss"秒"`, "34": `h"时"mm"分"`, "35": `h"时"mm"分"ss"秒"`, "36": `yyyy"年"m"月"`,
	"37": "#,##0", "38": "#,##0", "39": "#,##0.00", "40": "#,##0.00", "45": "mm:ss", "46": "h:mm:ss", "47": "mm:ss", "48": "0.0E+0", "49": "@",
	"50": `yyyy"年"m"月"`, "51": `m"月"d"日"`, "52": `yyyy"年"m"月"`, "53": `m"月"d"日"`, "54": `m"月"d"日"`, "55": `h"时"mm"分"`, "56": `h"时"mm"分"ss"秒"`,
	"57": `yyyy"年"m"月"`, "58": `m"月"d"日"`,
}
