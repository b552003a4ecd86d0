package lot

import (
	"errors"
	"fmt"
	"strings"
)

// ErrSealed is returned where a secret was about to be written down.
var ErrSealed = errors.New("a sealed value is not written down")

// ErrStuck says that the source of chance repeats itself; the odds that a sound
// one is taken for stuck are below 1 in 2^128.
var ErrStuck = errors.New("the source of chance is stuck")

// An InvalidError is a fault in what was handed in: nothing was drawn.
type InvalidError struct {
	// Field is what is at fault, in snake_case.
	Field string
	zh    string
	en    string
}

// Error returns the English sentence.
func (e *InvalidError) Error() string { return e.en }

// ZH returns the Chinese sentence.
func (e *InvalidError) ZH() string { return e.zh }

func invalid(field, zh, en string) *InvalidError {
	return &InvalidError{Field: field, zh: zh, en: en}
}

// A NoDayError says that the window has no working day left. A leader decides.
type NoDayError struct {
	Window Window
}

// Error returns the English sentence.
func (e *NoDayError) Error() string {
	return fmt.Sprintf("no working day is left from %s to %s", e.Window.Opens, e.Window.Closes)
}

// ZH returns the Chinese sentence.
func (e *NoDayError) ZH() string {
	return fmt.Sprintf("%s至%s之间已无工作日，无法抽取回头看日期，请领导决定。", e.Window.Opens, e.Window.Closes)
}

// A GroundCount says how many inspectors are recused on a ground.
type GroundCount struct {
	Ground Ground `json:"ground"`
	Count  int    `json:"count"`
}

// A TooFewError says that fewer inspectors are left after recusal than a team
// needs. It counts and never names: the error is read by people who may not
// learn who inspects whom.
type TooFewError struct {
	Needed   int
	Eligible int
	Excluded int
	// Grounds are in the order of Grounds. Whoever is recused on two grounds
	// counts under both, so they may add up to more than Excluded.
	Grounds []GroundCount
}

// Error returns the English sentence.
func (e *TooFewError) Error() string {
	return fmt.Sprintf("a team needs %d inspectors and %d may take part; %d recused%s",
		e.Needed, e.Eligible, e.Excluded, groundsEN(e.Grounds))
}

// ZH returns the Chinese sentence.
func (e *TooFewError) ZH() string {
	return fmt.Sprintf("检查组至少需要%d人，回避后可参加的只有%d人（回避%d人%s），请领导决定。",
		e.Needed, e.Eligible, e.Excluded, groundsZH(e.Grounds))
}

// A NoLeadError says that nobody who may lead is left after recusal, though
// there are people enough. Like TooFewError it names nobody.
type NoLeadError struct {
	Leads    int // inspectors who hold the lead role at all
	Excluded int // of those, recused
	Grounds  []GroundCount
}

// Error returns the English sentence.
func (e *NoLeadError) Error() string {
	return fmt.Sprintf("nobody is left to lead: %d may lead, %d of them recused%s", e.Leads, e.Excluded, groundsEN(e.Grounds))
}

// ZH returns the Chinese sentence.
func (e *NoLeadError) ZH() string {
	return fmt.Sprintf("回避后没有可担任组长的人员（可任组长%d人，回避%d人%s），请领导决定。", e.Leads, e.Excluded, groundsZH(e.Grounds))
}

// A TooFewUnitsError says that a stratum has fewer units than are to be drawn
// from it.
type TooFewUnitsError struct {
	Stratum  string
	Take     int
	Eligible int
	Excluded int
}

// Error returns the English sentence.
func (e *TooFewUnitsError) Error() string {
	return fmt.Sprintf("stratum %q has %d units to draw from, %d excluded, and %d are to be drawn",
		e.Stratum, e.Eligible, e.Excluded, e.Take)
}

// ZH returns the Chinese sentence.
func (e *TooFewUnitsError) ZH() string {
	return fmt.Sprintf("“%s”应抽取%d个单位，可抽取的只有%d个（排除%d个），请领导决定。", e.Stratum, e.Take, e.Eligible, e.Excluded)
}

func groundsEN(counts []GroundCount) string {
	var b strings.Builder
	for i, c := range counts {
		b.WriteString([]string{": ", ", "}[min(i, 1)])
		fmt.Fprintf(&b, "%s %d", c.Ground.EN(), c.Count)
	}
	return b.String()
}

func groundsZH(counts []GroundCount) string {
	var b strings.Builder
	for i, c := range counts {
		b.WriteString([]string{"：", "、"}[min(i, 1)])
		fmt.Fprintf(&b, "%s%d人", c.Ground.ZH(), c.Count)
	}
	return b.String()
}
