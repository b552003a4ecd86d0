package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"duban/documents/directory"
	"duban/lifecycle"
	"duban/store"
)

// accountFiles registers changing many accounts by a workbook.
func (s *server) accountFiles(router *gin.Engine) {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "export_accounts", method: http.MethodGet, path: "/v1/accounts.xlsx", tag: "Accounts", summary: "导出账号表 All accounts as a workbook",
		doc: "Never a token. Change it and send it to /v1/account-imports; as it is, it changes nothing.",
	}, s.exportAccounts)
	s.isFile("/v1/accounts.xlsx", workbookType)
	register(s, operation{
		id: "get_account_import", method: http.MethodGet, path: "/v1/account-imports/{id}", tag: "Accounts", summary: "账号导入 What a workbook of accounts changes",
		doc: "Row by row, and whether it was confirmed.", refuses: missing,
	}, s.accountImport)
	register(s, operation{
		id: "confirm_account_import", method: http.MethodPost, path: "/v1/account-imports/{id}/confirm", tag: "Accounts", summary: "确认账号导入 Make the changes of a workbook of accounts",
		doc: "All of them at once, or none. An account that was changed since the check (`changed_meanwhile`) is looked at again. What people may do no more passes on to the takers. " +
			"New accounts get their tokens one by one.",
		body: reflect.TypeFor[nothing](), refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.confirmAccounts)

	router.POST("/v1/account-imports", plain{s, s.importAccounts}.serve)
	router.GET("/v1/account-imports/:id/marked.xlsx", plain{s, s.markedAccounts}.serve)
	s.describe(operation{
		id: "get_marked_account_import", method: http.MethodGet, path: "/v1/account-imports/{id}/marked.xlsx", tag: "Accounts",
		summary: "下载标出错误的账号表 A refused workbook of accounts with its errors marked", doc: "Kept for a week.", refuses: missing,
	}, "200", &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{xlsxType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
		nil, &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}})
	s.describe(operation{
		id: "import_accounts", method: http.MethodPost, path: "/v1/account-imports", tag: "Accounts", summary: "导入账号表 Check a workbook that changes accounts",
		doc: "Rename, give roles, disable, enable and add. Everything is tried and nothing changed: the answer shows each change, and the administrator confirms it. " +
			"A workbook with errors is refused as a whole: every error is listed with its cell, and marked names the workbook with the errors marked.",
		refuses: []int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusRequestTimeout},
	}, "201", &huma.Response{
		Description: "Created", Content: map[string]*huma.MediaType{"application/json": {Schema: s.schema(reflect.TypeFor[AccountImport]())}},
	}, &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"},
		Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary", Description: "The .xlsx, 20 MiB at the most"}},
	}}}})
}

// An AccountImport is a workbook of accounts that was checked.
type AccountImport struct {
	ID     string `json:"id,omitempty" doc:"None when there is nothing to change"`
	Author string `json:"author" doc:"Account of who sent it"`
	File   string `json:"file" doc:"What the file was called"`
	// Said is the outcome in a sentence.
	Said        string             `json:"said"`
	At          time.Time          `json:"at,omitzero"`
	Rows        []AccountImportRow `json:"rows" doc:"Every change, in the order of the workbook"`
	ConfirmedBy string             `json:"confirmed_by,omitempty" doc:"Account of who confirmed it; none until then"`
	ConfirmedAt *time.Time         `json:"confirmed_at,omitempty" doc:"When it was confirmed and its changes made; none until then"`
	PassingOn   bool               `json:"passing_on,omitempty" doc:"What people had to do is passing on to the takers, case by case; told once"`
}

// An AccountImportRow is what a row changes.
type AccountImportRow struct {
	Row     int    `json:"row" doc:"The row that says it"`
	Account string `json:"account,omitempty" doc:"The account; none of a new one"`
	Detail  string `json:"detail" doc:"What changes, in a sentence"`
}

func accountImportOf(i store.AccountImport) AccountImport {
	out := AccountImport{
		ID: i.ID, Author: i.Author, File: i.File, At: i.At.UTC(), ConfirmedBy: i.ConfirmedBy, Said: "检查通过，请核对后确认。",
		Rows: each(i.Rows, func(r store.AccountRow) AccountImportRow {
			return AccountImportRow{Row: r.Row, Account: r.Account, Detail: r.ZH}
		}),
	}
	switch {
	case i.ConfirmedAt != nil:
		at := i.ConfirmedAt.UTC()
		out.ConfirmedAt, out.Said = &at, "已确认，账号已修改。"
	case i.ID == "":
		out.At, out.Said = time.Time{}, "账号与文件一致，没有要修改的内容。"
	}
	return out
}

type accountImportOutput struct{ Body AccountImport }

