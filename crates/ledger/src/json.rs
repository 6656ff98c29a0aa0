//! A strict scanner over one line of I-JSON (RFC 8259, RFC 7493): it checks every byte and copies nothing.
//!
//! A line is scanned once, in order, so the first error is the leftmost one and its column is exact. What the
//! ledger adds to JSON is refused here: NUL, lone surrogates, nesting over [`MAX_DEPTH`].

use std::borrow::Cow;

use recount_model::scan;

use crate::line::LineError;

/// Arrays and objects may nest this deep, the line's own object included.
pub(crate) const MAX_DEPTH: u32 = 16;

/// What an error says where a member name is missing.
const NAME: &str = "a member name in double quotes";

/// How many bytes stand before the first one that ends a run of plain characters inside a string: a quotation mark, a
/// backslash, a control character.
#[inline]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    scan::length_before(bytes, ends)
}

/// The same, and before the first one that could be part of a control character beyond those of JSON: DEL, and what the others
/// begin with in UTF-8.
#[inline]
pub(crate) fn harmless_length(bytes: &[u8]) -> usize {
    scan::length_before(bytes, |bytes| ends(bytes) | bytes.equal(0x7f) | bytes.equal(0xc2))
}

#[inline]
fn ends(bytes: scan::Bytes) -> scan::Marks {
    bytes.equal(b'"') | bytes.equal(b'\\') | bytes.within(0, 0x1f)
}

/// A position in a line of JSON.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// The line ends inside a character: it was cut.
    cut: bool,
}

impl<'a> Scanner<'a> {
    /// Begins a line.
    ///
    /// # Errors
    /// Bytes that are not UTF-8, unless they are a character cut off by the line's end.
    pub(crate) fn new(line: &'a [u8]) -> Result<Self, LineError> {
        match std::str::from_utf8(line) {
            Ok(text) => Ok(Self { text, at: 0, cut: false }),
            Err(error) if error.error_len().is_none() => {
                let whole = std::str::from_utf8(&line[..error.valid_up_to()]).expect("valid up to here");
                Ok(Self { text: whole, at: 0, cut: true })
            }
            Err(error) => {
                let at = error.valid_up_to();
                Err(LineError::new(at, "UTF-8", format!("the byte 0x{:02x}", line[at])))
            }
        }
    }

