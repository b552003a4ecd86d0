package api

import (
	"io"
	"net/http"
	"time"
)

// Patience is how long whoever sends or reads a file may take. Who is slower is
// turned away, and what came of the file goes with the request.
type Patience struct {
	// Upload is how long one file of evidence may take. Defaults to an hour.
	Upload time.Duration
	// Workbook is how long a workbook may take. Defaults to half an hour.
	Workbook time.Duration
	// Silence is how long nothing at all may come or go. Defaults to 20 seconds.
	Silence time.Duration
	// Rate is how many bytes must come or go in a second, taken over the whole once
	// Grace is over. Defaults to 16 KiB, with which 50 MiB take 54 minutes, and
	// half a minute.
	Rate  int64
	Grace time.Duration
	// Place is how long somebody waits for one of his own files to be through when
	// too many are on their way. Defaults to half a minute.
	Place time.Duration
}

func (p Patience) withDefaults() Patience {
	if p.Upload <= 0 {
		p.Upload = time.Hour
	}
	if p.Workbook <= 0 {
		p.Workbook = 30 * time.Minute
	}
	if p.Silence <= 0 {
		p.Silence = 20 * time.Second
	}
	if p.Rate <= 0 {
		p.Rate = 16 << 10
	}
	if p.Grace <= 0 {
		p.Grace = 30 * time.Second
	}
	if p.Place <= 0 {
		p.Place = 30 * time.Second
	}
	return p
}

// A pace is how far a client is with one body.
type pace struct {
	Patience

	begun time.Time
	moved int64
}

// until is when the next so many bytes must have moved.
func (p *pace) until(next int64) time.Time {
	silent := time.Now().Add(p.Silence)
	late := p.begun.Add(p.Grace + time.Duration(float64(p.moved+next)/float64(p.Rate)*float64(time.Second)))
	if late.Before(silent) {
		return late
	}
	return silent
}

// A patient reader of a body waits as long as enough of it keeps coming, up to the
// limit of the whole.
type patient struct {
	io.ReadCloser

	pace    pace
	control *http.ResponseController
	end     time.Time
}

func newPatient(w http.ResponseWriter, r *http.Request, whole time.Duration, p Patience) *patient {
	now := time.Now()
	return &patient{ReadCloser: r.Body, pace: pace{Patience: p, begun: now}, control: http.NewResponseController(w), end: now.Add(whole)}
}

// Read gives the sender a while for the next piece.
func (p *patient) Read(b []byte) (int, error) {
	next := p.pace.until(0)
	if next.After(p.end) {
		next = p.end
	}
	_ = p.control.SetReadDeadline(next) // a test's recorder has none
	n, err := p.ReadCloser.Read(b)
	p.pace.moved += int64(n)
	return n, err
}

// rest leaves time for the answer, which the server reckoned from the request's
// beginning.
func (p *patient) rest(answer time.Duration) {
	_ = p.control.SetWriteDeadline(time.Now().Add(answer))
}

// steadyPiece is how much of an answer is sent under one deadline.
const steadyPiece = 32 << 10

// A steady writer of an answer waits as long as the client keeps reading enough of
// it.
type steady struct {
	http.ResponseWriter

	pace    pace
	control *http.ResponseController
}

func newSteady(w http.ResponseWriter, p Patience) *steady {
	return &steady{ResponseWriter: w, pace: pace{Patience: p, begun: time.Now()}, control: http.NewResponseController(w)}
}

// Write gives the reader a while for each piece.
func (s *steady) Write(b []byte) (done int, err error) {
	for {
		piece := b[done:min(len(b), done+steadyPiece)]
		_ = s.control.SetWriteDeadline(s.pace.until(int64(len(piece)))) // a test's recorder has none
		n, err := s.ResponseWriter.Write(piece)
		done += n
		s.pace.moved += int64(n)
		if err != nil || done == len(b) {
			return done, err
		}
	}
}

// Unwrap lets http.ResponseController through.
func (s *steady) Unwrap() http.ResponseWriter { return s.ResponseWriter }
