package notify

// A Refusal is a target, or an address a target stands at, that is not taken.
type Refusal struct {
	// Field is what was wrong: kind, address, secret or name.
	Field string
	// Code is the stable name of the check.
	Code string
	// ZH and EN are a sentence for the person who gave the target.
	ZH, EN string
}

// Error returns the English sentence.
func (r *Refusal) Error() string { return r.EN }

func refuse(field, code, zh, en string) *Refusal {
	return &Refusal{Field: field, Code: code, ZH: zh, EN: en}
}

func refuseAddress(code, zh, en string) *Refusal { return refuse("address", code, zh, en) }

// forbidden names neither the address found nor why: an answer that did could be
// used to look around inside.
func forbidden() *Refusal {
	return refuseAddress("address_forbidden", "这个地址指向内部网络或特殊用途地址，不允许使用；确属内网接收端的，请系统管理员列入允许名单。",
		"The address leads inside, or to an address of special use; a receiver inside must be listed.")
}