    /// The byte offset in the line of the next byte that is not white space.
    pub(crate) fn next_at(&mut self) -> usize {
        self.skip_space();
        self.at
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// An error at the next byte; at the end of the line it says that the line is incomplete.
    pub(crate) fn error(&self, expected: &'static str) -> LineError {
        match self.text[self.at..].chars().next() {
            Some(found) => LineError::new(self.at, expected, format!("{found:?}")),
            None => LineError::incomplete(self.at, expected),
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), LineError> {
        if self.take(byte) { Ok(()) } else { Err(self.error(expected)) }
    }

    /// The end of the line.
    pub(crate) fn end(&mut self) -> Result<(), LineError> {
        self.skip_space();
        if self.at == self.text.len() && !self.cut { Ok(()) } else { Err(self.error("the end of the line")) }
    }

    /// An object with members out of `names`, each at most once: `member` is called after each name and must
    /// read the value.
    pub(crate) fn object(
        &mut self,
        names: &[&'static str],
        mut member: impl FnMut(&mut Self, &'static str) -> Result<(), LineError>,
    ) -> Result<(), LineError> {
        let mut open: Vec<_> = names.to_vec();
        self.skip_space();
        self.expect(b'{', "an object")?;
        self.skip_space();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.skip_space();
            let name = self.name(names, &mut open)?;
            self.skip_space();
            self.expect(b':', "`:`")?;
            member(self, name)?;
            self.skip_space();
            if self.take(b'}') {
                return Ok(());
            }
            self.expect(b',', "`,` or `}`")?;
        }
    }

    /// A member name out of `names`, taken from the ones still `open`.
    fn name(
        &mut self,
        names: &[&'static str],
        open: &mut Vec<&'static str>,
    ) -> Result<&'static str, LineError> {
        const UNKNOWN: &str = "a member the format knows";
        let start = self.at;
        let name = match self.string(NAME) {
            // The beginning of a name is only then the beginning of a valid line if it is that of a known name.
            Err(error) if error.is_incomplete() && start < self.text.len() => {
                let begun = &self.text[start + 1..];
                let known = open.iter().any(|name| name.starts_with(begun));
                return Err(if known { error } else { LineError::new(start, UNKNOWN, format!("{begun:?}")) });
            }
            name => name?,
        };
        match open.iter().position(|candidate| *candidate == name) {
            Some(index) => Ok(open.swap_remove(index)),
            None if names.contains(&&*name) => {
                Err(LineError::new(start, "each member once", format!("{name:?} a second time")))
            }
            None => Err(LineError::new(start, UNKNOWN, format!("{name:?}"))),
        }
    }

    /// A string, its escapes decoded.
    pub(crate) fn string(&mut self, expected: &'static str) -> Result<Cow<'a, str>, LineError> {
        self.skip_space();
        let start = self.at;
        let escaped = self.skip_string(expected)?;
        let raw = &self.text[start..self.at];
        if escaped {
            Ok(Cow::Owned(serde_json::from_str(raw).expect("a scanned string is JSON")))
        } else {
            Ok(Cow::Borrowed(&raw[1..raw.len() - 1]))
        }
    }

    /// A whole number without sign, fraction or exponent.
    pub(crate) fn whole_number(&mut self) -> Result<u64, LineError> {
        const EXPECTED: &str = "a whole number";
        self.skip_space();
        let start = self.at;
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.error(EXPECTED));
        }
        self.skip_number()?;
        let raw = &self.text[start..self.at];
        raw.parse().map_err(|_| LineError::new(start, EXPECTED, raw.to_owned()))
    }

    /// An object as it is written, inside `depth` others.
    pub(crate) fn raw_object(&mut self, depth: u32) -> Result<&'a str, LineError> {
        self.skip_space();
        let start = self.at;
        if self.peek() != Some(b'{') {
            return Err(self.error("an object"));
        }
        self.skip_value(depth)?;
        Ok(&self.text[start..self.at])
    }

    fn skip_value(&mut self, depth: u32) -> Result<(), LineError> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.skip_string("a string").map(drop),
            Some(b'{' | b'[') if depth == MAX_DEPTH => {
                Err(LineError::new(self.at, "at most 16 levels of nesting", "one more".to_owned()))
            }
            Some(b'{') => self.skip_members(b'}', "`,` or `}`", |this| {
                this.skip_space();
                this.skip_string(NAME)?;
                this.skip_space();
                this.expect(b':', "`:`")?;
                this.skip_value(depth + 1)
            }),
            Some(b'[') => self.skip_members(b']', "`,` or `]`", |this| this.skip_value(depth + 1)),
            Some(b'-' | b'0'..=b'9') => self.skip_number(),
            Some(b't') => self.skip_word("true"),
            Some(b'f') => self.skip_word("false"),
            Some(b'n') => self.skip_word("null"),
            _ => Err(self.error("a JSON value")),
        }
    }

    fn skip_members(
        &mut self,
        close: u8,
        separator: &'static str,
        member: impl Fn(&mut Self) -> Result<(), LineError>,
    ) -> Result<(), LineError> {
        self.at += 1;
        self.skip_space();
        if self.take(close) {
            return Ok(());
        }
        loop {
            member(self)?;
            self.skip_space();
            if self.take(close) {
                return Ok(());
            }
            self.expect(b',', separator)?;
        }
    }

    fn skip_word(&mut self, word: &'static str) -> Result<(), LineError> {
        word.bytes().try_for_each(|byte| self.expect(byte, word))
    }

    fn skip_number(&mut self) -> Result<(), LineError> {
        self.take(b'-');
        if !self.take(b'0') {
            self.skip_digits()?;
        }
        if self.take(b'.') {
            self.skip_digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.skip_digits()?;
        }
        Ok(())
    }

    fn skip_digits(&mut self) -> Result<(), LineError> {
        let rest = &self.text.as_bytes()[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        if digits == 0 { Err(self.error("a digit")) } else { Ok(()) }
    }

    /// Steps over a string; true if it holds an escape.
    fn skip_string(&mut self, expected: &'static str) -> Result<bool, LineError> {
        self.expect(b'"', expected)?;
        let mut escaped = false;
        loop {
            self.at += plain_length(&self.text.as_bytes()[self.at..]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    self.skip_escape()?;
                    escaped = true;
                }
                _ => return Err(self.error("no control character and a closing quote")),
            }
        }
    }

    fn skip_escape(&mut self) -> Result<(), LineError> {
        const LONE: &str = "a surrogate pair";
        let start = self.at;
        self.at += 1;
        if !self.take(b'u') {
            return if matches!(self.peek(), Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')) {
                self.at += 1;
                Ok(())
            } else {
                Err(self.error("an escape of JSON"))
            };
        }
        match self.code_unit()? {
            0 => Err(LineError::new(start, "no NUL", "\\u0000".to_owned())),
            0xd800..=0xdbff => {
                self.expect(b'\\', LONE)?;
                self.expect(b'u', LONE)?;
                let low = self.code_unit()?;
                if (0xdc00..=0xdfff).contains(&low) {
                    return Ok(());
                }
                Err(LineError::new(start, LONE, self.text[start..self.at].to_owned()))
            }
            0xdc00..=0xdfff => Err(LineError::new(start, LONE, self.text[start..self.at].to_owned())),
            _ => Ok(()),
        }
    }

    fn code_unit(&mut self) -> Result<u32, LineError> {
        (0..4).try_fold(0, |unit, _| {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let digit = digit.ok_or_else(|| self.error("four hexadecimal digits"))?;
            self.at += 1;
            Ok(unit << 4 | digit)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn scan(line: &[u8]) -> Result<(), LineError> {
        let mut scanner = Scanner::new(line)?;
        scanner.raw_object(0)?;
        scanner.end()
    }

    fn check(line: impl AsRef<[u8]>) -> String {
        match scan(line.as_ref()) {
            Ok(()) => "fine".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn takes_json() {
        for line in [
            r"{}",
            r#" { "a" : [ 1 , -0.5e+3 , true , false , null , "" ] } "#,
            r#"{"é\u00e9\ud83d\ude00\n\/":{}}"#,
        ] {
            assert_eq!(check(line), "fine", "{line}");
        }
        assert_eq!(check(format!("{}{}{}", r#"{"a":"#.repeat(16), "1", "}".repeat(16))), "fine");
    }

    #[test]
    fn refuses_with_column() {
        insta::assert_snapshot!(check(r#"{"a":01}"#), @"column 7: expected `,` or `}`, found '1'");
        insta::assert_snapshot!(check(r#"{"a":"b\u0000"}"#), @r"column 8: expected no NUL, found \u0000");
        insta::assert_snapshot!(check(b"{\"a\":\"\0\"}"), @r"column 7: expected no control character and a closing quote, found '\0'");
        insta::assert_snapshot!(check(r#"{"a":"\ud800"}"#), @r#"column 13: expected a surrogate pair, found '"'"#);
        insta::assert_snapshot!(check(r#"{"a":"\ud800\u0041"}"#), @r"column 7: expected a surrogate pair, found \ud800\u0041");
        insta::assert_snapshot!(check(r#"{"a":"\udc00"}"#), @r"column 7: expected a surrogate pair, found \udc00");
        insta::assert_snapshot!(check(r#"{"a":"\x"}"#), @"column 8: expected an escape of JSON, found 'x'");
        insta::assert_snapshot!(check(b"{\"a\":\"\xff\"}"), @"column 7: expected UTF-8, found the byte 0xff");
        insta::assert_snapshot!(check(r#"{"a":nul}"#), @"column 9: expected null, found '}'");
        insta::assert_snapshot!(check(r#"{"a":1,}"#), @"column 8: expected a member name in double quotes, found '}'");
        insta::assert_snapshot!(check(r#"{"a":1} 2"#), @"column 9: expected the end of the line, found '2'");
        insta::assert_snapshot!(check(r#"{"a":[1"#), @"column 8: expected `,` or `]`, found the end of the line");
        insta::assert_snapshot!(check(format!("{}1{}", r#"{"a":"#.repeat(17), "}".repeat(17))), @"column 81: expected at most 16 levels of nesting, found one more");
    }

    #[test]
    fn every_beginning_is_incomplete() {
        let line = "{\"a\":[1,-0.5e+3,true,null,\"\\ud83d\\ude00é😀\"],\"b\":{}}".as_bytes();
        assert_eq!(check(line), "fine");
        for end in 0..line.len() {
            assert!(scan(&line[..end]).unwrap_err().is_incomplete(), "{end}");
        }
    }

    proptest! {
        /// Eight bytes at a time or one, the end is the same.
        #[test]
        fn plain_lengths(bytes in proptest::collection::vec(prop_oneof![8 => any::<u8>(), 1 => prop::sample::select(&b"\"\\\x1f \x7f\x80\xc2\xff"[..])], 0..40)) {
            let special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < b' ';
            prop_assert_eq!(plain_length(&bytes), bytes.iter().position(special).unwrap_or(bytes.len()));
            let harmful = |byte: &u8| special(byte) || matches!(byte, 0x7f | 0xc2);
            prop_assert_eq!(harmless_length(&bytes), bytes.iter().position(harmful).unwrap_or(bytes.len()));
        }

        /// Whatever the scanner takes serde_json takes, and what only one of them refuses is what I-JSON refuses.
        #[test]
        fn agrees_with_serde(line in r#"\{"a":[\[{"]?([-0-9.eE+]{1,4}|"(\\[a-z"\\/]|[a-f]|\\u[0d][08c]0[01]){0,3}"|[tn][a-z]{3})[\]},"]{0,2}\}"#) {
            let serde = serde_json::from_str::<serde_json::Value>(&line);
            match scan(line.as_bytes()) {
                Ok(()) => prop_assert!(serde.is_ok(), "{line}"),
                Err(error) => {
                    let stricter = error.to_string().contains("NUL");
                    // A double outside the range of f64 is JSON, but not for serde_json: never the reverse.
                    prop_assert!(stricter || serde.is_err(), "{line}: {error}");
                }
            }
        }
    }
}
