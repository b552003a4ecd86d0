package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// A restClient is one person in front of the API.
type restClient struct {
	base, token string
}

func (d *demoStage) client(token string) restClient {
	return restClient{base: "http://" + d.address, token: token}
}

// A restError is a problem the API answered with.
type restError struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Error returns what the API said.
func (e *restError) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Detail) }

// call sends one request and decodes the answer.
func (c restClient) call(ctx context.Context, method, path string, headers map[string]string, body, into any) (http.Header, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return c.insist(ctx, method, path, headers, text, into)
}

// insist tries again while the API is away, with the same key: the answer is the
// same.
func (c restClient) insist(ctx context.Context, method, path string, headers map[string]string, body []byte, into any) (http.Header, error) {
	for {
		header, err := c.once(ctx, method, path, headers, body, into)
		var problem *restError
		if err == nil || ctx.Err() != nil || isProblem(err, &problem) && problem.Status < 500 {
			return header, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (c restClient) once(ctx context.Context, method, path string, headers map[string]string, body []byte, into any) (http.Header, error) {
	var content io.Reader
	if method != http.MethodGet {
		content = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		problem := &restError{Status: resp.StatusCode}
		_ = json.Unmarshal(answer, problem) // a body that is no problem leaves the status
		return resp.Header, problem
	}
	if into == nil {
		return resp.Header, nil
	}
	return resp.Header, json.Unmarshal(answer, into)
}

// ready waits until commands can be recorded.
func (c restClient) ready(ctx context.Context) error {
	_, err := c.call(ctx, http.MethodGet, "/readyz", nil, nil, nil)
	return err
}

// post changes something that is not a case.
func (c restClient) post(ctx context.Context, path string, body, into any) error {
	_, err := c.call(ctx, http.MethodPost, path, map[string]string{"Idempotency-Key": uuid.NewString()}, body, into)
	return err
}

// upload adds a file to a case and returns how commands name it.
func (c restClient) upload(ctx context.Context, id, name string, content []byte) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", name)
	if err != nil {
		return "", err
	}
	if _, err := file.Write(content); err != nil {
		return "", err
	}
	if err := form.Close(); err != nil {
		return "", err
	}
	var added struct {
		ID string `json:"id"`
	}
	headers := map[string]string{"Content-Type": form.FormDataContentType(), "Idempotency-Key": uuid.NewString()}
	_, err = c.insist(ctx, http.MethodPost, "/v1/cases/"+id+"/evidence", headers, body.Bytes(), &added)
	return "evidence:" + added.ID, err
}

// command runs one command on a case as it now stands.
func (c restClient) command(ctx context.Context, id, kind string, body any) error {
	key := uuid.NewString()
	for {
		header, err := c.call(ctx, http.MethodGet, "/v1/cases/"+id, nil, nil, nil)
		if err != nil {
			return err
		}
		_, err = c.call(ctx, http.MethodPost, "/v1/cases/"+id+"/commands/"+kind,
			map[string]string{"Idempotency-Key": key, "If-Match": header.Get("ETag")}, body, nil)
		var problem *restError
		if isProblem(err, &problem) && problem.Status == http.StatusPreconditionFailed {
			continue // an alarm came between; look again
		}
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		return nil
	}
}
