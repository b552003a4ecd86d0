package lifecycle

import (
	"slices"
	"strings"

	"duban/policy"
)

// NewsZH is what happened as the first words of a letter say it to whoever reads it:
// to people of the unit, or to the committee's.
func NewsZH(about EventKind, measures []policy.MeasureKind, unit bool) string {
	switch about { //nolint:exhaustive // the others are called what they are
	case EventNoticeApproved:
		return "反馈意见已送达"
	case EventNoticeCorrected:
		return "反馈意见已收回更正"
	case EventReceiptRecorded:
		return "反馈意见已签收，整改期限已确认"
	case EventEntryCorrected:
		return "登记的日期或者结果已更正，期限以更正后为准"
	case EventPlanSubmitted:
		return "单位已报送整改方案"
	case EventPlanReturned:
		return "整改方案退回修改"
	case EventPlanAccepted:
		return "整改方案已审核通过"
	case EventReportSubmitted:
		return "单位已报送整改报告"
	case EventReportReturned:
		return "整改报告退回补正"
	case EventReportAccepted:
		return "整改报告已审核通过"
	case EventCaseSustained:
		return "本事项转为持续整改"
	case EventCheckedIn:
		return "单位已报送定期报告"
	case EventSustainedExited:
		return "持续整改终止，本事项转入验收"
	case EventLookBackRecorded:
		return "“回头看”结果已反馈"
	case EventLookBackAnnounced:
		return "将对本事项开展“回头看”"
	case EventClosureApproved:
		return "本事项已同意销号"
	case EventReopened:
		return "本事项恢复办理"
	case EventExtensionAsked:
		return "单位申请延期"
	case EventExtensionDecided:
		return "延期申请已答复"
	case EventObjectionFiled:
		return "单位提出异议"
	case EventObjectionDecided:
		return "异议已答复"
	case EventStayGranted:
		return "本事项中止计时"
	case EventStayEnded:
		return "本事项恢复计时"
	case EventDeadlineMoved:
		return "本事项期限顺延"
	case EventCaseMerged:
		return "本事项已并案办理"
	case EventGivenBack:
		return "本事项退出并案，单独办理"
	case EventCaseVoided:
		return "本事项已撤销"
	case EventCaseTransferred:
		return "本事项已移送"
	case EventTakenBack:
		return "移送事项已退回"
	case EventUnitSucceeded:
		if unit {
			return "本事项转由你单位承接"
		}
		return "本事项转由其他单位承接"
	case EventCaseTakenOver:
		if unit {
			return "本事项已转入督办系统继续办理"
		}
		return "转入的在办事项由你承办"
	case EventFindingAccepted, EventOfficerAssigned:
		return "本事项由你承办"
	case EventHandedOver:
		return "有一项工作交接请你接收"
	case EventMeasureOrdered:
		return measuresZH(measures, unit)
	}
	return AboutZH(about, measures)
}

// measuresZH tells of measures that were ordered.
func measuresZH(measures []policy.MeasureKind, unit bool) string {
	if slices.Equal(measures, []policy.MeasureKind{policy.MeasureUrge}) {
		return "催办通知"
	}
	names := make([]string, len(measures))
	for i, kind := range measures {
		names[i] = kind.ZH()
	}
	if unit {
		return "对本事项采取" + strings.Join(names, "、") + "措施"
	}
	return "请办理督办措施：" + strings.Join(names, "、")
}

// TaskZH is the first line of a letter: what to do by when, and behind what happened
// where that alone would not say why; only what happened where nothing is asked.
func TaskZH(about EventKind, measures []policy.MeasureKind, asked Ask, unit bool, today Date) string {
	news := NewsZH(about, measures, unit)
	switch {
	case asked.Clock == "":
		return news
	case about == EventNoticeApproved:
		return Please(asked.Clock, asked.Due, today).ZH
	default:
		return news + "：" + Please(asked.Clock, asked.Due, today).ZH
	}
}
