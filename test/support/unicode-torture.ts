/** Texts that break chat systems which cut, count, compare or rewrite what people write. */

const ACUTE = '\u0301'
const zalgo = (text: string, marks: number) =>
  [...text].map(letter => letter + Array.from({ length: marks }, (_, n) => markAt(n)).join('')).join('')
const markAt = (n: number) => String.fromCodePoint(0x300 + (n % 0x70))

export const UNICODE_TORTURE: Record<string, string> = {
  'a family joined by ZWJ': '👨‍👩‍👧‍👦',
  'families of every skin': '👩🏿‍❤️‍💋‍👨🏻 🧑🏽‍🤝‍🧑🏿',
  'a joiner with nothing to join': '\u200d👩\u200d\u200d',
  'flags, and half a flag': '🇧🇷🇯🇵🇺 🏴󠁧󠁢󠁷󠁬󠁳󠁿 🏳️‍🌈',
  'keycaps and both presentations': '1️⃣ #️⃣ ❤︎ ❤️ ☺︎',
  'a skin tone alone': '🏽',
  'Hebrew with points': 'שָׁלוֹם עֲלֵיכֶם',
  'Arabic with joiners': 'می\u200cخواهم لا\u200dلا ﷽',
  'bidirectional overrides, unclosed': '\u202eevil\u2066 \u2067 exe.gpj',
  'isolates that are closed twice': '\u2068a\u2069\u2069b\u061c\u200e\u200f',
  'an accent composed': 'é',
  'the same accent combined': `e${ACUTE}`,
  'marks in an order that NFC would change': `a${ACUTE}\u0323`,
  'Hangul composed': '각',
  'the same Hangul in letters': '\u1100\u1161\u11a8',
  'signs that NFC makes others of': '\u212b \u2126 \u0958 \u2adc',
  'compatibility forms that NFKC would change': 'ﬁ ½ ① Ａ ㎏',
  'a hundred marks on each letter': zalgo('chaos', 100),
  'a mark with nothing to stand on': `${ACUTE}x`,
  'case that no mapping gives back': 'İıſßẞΣσς ŉ',
  'Thai and Devanagari clusters': 'กำ ที่ क्षि श्री',
  'planes beyond the first': '𝕳𝖊𝖑𝖑𝖔 𠜎𠜱 𓀀 \u{1f600}',
  'private use': '\ue000\uf8ff\u{f0000}\u{10fffd}',
  noncharacters: '\ufdd0 \ufffe \uffff \u{1fffe} \u{10ffff}',
  'a replacement character of its own': 'a\ufffdb',
  'byte order marks': '\ufeffat the start, in the \ufeffmiddle\ufeff',
  'line and paragraph separators': 'one\u2028two\u2029three\u0085four\u000bfive\u000csix',
  'line ends of all systems': 'a\nb\r\nc\rd',
  'spaces that are none, and none that are': '\u00a0\u2000\u200b\u3000\u00ad\u2060',
  'spaces around': ' \t text \n ',
  'only what nobody sees': '\u200b\u200b',
  'control characters': '\u0001\u0008\u001b[31m\u007f\u009b',
  'tags and variation selectors': 'a\u{e0061}\u{e007f} \ufe0f\u{e0100}',
  'what JSON, HTML, SQL and shells hold special':
    '"\\ \\u0000 </script><!-- & \' ; DROP TABLE messages;-- $(id) %s {{7*7}} ]]>',
  'a formula and a path': '=1+1 ../../etc/passwd %00 %0d%0a',
  '5000 code points of four bytes': '🌱'.repeat(5000),
  '5000 code points after NFC, twice as many before': `e${ACUTE}`.repeat(5000),
}
