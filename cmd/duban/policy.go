package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"duban/policy"
)

type policyCmd struct {
	Check policyCheckCmd `cmd:"" help:"Check a policy file and name every fault in it."`
	Show  policyShowCmd  `cmd:"" help:"Print the policy in force, or the built-in default."`
	Set   policySetCmd   `cmd:"" help:"Put a policy in force for cases noticed from now on. Its wording holds at once."`

	Wording policyWordingCmd `cmd:"" help:"Print an example of every mailing as a policy file, or the policy in force, words it."`
}

type policyCheckCmd struct {
	File string `arg:"" type:"existingfile" help:"The policy, as YAML."`
}

// Run checks the file.
func (c policyCheckCmd) Run() error {
	p, err := readPolicy(c.File)
	if err != nil {
		return err
	}
	printLine(stdout, "ok: %s", p.Name)
	return nil
}

func readPolicy(file string) (*policy.Policy, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p, err := policy.Read(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", file, err)
	}
	return p, nil
}

type policyShowCmd struct {
	Default bool `help:"Print the built-in default instead of the one in force."`
}

// Run prints the policy.
func (c policyShowCmd) Run(ctx context.Context, s *settings) error {
	text := policy.DefaultText()
	if !c.Default {
		record, err := s.record(ctx)
		if err != nil {
			return err
		}
		defer record.Close()
		p, version, _, err := record.PolicyInForce(ctx)
		if err != nil {
			return err
		}
		printLine(stderr, "version %d, sha-256 %s", version, p.Hash())
		text = p.Text()
	}
	_, err := stdout.Write(text)
	return err
}

type policySetCmd struct {
	File string `arg:"" type:"existingfile" help:"The policy, as YAML."`
}

// Run puts the policy in force.
func (c policySetCmd) Run(ctx context.Context, s *settings) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	version, err := record.AddPolicy(ctx, "command line", text)
	if err != nil {
		return err
	}
	printLine(stdout, "policy version %d is in force for cases noticed from now on; its wording holds at once", version)
	return nil
}

type policyWordingCmd struct {
	File string `arg:"" optional:"" type:"existingfile" help:"The policy, as YAML. The policy in force where none is given."`
}

// Run prints the examples.
func (c policyWordingCmd) Run(ctx context.Context, s *settings) error {
	p, err := c.policy(ctx, s)
	if err != nil {
		return err
	}
	for i, e := range p.Examples() {
		if i > 0 {
			fmt.Fprintln(stdout)
		}
		fmt.Fprintf(stdout, "── %s\n%s\n\n%s\n", e.Name, e.Subject, e.Text)
	}
	return nil
}

func (c policyWordingCmd) policy(ctx context.Context, s *settings) (*policy.Policy, error) {
	if c.File != "" {
		return readPolicy(c.File)
	}
	record, err := s.record(ctx)
	if err != nil {
		return nil, err
	}
	defer record.Close()
	p, _, _, err := record.PolicyInForce(ctx)
	return p, err
}
