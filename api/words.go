package api

import (
	"net/http"

	"duban/calendar"
	"duban/store"
)

// wordsOf is the sentence of every property and parameter of a name, where neither its
// field's tag nor its comment says something of its own.
func wordsOf(name string) string { return words()[name] }

func words() map[string]string {
	return map[string]string{
		"ProblemCode":      "The rule or check that turned a request down. A newer release may have more: treat one that you do not know by its status.",
		"date":             "The civil date, in Asia/Shanghai.",
		"id":               "The id, which stays the same for ever.",
		"reason":           "Why, in the words of whoever did it; it stands in the record.",
		"reasons":          "Why, in the words of whoever did it; they stand in the record.",
		"on":               "The day on which it counts, in Asia/Shanghai.",
		"at":               "The instant, in UTC.",
		"by":               "Account of who did it.",
		"by_name":          "Name of who did it.",
		"author":           "Account of who did it.",
		"author_name":      "Name of who did it.",
		"actor":            "Account of who did it.",
		"actor_name":       "Name of who did it.",
		"number":           "The case's number, such as 督〔2026〕0001.",
		"title":            "What the case is about, on one line.",
		"case":             "Id of the case.",
		"case_id":          "Id of the case.",
		"unit":             "Id of the unit.",
		"unit_name":        "What the unit is called.",
		"campaign":         "Id of the campaign (督查批次).",
		"campaign_name":    "What the campaign is called.",
		"stage":            "The stage at which the case stands.",
		"stage_zh":         "The stage in Chinese, for people to read.",
		"state_zh":         "The state in Chinese, for people to read.",
		"kind_zh":          "The kind in Chinese, for people to read.",
		"list_zh":          "The list's name in Chinese, for people to read.",
		"clock_zh":         "What is awaited, in Chinese, for people to read.",
		"account":          "Id of the account.",
		"account_name":     "The name of the account's person.",
		"officer":          "Account of the officer (承办人) who answers for the case.",
		"officer_name":     "Name of the officer (承办人) who answers for the case.",
		"area":             "Id of the area (片区).",
		"area_name":        "What the area is called.",
		"holder":           "The name of who holds the post.",
		"created_at":       "When it was recorded, in UTC.",
		"updated_at":       "When it last changed, in UTC.",
		"opened_at":        "When the case was opened, in UTC.",
		"since":            "The first day on which it holds.",
		"until":            "The last day on which it holds.",
		"evidence":         "Files of the case that show it, each as evidence: and the file's id.",
		"scan":             "The scanned paper, as evidence: and the file's id.",
		"granted":          "Whether it was granted.",
		"category":         "Code of the problem's category.",
		"dimension":        "Code of the side of Party building that the problem concerns.",
		"method":           "Code of how the problem was discovered.",
		"matter":           "Code of what exactly happened, under the category.",
		"severity":         "Code of how grave the problem is.",
		"root_cause":       "Code of why the problem could arise.",
		"facts":            "When, where and what was found.",
		"found_on":         "The day on which the problem was discovered.",
		"basis":            "The rule or the facts that it rests on.",
		"type":             "How long the unit has: put right on the spot, by a deadline, or lastingly.",
		"level":            "How far lateness has been escalated: L0, nothing beyond reminders, to L5.",
		"round":            "Which round of rectification, from 1; a look-back that finds nothing done begins the next.",
		"year":             "The calendar year.",
		"clock":            "The running clock: what is awaited.",
		"due":              "The last day in time.",
		"due_at":           "The instant at which the last day in time ends, in UTC.",
		"overdue":          "Whether the deadline has passed.",
		"passed":           "Whether the deadline has passed.",
		"provisional":      "暂定: the date rests on a year whose holiday notice is not published yet.",
		"standing":         "Whether the clock stands still, because of a stay.",
		"moves":            "Why and how far the date was moved, the earliest first.",
		"manner":           "How the notice reached the unit.",
		"witness":          "Name of who saw it.",
		"paper":            "The unit's paper, when an officer does the step for a unit that works on paper; left out when the unit does it itself.",
		"no":               "Its number, counted from 1.",
		"zh":               "The sentence in Chinese.",
		"en":               "The sentence in English.",
		"code":             "Stable name of what is wrong, for programs.",
		"detail":           "What is wrong or was done, in a sentence for people.",
		"subject":          "The heading, on one line.",
		"text":             "The words, as people read them.",
		"status":           "How it stands.",
		"state":            "How it stands.",
		"outcome":          "What was decided.",
		"round_zh":         "The task in Chinese, for people to read.",
		"decision":         "Number of the decision (文号); none until it has one.",
		"decided_on":       "The date of the decision; none until it has one.",
		"listed_on":        "The day of the listing.",
		"list":             "Which negative list.",
		"row":              "Row of the workbook's sheet, from 1, as the spreadsheet program counts.",
		"sheet":            "The sheet of the workbook.",
		"names":            "The persons' names, in the order of their accounts.",
		"persons":          "Accounts of the persons, the lead among them.",
		"version":          "The version, counted from 1; with every change one more.",
		"calendar_version": "Version of the working calendar that the dates are reckoned by.",
		"policy_version":   "Version of the policy that the case is judged by.",
		"cases":            "The cases, one page of them.",
		"next":             "Where the next page begins; none on the last.",
		"cursor":           "The next of the page before; the first page when left out.",
		"limit":            "How many rows a page has.",
		"after":            "Where to go on: what came after it is listed; from the first when left out.",
		"roster":           "Everybody or everything that could be drawn, each as it stood on the day.",
		"strata":           "The groups that were drawn from, each by itself.",
		"window":           "The first and the last day on which the look-back may take place.",
		"opens":            "The first day of the window.",
		"closes":           "The last day of the window.",
		"team":             "The accounts of those who go.",
		"lead":             "Account of the one who leads the look-back.",
		"others":           "Accounts of the others who go, in the order of the draw.",
		"nonce":            "Random bits that keep a sealed value from being guessed, in hexadecimal.",
		"place":            "Where.",
		"holders":          "Who holds it.",
		"successor":        "Who or what follows.",
		"subject_zh":       "The heading in Chinese.",
		"total":            "How many in all.",
		"count":            "How many.",
		"days":             "How many days.",
		"tries":            "How often it was tried.",
		"list_id":          "Id of the list.",
		"roles":            "What the account may do; a person may have several.",
		"aid":              "Id of the address.",
		"eid":              "Id of the piece of evidence.",
		"sid":              "Id of the substitution.",
		"post":             "Id of the post.",
		"If-None-Match":    "The ETag you have: the answer is 304 when nothing has changed since.",
		"If-Match":         "The ETag you read.",
		"Range":            "The part of the file to send (RFC 9110).",
		"sort":             "The order of the rows; a minus turns it round.",
		"answer":           "The answer, in words; none until there is one.",
		"handover":         "The change of unit that waits to be accepted.",
	}
}

