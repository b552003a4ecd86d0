package api

import (
	"strings"

	"duban/lifecycle"
)

// label is what people call a field of a request: the rules' name of it, or ours
// where no command has it.
func label(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		name, _, _ := strings.Cut(part, "[")
		zh, ours := fieldZH[name]
		if !ours {
			zh = lifecycle.Label(name)
		}
		parts[i] = strings.Replace(lifecycle.Label(part), lifecycle.Label(name), zh, 1)
	}
	return strings.Join(parts, "的")
}

// fieldZH is what people call the fields and parameters that no command has.
var fieldZH = map[string]string{ //nolint:gochecknoglobals // an immutable table, never assigned again
	"address":          "接收地址",
	"eligibility_salt": "资格盐值",
	"load_digest":      "次数摘要",
	"load_salt":        "次数盐值",
	"after":            "起始序号",
	"against":          "对照版本",
	"again":            "是否再次导入同一文件",
	"area":             "片区",
	"code":             "代码",
	"cursor":           "分页位置",
	"days":             "天数",
	"decision":         "列入决定",
	"due_before":       "到期日期上限",
	"duplicates":       "是否再次登记已登记的问题",
	"in_hand":          "是否为在办事项",
	"resume":           "前任是否继续任职",
	"takers":           "接手人",
	"effective_on":     "材料日期",
	"ends_on":          "结束日期",
	"exclusions":       "排除的单位",
	"file":             "文件",
	"ground":           "回避情形",
	"how":              "另行送达的方式",
	"limit":            "每页条数",
	"name":             "名称",
	"overdue":          "是否逾期",
	"override":         "超出检查次数的理由",
	"parts":            "分设后的单位",
	"recent":           "近期参加情况",
	"recusals":         "回避名单",
	"reference":        "通知标题和文号",
	"refused":          "是否不予同意",
	"region":           "区域",
	"reveal":           "启封内容",
	"roles":            "角色",
	"scope":            "检查范围",
	"secret":           "密钥",
	"since":            "开始日期",
	"sort":             "排序方式",
	"stage":            "阶段",
	"waiting":          "是否待答复",
	"starts_on":        "开始日期",
	"state":            "状态",
	"strata":           "分层",
	"substitute":       "代收人",
	"successor":        "接替的单位或者人员",
	"take":             "抽取数量",
	"theme":            "主题",
}
