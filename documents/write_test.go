package documents_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents"
)

func day(m time.Month, d int) calendar.Date { return calendar.On(2026, m, d) }

func office() documents.Office {
	return documents.Office{Name: "市直机关工作委员会", Contact: "李明", Phone: "12345678", Channel: "在督查整改系统中填报；不能在系统中填报的，书面报送本机关"}
}

func secretary() documents.Addressee {
	return documents.Addressee{Unit: "市档案局", Post: "党组书记", Holder: "王建国"}
}

func finding() documents.Finding {
	return documents.Finding{
		Number: "督〔2026〕0001", Title: "组织生活制度落实不严格", Facts: "2026年3月2日，检查组查阅局机关第一党支部2025年度会议记录，发现全年应召开支部党员大会4次、实际召开2次，党课记录缺失3次，组织生活会未形成整改清单。",
		Found: day(time.March, 2), Dimension: "制度执行", Category: "基础党务工作质量不高", Basis: "《机关党建责任清单》第3项：严格执行“三会一课”制度", Type: "限期整改",
		Evidence: []string{"第一党支部2025年度会议记录复印件", "组织生活会照片.jpg"},
	}
}

func notice() documents.Notice {
	return documents.Notice{
		Office: office(), To: secretary(), Number: "工委督函〔2026〕12号", On: day(time.March, 9), Method: "督促检查",
		Findings: []documents.Finding{finding()},
		Demand:   "请补齐制度执行中的短板，组织各党支部逐一对照检查，查明原因、明确责任，建立组织生活台账并按月自查。\n整改情况由机关党委书记审核、党组书记签字后报送。",
		Term: documents.Term{
			Period: calendar.Period{N: 2, Unit: calendar.Months}, Plan: calendar.Period{N: 30, Unit: calendar.NaturalDays},
			Receipt: calendar.Period{N: 3, Unit: calendar.WorkingDays}, Object: calendar.Period{N: 30, Unit: calendar.NaturalDays},
			ObjectUnit: calendar.Period{N: 5, Unit: calendar.WorkingDays},
		},
	}
}

func ref() documents.Ref {
	return documents.Ref{Case: "督〔2026〕0001", Title: "组织生活制度落实不严格", Notice: "工委督函〔2026〕12号", On: day(time.March, 9)}
}

func receipt() documents.Receipt {
	e := calendar.Builtin().Explain(day(time.March, 11), calendar.Period{N: 15, Unit: calendar.WorkingDays})
	return documents.Receipt{
		Office: office(), To: secretary(), Number: "工委督确〔2026〕5号", Case: "督〔2026〕0001", Title: "组织生活制度落实不严格", Notice: "工委督函〔2026〕12号", NoticeOn: day(time.March, 9),
		On: day(time.March, 11), Manner: "电子签收", Due: e.Due.Date, Counting: &e, Plan: day(time.April, 10),
		Object: day(time.April, 10), ObjectUnit: day(time.March, 18),
	}
}

func letter() documents.Letter {
	return documents.Letter{
		Office: office(), To: secretary(), Ref: ref(), Number: "工委督办函〔2026〕3号", On: day(time.May, 20),
		Basis: "整改期限届满5个工作日仍未报告，按规则发出督办函", Lapse: &documents.Lapse{Said: "整改期限于2026年5月11日届满，仍未报送整改报告", Task: "报送整改报告"},
	}
}

// A writable is any of the papers.
type writable interface{ Write() ([]byte, error) }

