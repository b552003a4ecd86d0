package policy

import "duban/wording"

// Wording is what mailings say, in the committee's own words. Each is a template:
// {{.Number}} stands for the case's number, and so on; which fields there are is said
// by the type of each one's words.
type Wording struct {
	// Paper says that a paper of a case is there, in words of [PaperWords].
	Paper Words `yaml:"paper"`
	// Digest is what a person has to do, once a day, in words of [DigestWords].
	Digest Words `yaml:"digest"`
	// Figures is the day's message to whoever sees to all cases and has to do
	// nothing himself, in words of [FiguresWords].
	Figures Words `yaml:"figures"`
	// Group is what the robots of groups say once a day, in words of [GroupWords].
	Group Words `yaml:"group"`
	// Task tells drawn inspectors on the morning that they have a task, in words of
	// [TaskWords]: there is nothing else that it could say.
	Task Words `yaml:"task"`
}

// Words are the template of one kind of mailing.
type Words struct {
	Subject string `yaml:"subject"`
	Text    string `yaml:"text"`
}

// PaperWords are what the message about a paper may say.
type PaperWords struct {
	// Number and Title are the case's.
	Number string `must:"subject,text"`
	Title  string
	// Task is what to do by when, such as 请于12月9日（三）前签收反馈意见; what happened
	// in a sentence where the reader has nothing to do.
	Task string `must:"subject,text"`
	// About is what happened, such as 签发, with the measures it is about.
	About string `must:"text"`
	// Where is the address at which it is done; nothing where none is known.
	Where string `must:"text"`
	// Copy: the paper is somebody else's business, and the reader is told.
	Copy bool
}

// DigestWords are what a person's digest may say.
type DigestWords struct {
	// Day is the day's date, such as 2026-03-02.
	Day string
	// Count is how many things there are to do, Late how many of them are overdue.
	Count, Late int
	// Items are the first hundred, the most urgent first; Rest is how many more
	// there are.
	Items []DigestItem `must:"text"`
	Rest  int          `must:"text"`
	// Figures are the overviews of the day in words, for whoever is told them.
	Figures string `must:"text"`
}

// A DigestItem is one thing a person has to do.
type DigestItem struct {
	// No counts from 1.
	No int
	// Number and Title are the case's.
	Number string `must:"text"`
	Title  string
	// What is to be done, such as 报送整改报告.
	What string `must:"text"`
	// Measure is a measure's number in the case, 0 for what is none; Kind its name.
	Measure int
	Kind    string
	// Due is the date, such as 2026-03-02.
	Due string `must:"text"`
	// Overdue: the date is over, by Late working days; 0 when none was among them.
	Overdue bool
	Late    int
	// Level is the level's name, nothing at L0.
	Level string
	// Copy: somebody else has to do it, and the reader is told.
	Copy bool
}

// FiguresWords are what the message with the day's figures may say.
type FiguresWords struct {
	Day string
	// Late is how many cases are overdue, Committee how many things the committee
	// itself is late with.
	Late, Committee int
	// Figures are the overviews of the day in words.
	Figures string `must:"text"`
}

// GroupWords are what a group may be told: numbers, and no case, for its members
// are not known.
type GroupWords struct {
	Day string
	// Late is how many cases are overdue.
	Late   int         `must:"subject"`
	Levels []GroupItem `must:"text"`
}

// A GroupItem is a level and how many cases are overdue at it.
type GroupItem struct {
	// No counts from 1, the highest level first.
	No    int
	Level string `must:"text"`
	Late  int    `must:"text"`
}

// TaskWords are what a drawn inspector is told before he has come: an opaque number,
// and nothing of where (ADR 23).
type TaskWords struct {
	Task string `must:"text"`
}

// A Writer writes mailings. It never fails for a policy that was read.
type Writer struct {
	paper   *wording.Template[PaperWords]
	digest  *wording.Template[DigestWords]
	figures *wording.Template[FiguresWords]
	group   *wording.Template[GroupWords]
	task    *wording.Template[TaskWords]
}

// Paper writes the message about a paper.
func (w *Writer) Paper(words PaperWords) (subject, text string, err error) {
	return w.paper.Write(words)
}

// Digest writes a person's digest.
func (w *Writer) Digest(words DigestWords) (subject, text string, err error) {
	return w.digest.Write(words)
}

// Figures writes the message with the day's figures.
func (w *Writer) Figures(words FiguresWords) (subject, text string, err error) {
	return w.figures.Write(words)
}

// Group writes what a group is told.
func (w *Writer) Group(words GroupWords) (subject, text string, err error) {
	return w.group.Write(words)
}

// Task writes what a drawn inspector is told.
func (w *Writer) Task(words TaskWords) (subject, text string, err error) {
	return w.task.Write(words)
}

// Writer writes in the words of the policy; in those of the built-in one where it has
// none of its own, as those of before it could have.
func (p *Policy) Writer() *Writer {
	if p.writer == nil { // put together in code
		return Default().writer
	}
	return p.writer
}
