package lifecycle_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// A kind is registered once, and a body is of the kind that made it, also as a value.
func TestEveryKindIsRegisteredOnce(t *testing.T) {
	t.Parallel()
	commands, events, acts := lifecycle.CommandKinds(), lifecycle.EventKinds(), lifecycle.EntryKinds()
	once(t, commands)
	once(t, events)
	once(t, acts)
	for _, kind := range commands {
		body, ok := lifecycle.NewCommand(kind)
		require.True(t, ok)
		require.Equal(t, kind, body.Kind())
		require.NotEqual(t, string(kind), kind.ZH())
	}
	require.Equal(t, lifecycle.KindNote, lifecycle.Note{}.Kind())
	for _, kind := range acts {
		body, ok := lifecycle.NewEntryBody(kind)
		require.True(t, ok)
		require.Equal(t, kind, lifecycle.EntryKindOf(body))
		require.NotEqual(t, string(kind), kind.ZH())
		require.NotEmpty(t, kind.Who())
	}
	bodies := map[reflect.Type]lifecycle.EventKind{}
	for _, kind := range events {
		body, ok := lifecycle.NewBody(kind)
		require.True(t, ok)
		require.Empty(t, bodies[reflect.TypeOf(body)], "a type is of one kind")
		bodies[reflect.TypeOf(body)] = kind
		require.NotEqual(t, string(kind), kind.ZH())
	}
	for _, kind := range []string{"", "nothing"} {
		_, ok := lifecycle.NewCommand(lifecycle.CommandKind(kind))
		require.False(t, ok)
		require.Equal(t, kind, lifecycle.CommandKind(kind).ZH())
		_, ok = lifecycle.NewBody(lifecycle.EventKind(kind))
		require.False(t, ok)
		_, ok = lifecycle.NewEntryBody(lifecycle.EntryKind(kind))
		require.False(t, ok)
	}
}

func once[K comparable](t *testing.T, kinds []K) {
	t.Helper()
	seen := map[K]bool{}
	for _, kind := range kinds {
		require.False(t, seen[kind], "%v", kind)
		seen[kind] = true
	}
	require.Greater(t, len(kinds), 5)
}
