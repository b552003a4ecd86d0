package lifecycle

import "reflect"

// A registry finds the kinds of commands, events or acts by their name and by the type of
// their body. Each kind is registered once, by its row in a table.
type registry[K ~string, R any] struct {
	byKind map[K]R
	byType map[reflect.Type]K
}

// register indexes a table; of tells the kind of a row and makes a body of it.
func register[K ~string, R any](table []R, of func(R) (kind K, body any)) registry[K, R] {
	r := registry[K, R]{byKind: map[K]R{}, byType: map[reflect.Type]K{}}
	for _, row := range table {
		kind, body := of(row)
		r.byKind[kind], r.byType[bodyType(body)] = row, kind
	}
	return r
}

// kindOf is the kind of a body, which may be a pointer to it.
func (r registry[K, R]) kindOf(body any) K { return r.byType[bodyType(body)] }

func bodyType(body any) reflect.Type {
	typ := reflect.TypeOf(body)
	if typ.Kind() == reflect.Pointer {
		return typ.Elem()
	}
	return typ
}
