package lifecycle

import (
	"fmt"
	"strconv"
	"strings"
)

// fieldZH is what people call the fields of a command's body. A refusal names
// the JSON field for programs and this for people.
var fieldZH = map[string]string{ //nolint:gochecknoglobals // an immutable table, never assigned again
	"accepted":     "审核通过的措施",
	"account":      "情况说明",
	"basis":        "依据",
	"campaign":     "督查批次",
	"cases":        "列入的事项",
	"category":     "问题类别",
	"dimension":    "问题方面",
	"done":         "是否完成",
	"due":          "完成时限",
	"evidence":     "证明材料",
	"external_due": "上级规定的截止日期",
	"facts":        "问题事实",
	"feedback":     "回头看反馈意见",
	"findings":     "核查情况",
	"form":         "文书格式",
	"found_on":     "发现日期",
	"granted":      "是否同意",
	"grounds":      "异议理由",
	"held_by":      "谈话人",
	"in_place":     "是否整改到位",
	"items":        "报告事项",
	"kind":         "类型",
	"level":        "督办等级",
	"list":         "清单",
	"manner":       "送达方式",
	"matter":       "具体事项",
	"measures":     "整改措施",
	"method":       "发现方式",
	"no":           "序号",
	"notice":       "反馈意见",
	"number":       "文号",
	"officer":      "经办人",
	"on":           "日期",
	"outcome":      "处理结果",
	"owner":        "责任人",
	"paper":        "纸质材料",
	"parent":       "并入的事项",
	"period":       "期限",
	"person":       "姓名",
	"persons":      "人员",
	"place":        "地点",
	"post":         "职务",
	"proposal":     "拟采取的措施",
	"propose":      "提出建议",
	"reason":       "理由",
	"reasons":      "理由",
	"receipt":      "签收",
	"requirements": "要求",
	"response":     "表态或答复",
	"result":       "结果",
	"root_cause":   "问题根源",
	"scan":         "扫描件",
	"severity":     "严重程度",
	"signed":       "签字",
	"source":       "来源",
	"text":         "正文",
	"title":        "标题",
	"to":           "接收方",
	"type":         "整改类型",
	"unit":         "单位",
	"unsigned":     "未签字的原因",
	"until":        "截止日期",
	"with":         "谈话对象",
	"whole":        "整份更正",
	"witness":      "见证人",
}

// Label is a field of a body as a Chinese sentence names it: measures[1].owner is
// 整改措施第2项的责任人.
func Label(field string) string {
	parts := strings.Split(field, ".")
	for i, part := range parts {
		name, rest, _ := strings.Cut(part, "[")
		zh, ok := fieldZH[name]
		if !ok {
			zh = name
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(rest, "]")); err == nil {
			zh += fmt.Sprintf("第%d项", n+1)
		}
		parts[i] = zh
	}
	return strings.Join(parts, "的")
}