func papers() map[string]writable {
	inForm, draft, many, three, again, amended := notice(), notice(), notice(), notice(), notice(), notice()
	amended.On, amended.Term.Period = day(time.March, 20), calendar.Period{N: 15, Unit: calendar.WorkingDays}
	amended.Amended = &documents.Amendment{
		Number: "工委督函〔2026〕8号", Original: day(time.March, 9), Received: true, Due: day(time.April, 13), Standing: true, Plan: day(time.April, 10), Object: day(time.April, 10), ObjectUnit: day(time.March, 18),
	}
	at, late := finding(), three.Term
	at.Type, late.Period, late.Plan = "立行立改", calendar.Period{N: 15, Unit: calendar.WorkingDays}, calendar.Period{}
	at.Term = &late
	three.Findings = append(three.Findings, at, finding())
	three.Campaign, three.Held = "2026年度市直机关党建督查", documents.Span{From: day(time.March, 2), To: day(time.March, 6)}
	three.Replaces = []documents.Replaced{{Number: "工委督函〔2026〕9号", Items: []string{"督〔2026〕0001"}}}
	again.Term.Plan = calendar.Period{}
	again.Findings[0].LookBack = &documents.LookBack{On: day(time.August, 3), Result: "虚假整改", Points: []documents.Point{
		{Measure: "建立组织生活台账，按月自查", InPlace: true, Account: "查阅5月至7月台账，记录齐全"},
		{Measure: "开展支部书记培训。", Account: "培训签到表为事后补签，参训人员均称未参加培训。"},
	}}
	again.On = day(time.August, 4)
	again.Term.Period, again.Term.AtLeast = calendar.Period{N: 31, Unit: calendar.NaturalDays}, calendar.Period{N: 10, Unit: calendar.WorkingDays}
	inForm.Form = documents.FormNotice
	inForm.Office.Copies = []string{"市纪委监委驻市直机关纪检监察组", "市委组织部", "市直机关各党委（总支、支部）"}
	draft.Draft, draft.Number = true, ""
	many.Campaign = "2026年度市直机关党建督查"
	many.Findings = nil
	for range 30 {
		many.Findings = append(many.Findings, finding())
	}
	return map[string]writable{
		"notice": notice(), "notice-form": inForm, "draft": draft, "many": many, "three": three, "look-back": again, "amended": amended, "receipt": receipt(), "letter": letter(),
		"talk": documents.Talk{
			Office: office(), To: secretary(), Ref: ref(), Number: "工委督谈〔2026〕1号", On: day(time.June, 3), Basis: "整改期限届满15个工作日仍未报告，按规则进行提醒谈话",
			Lapse: &documents.Lapse{Said: "整改期限于2026年5月11日届满，仍未报送整改报告", Task: "报送整改报告"},
		},
		"closing":    documents.Closing{Office: office(), To: secretary(), Ref: ref(), Number: "工委督销〔2026〕4号", On: day(time.August, 3), Round: 1},
		"withdrawal": documents.Withdrawal{Office: office(), To: secretary(), Ref: ref(), Number: "工委督撤〔2026〕2号", On: day(time.April, 3), Objected: true, Reason: "经核对，该支部会议记录已移交档案馆保管，记录齐全"},
		"misdirection": documents.Misdirection{
			Office: office(), To: secretary(), Number: "工委督撤〔2026〕1号", Notice: "工委督函〔2026〕12号", NoticeOn: day(time.March, 9), On: day(time.March, 12), Items: []string{"督〔2026〕0001", "督〔2026〕0002"}, Rest: true,
		},
		"contents": documents.Contents{
			Office: office(), Case: "督〔2026〕0001", Unit: "市档案局", Title: "组织生活制度落实不严格", State: "已销号", On: day(time.August, 3), Items: slices.Repeat([]documents.Item{
				{By: "市直机关工作委员会", Title: "问题登记表", On: day(time.March, 2)},
				{Number: "工委督函〔2026〕12号", By: "市直机关工作委员会", Title: "关于组织生活制度落实不严格问题的反馈意见", On: day(time.March, 9)},
				{By: "市档案局", Title: "会议签到表及会议记录（含照片）扫描件.pdf", Remark: "佐证材料", On: day(time.April, 20)},
			}, 12),
		},
		"note": documents.Note{Office: office(), Case: "督〔2026〕0001", On: day(time.August, 3), Papers: 4, Records: 12, Evidence: 3, Machine: 4, Lacking: []string{"督办函"}},
		"form": documents.ReportForm{
			Office: office(), Unit: "市档案局", Ref: ref(), On: day(time.March, 2), Due: day(time.May, 11),
			Planned: []documents.Planned{{No: 1, Text: "建立组织生活台账，按月自查", Owner: "张华", Due: day(time.April, 20)}, {No: 2, Text: "开展支部书记培训", Owner: "刘洋", Due: day(time.April, 30)}},
		},
	}
}

// parts unzips a document and checks that every part is XML.
func parts(t *testing.T, file []byte) (names []string, text map[string]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	text = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		for d := xml.NewDecoder(bytes.NewReader(content)); ; {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, f.Name)
		}
		names = append(names, f.Name)
		text[f.Name] = string(content)
	}
	return names, text
}

