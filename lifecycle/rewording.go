package lifecycle

// A Rewording is the words of a finding that a leader puts right after the notice
// went out; what is left out stands. The record keeps what they were.
type Rewording struct {
	Title string `json:"title,omitempty" maxLength:"200" doc:"The finding's title as it should read; left out, it stands"`
	Facts string `json:"facts,omitempty" maxLength:"10000" doc:"The facts as they should read; left out, they stand"`
	Basis string `json:"basis,omitempty" maxLength:"10000" doc:"The duty or rule breached as it should read; left out, it stands"`
}

func (w Rewording) check(t *turn) error {
	return all(t.optional("title", w.Title, maxTitle), t.optional("facts", w.Facts, maxText), t.optional("basis", w.Basis, maxText))
}

// changes is what the words replace in the finding; nil when they change nothing.
func (w Rewording) changes(f Finding) *Rewording {
	var was Rewording
	for _, one := range []struct{ now, then, was *string }{
		{&w.Title, &f.Title, &was.Title}, {&w.Facts, &f.Facts, &was.Facts}, {&w.Basis, &f.Basis, &was.Basis},
	} {
		if *one.now != "" && *one.now != *one.then {
			*one.was = *one.then
		}
	}
	if was == (Rewording{}) {
		return nil
	}
	return &was
}

// put puts the words into the finding.
func (w Rewording) put(f *Finding) {
	for _, one := range []struct {
		now  string
		then *string
	}{{w.Title, &f.Title}, {w.Facts, &f.Facts}, {w.Basis, &f.Basis}} {
		if one.now != "" {
			*one.then = one.now
		}
	}
}

// anew wants the words of a finding that goes to another unit to be given anew, or
// said to hold of it: they were written about the first.
func (b CorrectNotice) anew(t *turn) error {
	switch {
	case b.Unit == "" && b.Confirmed:
		return invalid("confirmed", "same_unit", "未改送其他单位的，不必确认问题表述。", "Only a notice that goes to another unit needs its words confirmed.")
	case b.Unit == "" || b.Confirmed:
		return nil
	case b.Title == "":
		return invalid("title", "words_of_the_first_unit", "改送其他单位的，请重新填写标题和事实，或者确认原文与原单位无关（confirmed）。现标题为“"+t.c.Finding.Title+"”。",
			"The notice goes to another unit: give title and facts anew, or confirm that they say nothing of the first.")
	case b.Facts == "":
		return invalid("facts", "words_of_the_first_unit", "改送其他单位的，请重新填写标题和事实，或者确认原文与原单位无关（confirmed）。",
			"The notice goes to another unit: give title and facts anew, or confirm that they say nothing of the first.")
	}
	return nil
}
