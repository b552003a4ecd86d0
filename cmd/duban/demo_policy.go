package main

import (
	"fmt"
	"strings"
	"time"

	"duban/policy"
)

// leastDemoDay is the shortest legal day a look-back can be demonstrated with. The
// drawn are told on the drawn day and on no other, by a Schedule that asks every two
// seconds at most: a day must hold two rounds, or the first that is late misses it.
const leastDemoDay = 4 * time.Second

// demoFigures are those of the built-in policy that the demonstration shortens. Its
// days are long enough for the Schedule, so that there can be few of them: with the
// months of the built-in policy it would last for a quarter of an hour.
func demoFigures() [][2]string {
	return [][2]string{
		{"receipt: {within: 3WD,", "receipt: {within: 1WD,"},
		{"look_back: {within: 90D,", "look_back: {within: 4D,"},
		{"cooling: {within: 30D,", "cooling: {within: 3D,"},
		{"rectification: {remind: [10WD, 5WD, 1WD],", "rectification: {remind: [1WD],"},
		{"immediate: {within: 15WD,", "immediate: {within: 3WD,"},
		{"level: L2, after: 5WD,", "level: L2, after: 2WD,"},
		{"level: L3, after: 10WD,", "level: L3, after: 3WD,"},
		{"level: L4, after: 15WD,", "level: L4, after: 4WD,"},
		// From the first moment of the day, so that all of it is left for the rounds.
		{"look_back: {opens: 30D, min_persons: 2, team: 2, load: 12M, tell_at: 7h, tell_until: 16h,", "look_back: {opens: 1D, min_persons: 2, team: 2, load: 12M, tell_at: 0h, tell_until: 24h,"},
	}
}

// demoPolicy is the built-in policy with the figures and the days of the
// demonstration.
func demoPolicy(day time.Duration) (*policy.Policy, error) {
	text := string(policy.Default().Text())
	for _, f := range demoFigures() {
		if strings.Count(text, f[0]) != 1 {
			return nil, fmt.Errorf("the built-in policy does not say once: %s", f[0])
		}
		text = strings.Replace(text, f[0], f[1], 1)
	}
	short, err := policy.Read(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read policy of the demonstration: %w", err)
	}
	return short.WithDayLength(day)
}
