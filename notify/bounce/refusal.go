package bounce

// A Refusal is a mail that is not read, for how it is made.
type Refusal struct {
	// Code is the stable name of the check.
	Code string
	// EN says it for the log. It repeats nothing of the mail.
	EN string
}

// Error returns the English sentence.
func (r *Refusal) Error() string { return r.EN }

func tooDeep() *Refusal {
	return &Refusal{"mime_depth", "the mail holds parts in parts in parts"}
}

func tooMany() *Refusal { return &Refusal{"mime_parts", "the mail has too many parts"} }

func noBoundary() *Refusal {
	return &Refusal{"mime_boundary", "the mail has parts and does not say what stands between them"}
}

func tooWide() *Refusal {
	return &Refusal{"mime_header", "a header of the mail is too large, or is none"}
}
