package documents_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/documents"
)

// notes is the text of a notice.
func notes(t *testing.T, n documents.Notice) string {
	t.Helper()
	file, err := n.Write()
	require.NoError(t, err)
	_, text := parts(t, file)
	return text["word/document.xml"]
}

// Domain 5.6: the campaign and its days, what a finding rests on, and how the
// report comes in.
func TestNoticeSaysWhereItComesFrom(t *testing.T) {
	t.Parallel()
	n := notice()
	n.Campaign = "专项督查"
	n.Held = documents.Span{From: day(time.March, 2), To: day(time.March, 6)}
	text := notes(t, n)
	require.Contains(t, text, "在专项督查（督促检查，2026年3月2日至2026年3月6日）中")
	require.Contains(t, text, "第一党支部2025年度会议记录复印件；组织生活会照片。")
	require.Contains(t, text, "报送方式：在督查整改系统中填报；")
	n.Held.To = n.Held.From
	n.Findings[0].Evidence = nil
	for i := range 12 {
		n.Findings[0].Evidence = append(n.Findings[0].Evidence, fmt.Sprintf("记录%d", i+1))
	}
	text = notes(t, n)
	require.Contains(t, text, "（督促检查，2026年3月2日）")
	require.Contains(t, text, "记录10等12件。")
	require.NotContains(t, text, "记录11")
}

// A notice after a look-back gives its day, what it came to and what was found of
// each measure; one that states a new finding beside is no such notice.
func TestNoticeAfterALookBack(t *testing.T) {
	t.Parallel()
	again, ok := papers()["look-back"].(documents.Notice)
	require.True(t, ok)
	text := notes(t, again)
	for _, want := range []string{
		"“回头看”，结果为虚假整改。", "2026年8月3日，结果为虚假整改。", "1.建立组织生活台账，按月自查：到位。查阅5月至7月台账，记录齐全。", "2.开展支部书记培训：未到位。培训签到表为事后补签，",
	} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "整改未到位")
	again.Findings = append(again.Findings, finding())
	text = notes(t, again)
	require.Contains(t, text, "发现你单位存在下列2个问题")
	require.Contains(t, text, "结果为虚假整改")
}
