package documents

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A Sent is a paper that went out, as the case's file keeps it.
type Sent struct {
	Kind Kind
	// Event is the number of the event with which it went out.
	Event int64
	// Number is what it was issued under, Title the paper's own.
	Number, Title string
	On            calendar.Date
	Name          string
	Bytes         []byte
	// Lacks says in a sentence why the paper cannot be made; then there are no bytes.
	Lacks string
}

// SentOf lists every paper that went out in a case, in the order of the events by
// which it did. Each is what of gives for the case as it was then: Of makes it
// again, and who keeps the papers themselves gives those.
func SentOf(s Source, of func(Kind, Source) (File, error)) ([]Sent, error) {
	var out []Sent
	for _, e := range s.Events {
		then := s
		then.Events, then.ForUnit = upTo(s.Events, e), false
		kind := issues(e, lifecycle.Fold(then.Events))
		if kind == "" {
			continue
		}
		one, err := issue(then, kind, e, of)
		if err != nil {
			return nil, err
		}
		if one.Kind != "" {
			out = append(out, one)
		}
	}
	return out, nil
}

// issues is the kind of paper that an event sent out.
func issues(e lifecycle.Event, after lifecycle.Case) Kind {
	if _, ok := e.Body.(*lifecycle.MeasureRecorded); ok {
		return KindLetter // of which the rules keep only those that reached the unit
	}
	return Kind(lifecycle.PaperBy(e, after))
}

// upTo are the events as the command that caused the event left them.
func upTo(events []lifecycle.Event, e lifecycle.Event) []lifecycle.Event {
	return slices.DeleteFunc(slices.Clone(events), func(x lifecycle.Event) bool {
		return x.Seq > e.Seq && (x.Command == "" || x.Command != e.Command)
	})
}

// issue makes one paper; none when the event sent none out after all.
func issue(s Source, kind Kind, e lifecycle.Event, of func(Kind, Source) (File, error)) (Sent, error) {
	out := Sent{Kind: kind, Event: e.Seq, On: e.Legal, Name: kind.ZH(), Number: lifecycle.NumberBy(e)}
	c := lifecycle.Fold(s.Events)
	if kind == KindNotice && c.Notice != nil {
		out.Name = fmt.Sprintf("%s（第%d版）", kind.ZH(), c.Notice.Version)
	}
	if b, ok := e.Body.(*lifecycle.MeasureRecorded); ok {
		i := slices.IndexFunc(c.Measures, func(m lifecycle.Measure) bool { return m.No == b.No && m.Kind == policy.MeasureSupervisionLetter })
		if i < 0 {
			return Sent{}, nil
		}
		out.On = b.On
		s.Measure = b.No
	}
	switch b := e.Body.(type) {
	case *lifecycle.MeasureOrdered:
		s.Measure = b.No
	case *lifecycle.TalkFixed:
		s.Measure = b.No
	}
	file, err := of(kind, s)
	var (
		yet   *NotYetError
		field *FieldError
	)
	switch {
	case errors.As(err, &yet):
		return Sent{}, nil
	case errors.As(err, &field):
		out.Lacks = field.ZH
		return out, nil
	case err != nil:
		return Sent{}, err
	}
	out.Bytes, out.Title = file.Bytes, titleOf(file.Bytes)
	return out, nil
}

// titleOf reads a paper's title out of its file, which stays as it was sent.
func titleOf(text []byte) string {
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return ""
	}
	in, err := z.Open(propertiesName)
	if err != nil {
		return ""
	}
	defer in.Close()
	var p struct {
		Title string `xml:"title"`
	}
	if xml.NewDecoder(in).Decode(&p) != nil {
		return ""
	}
	return p.Title
}
