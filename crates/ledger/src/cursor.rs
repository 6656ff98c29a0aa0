//! A place in a text of JSON that is read once, from the front, straight into what it means.
//!
//! Nearly every line is in the writer's own spelling: members in the order of the layout, no white space, no escapes. So that
//! is what is looked for first, everywhere: the next member is compared with the name that comes next in the layout, a string
//! is a slice of the line up to the next quotation mark. Any other spelling is read as well, by the functions marked cold, and
//! noted. What is no JSON, or not what was asked for, gives nothing: the words for it are found by the
//! [`Scanner`](crate::json::Scanner) and by [`diagnose`](crate::codec::diagnose).

use std::borrow::Cow;

use bumpalo::Bump;
use recount_model::scan;

use crate::json::{MAX_DEPTH, plain_length};

/// Few strings with escapes are longer, in bytes.
const SHORT: usize = 64;

/// What of lines is needed longer than their reading and does not stand in them as it is meant: strings that are spelt with
/// escapes, without them. Nearly every line has none.
#[derive(Debug, Default)]
pub struct Unescaped(Bump);

impl Unescaped {
    /// Keeps a text.
    pub(crate) fn keep(&self, text: &str) -> &str {
        self.0.alloc_str(text)
    }
}

/// A place in a text of JSON.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    is_written: bool,
    /// Where texts go that stand in the line otherwise than they are meant.
    unescaped: Option<&'a Unescaped>,
}

impl<'a> Cursor<'a> {
    /// The beginning of a text of which no string with escapes is [kept](Cursor::kept).
    pub(crate) fn new(text: &'a str) -> Self {
        Cursor { text, at: 0, is_written: true, unescaped: None }
    }

    /// The beginning of a text of which strings with escapes are kept there.
    pub(crate) fn keeping(text: &'a str, unescaped: &'a Unescaped) -> Self {
        Cursor { unescaped: Some(unescaped), ..Cursor::new(text) }
    }

    /// The beginning of a part of the text, of which strings are kept in the same place.
    pub(crate) fn within(&self, part: &'a str) -> Self {
        Cursor { unescaped: self.unescaped, ..Cursor::new(part) }
    }

