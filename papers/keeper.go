package papers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"duban/documents"
	"duban/evidence"
	"duban/lifecycle"
	"duban/store"
)

// A Keeper writes papers under the office's name and keeps them. It is a
// store.Printer.
type Keeper struct {
	// Office is the committee as its papers name it.
	Office documents.Office
	// Files is where they are kept. Without it no decision passes that sends a
	// paper out.
	Files *evidence.Store
}

// New returns a keeper. The office's name defaults to 市直机关工作委员会, the way of
// reports to Duban itself or on paper.
func New(office documents.Office, files *evidence.Store) *Keeper {
	if office.Name == "" {
		office.Name = "市直机关工作委员会"
	}
	if office.Channel == "" {
		office.Channel = "在督查整改系统中填报；不能在系统中填报的，书面报送本机关"
	}
	return &Keeper{Office: office, Files: files}
}

// ErrAltered: a paper's file is not what was sent out.
var ErrAltered = errors.New("the paper's file was altered")

// Source is what the documents of a case are made from.
func (k *Keeper) Source(o store.PaperOrder) documents.Source {
	s := documents.Source{
		Office: k.Office, Measure: o.Measure, Unit: o.Unit, Campaign: o.Campaign, Held: documents.Span{From: o.From, To: o.To}, Evidence: o.Evidence,
		Events: o.Events, Others: o.Others, Former: o.Former, Policy: o.Policy, Calendar: o.Calendar,
	}
	for _, p := range o.Posts {
		s.Posts = append(s.Posts, documents.Post{Kind: p.Kind, Holder: p.Holder, Since: p.Since, Until: p.Until})
	}
	return s
}

// Print writes the paper and keeps it on the disk before the record does anything
// that cannot be undone. It fails with a *lifecycle.Refusal when the paper lacks
// what it must say.
func (k *Keeper) Print(ctx context.Context, o store.PaperOrder) (lifecycle.Issued, error) {
	if k.Files == nil {
		return lifecycle.Issued{}, &lifecycle.Refusal{
			Kind: lifecycle.NotAllowed, Code: "no_place_for_papers",
			ZH: "系统没有配置文书的存放位置，不能办理需要发出文书的事项，请联系管理员。",
			EN: "No place for papers is configured, so nothing that sends a paper out can be done; ask the administrator.",
		}
	}
	file, err := documents.Of(documents.Kind(o.Kind), k.Source(o))
	if err != nil {
		return lifecycle.Issued{}, refusal(err)
	}
	draft, err := k.Files.Receive(ctx, "paper.docx", bytes.NewReader(file.Bytes))
	if err != nil {
		return lifecycle.Issued{}, fmt.Errorf("keep %s: %w", o.Kind, err)
	}
	defer draft.Discard()
	if err := k.Files.Keep(ctx, draft); err != nil {
		return lifecycle.Issued{}, fmt.Errorf("keep %s: %w", o.Kind, err)
	}
	return lifecycle.Issued{
		To: lifecycle.Addressee{Unit: file.To.Unit, Post: file.To.Post, Holder: file.To.Holder}, SHA256: draft.SHA256,
	}, nil
}

// refusal says to the person who decides why the paper cannot be written.
func refusal(err error) error {
	var (
		field *documents.FieldError
		yet   *documents.NotYetError
	)
	switch {
	case errors.As(err, &field):
		return &lifecycle.Refusal{Kind: lifecycle.NotAllowed, Code: "document_" + field.Code, ZH: field.ZH, EN: field.EN}
	case errors.As(err, &yet):
		return &lifecycle.Refusal{Kind: lifecycle.NotAllowed, Code: yet.Code, ZH: yet.ZH, EN: yet.EN}
	default:
		return err
	}
}

// Of returns a document of a case: the paper as it was sent out, if it was, or one
// written now. It fails as documents.Of does, with evidence.ErrMissing when the
// file of a paper is gone, and with ErrAltered when it is not what was sent.
func (k *Keeper) Of(ctx context.Context, kind documents.Kind, s documents.Source) (documents.File, error) {
	if !s.For(kind) {
		return documents.File{}, documents.HiddenError{}
	}
	issued := documents.Issued(kind, s)
	if issued == nil {
		return documents.Of(kind, s)
	}
	text, err := k.read(ctx, issued.SHA256)
	if err != nil {
		return documents.File{}, err
	}
	to := documents.Addressee{Unit: issued.To.Unit, Post: issued.To.Post, Holder: issued.To.Holder}
	return documents.File{Name: documents.Name(kind, s), Bytes: text, To: to}, nil
}

func (k *Keeper) read(ctx context.Context, hash string) ([]byte, error) {
	if k.Files == nil {
		return nil, evidence.ErrMissing
	}
	r, err := k.Files.Read(ctx, hash)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, k.Files.MaxBytes()+1))
	if err != nil {
		return nil, fmt.Errorf("read paper %s: %w", hash, err)
	}
	if evidence.Hash(text) != hash {
		return nil, fmt.Errorf("read paper %s: %w", hash, ErrAltered)
	}
	return text, nil
}
