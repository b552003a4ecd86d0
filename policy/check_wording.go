package policy

import (
	"errors"

	"duban/wording"
)

// checkWording reads the templates of mailings. A policy of before there were any says
// what the built-in one says.
func checkWording(p *Policy, f *file) {
	if !f.has("wording") {
		p.writer = Default().writer
		return
	}
	words, w := p.Wording, &Writer{}
	w.paper = template[PaperWords](words.Paper, "wording.paper", f)
	w.digest = template[DigestWords](words.Digest, "wording.digest", f)
	w.figures = template[FiguresWords](words.Figures, "wording.figures", f)
	w.group = template[GroupWords](words.Group, "wording.group", f)
	w.task = template[TaskWords](words.Task, "wording.task", f)
	p.writer = w
}

func template[T any](words Words, path string, f *file) *wording.Template[T] {
	t, err := wording.Load[T](words.Subject, words.Text)
	if fault, ok := errors.AsType[*wording.Error](err); ok {
		f.refuse(join(path, string(fault.Part)), clip(fault.Reason))
	}
	return t
}
