package lifecycle

import "duban/lot"

// PartZH returns a part of a draw in Chinese.
func PartZH(p lot.Part) string {
	switch p {
	case lot.PartNonce:
		return "随机数"
	case lot.PartCase:
		return "事项"
	case lot.PartNumber:
		return "抽签次序"
	case lot.PartWindow:
		return "回头看时段"
	case lot.PartDate:
		return "日期"
	case lot.PartTeam:
		return "检查组"
	case lot.PartRoster:
		return "名册"
	case lot.PartCommitment:
		return "密封校验码"
	case PartReveal:
		return "启封"
	case PartArrival:
		return "到场"
	case PartDispatch:
		return "派出"
	case PartDecision:
		return "申请与决定"
	case PartTime:
		return "时刻"
	default:
		return "其他"
	}
}
