package policy

import (
	"fmt"
	"regexp"
	"strings"
)

// ZH is the error for an official: where it is and what was expected.
func (e *Error) ZH() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "第%d行，", e.Line)
	}
	if e.Field != "" {
		b.WriteString(e.Field + "：")
	}
	return b.String() + inChinese(e.Reason) + "。"
}

// A phrase is what reasons of one form are in Chinese; $1 and so on stand for
// what the form leaves open.
type phrase struct {
	form *regexp.Regexp
	zh   string
}

//nolint:gochecknoglobals // a table
var phrases = func() []phrase {
	var list []phrase
	for _, row := range [][2]string{
		{`expected (.+), got (.+): put it in quotes`, `应为$1，现为$2，请加引号`},
		{`expected (.+), got (.+)`, `应为$1，现为$2`},
		{`expected one to five periods`, `应为一至五个期限`},
		{`expected no longer than the period before it`, `应不长于前一个期限`},
		{`expected natural days: D`, `应为自然日（D）`},
		{`expected natural days \(D\), at least as many as stay.max`, `应为自然日（D），不少于stay.max`},
		{`expected at least as long as (\S+)`, `应不短于$1`},
		{`expected at least one code`, `应至少有一个代码`},
		{`expected at least (\S+)`, `应不小于$1`},
		{`expected at most (\d+) characters`, `应不超过$1个字符`},
		{`expected at most (\S+)`, `应不超过$1`},
		{`expected no more than (\S+)`, `应不超过$1`},
		{`expected a time of the day after tell_at, at most 24h`, `应为当日tell_at之后的时刻，不超过24h`},
		{`expected a time of the day: less than 24h`, `应为一日之内的时刻，小于24h`},
		{`expected days: WD or D`, `应为天数（WD或者D）`},
		{`expected months: M`, `应为月数（M）`},
		{`expected working days, such as (\S+)`, `应为工作日，如$1`},
		{`expected shorter than (\S+), which ends the window`, `应短于$1，回头看时段到该期限为止`},
		{`expected shorter than the reminder before it`, `应短于上一次提醒`},
		{`expected later than the step before it`, `应晚于上一级`},
		{`five steps, L1 to L5`, `从L1到L5的五级`},
		{`expected (\S+): the steps go from L1 to L5 in order`, `应为$1，各级从L1到L5依次排列`},
		{`expected automatic: urging needs nobody's approval`, `应为automatic，催办不需要批准`},
		{`expected approval: a leader decides on it, not the day`, `应为approval，该措施由领导决定，不能到期自行采取`},
		{`expected a post or a role, one of them`, `应写明post或者role，只写一项`},
		{`expected a category or a matter`, `应写明category或者matter`},
		{`expected a code from (\S+)`, `应为$1中的代码`},
		{`expected the category of the matter: this rule could never match`, `应为该事由所属的类别，否则这条规则永远用不上`},
		{`expected after: how long an entry lasts`, `应写明after，即在列多久`},
		{`expected no period: only an entry that ends after a time has one`, `不应写期限，只有按期限出列的才写`},
		{`expected no list: the measure is not negative_list`, `不应写list，该措施不是列入负面清单`},
		{`expected 2 to (\d+) Chinese characters, such as (\S+)`, `应为2至$1个汉字，如$2`},
		{`expected 1 to 32 letters A to Z, digits or _`, `应为1至32个大写字母、数字或者下划线`},
		{`expected one of (.+)`, `应为下列之一：$1`},
		{`expected one document: remove the --- and what comes after it`, `应只有一份内容，请删去---及其后的内容`},
		{`expected UTF-8: save the file in that encoding`, `应为UTF-8编码，请另存为UTF-8`},
		{`expected (\S+) or (\S+)`, `应为$1或者$2`},
		{`expected (\S+) to (\S+)`, `应为$1至$2`},
		{`not allowed here: only plan, rectification and check_in count against the unit`, `这里不能有此项，只有plan、rectification、check_in计入单位逾期`},
		{`not allowed without a max_level above L0: only a clock of the unit's has reminders`, `max_level为L0的不能有此项，只有单位的期限才提醒`},
		{`not allowed here: the case itself says how long`, `这里不能有此项，期限由事项本身确定`},
		{`not allowed here: this clock ends by itself`, `这里不能有此项，该期限届满自行结束`},
		{`unknown field: expected one of (.+)`, `没有这一项，应为下列之一：$1`},
		{`unknown: expected one of (.+)`, `没有这个名称，应为下列之一：$1`},
		{`given twice: first on line (\d+)`, `重复，第$1行已经写过`},
		{`missing`, `缺少这一项`},
		{`the file is empty`, `文件是空的`},
		{`the file is larger than (.+)`, `文件超过$1`},
		{`the invisible character (\S+) is not allowed`, `含有看不见的字符$1`},
		{`not YAML: (.+)`, `不是YAML格式：$1`},
		{`fields \(name: value\)`, `若干“名称: 值”`},
		{`the name of a field`, `名称`},
		{`a list`, `列表`},
		{`text`, `文字`},
		{`a whole number`, `整数`},
		{`a period from one day to ten years`, `一天至十年的期限`},
		{`nothing`, `空`},
		{`an alias`, `引用`},
		{`a period: a number with WD \(working days\), D \(natural days\) or M \(months\), such as 15WD`, `期限，写作数字加WD（工作日）、D（自然日）或者M（月），如15WD`},
		{`a duration: a number with its unit, such as 24h, 15m or 500ms`, `时长，写作数字加单位，如24h、15m或者500ms`},
		{`a level: L0 to L5`, `督办等级，L0至L5`},
		{`a value`, `值`},
		{`anchors \(&\) and aliases \(\*\) are not allowed: write the value out`, `不能使用引用（&、*），请直接写出内容`},
		{`tags \(!\) are not allowed: write the value alone`, `不能使用标签（!），请只写内容`},
		// The wording.
		{`other templates may not be defined in it`, `不能在其中另外定义模板`},
		{`must ask for (\S+), as .+ outside of every branch, or by .+`, `必须写出$1（不能只写在条件之内）`},
		{`must say something outside of every branch`, `条件之外必须有内容`},
		{`asks for (\S+), which there is not: expected one of (.+)`, `没有$1，可以使用的有：$2`},
		{`asks for (.+), which there is not`, `没有$1`},
		{`(.+) is neither words nor a number: it can be asked about, and not written out`, `$1不是文字或者数字，只能用作条件，不能写出`},
		{`goes through (.+) inside another list, which is not allowed`, `不能在列表之内再逐项列出$1`},
		{`expected one line of at most (\d+) characters`, `应为一行，不超过$1个字符`},
		{`cannot be read, at its line (\S+): (.+)`, `第$1行无法读懂：$2`},
	} {
		list = append(list, phrase{regexp.MustCompile(`^` + row[0] + `$`), row[1]})
	}
	return list
}()

// inChinese translates a reason, and what it quotes as far as that is of a known
// form; what is of none stays as it is.
func inChinese(reason string) string {
	for _, p := range phrases {
		m := p.form.FindStringSubmatch(reason)
		if m == nil {
			continue
		}
		zh := p.zh
		for i, part := range m[1:] {
			zh = strings.ReplaceAll(zh, fmt.Sprintf("$%d", i+1), inChinese(part))
		}
		return zh
	}
	return reason
}
