package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"duban/policy"
	"duban/store"
)

// ruleVersionRoutes registers what was in force when.
func (s *server) ruleVersionRoutes() {
	const tag = "Rules in force"
	register(s, operation{
		id: "list_policies", method: http.MethodGet, path: "/v1/policies", tag: tag, summary: "规则版本 The versions of the policy", doc: "The newest first. A case keeps the version it was noticed under.",
	}, s.policies)
	register(s, operation{
		id: "get_policy_version", method: http.MethodGet, path: "/v1/policies/{version}", tag: tag, summary: "规则版本 One version of the policy, compared with another",
		refuses: []int{http.StatusNotFound},
	}, s.policyVersion)
	register(s, operation{
		id: "list_calendars", method: http.MethodGet, path: "/v1/calendars", tag: tag, summary: "日历版本 The versions of the calendar", doc: "The newest first.",
	}, s.calendars)
}

// A RuleVersion is a version of the policy or of the calendar.
type RuleVersion struct {
	Version     int       `json:"version"`
	InForce     bool      `json:"in_force" doc:"Whether it holds now"`
	Author      string    `json:"author" doc:"Account that brought it in, or how the machine's operator did"`
	ConfirmedBy string    `json:"confirmed_by,omitempty" doc:"Account of the leader who put it in force; none where the machine's operator did"`
	StoredAt    time.Time `json:"stored_at" doc:"When it was put in force, in UTC"`
}

// A RuleVersionList is one page of versions.
type RuleVersionList struct {
	Versions []RuleVersion `json:"versions" doc:"The versions, the latest first"`
	Next     string        `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

// A PolicyVersion is one version of the policy.
type PolicyVersion struct {
	RuleVersion

	Name string `json:"name" doc:"What officials call the policy"`
	Text string `json:"text" doc:"The whole policy as YAML"`
	Hash string `json:"hash" doc:"SHA-256 of the text, in hexadecimal"`
	// Against and Fields are there when asked for.
	Against int               `json:"against,omitempty" doc:"The version it is compared with"`
	Fields  []FieldDifference `json:"fields,omitempty" doc:"What it says otherwise than that one"`
}

func ruleVersionOf(v store.RuleVersion) RuleVersion {
	return RuleVersion{Version: v.Version, InForce: v.InForce, Author: v.Author, ConfirmedBy: v.ConfirmedBy, StoredAt: v.StoredAt.UTC()}
}

type (
	ruleVersionsOutput  struct{ Body RuleVersionList }
	policyVersionOutput struct{ Body PolicyVersion }
	policyVersionInput  struct {
		Version string `path:"version" pattern:"^[0-9]+$" doc:"Number of the version"`
		Against string `query:"against" pattern:"^[0-9]+$" doc:"A version to compare with"`
	}
)

// maxVersion bounds the versions that are asked for.
const maxVersion = 1 << 30

func (s *server) policies(ctx context.Context, _ *call, in *pageInput) (*ruleVersionsOutput, error) {
	return s.ruleVersions(ctx, in, s.record.PolicyVersions)
}

func (s *server) calendars(ctx context.Context, _ *call, in *pageInput) (*ruleVersionsOutput, error) {
	return s.ruleVersions(ctx, in, s.record.CalendarVersions)
}

func (s *server) ruleVersions(ctx context.Context, in *pageInput, list func(ctx context.Context, before, limit int) ([]store.RuleVersion, error)) (*ruleVersionsOutput, error) {
	var f form
	before, limit := f.number("cursor", in.Cursor, 1, maxVersion, 0), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := list(ctx, before, limit+1)
	if err != nil {
		return nil, err
	}
	var out RuleVersionList
	out.Versions, out.Next = onePage(found, limit, func(v store.RuleVersion) string { return strconv.Itoa(v.Version) }, ruleVersionOf)
	return &ruleVersionsOutput{Body: out}, nil
}

func (s *server) policyVersion(ctx context.Context, _ *call, in *policyVersionInput) (*policyVersionOutput, error) {
	version, err := strconv.Atoi(in.Version)
	if err != nil || version < 1 || version > maxVersion {
		return nil, notFound()
	}
	var f form
	against := f.number("against", in.Against, 1, maxVersion, 0)
	if err := f.err(); err != nil {
		return nil, err
	}
	p, v, err := s.record.PolicyVersion(ctx, version)
	if err != nil {
		return nil, err
	}
	out := PolicyVersion{RuleVersion: ruleVersionOf(v), Name: p.Name, Text: string(p.Text()), Hash: p.Hash(), Against: against}
	if against > 0 {
		before, _, err := s.record.PolicyVersion(ctx, against)
		if err != nil {
			return nil, err
		}
		for _, d := range policy.Differences(before, p) {
			out.Fields = append(out.Fields, FieldDifference(d))
		}
	}
	return &policyVersionOutput{Body: out}, nil
}
