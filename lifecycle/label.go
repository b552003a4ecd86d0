package lifecycle

import (
	"fmt"
	"strconv"
	"strings"
)

// fieldZH is what people call the fields of a command's or an event's body. A
// refusal names the JSON field for programs and this for people.
var fieldZH = map[string]string{ //nolint:gochecknoglobals // an immutable table, never assigned again
	"accepted":         "审核通过的措施",
	"account":          "情况说明",
	"asked":            "申请次数",
	"basis":            "依据",
	"before":           "原经办人",
	"by":               "提出人",
	"by_hand":          "是否直接决定",
	"calendar_version": "日历版本",
	"campaign":         "督查批次",
	"case":             "事项",
	"cases":            "列入的事项",
	"category":         "问题类别",
	"child":            "并入的事项",
	"clock":            "事项时限",
	"closed_on":        "销号日期",
	"count":            "第几次",
	"dimension":        "问题方面",
	"done":             "是否完成",
	"due":              "完成时限",
	"ended":            "终止的措施",
	"evidence":         "证明材料",
	"external_due":     "上级规定的截止日期",
	"facts":            "问题事实",
	"feedback":         "回头看反馈意见",
	"findings":         "核查情况",
	"first_period":     "首轮期限",
	"follows":          "是否随同他案退改",
	"form":             "文书格式",
	"former":           "原责任人",
	"found_on":         "发现日期",
	"from":             "原日期",
	"granted":          "是否同意",
	"grantor":          "批准人",
	"grounds":          "异议理由",
	"held_by":          "谈话人",
	"here":             "本案序号",
	"holder":           "任职人员",
	"id":               "事项",
	"in_place":         "是否整改到位",
	"issued":           "发出文书",
	"items":            "报告事项",
	"joined":           "合并采取于",
	"kind":             "类型",
	"late":             "逾期工作日",
	"level":            "督办等级",
	"list":             "清单",
	"manner":           "送达方式",
	"matter":           "具体事项",
	"measure":          "措施序号",
	"measures":         "整改措施",
	"method":           "发现方式",
	"misdirected":      "误送单位",
	"no":               "序号",
	"nos":              "措施序号",
	"notice":           "反馈意见",
	"notice_version":   "反馈意见版次",
	"number":           "文号",
	"officer":          "经办人",
	"on":               "日期",
	"ordered_by":       "决定人",
	"outcome":          "处理结果",
	"own":              "原序号",
	"owner":            "责任人",
	"paper":            "纸质材料",
	"parent":           "并入的事项",
	"parent_number":    "主案编号",
	"period":           "期限",
	"person":           "姓名",
	"persons":          "人员",
	"place":            "地点",
	"policy_version":   "规则版本",
	"post":             "职务",
	"proposal":         "拟采取的措施",
	"propose":          "提出建议",
	"proposed_by":      "建议人",
	"opens":            "时段开始",
	"closes":           "时段截止",
	"commitment":       "承诺值",
	"key":              "密钥编号",
	"fault":            "原因",
	"names":            "姓名",
	"announced":        "明示回头看",
	"permitted":        "领导准许另日到场",
	"reveals":          "启封的抽签方案",
	"window":           "回头看时段",
	"team":             "检查组",
	"lead":             "组长",
	"others":           "组员",
	"roster":           "名册摘要",
	"nonce":            "随机数",
	"task":             "任务编号",
	"told_at":          "通知时间",
	"told":             "已通知人员",
	"date":             "抽定日期",
	"reason":           "理由",
	"reasons":          "理由",
	"receipt":          "签收",
	"record":           "办理记录",
	"repeat_of":        "前案",
	"repeated":         "前案情况",
	"replaces":         "代替的文号",
	"requirements":     "要求",
	"response":         "表态或答复",
	"result":           "结果",
	"root_cause":       "问题根源",
	"scan":             "扫描件",
	"severity":         "严重程度",
	"sha256":           "文件校验值",
	"signed":           "是否签字",
	"source":           "来源",
	"status":           "办理状态",
	"text":             "正文",
	"title":            "标题",
	"to":               "接收方",
	"to_leader":        "是否报请领导决定",
	"type":             "整改类型",
	"unit":             "单位",
	"unsigned":         "未签字的原因",
	"until":            "截止日期",
	"whole":            "是否全部",
	"with":             "谈话对象",
	"witness":          "见证人",
	"year":             "年度",
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
