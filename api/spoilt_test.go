package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// spoilt sends a command in which every text has a character that none may have, and
// wants to be told of each of them at once.
func (l *life) spoilt(t *testing.T, who lifecycle.Actor, body lifecycle.CommandBody) {
	t.Helper()
	written, err := json.Marshal(body)
	require.NoError(t, err)
	var fields any
	require.NoError(t, json.Unmarshal(written, &fields))
	var spoilt []string
	fields = spoil("", fields, &spoilt)
	if len(spoilt) == 0 {
		return
	}
	a := l.post(t, who, body.Kind(), fields)
	problem := a.problem(t)
	told := []string{problem.Field}
	for i, one := range problem.Errors {
		if i > 0 {
			told = append(told, one.Field)
		}
	}
	require.ElementsMatch(t, spoilt, told, "%s %d: %s", body.Kind(), a.Code, a.Body)
}

// spoil writes a character into each text that none may have, but into dates, periods
// and levels, which are read before, and collects the paths.
func spoil(path string, value any, spoilt *[]string) any {
	switch value := value.(type) {
	case string:
		if figure.MatchString(value) || value == "" {
			return value
		}
		*spoilt = append(*spoilt, path)
		return value + "\u0007"
	case []any:
		for i := range value {
			value[i] = spoil(fmt.Sprintf("%s[%d]", path, i), value[i], spoilt)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			value[name] = spoil(strings.TrimPrefix(path+"."+name, "."), value[name], spoilt)
		}
	}
	return value
}

// figure is what is read before it is judged.
var figure = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]+(WD|D|M)|L[0-5])$`)