    /// Whether all was read but for white space.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.at == self.text.len()
    }

    /// Whether everything so far was in the writer's own spelling. What is written out where it could be left out, or escaped
    /// where it need not be, is not.
    pub(crate) fn is_written(&self) -> bool {
        self.is_written
    }

    /// Notes that something stands otherwise than the writer would have it.
    pub(crate) fn note_otherwise(&mut self) {
        self.is_written = false;
    }

    /// The next byte, whatever it is.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn bytes(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Steps over the name of a member, which is given in quotation marks and with its colon, if it stands here as the writer
    /// spells it: behind `lead`, which is `{` before the first member of an object and `,` before others.
    #[inline]
    pub(crate) fn take_name(&mut self, lead: &mut u8, name: &'static str) -> bool {
        let taken = match self.bytes().split_first() {
            Some((first, rest)) => first == lead && rest.starts_with(name.as_bytes()),
            None => false,
        };
        if taken {
            self.at += 1 + name.len();
            *lead = b',';
        }
        taken
    }

    /// Reads the rest of an object: nothing but its end if all members were read as the writer orders them; or else `member`
    /// reads the value of each, by name.
    #[inline]
    pub(crate) fn other_members(
        &mut self,
        lead: u8,
        member: impl FnMut(&mut Self, &str) -> Option<()>,
    ) -> Option<()> {
        if lead == b',' && self.peek() == Some(b'}') {
            self.at += 1;
            return Some(());
        }
        self.members(lead, member)
    }

    #[cold]
    fn members(&mut self, lead: u8, mut member: impl FnMut(&mut Self, &str) -> Option<()>) -> Option<()> {
        let mut is_first = lead == b'{';
        if is_first {
            self.expect(b'{')?;
        }
        while !self.take(b'}') {
            if !std::mem::take(&mut is_first) {
                self.expect(b',')?;
            }
            self.note_otherwise();
            let name = self.name()?;
            member(self, &name)?;
        }
        Some(())
    }

    /// The name of a member, with the colon and the white space behind it.
    #[inline(always)]
    pub(crate) fn name(&mut self) -> Option<Cow<'a, str>> {
        self.skip_space();
        if let Some(name) = self.plain(|inside| Some(plain_length(inside))) {
            // As other programs write it.
            if let [b':', b' ', first, ..] = self.bytes()
                && *first > b' '
            {
                self.at += 2;
                self.is_written = false;
                return Some(Cow::Borrowed(name));
            }
            self.expect(b':')?;
            self.skip_space();
            return Some(Cow::Borrowed(name));
        }
        let name = self.any_string()?;
        self.expect(b':')?;
        self.skip_space();
        Some(name)
    }

    /// Reads an object and gives each member to `each`: its name, and its text where it is a string. Nothing where `each` gives
    /// nothing.
    pub(crate) fn texts(&mut self, mut each: impl FnMut(&str, Option<&str>) -> Option<()>) -> Option<()> {
        self.items(b'{', b'}', |from| {
            if let Some((name, text)) = from.plain_member() {
                return each(name, Some(text));
            }
            let name = from.name()?;
            match from.peek()? {
                b'"' => each(&name, Some(&from.string()?)),
                _ if from.take_null() => Some(()),
                _ => {
                    from.skip_value(MAX_DEPTH - 1)?;
                    each(&name, None)
                }
            }
        })
    }

    /// Reads the name and the text of a member that is a string, if both are without escapes and nothing stands between them; or
    /// else nothing is stepped over.
    #[inline]
    fn plain_member(&mut self) -> Option<(&'a str, &'a str)> {
        let start = self.at;
        let name = self.plain(|inside| Some(plain_length(inside)))?;
        let text = if self.take_text(":") { self.plain(|inside| Some(plain_length(inside))) } else { None };
        if text.is_none() {
            self.at = start;
        }
        Some((name, text?))
    }

    /// Steps over a value that may hold so many others, each in the other. Of numbers it knows the whole ones.
    fn skip_value(&mut self, depth: u32) -> Option<()> {
        self.skip_space();
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' => {
                let inner = depth.checked_sub(1)?;
                self.items(b'{', b'}', |from| {
                    from.name()?;
                    from.skip_value(inner)
                })
            }
            b'[' => {
                let inner = depth.checked_sub(1)?;
                self.items(b'[', b']', |from| from.skip_value(inner))
            }
            _ if ["true", "false", "null"].into_iter().any(|word| self.take_word(word)) => Some(()),
            _ => self.number().map(drop),
        }
    }

    /// Reads the items between two brackets.
    pub(crate) fn items(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.expect(open)?;
        if self.take(close) {
            return Some(());
        }
        loop {
            item(self)?;
            if self.take(close) {
                return Some(());
            }
            self.expect(b',')?;
        }
    }

    /// Steps over a byte, and white space before it.
    pub(crate) fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    /// Steps over a byte, and white space before it, if it stands here.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte) || self.skip_space() && self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    /// Steps over a word, and white space before it, if it stands here.
    pub(crate) fn take_word(&mut self, word: &str) -> bool {
        self.skip_space();
        self.take_text(word)
    }

    /// Steps over a text, if it stands here.
    #[inline]
    pub(crate) fn take_text(&mut self, text: &str) -> bool {
        let taken = self.bytes().starts_with(text.as_bytes());
        if taken {
            self.at += text.len();
        }
        taken
    }

    /// Steps over `null`, which the writer leaves out, if it stands here.
    #[inline]
    pub(crate) fn take_null(&mut self) -> bool {
        let taken = self.peek().is_some_and(|byte| byte == b'n' || byte <= b' ') && self.take_word("null");
        self.is_written &= !taken;
        taken
    }

    /// Steps over white space; whether there is any.
    #[inline]
    pub(crate) fn skip_space(&mut self) -> bool {
        if self.peek().is_none_or(|byte| byte > b' ') {
            return false;
        }
        // What other programs write is one space between members.
        if let Some([b' ', first, ..]) = self.bytes().get(..2)
            && *first > b' '
        {
            self.at += 1;
            self.is_written = false;
            return true;
        }
        self.skip_some_space()
    }

    #[cold]
    fn skip_some_space(&mut self) -> bool {
        let start = self.at;
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
        self.is_written &= self.at == start;
        self.at > start
    }

    /// A string without escapes, if `length` knows from the bytes behind the first quotation mark how long it is and the other
    /// one stands there; or else nothing is stepped over. Most of a line are short strings: a call for each would cost as much as
    /// its bytes.
    #[inline(always)]
    pub(crate) fn plain(&mut self, length: impl FnOnce(&[u8]) -> Option<usize>) -> Option<&'a str> {
        let start = self.at + 1;
        let length = self.plain_with(|inside| length(inside).map(|length| (length, length)))?;
        self.text.get(start..start + length)
    }

    /// The same of what `read` makes of these bytes; it tells how many they are.
    #[inline(always)]
    pub(crate) fn plain_with<T>(&mut self, read: impl FnOnce(&[u8]) -> Option<(T, usize)>) -> Option<T> {
        let (first, inside) = self.bytes().split_first()?;
        if *first != b'"' {
            return None;
        }
        let (read, length) = read(inside)?;
        if inside.get(length) != Some(&b'"') {
            return None;
        }
        self.at += length + 2;
        Some(read)
    }

    /// A string.
    #[inline]
    pub(crate) fn string(&mut self) -> Option<Cow<'a, str>> {
        match self.plain(|inside| Some(plain_length(inside))) {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.any_string(),
        }
    }

    /// A string that lives as long as the text.
    #[inline]
    pub(crate) fn kept(&mut self) -> Option<&'a str> {
        match self.string()? {
            Cow::Borrowed(text) => Some(text),
            Cow::Owned(text) => self.unescaped.map(|unescaped| unescaped.keep(&text)),
        }
    }

    #[cold]
    fn any_string(&mut self) -> Option<Cow<'a, str>> {
        self.skip_space();
        if let Some(text) = self.plain(|inside| Some(plain_length(inside))) {
            return Some(Cow::Borrowed(text));
        }
        self.note_otherwise();
        self.escaped().map(Cow::Owned)
    }

    /// A string with escapes.
    fn escaped(&mut self) -> Option<String> {
        (self.next()? == b'"').then_some(())?;
        let mut text = String::with_capacity(SHORT);
        loop {
            // What one alphabet must escape stands in runs of escapes.
            if self.peek()? != b'\\' {
                let plain = plain_length(self.bytes());
                text.push_str(&self.text[self.at..self.at + plain]);
                self.at += plain;
            }
            match self.next()? {
                b'"' => return Some(text),
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
        }
    }

    /// What is escaped behind a backslash.
    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            escaped @ (b'"' | b'\\' | b'/') => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.code_units()?,
            _ => return None,
        })
    }

    /// The character of one code unit of UTF-16, or of two that are a pair.
    fn code_units(&mut self) -> Option<char> {
        let first = self.code_unit()?;
        if !matches!(first, 0xd800..0xdc00) {
            return char::from_u32(u32::from(first));
        }
        (self.next()? == b'\\' && self.next()? == b'u').then_some(())?;
        char::decode_utf16([first, self.code_unit()?]).next()?.ok()
    }

    fn code_unit(&mut self) -> Option<u16> {
        let digits: &[u8; 4] = self.bytes().first_chunk()?;
        let unit = digits.iter().try_fold(0, |unit, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            Some(unit << 4 | digit as u16)
        })?;
        self.at += digits.len();
        Some(unit)
    }

    /// Steps over one byte.
    fn next(&mut self) -> Option<u8> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// A whole number, without leading zeros.
    pub(crate) fn number(&mut self) -> Option<u64> {
        /// No number of so many digits is too great.
        const SAFE: usize = u64::MAX.ilog10() as usize;

        self.skip_space();
        let rest = self.bytes();
        if let Some((number, digits)) = scan::leading_number(rest) {
            self.at += digits;
            return Some(number);
        }
        let (mut number, mut digits) = (0_u64, 0);
        while let Some(digit @ b'0'..=b'9') = rest.get(digits) {
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            digits += 1;
        }
        if digits == 0 || digits > 1 && rest[0] == b'0' {
            return None;
        }
        if digits > SAFE {
            number = self.text[self.at..self.at + digits].parse().ok()?;
        }
        self.at += digits;
        Some(number)
    }

    /// What stands from here to the last brace but one of the text: the object that stands here, if no brace follows it but that
    /// which ends the text. Nothing in it was looked at: whoever takes it reads it, and finds out.
    pub(crate) fn last_object(&mut self) -> Option<&'a str> {
        self.skip_space();
        let rest = self.rest();
        let length = match rest.as_bytes() {
            // As the writer ends a line.
            [.., b'}', b'}'] => rest.len() - 1,
            _ => memchr::memrchr(b'}', rest.trim_ascii_end().strip_suffix('}')?.as_bytes())? + 1,
        };
        self.at += length;
        rest.get(..length)
    }

    /// A value as it stands here.
    pub(crate) fn value(&mut self) -> Option<&'a str> {
        self.skip_space();
        let start = self.at;
        self.skip_value(MAX_DEPTH)?;
        Some(&self.text[start..self.at])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is read of a whole text.
    fn whole<'a, T>(text: &'a str, read: impl FnOnce(&mut Cursor<'a>) -> Option<T>) -> Option<T> {
        let mut from = Cursor::new(text);
        read(&mut from).filter(|_| from.is_at_end())
    }

    #[test]
    fn the_writers_spelling_is_told() {
        let is_written = |text: &'static str| {
            let mut from = Cursor::new(text);
            let read = from.items(b'[', b']', |from| from.string().map(drop));
            (read.is_some() && from.is_at_end()).then(|| from.is_written())
        };
        assert_eq!(is_written(r#"["a","é"]"#), Some(true));
        for otherwise in [r#" ["a"]"#, r#"["a"] "#, r#"["a" ,"b"]"#, r#"["a", "b"]"#, r#"["\u0061"]"#, "[\n]"]
        {
            assert_eq!(is_written(otherwise), Some(false), "{otherwise}");
        }
        for wrong in ["", "[", "[]]", r#"["a",]"#, r#"["a""b"]"#, r#"["a]"#, "[\"a\n\"]", "[\u{a0}]"] {
            assert_eq!(is_written(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_nests_too_deep() {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            for levels in [1, 16, 17, 1 << 20] {
                let text = format!("{}1{}", open.repeat(levels), close.repeat(levels));
                assert_eq!(
                    whole(&text, |from| from.skip_value(MAX_DEPTH)).is_some(),
                    levels <= 16,
                    "{levels}"
                );
            }
        }
    }

    #[test]
    fn the_last_brace_but_one_ends_an_object() {
        let last = |text: &'static str| Cursor::new(text).last_object();
        assert_eq!(last(r#" {"a":{}} } "#), Some(r#"{"a":{}}"#));
        assert_eq!(last(r#"{"a":"}"},"b":1}"#), Some(r#"{"a":"}"}"#));
        assert_eq!(last(r#"{},"b":{}}"#), Some(r#"{},"b":{}"#), "whoever reads it finds out");
        assert_eq!((last("{}"), last("}}x"), last("")), (None, None, None));
    }

    proptest! {
        /// Strings are read as serde_json reads them, whatever is escaped in them and however.
        #[test]
        fn strings(text in r#" ?"([a-zé😀 ]|\\["\\/bfnrtux]|\\u[0dD][0-9a-fA-F]{3}|\\ud83d\\ude00|\\u\+123|["\x01\x7f])*"?"#) {
            prop_assert_eq!(whole(&text, Cursor::string).map(Cow::into_owned), serde_json::from_str(&text).ok(), "{}", text);
        }

        /// So are whole numbers.
        #[test]
        fn numbers(text in r"-?[0-9]{0,2}(1844674407370955161[0-9]|[.eE][0-9])?") {
            prop_assert_eq!(whole(&text, Cursor::number), serde_json::from_str::<u64>(&text).ok(), "{}", text);
        }
    }
}
