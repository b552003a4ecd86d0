package lifecycle

// ZH is the result of a look-back as officials say it.
func (r Result) ZH() string {
	switch r {
	case InPlace:
		return "整改到位"
	case MostlyInPlace:
		return "基本到位"
	case NotInPlace:
		return "未到位"
	case False:
		return "虚假整改"
	case Unverifiable:
		return "无法核实"
	default:
		return string(r)
	}
}

// ZH is how far a measure has come, as officials say it.
func (s MeasureStatus) ZH() string {
	switch s {
	case Proposed:
		return "拟采取"
	case Ordered:
		return "已决定"
	case Joined:
		return "合并采取"
	case Done:
		return "已办"
	case Waived:
		return "免予"
	case Cancelled:
		return "已取消"
	case PassedOn:
		return "转主案"
	default:
		return string(s)
	}
}
