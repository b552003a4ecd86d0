package calendar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxYearBytes is the size of the largest notice file ReadYear takes. A real
// one has 5 KB.
const MaxYearBytes = 1 << 20

// A LineError is why a notice was refused, and where.
type LineError struct {
	Line     int    // counted from 1; 0 when the notice did not come from a file
	Reason   string // a sentence for the person who brought the file, in Chinese
	ReasonEN string // the same in English
}

// Error returns the English reason with its line.
func (e *LineError) Error() string {
	if e.Line == 0 {
		return e.ReasonEN
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.ReasonEN)
}

// ReadYear reads one notice in the JSON form of the holiday-cn project:
//
//	{
//	  "year": 2026,
//	  "reference": "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）",
//	  "papers": ["https://www.gov.cn/…"],
//	  "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}, …]
//	}
//
// "reference" is ours; without it the notice is called by the title all of them
// have. "$schema" and "$id" are read over. The order of days does not matter.
//
// A *LineError is returned, and no Year, for JSON that is broken, has a field
// twice, unknown or of the wrong type, is not UTF-8 or exceeds MaxYearBytes;
// for a date that does not exist, is named twice, or lies neither in the year
// nor in December before it; for a make-up workday on a weekday, unless it is
// the day after a day off, where a notice says that work resumes; for a notice
// without days, or without reference and address, and for one that leaves out a
// day off fixed by law. Any other error is that of r.
func ReadYear(r io.Reader) (Year, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxYearBytes+1))
	if err != nil {
		return Year{}, fmt.Errorf("read year: %w", err)
	}
	// Windows editors put a byte order mark first.
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > MaxYearBytes {
		return Year{}, refuse(1+lineBreaks(data), "文件超过1MiB", "the file is larger than 1 MiB")
	}
	if at := invalidUTF8(data); at >= 0 {
		return Year{}, refuse(1+lineBreaks(data[:at]), "文件不是UTF-8编码", "the file is not UTF-8 text")
	}
	p := &yearParser{data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1}
	p.decoder.UseNumber()
	if err := p.file(); err != nil {
		return Year{}, err
	}
	if p.year.Reference == "" && p.year.Source != "" {
		p.year.Reference = fmt.Sprintf("国务院办公厅关于%d年部分节假日安排的通知", p.year.Year)
	}
	if f := p.year.flaw(); f != nil {
		line := p.daysLine
		if f.day >= 0 {
			line = p.dayLines[f.day]
		}
		return Year{}, &LineError{Line: line, Reason: f.zh, ReasonEN: f.en}
	}
	return p.year.clone(), nil
}

// A yearParser walks the tokens of a notice file and knows the line of each,
// which decoding into a struct does not.
type yearParser struct {
	data    []byte
	decoder *json.Decoder
	offset  int // of the end of the last token
	line    int // of the end of the last token

	year     Year
	daysLine int   // of the field "days"
	dayLines []int // of each day's date
}