// peopleOf are accounts and units as their workbook knows them.
func peopleOf(have []store.Account, units []store.DirectoryUnit) (people []directory.Person, of []directory.Unit) {
	return each(have, func(a store.Account) directory.Person {
		return directory.Person{ID: a.ID, Name: a.Name, Roles: each(a.Roles, lifecycle.Role.ZH), Unit: a.Unit, Disabled: a.Disabled}
	}), each(units, func(u store.DirectoryUnit) directory.Unit { return directory.Unit(u) })
}

func (s *server) exportAccounts(ctx context.Context, c *call, _ *nothing) (*huma.StreamResponse, error) {
	_, _, days, err := s.record.PolicyInForce(ctx)
	if err != nil {
		return nil, err
	}
	have, units, err := s.record.AllAccounts(ctx)
	if err != nil {
		return nil, err
	}
	people, of := peopleOf(have, units)
	title := "账号表-" + days.Date(c.receivedAt).String() + ".xlsx"
	return s.file(workbookType, title, "accounts.xlsx", func(w io.Writer) error { //nolint:contextcheck // huma hands the context over with the answer
		return directory.ExportPeople(w, people, of)
	}), nil
}

func (s *server) importAccounts(c *gin.Context, one *call) error {
	return s.workbook(c, one, nil, func(ctx context.Context, u Upload) error {
		book, err := directory.ReadPeople(u.File, u.Size, u.Name)
		if err != nil {
			return directoryFault(err)
		}
		made, err := s.record.CheckAccounts(ctx, one.actor, u.Name, func(have []store.Account, units []store.DirectoryUnit) (store.AccountPlan, error) {
			return accountPlan(book, have, units), nil
		})
		if err != nil {
			return err
		}
		if faults, more := book.Faults(); len(faults) > 0 {
			one.kept = true
			return faultsIn(faults, more, "没有修改账号", "nothing was changed", "/v1/account-imports/"+made.ID+"/marked.xlsx")
		}
		c.Header("Content-Type", "application/json")
		if made.ID != "" {
			c.Header("Location", "/v1/account-imports/"+made.ID)
		}
		c.Status(http.StatusCreated)
		return writeJSON(c.Writer, accountImportOf(made))
	})
}

// accountPlan is what a workbook asks for.
func accountPlan(book *directory.Book, have []store.Account, units []store.DirectoryUnit) store.AccountPlan {
	check := directory.PeopleCheck{Roles: map[string]string{}, Order: names(lifecycle.Roles())}
	for _, r := range lifecycle.Roles() {
		check.Roles[r.ZH()] = string(r)
	}
	check.Have, check.Units = peopleOf(have, units)
	edits := check.Run(book)
	p := store.AccountPlan{
		Rows: each(edits, func(e directory.PersonEdit) store.AccountRow {
			row := store.AccountRow{Row: e.Row, Account: e.ID, Name: e.Name, Unit: e.Unit, Disabled: e.Disabled, Reason: e.Reason, Takers: e.Takers, ZH: e.ZH}
			if e.Roles != nil {
				roles := each(*e.Roles, func(code string) lifecycle.Role { return lifecycle.Role(code) })
				row.Roles = &roles
			}
			return row
		}),
		Refuse: func(row int, err error) {
			f := faultOf(err)
			book.RefusePerson(row, f.field, f.code, f.zh, f.en)
		},
		Marked: func() ([]byte, error) {
			if faults, _ := book.Faults(); len(faults) == 0 {
				return nil, nil
			}
			var marked bytes.Buffer
			err := directory.MarkedPeople(&marked, book)
			return marked.Bytes(), err
		},
	}
	if faults, _ := book.Faults(); len(faults) > 0 { // what cannot be read is not tried
		p.Rows = nil
	}
	return p
}

func (s *server) accountImport(ctx context.Context, _ *call, in *shortIDInput) (*accountImportOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.record.AccountImport(ctx, id)
	if err != nil {
		return nil, err
	}
	return &accountImportOutput{Body: accountImportOf(found)}, nil
}

func (s *server) confirmAccounts(ctx context.Context, c *call, in *shortIDInput) (*accountImportOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	done, jobs, err := s.record.ConfirmAccounts(ctx, id, c.actor)
	if err != nil {
		return nil, err
	}
	for _, job := range jobs {
		c.afterwards(ctx, func(ctx context.Context) { s.startJob(ctx, job) })
	}
	out := accountImportOf(done)
	out.PassingOn = len(jobs) > 0
	return &accountImportOutput{Body: out}, nil
}

func (s *server) markedAccounts(c *gin.Context, _ *call) error {
	id, err := shortID(c.Param("id"))
	if err != nil {
		return err
	}
	name, marked, err := s.record.MarkedAccounts(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", attachment(strings.TrimSuffix(name, filepath.Ext(name))+"-错误.xlsx", "accounts-errors.xlsx"))
	c.Header("Content-Type", xlsxType)
	_, err = newSteady(c.Writer, s.patience).Write(marked)
	return err
}