// The parts, the page, the grid and the fonts.
func TestStructure(t *testing.T) {
	t.Parallel()
	for name, p := range papers() {
		file, err := p.Write()
		require.NoError(t, err, name)
		names, text := parts(t, file)
		require.Equal(t, []string{
			"[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/_rels/document.xml.rels", "word/document.xml", "word/styles.xml",
			"word/settings.xml", "word/fontTable.xml", "word/footer1.xml", "word/footer2.xml", "word/footer3.xml", "word/header1.xml",
		}, names)
		body := text["word/document.xml"]
		require.Contains(t, body, `<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587"`)
		require.Contains(t, body, `<w:docGrid w:linePitch="579"/>`)
		require.Equal(t, strings.Count(body, "<w:p>"), strings.Count(body, `w:lineRule="exact"`), "%s: a line without its height", name)
		boxes := strings.Count(body, "<w:r><mc:AlternateContent") // what stands in them has runs of its own
		require.Equal(t, strings.Count(body, "<w:r>")-boxes, strings.Count(body, `<w:rFonts w:ascii=`), "%s: a run without a font", name)
		require.Contains(t, text["word/fontTable.xml"], `<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong"/>`)
		require.Contains(t, text["word/settings.xml"], "evenAndOddHeaders")
	}
}

// The same input, the same bytes: the hash may stand in the record.
func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	again := papers()
	for name, p := range papers() {
		a, err := p.Write()
		require.NoError(t, err)
		b, err := again[name].Write()
		require.NoError(t, err)
		require.Equal(t, a, b, name)
	}
}

// What stands in a finding stands in the notice as it was typed, and cannot
// become markup; what no paper can hold is refused by its name.
func TestTextIsEscapedOrRefused(t *testing.T) {
	t.Parallel()
	n := notice()
	n.Findings[0].Facts = `<w:p/> A & B "引号" ]]>`
	file, err := n.Write()
	require.NoError(t, err)
	_, text := parts(t, file)
	require.Contains(t, text["word/document.xml"], "&lt;w:p/&gt; A &amp; B")

	for _, bad := range []string{"\x00", "\x0b", "\x1b[31m", "\u202e", "\ufffe", "\xff"} {
		n := notice()
		n.Findings[0].Facts = "事实" + bad
		_, err := n.Write()
		var field *documents.FieldError
		require.ErrorAs(t, err, &field, "%q", bad)
		require.Equal(t, "findings[0].facts", field.Field)
		require.Equal(t, "bad_characters", field.Code)
	}
}

// A paper says what it must or is not written.
func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*documents.Notice){
		"number":             func(n *documents.Notice) { n.Number = "" },
		"office":             func(n *documents.Notice) { n.Office.Name = "" },
		"unit":               func(n *documents.Notice) { n.To.Unit = "" },
		"date":               func(n *documents.Notice) { n.On = calendar.Date{} },
		"demand":             func(n *documents.Notice) { n.Demand = " " },
		"findings":           func(n *documents.Notice) { n.Findings = nil },
		"findings[0].basis":  func(n *documents.Notice) { n.Findings[0].Basis = "" },
		"findings[0].found":  func(n *documents.Notice) { n.Findings[0].Found = calendar.Date{} },
		"period":             func(n *documents.Notice) { n.Term.Period = calendar.Period{} },
		"object":             func(n *documents.Notice) { n.Term.Object = calendar.Period{} },
		"source":             func(n *documents.Notice) { n.Term.Until = day(time.June, 1) },
		"findings[0].number": func(n *documents.Notice) { n.Findings[0].Number = "" },
	}
	for want, spoil := range cases {
		n := notice()
		spoil(&n)
		_, err := n.Write()
		var field *documents.FieldError
		require.ErrorAs(t, err, &field, want)
		require.Equal(t, want, field.Field)
		require.Contains(t, field.ZH, "缺少")
	}
	l := letter()
	l.Number = ""
	_, err := l.Write()
	require.Error(t, err)
	r := receipt()
	r.Due = calendar.Date{}
	_, err = r.Write()
	require.Error(t, err)
}

// A draft is marked in its text and has no number.
func TestDraftIsMarked(t *testing.T) {
	t.Parallel()
	draft, signed := notice(), notice()
	draft.Draft, draft.Number = true, ""
	file, err := draft.Write()
	require.NoError(t, err)
	_, text := parts(t, file)
	require.Contains(t, text["word/document.xml"], "送审稿")
	require.NotContains(t, text["word/document.xml"], "工委督函")
	file, err = signed.Write()
	require.NoError(t, err)
	_, text = parts(t, file)
	require.NotContains(t, text["word/document.xml"], "送审稿")
	require.Contains(t, text["word/document.xml"], "工委督函〔2026〕12号")
}