// headerWords are the sentences of the headers of answers.
func headerWords() map[string]string {
	return map[string]string{
		"Location":            "The path at which what was made can be read.",
		warningHeader:         "A text of the request has a character in private use: private_use, the field, which character and its code, and a sentence in Chinese (detail*, RFC 8187). It is taken all the same; none without such a character.",
		"ETag":                "The version, for If-Match and If-None-Match.",
		"Content-Disposition": "Always attachment, with the file's name in UTF-8 (RFC 6266).",
		"Content-Language":    "The language of the sentences: zh-CN, or en when Accept-Language asks for it.",
		"Content-Type":        "The media type of the answer.",
		"Retry-After":         "After how many seconds to try again.",
		"WWW-Authenticate":    "How to come with a token: Bearer (RFC 6750).",
		"X-Request-Id":        "The id of the request in the log, yours when you sent one.",
	}
}

// statusWords are the meanings of the statuses.
func statusWords() map[int]string {
	return map[int]string{
		http.StatusOK:                           "Done: the answer is what was asked for.",
		http.StatusCreated:                      "Made: the answer is what was made.",
		http.StatusAccepted:                     "Received: the work goes on, and the answer says how far it is.",
		http.StatusNoContent:                    "Done; there is nothing to tell.",
		http.StatusPartialContent:               "The part of the file that was asked for.",
		http.StatusNotModified:                  "Nothing has changed since the ETag that you sent.",
		http.StatusBadRequest:                   "The request cannot be read: it is no JSON, or a header is missing or malformed.",
		http.StatusUnauthorized:                 "There is no token, or it is not known any more.",
		http.StatusForbidden:                    "You may not do this: by your role, or because of what you did before.",
		http.StatusNotFound:                     "There is no such thing, or you may not know of it.",
		http.StatusRequestTimeout:               "The request came in too slowly.",
		http.StatusConflict:                     "It cannot be done as things stand: the detail says what is in the way.",
		http.StatusPreconditionFailed:           "The case has changed since you read it: read it again.",
		http.StatusRequestEntityTooLarge:        "What was sent is larger than it may be.",
		http.StatusUnsupportedMediaType:         "What was sent is of a kind that is not taken.",
		http.StatusRequestedRangeNotSatisfiable: "The file has no such part.",
		http.StatusUnprocessableEntity:          "The request can be read and says something that cannot be; errors lists all of it.",
		http.StatusPreconditionRequired:         "The header If-Match is missing: send the ETag you read.",
		http.StatusTooManyRequests:              "Too many requests of yours: Retry-After says when to go on.",
		http.StatusInternalServerError:          "Something went wrong inside; nothing is half done. Tell the administrator the X-Request-Id.",
		http.StatusServiceUnavailable:           "The record is busy or away: send the same again after Retry-After, with the same key.",
	}
}

// A bound is between what a number may lie, and what it is when left out.
type bound struct {
	least, most float64
	standard    int
}

// numberBounds are the bounds of the parameters that are numbers.
func numberBounds() map[string]bound {
	const farthest = 1 << 30
	return map[string]bound{
		"limit": {1, store.MaxPage, defaultPage}, "against": {1, maxVersion, 0}, "version": {1, maxVersion, 0},
		"year":  {calendar.FirstYear, calendar.LastYear, 0},
		"days":  {1, 60, 5},
		"after": {0, farthest, 0},
	}
}

// parameterOf names the type whose constants a parameter of a name may have.
func parameterOf(name string) string {
	return map[string]string{
		"level": "policy.Level", "list": "policy.List",
	}[name]
}
