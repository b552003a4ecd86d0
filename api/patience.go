package api

import (
	"io"
	"net/http"
	"time"
)

// Patience is how long whoever sends a file may take. A sender who is slower is
// turned away, and what came of the file goes with the request.
type Patience struct {
	// Upload is how long one file of evidence may take. Defaults to 10 minutes.
	Upload time.Duration
	// Workbook is how long a workbook of findings and its check may take.
	// Defaults to 2 minutes: few may be on their way at once.
	Workbook time.Duration
	// Silence is how long nothing at all may come. Defaults to 20 seconds.
	Silence time.Duration
}

func (p Patience) withDefaults() Patience {
	if p.Upload <= 0 {
		p.Upload = 10 * time.Minute
	}
	if p.Workbook <= 0 {
		p.Workbook = 2 * time.Minute
	}
	if p.Silence <= 0 {
		p.Silence = 20 * time.Second
	}
	return p
}

// A patient reader of a body waits as long as something keeps coming, up to the
// limit of the whole.
type patient struct {
	io.ReadCloser

	control *http.ResponseController
	until   time.Time
	silence time.Duration
}

func newPatient(w http.ResponseWriter, r *http.Request, whole, silence time.Duration) *patient {
	return &patient{ReadCloser: r.Body, control: http.NewResponseController(w), until: time.Now().Add(whole), silence: silence}
}

// Read gives the sender a while for the next piece.
func (p *patient) Read(b []byte) (int, error) {
	next := time.Now().Add(p.silence)
	if next.After(p.until) {
		next = p.until
	}
	_ = p.control.SetReadDeadline(next) // a test's recorder has none
	return p.ReadCloser.Read(b)
}

// rest leaves time for the answer, which the server reckoned from the request's
// beginning.
func (p *patient) rest(answer time.Duration) {
	_ = p.control.SetWriteDeadline(time.Now().Add(answer))
}
