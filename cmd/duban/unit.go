package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"duban/store"
)

type unitCmd struct {
	Add  unitAddCmd  `cmd:"" help:"Add a unit and print its id."`
	List unitListCmd `cmd:"" help:"List units."`
}

type unitAddCmd struct {
	Name     string `required:"" help:"The unit's name."`
	Code     string `help:"The unit's code."`
	Region   string `help:"The unit's region, such as 市直; one that is not there yet is added."`
	Area     string `help:"The unit's area (片区), likewise."`
	Category string `help:"The unit's category (分类指导), likewise."`
}

// Run adds the unit.
func (c unitAddCmd) Run(ctx context.Context, s *settings) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	u, err := record.AddUnit(ctx, store.Unit{Name: c.Name, Code: c.Code, Region: c.Region, Area: c.Area, Category: c.Category})
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, u.ID)
	return nil
}

type unitListCmd struct {
	Text string `arg:"" optional:"" help:"Only units whose name contains this."`
}

// Run lists the units.
func (c unitListCmd) Run(ctx context.Context, s *settings) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for after := ""; ; {
		units, err := record.Units(ctx, store.UnitFilter{Text: c.Text, After: after, Limit: store.MaxPage})
		if err != nil {
			return err
		}
		if len(units) == 0 {
			return w.Flush()
		}
		for _, u := range units {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.ID, inLine(u.Code), inLine(u.Region), inLine(u.Name))
			after = u.Name
		}
	}
}
