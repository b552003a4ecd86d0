package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// A door executes requests through the REST API, as a client would: it reads the
// version first, tries again with the same key while the API is away, and gives
// up when its time is over.
type door struct {
	stack *stack
	// api chooses one of the stack's APIs.
	api int
}

const (
	// tried is how long a request may be tried until it is answered, answered how
	// long one try may take.
	tried    = time.Minute
	answered = 20 * time.Second
)

// errAway: the API could not be reached in time, so nobody knows.
var errAway = errors.New("away")

// Execute sends the request.
func (d door) Execute(ctx context.Context, r store.Request) (store.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, d.stack.machine.patience(tried))
	defer cancel()
	for {
		a, err := d.once(ctx, r)
		if err == nil || !errors.Is(err, errAway) && !errors.Is(err, store.ErrStale) {
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (d door) once(ctx context.Context, r store.Request) (store.Answer, error) {
	path, headers := "/v1/cases", map[string]string{"Idempotency-Key": r.Key}
	if r.Case != "" {
		_, header, _, err := d.send(ctx, http.MethodGet, path+"/"+r.Case, r.Actor, nil, nil)
		if err != nil {
			return store.Answer{}, err
		}
		headers["If-Match"] = header.Get("ETag")
		path += "/" + r.Case + "/commands/" + string(r.Body.Kind())
	}
	body, err := json.Marshal(r.Body)
	if err != nil {
		return store.Answer{}, err
	}
	status, _, text, err := d.send(ctx, http.MethodPost, path, r.Actor, headers, body)
	if err != nil {
		return store.Answer{}, err
	}
	return answerOf(status, text)
}

func answerOf(status int, text []byte) (store.Answer, error) {
	var a store.Answer
	switch {
	case status == http.StatusPreconditionFailed:
		return a, store.ErrStale
	case status == http.StatusNotFound:
		return a, store.ErrNotFound
	case status >= 500:
		return a, fmt.Errorf("%w: %d", errAway, status)
	case status >= 400:
		var p struct {
			Code, Detail, Field string
		}
		if err := json.Unmarshal(text, &p); err != nil {
			return a, fmt.Errorf("status %d without a problem: %s", status, text)
		}
		a.Refusal = &lifecycle.Refusal{Code: p.Code, Field: p.Field, EN: strconv.Itoa(status) + " " + p.Detail}
		return a, nil
	}
	var ok struct {
		Case      lifecycle.Case          `json:"case"`
		Allowed   []lifecycle.CommandKind `json:"allowed"`
		CommandID string                  `json:"command_id"`
	}
	if err := json.Unmarshal(text, &ok); err != nil {
		return a, fmt.Errorf("read answer: %w", err)
	}
	a.Case, a.Allowed, a.CommandID = ok.Case, ok.Allowed, ok.CommandID
	return a, nil
}

// send sends one HTTP request; anything but an answer below 500 is errAway.
func (d door) send(ctx context.Context, method, path string, who lifecycle.Actor, headers map[string]string, body []byte) (int, http.Header, []byte, error) {
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	ctx, cancel := context.WithTimeout(ctx, d.stack.machine.patience(answered))
	defer cancel()
	d.stack.mu.Lock()
	address := d.stack.apis[d.api].address
	d.stack.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, content)
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+d.stack.people.Tokens[who.Account])
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("%w: %w", errAway, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("%w: %w", errAway, err)
	}
	if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
		return 0, nil, nil, fmt.Errorf("%w: %d %s", errAway, resp.StatusCode, text)
	}
	return resp.StatusCode, resp.Header, text, nil
}

func (k *stack) life(key string) *casetest.Life {
	return &casetest.Life{Doer: door{stack: k}, Key: key}
}
