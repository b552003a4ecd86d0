package api

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"duban/calendar"
	"duban/characters"
)

// left finds what is missing or too long in a body that is turned down anyhow, so that
// its author mends everything at once. A body that can be read is the rules' to judge.
func (d *decoder) left(path string, v reflect.Value) {
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || !f.IsExported() || f.Anonymous {
			continue
		}
		at := join(path, name)
		d.leftOf(at, v.FieldByIndex(f.Index), f.Tag, strings.Contains(options, "omit"))
	}
}

func (d *decoder) leftOf(at string, v reflect.Value, tag reflect.StructTag, optional bool) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if slices.ContainsFunc(d.found, func(f *fault) bool { return f.field == at }) {
		return
	}
	least, _ := strconv.Atoi(tag.Get("minLength"))
	most, _ := strconv.Atoi(tag.Get("maxLength"))
	day, dated := reflect.TypeAssert[calendar.Date](v)
	switch {
	case dated:
		if day.IsZero() && !optional {
			d.refuse(invalid(at, "required", "请填写“"+label(at)+"”。", "Please give the date "+at+"."))
		}
	case v.Kind() == reflect.String && characters.Blank(v.String()):
		if coded := tag.Get("of") != "" || v.Type().Name() != "string"; (coded || least > 0) && !optional {
			d.refuse(invalid(at, "required", "请填写“"+label(at)+"”。", "Please fill in "+at+"."))
		}
	case v.Kind() == reflect.String:
		if n := utf8.RuneCountInString(v.String()); most > 0 && n > most {
			d.refuse(invalid(at, "too_long", fmt.Sprintf("“%s”最多%d字，现有%d字。", label(at), most, n), fmt.Sprintf("%s may have at most %d characters; it has %d.", at, most, n)))
		}
	case v.Kind() == reflect.Struct:
		d.left(at, v)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			d.leftOf(fmt.Sprintf("%s[%d]", at, i), v.Index(i), "", false)
		}
	}
}
