package findings

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"duban/characters"
	"duban/documents/workbook"
	"duban/lifecycle"
	"duban/policy"
)

// A named code is one of a fixed list, and what the sheet calls it.
type namedCode[T any] struct {
	code T
	zh   string
}

// inHandStages are the stages of cases in hand as the sheet calls them.
func inHandStages() []namedCode[lifecycle.Stage] {
	var list []namedCode[lifecycle.Stage]
	for _, s := range lifecycle.InHandStages() {
		list = append(list, namedCode[lifecycle.Stage]{s, s.ZH()})
	}
	return list
}

func inHandTypes() []namedCode[lifecycle.Type] {
	return []namedCode[lifecycle.Type]{
		{lifecycle.Immediate, "立行立改"}, {lifecycle.ByDeadline, "限期整改"}, {lifecycle.SustainedDuty, "长期坚持"},
	}
}

func inHandLevels() []namedCode[policy.Level] {
	var list []namedCode[policy.Level]
	for l := policy.L0; l <= policy.L5; l++ {
		list = append(list, namedCode[policy.Level]{l, l.String() + " " + l.ZH()})
	}
	return list
}

// inHandLists are the drop-downs of the columns that only cases in hand have.
func (t Tables) inHandLists(severities []string) []listed {
	return []listed{
		{StageAt, namesOf(inHandStages())},
		{TypeOf, namesOf(inHandTypes())},
		{SeverityOf, severities},
		{OfficerOf, slices.Sorted(maps.Keys(t.Officers))},
		{LevelAt, namesOf(inHandLevels())},
	}
}

func namesOf[T any](codes []namedCode[T]) []string {
	list := make([]string, len(codes))
	for i, c := range codes {
		list[i] = c.zh
	}
	return list
}

// dated reports whether a column holds days.
func (c Column) dated() bool {
	return slices.Contains([]Column{FoundOn, NoticeOn, ReceivedOn, Due, ReportedOn, SustainedOn}, c)
}

// inHand reads a cell of a column that only cases in hand have.
func (r *rowReader) inHand(c workbook.Cell, is Column) {
	b := r.row.InHand
	switch is { //nolint:exhaustive // the others are every finding's
	case StageAt:
		b.Stage = oneOf(r, c, is, inHandStages())
	case TypeOf:
		b.Type = oneOf(r, c, is, inHandTypes())
	case LevelAt:
		b.Level = oneOf(r, c, is, inHandLevels())
	case SeverityOf:
		b.Severity = r.code(c, is, r.table.check.Tables.Codes.Severities)
	case BasisOf:
		b.Basis = c.Text
	case OfficerOf:
		b.Officer = r.officer(c)
	case NoticeNumber:
		b.NoticeNumber = c.Text
	case NoticeOn:
		r.date(c, &b.NoticeOn)
	case Demand:
		b.Demand = c.Text
	case ReceivedOn:
		r.date(c, &b.ReceivedOn)
	case Due:
		r.date(c, &b.Due)
	case Planned:
		for one := range strings.Lines(c.Text) {
			if one = characters.Trim(one); one != "" {
				b.Planned = append(b.Planned, one)
			}
		}
	case Responsible:
		b.Responsible = c.Text
	case Reminders:
		n, err := strconv.Atoi(characters.Fold(c.Text))
		if err != nil {
			r.refuse(c.Column, "bad_number", "“"+workbook.Cut(c.Text)+"”不是次数，请填写0至100的整数。", "This is no whole number.")
			return
		}
		b.Reminders = n
	case ReportedOn:
		r.date(c, &b.ReportedOn)
	case SustainedOn:
		r.date(c, &b.SustainedOn)
	}
}

