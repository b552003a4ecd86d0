package api_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/api"
	"duban/lifecycle"
)

func (s site) accounts(t *testing.T) []byte {
	t.Helper()
	a := s.as(t, s.people.Admin, asked{method: http.MethodGet, path: "/v1/accounts.xlsx"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	return a.Body.Bytes()
}

// rowOf is the row of an account in the workbook.
func rowOf(t *testing.T, file []byte, account string) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	defer f.Close()
	found, err := f.SearchSheet("账号", account)
	require.NoError(t, err)
	require.Len(t, found, 1)
	_, row, err := excelize.CellNameToCoordinates(found[0])
	require.NoError(t, err)
	name, err := excelize.CoordinatesToCellName(1, row)
	require.NoError(t, err)
	return name[1:]
}

func (s site) sendAccounts(t *testing.T, file []byte) answer {
	t.Helper()
	a := upload(t, file, nil)
	a.path = "/v1/account-imports"
	return s.as(t, s.people.Admin, a)
}

func (s site) confirmAccounts(t *testing.T, id string) answer {
	t.Helper()
	return s.as(t, s.people.Admin, asked{method: http.MethodPost, path: "/v1/account-imports/" + id + "/confirm", body: "{}"})
}

// Issue 10 item 12: accounts are renamed, given roles, disabled, enabled and added by one
// workbook, which is shown before it changes anything, and changes all of it then.
func TestAccountsAreChangedByAWorkbook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	renamed, off, on := s.account(t, "赵小", "", lifecycle.Inspector), s.account(t, "钱七", "", lifecycle.Officer), s.account(t, "孙八", "", lifecycle.Auditor)
	require.Equal(t, http.StatusOK, s.change(t, p.Admin, on.Account, "disable", api.AccountEnd{Reason: "借调"}).Code)
	l := s.life()
	l.do(t, p.Inspector, p.Finding("问题", today()).Body)
	l.do(t, p.Inspector, &lifecycle.SubmitDraft{})
	accepted, ok := p.Accept(lifecycle.ByDeadline).Body.(*lifecycle.AcceptFinding)
	require.True(t, ok)
	accepted.Officer = off.Account
	l.do(t, p.Head, accepted)

	file := s.accounts(t)
	a := s.sendAccounts(t, file)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var none, shown, done api.AccountImport
	a.into(t, &none)
	require.Empty(t, none.ID)
	require.Empty(t, none.Rows)

	cells := map[string]string{
		"账号!B" + rowOf(t, file, renamed.Account): "赵晓", "账号!C" + rowOf(t, file, renamed.Account): "经办人、检查人员", "账号!F" + rowOf(t, file, renamed.Account): "任科员",
		"账号!E" + rowOf(t, file, off.Account): "停用", "账号!F" + rowOf(t, file, off.Account): "调离",
		"账号!E" + rowOf(t, file, on.Account): "在用", "账号!F" + rowOf(t, file, on.Account): "返回",
		"账号!B0": "新同志", "账号!C0": "单位联络员", "账号!D0": p.Unit.Name,
	}
	a = s.sendAccounts(t, edit(t, file, cells))
	require.Equal(t, http.StatusUnprocessableEntity, a.Code)
	require.Equal(t, "workbook_has_errors", a.problem(t).Code)
	require.Contains(t, a.Body.String(), "duties_left")
	require.Contains(t, a.Body.String(), "账号!G"+rowOf(t, file, off.Account))
	marked := s.as(t, p.Admin, asked{method: http.MethodGet, path: a.problem(t).Marked})
	require.Equal(t, http.StatusOK, marked.Code)
	require.Equal(t, http.StatusForbidden, s.as(t, p.Head, asked{method: http.MethodGet, path: a.problem(t).Marked}).Code)

	// 赵晓 becomes an officer in the same workbook and takes over.
	cells["账号!G"+rowOf(t, file, off.Account)] = renamed.Account
	a = s.sendAccounts(t, edit(t, file, cells))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a.into(t, &shown)
	require.Len(t, shown.Rows, 4)
	require.Equal(t, "赵小", s.me(t, renamed).Name, "nothing is changed before it is confirmed")
	require.Equal(t, http.StatusForbidden, s.as(t, p.Leader, asked{method: http.MethodPost, path: "/v1/account-imports/" + shown.ID + "/confirm", body: "{}"}).Code)

	a = s.confirmAccounts(t, shown.ID)
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	a.into(t, &done)
	require.True(t, done.PassingOn)
	require.Equal(t, p.Admin.Account, done.ConfirmedBy)
	require.Equal(t, "confirmed_already", s.confirmAccounts(t, shown.ID).problem(t).Code)
	me := s.me(t, renamed)
	require.Equal(t, "赵晓", me.Name)
	require.Equal(t, []lifecycle.Role{lifecycle.Officer, lifecycle.Inspector}, me.Roles)
	require.Equal(t, http.StatusUnauthorized, s.as(t, off, asked{method: http.MethodGet, path: "/v1/me"}).Code)
	require.Equal(t, http.StatusOK, s.as(t, on, asked{method: http.MethodGet, path: "/v1/me"}).Code)
	var detail api.AccountDetail
	s.as(t, p.Head, asked{method: http.MethodGet, path: "/v1/accounts/" + off.Account}).into(t, &detail)
	require.Equal(t, []string{"调离", p.Admin.Account}, []string{detail.Changes[1].Reason, detail.Changes[1].Author})
	require.Contains(t, string(s.accounts(t)), "PK")
	a = s.sendAccounts(t, s.accounts(t))
	a.into(t, &none)
	require.Empty(t, none.Rows)
}

// What is wrong is told by its cell, all of it, and nothing is changed; what was changed
// since the check is looked at again.
func TestAWorkbookOfAccountsIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	file := s.accounts(t)
	officer, inspector, admin := rowOf(t, file, p.Officer.Account), rowOf(t, file, p.Inspector.Account), rowOf(t, file, p.Admin.Account)
	a := s.sendAccounts(t, edit(t, file, map[string]string{
		"账号!C" + officer: "司机", "账号!E" + officer: "在岗",
		"账号!B" + inspector: "改名", "账号!D" + inspector: p.Unit.Name,
		"账号!A0": "nobody", "账号!B0": "某人", "账号!C0": "经办人",
	}))
	require.Equal(t, http.StatusUnprocessableEntity, a.Code)
	for _, want := range []string{
		"账号!C" + officer, "没有角色“司机”", "账号!E" + officer, "应为：在用、停用", "账号!F" + inspector, "请填写“修改理由”", "账号!D" + inspector, "unit_stays", "没有编号为“nobody”的账号",
	} {
		require.Contains(t, a.Body.String(), want)
	}
	a = s.sendAccounts(t, edit(t, file, map[string]string{"账号!C" + admin: "审计人员", "账号!F" + admin: "轮岗"}))
	require.Contains(t, a.Body.String(), "own_roles")

	a = s.sendAccounts(t, edit(t, file, map[string]string{"账号!B" + inspector: "改名", "账号!F" + inspector: "更正"}))
	var shown api.AccountImport
	a.into(t, &shown)
	require.Equal(t, http.StatusOK, s.change(t, p.Admin, p.Inspector.Account, "", api.AccountEdit{Name: new("另名"), Reason: "更正"}).Code)
	require.Equal(t, "changed_meanwhile", s.confirmAccounts(t, shown.ID).problem(t).Code)
	require.Equal(t, "另名", s.me(t, p.Inspector).Name)
	require.Equal(t, http.StatusNotFound, s.confirmAccounts(t, "nothing").Code)
}
