package documents

import "strings"

// titleFit is how many characters a line of a title has room for.
const titleFit = 19

// titleLines breaks a title into lines of like length that fit. GB/T 9704 7.3.1
// wants lines whole in meaning: none is broken within a word of those that titles
// are made of, before a mark or behind an opening one, if there is any other way.
func titleLines(title string) []string {
	rest := []rune(title)
	var lines []string
	for n := (len(rest) + titleFit - 1) / titleFit; n > 1; n-- {
		size := titleBreak(rest, n)
		lines = append(lines, string(rest[:size]))
		rest = rest[size:]
	}
	return append(lines, string(rest))
}

// titleBreak is where the first of n lines ends: nearest to the even share of all
// places that are good, else of those that are possible.
func titleBreak(rest []rune, n int) int {
	even := (len(rest) + n - 1) / n
	least, most := max(1, len(rest)-(n-1)*titleFit), min(titleFit, len(rest)-n+1)
	for _, good := range []func([]rune, int) bool{whole, func(all []rune, at int) bool { return !torn(all, at) }} {
		for off := range titleFit {
			for _, at := range []int{even - off, even + off} {
				if at >= least && at <= most && good(rest, at) {
					return at
				}
			}
		}
	}
	return min(max(even, least), most)
}

// whole reports whether a break leaves marks and words whole.
func whole(all []rune, at int) bool {
	if torn(all, at) {
		return false
	}
	if quoted(all, at) {
		return false
	}
	text := string(all)
	place := len(string(all[:at]))
	for _, word := range titleWords() {
		for from := 0; ; {
			i := strings.Index(text[from:], word)
			if i < 0 {
				break
			}
			i += from
			if i < place && place < i+len(word) {
				return false
			}
			from = i + len(word)
		}
	}
	return true
}

// quoted reports whether a break lies within a quoted term that a line has room for.
func quoted(all []rune, at int) bool {
	open := -1
	for i, r := range all {
		switch {
		case r == '“' || r == '《':
			open = i
		case (r == '”' || r == '》') && open >= 0:
			if open < at && at <= i && i-open < titleFit-2 {
				return true
			}
			open = -1
		}
	}
	return false
}

// torn reports whether a break would leave a mark alone, or tear a figure.
func torn(all []rune, at int) bool {
	before, after := all[at-1], all[at]
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	return strings.ContainsRune("，。、；：！？）》”’〕的", after) || strings.ContainsRune("（《“‘〔", before) ||
		digit(before) && (digit(after) || strings.ContainsRune("年月日度号", after))
}

// titleWords are the words of which the titles of these papers are made.
func titleWords() []string {
	return []string{
		"三会一课", "主题党日", "民主生活会", "组织生活会", "民主评议", "双重组织生活", "意识形态", "理论学习", "中心组", "党建", "机关党建", "党组", "党委", "党支部", "支部", "党费", "党员", "党课", "党务", "责任制", "责任", "落实", "市直机关", "市直", "机关", "工委", "委员会", "年度",
		"专项", "督查", "督促检查", "检查", "巡察", "抽查", "调研", "发现", "问题", "反馈", "反馈意见", "意见", "整改", "期限", "情况", "回头看", "签收", "确认", "督办", "提醒谈话", "谈话",
		"通知", "销号", "撤销", "负面清单", "清单", "组织生活", "组织", "制度", "不严格", "不规范", "不及时", "不到位", "不力", "工作", "滞后", "基础", "质量", "不高", "换届", "超期", "收缴", "台账", "记录",
		"单位", "事项", "报告", "关于",
	}
}