// oneOf finds a code of a fixed list by what the sheet calls it, or by itself.
func oneOf[T ~string | policy.Level](r *rowReader, c workbook.Cell, is Column, codes []namedCode[T]) (none T) {
	typed := characters.Fold(c.Text)
	for _, one := range codes {
		if typed == characters.Fold(one.zh) || typed == characters.Fold(fmt.Sprint(one.code)) {
			return one.code
		}
	}
	r.refuse(c.Column, "unknown_code", "“"+workbook.Cut(c.Text)+"”不能填在“"+columns[is].header+"”，应为："+strings.Join(namesOf(codes), "、")+"。", "There is no such code.")
	return none
}

// officer finds the account of who answers for the case, by the name or by the id.
func (r *rowReader) officer(c workbook.Cell) string {
	typed := characters.Fold(c.Text)
	officers := r.table.check.Tables.Officers
	var found []string
	for _, name := range slices.Sorted(maps.Keys(officers)) {
		for _, id := range officers[name] {
			if typed == id {
				return id
			}
		}
		if typed == characters.Fold(name) {
			found = append(found, officers[name]...)
		}
	}
	switch len(found) {
	case 1:
		return found[0]
	case 0:
		sentence := "没有经办人“" + workbook.Cut(c.Text) + "”。"
		if near := workbook.Nearest(c.Text, slices.Sorted(maps.Keys(officers))); len(near) > 0 {
			sentence += "最接近的是：" + strings.Join(near, "、") + "。"
		}
		r.refuse(c.Column, "unknown_account", sentence+"请填写账号中有“经办人”角色的人员姓名。", "There is no officer of this name.")
	default:
		r.refuse(c.Column, "same_names", "有"+fmt.Sprint(len(found))+"位经办人叫“"+workbook.Cut(c.Text)+"”，请改填账号编号："+strings.Join(found, "、")+"。", "Several officers have this name; give the account's id.")
	}
	return ""
}

// inHandGuide explains the sheet, line by line.
func inHandGuide() []string {
	return []string{
		"在办事项填写说明",
		"一、本表用于把启用本系统之前已经发出反馈意见、尚未办结的事项转入系统继续办理。每行填写一个问题，从表头下一行起填写。带*的列必须填写。",
		"二、“单位”至“前案编号”各列与问题清单的填法相同。“发现方式”“问题类别”等从下拉列表选择。",
		"三、“当前阶段”填写转入当日所处的阶段：送达待签收、制定方案、整改中、报告审核、待回头看、持续整改。立行立改的事项没有“制定方案”。",
		"四、“原发文字号”填写原反馈意见的完整文号，含发文机关代字，如工委督函〔2025〕12号；“原发文日期”“签收日期”“整改到期日”按原件填写，批准过延期的填写延期后的日期。转入后，文书引用原文号和日期，期限自原签收日期起、按原到期日计算。",
		"五、“签收日期”除送达待签收外必须填写；“整改到期日”除持续整改外必须填写；“报告报送日期”在报告审核、待回头看时必须填写（持续整改填写最近一次定期报告的日期，没有的留空）；“转为持续整改日期”在持续整改时必须填写。与所处阶段无关的日期留空。",
		"六、“已到督办等级”“已催办次数”填写转入前已经采取的，没有的留空。已逾期的，逾期天数按原到期日计算；转入以前的日子不补发催办，督办等级自转入之日起、从所填等级按间隔继续提升。",
		"七、“已定整改措施”填写已通过的方案的措施，每行一项；“整改责任人”填写单位负责整改的人员。",
		"八、“经办人”填写本系统中有“经办人”角色的人员姓名；有重名的填写账号编号。",
		"九、请填写数值，不要使用公式、合并单元格、隐藏的行、列或工作表，也不要含宏和外部链接：这些内容不予导入。",
		"十、只读取工作表“" + InHandSheet + "”。一个文件最多20000行、20 MiB，格式为.xlsx。",
		"十一、上传后先检查全部内容。有一处错误就不转入任何事项，并退回标出错误的工作簿；改正后重新上传即可。检查通过后，由另一位工委领导确认，方才转入。",
		"十二、单位、问题、事实、发现日期都相同的视为同一问题：表内不得重复，系统中已有的不再转入，并列出事项编号。",
	}
}
