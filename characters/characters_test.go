package characters_test

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"duban/characters"
)

func TestNamesOfPeopleAreAllowed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"王二", "欧阳\u3000娜", "阿依古丽·艾力", "阿依古丽・艾力", "阿依古丽•艾力", "阿依古丽‧艾力", "阿依古丽∙艾力", "阿依古丽⋅艾力",
		"李\u3400", "李\U00020000", "李\U0002A700", "李\U0002B740", "李\U0002B820", "李\U0002CEB0", "李\U0002EBF0", "李\U0002EE5D",
		"李\U00030000", "李\U00031350", "李\U000323B0", "李\U00033479", "李\u9FFF", "〇", "葛\U000E0100", "بەختىيار", "ᠪᠠᠶᠠᠷ", "བསོད་ནམས།",
		"李\uE863", "李\U000F0001", "Ångström", "a\u200db",
	} {
		require.Nil(t, characters.Line(name), "%+q", name)
		require.Nil(t, characters.Text(name), "%+q", name)
	}
}

func TestACharacterThatIsRefusedIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"事实\uFFFE":    "第3个字符U+FFFE（不是字符的编码）",
		"\uFFFF事实":    "第1个字符U+FFFF（不是字符的编码）",
		"\U0001FFFE":  "第1个字符U+1FFFE（不是字符的编码）",
		"\U0010FFFF":  "第1个字符U+10FFFF（不是字符的编码）",
		"甲\uFDD0":     "第2个字符U+FDD0（不是字符的编码）",
		"𠮷\x00":       "第2个字符U+0000（控制字符）",
		"甲\x7f":       "第2个字符U+007F（控制字符）",
		"甲\u009f":     "第2个字符U+009F（控制字符）",
		"电话\u202d139": "第3个字符U+202D（看不见、会颠倒文字顺序的字符）",
		"甲\u2069":     "第2个字符U+2069（看不见、会颠倒文字顺序的字符）",
		"甲\ufeff乙":    "第2个字符U+FEFF（看不见的字节顺序标记）",
		"甲\v乙":        "第2个字符U+000B（特殊的换行）",
		"甲\u2028乙":    "第2个字符U+2028（特殊的换行）",
		"甲\xff":       "第2个字符U+FFFD（原来的字符已经丢失）",
		"甲\ufffd":     "第2个字符U+FFFD（原来的字符已经丢失）",
		"甲\U000E0041": "第2个字符U+E0041（看不见的格式字符）",
		"附图\ufffc":    "第3个字符U+FFFC（图片等对象的占位符）",
	} {
		for _, check := range []func(string) *characters.Fault{characters.Text, characters.Line} {
			fault := check(text)
			require.NotNil(t, fault, "%+q", text)
			require.Equal(t, want, fault.ZH(), "%+q", text)
			require.Contains(t, fault.EN(), want[len("第")+1+len("个字符"):len("第")+1+len("个字符")+6])
		}
	}
}

func TestALineHasNoBreaks(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"一\n二", "一\r二", "一\t二"} {
		require.NotNil(t, characters.Line(text), "%q", text)
	}
	require.Nil(t, characters.Text("一\n\t二"))
}

func TestPrivateUseIsWorthAWarning(t *testing.T) {
	t.Parallel()
	require.Equal(t, "第2个字符U+E863（自造字）", characters.Private("李\uE863").ZH())
	require.Nil(t, characters.Private("李\U000323B0"))
}

func TestTextsThatLookTheSameFoldTheSame(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string][2]string{
		"brackets":         {"市大数据局（中心）", "市大数据局(中心)"},
		"full width":       {"第１党支部Ａ", "第1党支部a"},
		"Kangxi radical":   {"市\u2f42化局", "市文化局"},
		"radical":          {"\u2ed3期", "长期"},
		"simplified":       {"\u2ee9色", "黄色"},
		"stroke":           {"\u31d0把手", "一把手"},
		"compatibility":    {"\uf9e4", "理"},
		"middle dots":      {"阿·艾・力‧甲•乙∙丙⋅丁･", "阿・艾·力·甲·乙·丙·丁·"},
		"blanks":           {"王\u3000二 \u00a0\t\n\u2003", "王二"},
		"soft hyphen":      {"同\u00ad题", "同题"},
		"zero width":       {"同\u200b\u200c\u200d\u2060题", "同题"},
		"byte order mark":  {"\ufeff同题", "同题"},
		"marks":            {"\u200e同\u200f题\u061c", "同题"},
		"variation":        {"葛\U000E0101\ufe00城\u180b", "葛城"},
		"fillers":          {"同\u3164\uffa0\u034f题", "同题"},
		"number":           {"督〔２０２６〕０００１", "督[2026]0001"},
		"other brackets":   {"督【2026】﹝1﹞", "督(2026)[1]"},
		"quotes":           {"“三会一课”", "「三会一课」"},
		"dashes":           {"A—B–C－D", "a-b-c-d"},
		"accent":           {"e\u200b\u0301", "é"},
		"zero as a circle": {"二○二六", "二〇二六"},
	} {
		require.Equal(t, characters.Fold(pair[0]), characters.Fold(pair[1]), name)
	}
	for _, pair := range [][2]string{{"1.5", "15"}, {"甲局", "乙局"}, {"土", "士"}, {"已", "己"}, {"\U000323B0", "\U000323B1"}} {
		require.NotEqual(t, characters.Fold(pair[0]), characters.Fold(pair[1]), pair)
	}
}

func FuzzFold(f *testing.F) {
	f.Add("市\u2f42化局（Ａ）")
	f.Fuzz(func(t *testing.T, text string) {
		once := characters.Fold(text)
		require.True(t, utf8.ValidString(once))
		require.Equal(t, once, characters.Fold(characters.Trim(text)))
		if characters.Text(text) != nil {
			return
		}
		require.Nil(t, characters.Line(characters.Shown(text)))
	})
}
