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

// ZH is the type of rectification as officials say it.
func (t Type) ZH() string {
	switch t {
	case Immediate:
		return "立行立改"
	case ByDeadline:
		return "限期整改"
	case SustainedDuty:
		return "长期坚持"
	default:
		return string(t)
	}
}

// ZH is how a notice was served, as officials say it.
func (m Manner) ZH() string {
	switch m {
	case Electronic:
		return "电子签收"
	case OnPaper:
		return "纸质签收"
	case Refused:
		return "拒收留置送达"
	case Alternative:
		return "其他方式送达"
	default:
		return string(m)
	}
}

// ZH is what is objected to, as officials say it.
func (k ObjectionKind) ZH() string {
	switch k {
	case WrongUnit:
		return "不属于本单位"
	case Facts:
		return "对事实有异议"
	case Handling:
		return "对处理有异议"
	default:
		return string(k)
	}
}

// ZH is the answer to an objection, as officials say it.
func (o Outcome) ZH() string {
	switch o {
	case Upheld:
		return "异议成立"
	case Partly:
		return "异议部分成立"
	case Rejected:
		return "异议不成立"
	default:
		return string(o)
	}
}

// ZH is the kind of a plan's measure, as offices write it.
func (r Remedy) ZH() string {
	switch r {
	case EstablishSystem:
		return "建章立制"
	case RecoverLoss:
		return "挽回损失"
	case Accountability:
		return "追责问责"
	case DrawInferences:
		return "举一反三"
	case SpecialDrive:
		return "专项整治"
	case Training:
		return "教育培训"
	case OtherRemedy:
		return "其他"
	default:
		return string(r)
	}
}

// ZH is what became of a request for more time.
func (s ExtensionStatus) ZH() string {
	switch s {
	case ExtensionRequested:
		return "待答复"
	case ExtensionGranted:
		return "同意"
	case ExtensionRefused:
		return "不同意"
	case ExtensionMoot:
		return "已先行报告，不再答复"
	default:
		return string(s)
	}
}

// ZH is the layout of a notice, as offices call it.
func (f Form) ZH() string {
	switch f {
	case FormLetter:
		return "信函格式"
	case FormNotice:
		return "通知"
	default:
		return string(f)
	}
}
