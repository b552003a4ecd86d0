package lifecycle

import (
	"fmt"
	"strings"
)

// evidencePrefix begins a text that names a file of the case's evidence by its id.
// It stands in the record: never rename.
const evidencePrefix = "evidence:"

// EvidenceID is the id of the evidence that a text names, and whether it names one:
// beside files people write down what they hold otherwise.
func EvidenceID(text string) (id string, ok bool) { return strings.CutPrefix(text, evidencePrefix) }

// evidenceIn lists the ids of evidence that texts name.
func evidenceIn(texts ...string) []string {
	var ids []string
	for _, text := range texts {
		if id, ok := EvidenceID(text); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// scan refuses a scan that is no file of the case: a clock runs by the day on the
// paper, and later nobody could see whether the paper says so.
func (t *turn) scan(field, value string) error {
	if err := t.text(field, value, maxTitle); err != nil {
		return err
	}
	if id, ok := EvidenceID(value); ok && t.rules.Known.Evidence[id] {
		return nil
	}
	return invalid(field, "unknown_evidence", "“"+Label(field)+"”应为已上传到本事项的一份佐证材料，请先上传扫描件。",
		field+" must name a file of this case's evidence (evidence:ID); upload the scan first.")
}

// evidence refuses a list that names a file which the case does not have.
func (t *turn) evidence(field string, values []string) error {
	if err := t.list(field, values, 0, maxTitle); err != nil {
		return err
	}
	for i, value := range values {
		if id, ok := EvidenceID(value); ok && !t.rules.Known.Evidence[id] {
			field := fmt.Sprintf("%s[%d]", field, i)
			return invalid(field, "unknown_evidence", "“"+Label(field)+"”：本事项没有这份佐证材料。", field+": the case has no such file.")
		}
	}
	return nil
}

func (b *RecordReceipt) scans() []string {
	if b == nil {
		return nil
	}
	return []string{b.Scan}
}

func (p *Paper) scans() []string {
	if p == nil {
		return nil
	}
	return []string{p.Scan}
}

func (b RecordReceipt) refers() Refs    { return Refs{Evidence: evidenceIn(b.Scan)} }
func (b RequestExtension) refers() Refs { return Refs{Evidence: evidenceIn(b.Paper.scans()...)} }
func (b FileObjection) refers() Refs    { return Refs{Evidence: evidenceIn(b.Paper.scans()...)} }
func (b SubmitPlan) refers() Refs       { return Refs{Evidence: evidenceIn(b.Paper.scans()...)} }
func (b CheckIn) refers() Refs          { return Refs{Evidence: evidenceIn(b.Paper.scans()...)} }

func (b SubmitReport) refers() Refs {
	texts := append(b.Paper.scans(), b.Receipt.scans()...)
	for _, item := range b.Items {
		texts = append(texts, item.Evidence...)
	}
	return Refs{Evidence: evidenceIn(texts...)}
}

func (b RecordLookBack) refers() Refs {
	refs := Refs{Evidence: evidenceIn(append(b.Receipt.scans(), b.Evidence...)...)}
	if s := b.Signature; s != nil {
		refs.Accounts, refs.Evidence = []string{s.By}, append(refs.Evidence, evidenceIn(s.Scan)...)
	}
	return refs
}
