package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"time"

	"duban/lifecycle"
	"duban/notify"
	"duban/store"
)

// Targets judges addresses before they are kept. What it turns down is a
// *notify.Refusal.
type Targets interface {
	Check(ctx context.Context, t notify.Target) error
}

// addressRoutes registers where people are reached outside the system, and the
// groups that the committee is told things in.
func (s *server) addressRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_addresses", method: http.MethodGet, path: "/v1/accounts/{id}/addresses", tag: "Addresses", summary: "接收地址 Where a person is reached",
		doc: "One's own, or anybody's for the administrator. Secrets are never shown, and of a webhook's address no more than the host.", refuses: missing,
	}, s.addresses)
	register(s, operation{
		id: "put_address", method: http.MethodPut, path: "/v1/accounts/{id}/addresses", tag: "Addresses", summary: "登记接收地址 Record where a person is reached",
		doc: "The same kind and address again get the new name and secret. A webhook is the administrator's to record: " +
			"it must be signed, and lead outside by https or to a host that is listed.",
		body: reflect.TypeFor[NewAddress](), refuses: missing,
	}, s.putAddress)
	register(s, operation{
		id: "delete_address", method: http.MethodDelete, path: "/v1/accounts/{id}/addresses/{aid}", tag: "Addresses", summary: "删除接收地址 Take an address away",
		refuses: missing,
	}, s.deleteAddress)
	register(s, operation{
		id: "list_robots", method: http.MethodGet, path: "/v1/robots", tag: "Addresses", summary: "群机器人 The robots of groups",
	}, s.robots)
	register(s, operation{
		id: "put_robot", method: http.MethodPut, path: "/v1/robots", tag: "Addresses", summary: "登记群机器人 Record a group's robot",
		doc: "The robot is sent a greeting for its group, signed; one that does not take it is not recorded.", body: reflect.TypeFor[NewAddress](),
	}, s.putRobot)
	register(s, operation{
		id: "delete_robot", method: http.MethodDelete, path: "/v1/robots/{aid}", tag: "Addresses", summary: "删除群机器人 Take a robot away", refuses: missing,
	}, s.deleteRobot)
}

// A NewAddress is where somebody wants to be reached.
type NewAddress struct {
	Kind    notify.Kind `json:"kind" doc:"By which channel"`
	Address string      `json:"address" minLength:"1" maxLength:"1000" doc:"A mailbox, or the whole address of a webhook or robot"`
	Secret  string      `json:"secret,omitempty" maxLength:"500" doc:"What signs the messages: whsec_… for a webhook, the robot's own for DingTalk and Feishu"`
	Name    string      `json:"name,omitempty" maxLength:"50" doc:"What to call the address, to tell it from others"`
}

// An Address is one that was recorded, as far as it may be shown.
type Address struct {
	ID        string      `json:"id"`
	Kind      notify.Kind `json:"kind" doc:"By which channel"`
	Address   string      `json:"address" doc:"Of anything but a mailbox only the host" example:"https://open.feishu.cn/…"`
	Name      string      `json:"name,omitempty" doc:"What the address is called, to tell it from others"`
	Signed    bool        `json:"signed,omitempty" doc:"There is a secret"`
	Author    string      `json:"author" doc:"Account of whoever recorded it last"`
	CreatedAt time.Time   `json:"created_at"`
}

func addressOf(a store.Address) Address {
	t := notify.Target{Kind: notify.Kind(a.Kind), Address: notify.NewSecret(a.Address)}
	return Address{ID: a.ID, Kind: t.Kind, Address: t.Shown(), Name: a.Name, Signed: a.Secret != "", Author: a.Author, CreatedAt: a.CreatedAt}
}

// An AddressList is every address of an account, or every robot.
type AddressList struct {
	Addresses []Address `json:"addresses" maxItems:"50" doc:"The addresses of the account, five at the most, or of the groups"`
}