func (p *yearParser) file() error {
	if err := p.open('{', "文件", "the file"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for p.decoder.More() {
		field, err := p.field(seen)
		if err != nil {
			return err
		}
		switch field {
		case "$schema", "$id":
			_, err = p.text(field)
		case "year":
			err = p.titleYear()
		case "reference":
			p.year.Reference, err = p.text(field)
		case "papers":
			err = p.papers()
		case "days":
			p.daysLine = p.line
			err = p.days()
		default:
			err = p.unknown(field)
		}
		if err != nil {
			return err
		}
	}
	if _, err := p.token(); err != nil { // the closing brace
		return err
	}
	if err := p.missing(seen, "year", "papers", "days"); err != nil {
		return err
	}
	if rest := p.data[p.offset:]; len(bytes.TrimSpace(rest)) > 0 {
		before := rest[:len(rest)-len(bytes.TrimLeft(rest, " \t\r\n"))]
		return refuse(p.line+lineBreaks(before), "文件结束后还有内容", "something follows the end of the notice")
	}
	return nil
}

func (p *yearParser) papers() error {
	if err := p.open('[', `"papers"`, `"papers"`); err != nil {
		return err
	}
	var papers []string
	for p.decoder.More() {
		paper, err := p.text("papers")
		if err != nil {
			return err
		}
		if len(strings.Fields(paper)) != 1 {
			return refuse(p.line, "网址为空或者含有空格", "an address is empty or has a space in it")
		}
		papers = append(papers, strings.TrimSpace(paper))
	}
	p.year.Source = strings.Join(papers, " ")
	_, err := p.token()
	return err
}

func (p *yearParser) days() error {
	if err := p.open('[', `"days"`, `"days"`); err != nil {
		return err
	}
	for p.decoder.More() {
		if err := p.day(); err != nil {
			return err
		}
	}
	_, err := p.token()
	return err
}

func (p *yearParser) day() error {
	if err := p.open('{', "日期", "a day"); err != nil {
		return err
	}
	var day SpecialDay
	line := p.line
	seen := map[string]bool{}
	for p.decoder.More() {
		field, err := p.field(seen)
		if err != nil {
			return err
		}
		switch field {
		case "name":
			day.Name, err = p.text(field)
		case "date":
			line = p.line
			day.Date, err = p.date()
		case "isOffDay":
			day.Off, err = p.isOffDay()
		default:
			err = p.unknown(field)
		}
		if err != nil {
			return err
		}
	}
	if _, err := p.token(); err != nil {
		return err
	}
	if err := p.missing(seen, "name", "date", "isOffDay"); err != nil {
		return err
	}
	p.year.Days = append(p.year.Days, day)
	p.dayLines = append(p.dayLines, line)
	return nil
}

// open takes the brace or bracket that begins what.
func (p *yearParser) open(want json.Delim, zh, en string) error {
	token, err := p.token()
	if err != nil {
		return err
	}
	if token != want {
		return refuse(p.line, fmt.Sprintf("%s应当以%s开始", zh, want), fmt.Sprintf("%s must begin with %s", en, want))
	}
	return nil
}

func (p *yearParser) field(seen map[string]bool) (string, error) {
	token, err := p.token()
	if err != nil {
		return "", err
	}
	name, ok := token.(string)
	if !ok { // the decoder has refused it already
		return "", refuse(p.line, "字段名应当是文字", "a field's name must be text")
	}
	if seen[name] {
		return "", refuse(p.line, fmt.Sprintf("字段%s重复", quote(name)), fmt.Sprintf("the field %s appears twice", quote(name)))
	}
	seen[name] = true
	return name, nil
}

func (p *yearParser) text(field string) (string, error) {
	token, err := p.token()
	if err != nil {
		return "", err
	}
	text, ok := token.(string)
	if !ok {
		return "", p.wrongType(field, "文字", "text")
	}
	return text, nil
}

func (p *yearParser) isOffDay() (bool, error) {
	token, err := p.token()
	if err != nil {
		return false, err
	}
	flag, ok := token.(bool)
	if !ok {
		return false, p.wrongType("isOffDay", "true或者false", "true or false")
	}
	return flag, nil
}

func (p *yearParser) titleYear() error {
	token, err := p.token()
	if err != nil {
		return err
	}
	number, ok := token.(json.Number)
	if !ok {
		return p.wrongType("year", "整数", "a whole number")
	}
	if p.year.Year, err = strconv.Atoi(number.String()); err != nil {
		return p.wrongType("year", "整数", "a whole number")
	}
	if p.year.Year < FirstYear || p.year.Year > LastYear {
		return refuse(p.line, fmt.Sprintf("年份%d不在%d至%d之间", p.year.Year, FirstYear, LastYear),
			fmt.Sprintf("year %d is outside %d to %d", p.year.Year, FirstYear, LastYear))
	}
	return nil
}

func (p *yearParser) date() (Date, error) {
	text, err := p.text("date")
	if err != nil {
		return Date{}, err
	}
	d, err := ParseDate(text)
	if err != nil {
		return Date{}, refuse(p.line, fmt.Sprintf("日期%s不存在或者不是2026-02-28的形式", quote(text)), err.Error())
	}
	return d, nil
}

func (p *yearParser) unknown(field string) error {
	return refuse(p.line, fmt.Sprintf("不认识字段%s", quote(field)), fmt.Sprintf("the field %s is unknown", quote(field)))
}

func (p *yearParser) wrongType(field, zh, en string) error {
	return refuse(p.line, fmt.Sprintf("字段%q应当是%s", field, zh), fmt.Sprintf("the field %q must be %s", field, en))
}

func (p *yearParser) missing(seen map[string]bool, fields ...string) error {
	for _, field := range fields {
		if !seen[field] {
			return refuse(p.line, fmt.Sprintf("缺少字段%q", field), fmt.Sprintf("the field %q is missing", field))
		}
	}
	return nil
}

// token returns the next token and moves the line to it.
func (p *yearParser) token() (json.Token, error) {
	token, err := p.decoder.Token()
	if err == nil {
		p.moveTo(int(p.decoder.InputOffset()))
		return token, nil
	}
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		p.moveTo(len(bytes.TrimRight(p.data, " \t\r\n")))
		return nil, refuse(p.line, "文件不完整", "the file ends too early")
	case errors.As(err, &syntax):
		p.moveTo(int(syntax.Offset) - 1)
	}
	return nil, refuse(p.line, "不是有效的JSON："+err.Error(), "the file is not valid JSON: "+err.Error())
}

func (p *yearParser) moveTo(offset int) {
	offset = max(p.offset, min(offset, len(p.data)))
	p.line += lineBreaks(p.data[p.offset:offset])
	p.offset = offset
}

func lineBreaks(data []byte) int { return bytes.Count(data, []byte("\n")) }

func refuse(line int, zh, en string) *LineError {
	return &LineError{Line: line, Reason: zh, ReasonEN: en}
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, -1 when
// there is none.
func invalidUTF8(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}
