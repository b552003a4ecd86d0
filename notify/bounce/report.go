package bounce

import "strings"

// A Report is what one mail says of a message of ours.
type Report struct {
	// Message is the message's id; empty when the mail names none of that form.
	Message string
	// Digest tells this report from every other, by whatever way it came.
	Digest [32]byte
	// Failed are those it did not reach and will not.
	Failed []Recipient
	// Delayed: the server has not given up for somebody.
	Delayed bool
}

// A Recipient is somebody whom a message did not reach.
type Recipient struct {
	// Addresses are the names the report has for the one recipient, in lower
	// case: the last one, and the one that led to it.
	Addresses []string
	// Status is the enhanced code of RFC 3463, as 5.1.1; may be empty. Reply is
	// the number of SMTP, as 550; may be zero.
	Status string
	Reply  int
	// Text is what the server said, cleaned and cut. Server is which it was. Both
	// may be empty, and are the other side's word.
	Text, Server string
}

// ZH is a sentence for whoever must see to it.
func (r Recipient) ZH() string {
	why := "对方邮件服务器退回，请核实。"
	_, detail, _ := strings.Cut(r.Status, ".")
	switch {
	case detail == "2.2":
		why = "对方邮箱已满，请联系对方清理后重新发送。"
	case detail == "2.1":
		why = "对方邮箱已停用，请核对地址。"
	case detail == "3.4", detail == "2.3":
		why = "邮件过大，对方未接收。"
	case strings.HasPrefix(detail, "1."):
		why = "收件地址无效，请核对地址。"
	case strings.HasPrefix(detail, "4."):
		why = "多次投递未成功，请核对地址或稍后重新发送。"
	case strings.HasPrefix(detail, "7."):
		why = "被对方的安全策略拒收，请联系对方放行。"
	}
	if r.Status == "" {
		return "退信：" + why
	}
	return "退信（" + r.Status + "）：" + why
}