type (
	addressesOutput struct{ Body AddressList }
	addressOutput   struct{ Body Address }
	addressInput    struct {
		ID  string `path:"id" maxLength:"100"`
		AID string `path:"aid" maxLength:"100"`
	}
	robotInput struct {
		AID string `path:"aid" maxLength:"100"`
	}
)

// ownAccount is an account whose addresses the person may see and change.
// Another's is not there.
func (s *server) ownAccount(ctx context.Context, c *call, given string) (store.Account, error) {
	id, err := shortID(given)
	if err != nil {
		return store.Account{}, err
	}
	if id != c.actor.Account && !c.actor.Has(lifecycle.Admin) {
		return store.Account{}, notFound()
	}
	return s.record.Account(ctx, id)
}

func (s *server) addresses(ctx context.Context, c *call, in *shortIDInput) (*addressesOutput, error) {
	account, err := s.ownAccount(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	return s.listAddresses(ctx, account.ID)
}

func (s *server) robots(ctx context.Context, _ *call, _ *nothing) (*addressesOutput, error) {
	return s.listAddresses(ctx, "")
}

func (s *server) listAddresses(ctx context.Context, account string) (*addressesOutput, error) {
	found, err := s.record.Addresses(ctx, account)
	if err != nil {
		return nil, err
	}
	out := AddressList{Addresses: []Address{}}
	for _, a := range found {
		out.Addresses = append(out.Addresses, addressOf(a))
	}
	return &addressesOutput{Body: out}, nil
}

func (s *server) putAddress(ctx context.Context, c *call, in *shortIDInput) (*addressOutput, error) {
	account, err := s.ownAccount(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	if account.Disabled {
		return nil, notFound()
	}
	var n NewAddress
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	switch {
	case n.Kind.Robot():
		return nil, invalid("kind", "robot_of_a_group", "群机器人属于群，不属于个人，请由管理员在“群机器人”登记。", "A robot belongs to a group and to no person; see /v1/robots.")
	case n.Kind == notify.Webhook && !c.actor.Has(lifecycle.Admin):
		return nil, &fault{
			status: http.StatusForbidden, code: "admin_records", field: "kind",
			zh: "Webhook地址由系统管理员登记。", en: "A webhook is the administrator's to record.",
		}
	}
	return s.keepAddress(ctx, c, account.ID, n)
}

func (s *server) putRobot(ctx context.Context, c *call, _ *nothing) (*addressOutput, error) {
	var n NewAddress
	if err := decode(c.body, &n); err != nil {
		return nil, err
	}
	if slices.Contains(notify.Kinds(), n.Kind) && !n.Kind.Robot() {
		return nil, invalid("kind", "no_robot", "这里只登记群机器人。", "Only robots of groups are recorded here.")
	}
	return s.keepAddress(ctx, c, "", n)
}

// keepAddress keeps an address that messages can reach.
func (s *server) keepAddress(ctx context.Context, c *call, account string, n NewAddress) (*addressOutput, error) {
	err := s.targets.Check(ctx, notify.Target{
		Kind: n.Kind, Address: notify.NewSecret(n.Address), Secret: notify.NewSecret(n.Secret), Name: n.Name,
	})
	if err != nil {
		return nil, err
	}
	kept, err := s.record.PutAddress(ctx, store.Address{
		Account: account, Kind: string(n.Kind), Address: n.Address, Secret: n.Secret, Name: n.Name, Author: c.actor.Account,
	})
	if err != nil {
		return nil, err
	}
	return &addressOutput{Body: addressOf(kept)}, nil
}

func (s *server) deleteAddress(ctx context.Context, c *call, in *addressInput) (*struct{}, error) {
	account, err := s.ownAccount(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	id, err := shortID(in.AID)
	if err != nil {
		return nil, err
	}
	return nil, s.record.DeleteAddress(ctx, account.ID, id)
}

func (s *server) deleteRobot(ctx context.Context, _ *call, in *robotInput) (*struct{}, error) {
	id, err := shortID(in.AID)
	if err != nil {
		return nil, err
	}
	return nil, s.record.DeleteAddress(ctx, "", id)
}
