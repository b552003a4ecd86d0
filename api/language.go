package api

import "golang.org/x/text/language"

// A Language is one of the two that Duban speaks.
type Language string

// The languages. Chinese is what nobody has to ask for.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// languageOf picks the language for an Accept-Language header.
func languageOf(accept string) Language {
	if accept == "" || len(accept) > 200 {
		return Chinese
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return Chinese
	}
	matcher := language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})
	if _, i, confidence := matcher.Match(tags...); i == 1 && confidence > language.No {
		return English
	}
	return Chinese
}

// pick chooses between the two sentences.
func (l Language) pick(zh, en string) string {
	if l == English {
		return en
	}
	return zh
}

// tag is the language as a header names it.
func (l Language) tag() string { return l.pick("zh-CN", "en") }
