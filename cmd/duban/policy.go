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
	Set   policySetCmd   `cmd:"" help:"Put a policy in force for cases noticed from now on."`
}

type policyCheckCmd struct {
	File string `arg:"" type:"existingfile" help:"The policy, as YAML."`
}

// Run checks the file.
func (c policyCheckCmd) Run() error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	p, err := policy.Read(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s:\n%w", c.File, err)
	}
	fmt.Println("ok:", p.Name)
	return nil
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
		fmt.Fprintf(os.Stderr, "version %d, sha-256 %s\n", version, p.Hash())
		text = p.Text()
	}
	_, err := os.Stdout.Write(text)
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
	fmt.Printf("policy version %d is in force for cases noticed from now on\n", version)
	return nil
}
