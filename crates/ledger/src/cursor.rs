//! A place in a text of JSON that is read once, from the front, straight into what it means.
//!
//! Nearly every line is in the writer's own spelling: members in the order of the layout, no white space, no escapes. So that
//! is what is looked for first, everywhere: the next member is compared with the name that comes next in the layout, a string
//! is a slice of the line up to the next quotation mark. Any other spelling is read as well, by the functions marked cold, and
//! noted. What is no JSON, or not what was asked for, gives nothing: the words for it are found by the
//! [`Scanner`](crate::json::Scanner) and by [`diagnose`](crate::codec::diagnose).

use std::borrow::Cow;

use recount_model::event::Text;

use crate::json::{MAX_DEPTH, plain_length};

/// A place in a text of JSON.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    is_written: bool,
}

impl<'a> Cursor<'a> {
    /// The beginning of a text.
    pub(crate) fn new(text: &'a str) -> Self {
        Cursor { text, at: 0, is_written: true }
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
    pub(crate) fn is_otherwise(&mut self) {
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
            self.is_otherwise();
            let name = self.name()?;
            member(self, &name)?;
        }
        Some(())
    }

    /// The name of a member, with the colon and the white space behind it.
    fn name(&mut self) -> Option<Text<'a>> {
        self.skip_space();
        let name = self.string()?;
        self.expect(b':')?;
        self.skip_space();
        Some(name)
    }

    /// Reads an object and gives each member to `each`: its name, and its text where it is a string. Nothing where `each` gives
    /// nothing.
    pub(crate) fn texts(&mut self, mut each: impl FnMut(&str, Option<&str>) -> Option<()>) -> Option<()> {
        self.items(b'{', b'}', |from| {
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
        let taken = self.bytes().starts_with(word.as_bytes());
        if taken {
            self.at += word.len();
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
        self.peek().is_some_and(|byte| byte <= b' ') && self.skip_any_space()
    }

    #[cold]
    fn skip_any_space(&mut self) -> bool {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let spaces = self.bytes().iter().take_while(|byte| is_space(byte)).count();
        self.at += spaces;
        self.is_written &= spaces == 0;
        spaces > 0
    }

    /// A string without escapes, if `length` knows from the bytes behind the first quotation mark how long it is and the other
    /// one stands there; or else nothing is stepped over.
    #[inline]
    pub(crate) fn plain(&mut self, length: impl FnOnce(&[u8]) -> Option<usize>) -> Option<&'a str> {
        let (first, inside) = self.bytes().split_first()?;
        if *first != b'"' {
            return None;
        }
        let length = length(inside)?;
        if inside.get(length) != Some(&b'"') {
            return None;
        }
        let start = self.at + 1;
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }

    /// A string.
    #[inline]
    pub(crate) fn string(&mut self) -> Option<Text<'a>> {
        match self.plain(|inside| Some(plain_length(inside))) {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.any_string(),
        }
    }

    #[cold]
    fn any_string(&mut self) -> Option<Text<'a>> {
        self.skip_space();
        if let Some(text) = self.plain(|inside| Some(plain_length(inside))) {
            return Some(Cow::Borrowed(text));
        }
        let start = self.at;
        self.skip_string()?;
        self.is_otherwise();
        serde_json::from_str(&self.text[start..self.at]).ok().map(Cow::Owned)
    }

    /// Steps over a string, whatever is escaped in it.
    fn skip_string(&mut self) -> Option<()> {
        (self.peek()? == b'"').then(|| self.at += 1)?;
        loop {
            self.at += plain_length(self.bytes());
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => return None,
            }
            self.text.get(self.at..)?;
        }
        self.at += 1;
        Some(())
    }

    /// A whole number, without leading zeros.
    pub(crate) fn number(&mut self) -> Option<u64> {
        self.skip_space();
        let rest = self.bytes();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 1 && rest[0] == b'0' {
            return None;
        }
        let number = self.text[self.at..self.at + digits].parse().ok()?;
        self.at += digits;
        Some(number)
    }

    /// What stands from here to the last brace but one of the text: the object that stands here, if no brace follows it but that
    /// which ends the text. Nothing in it was looked at: whoever takes it reads it, and finds out.
    pub(crate) fn last_object(&mut self) -> Option<&'a str> {
        self.skip_space();
        let inside = self.rest().trim_ascii_end().strip_suffix('}')?;
        let length = memchr::memrchr(b'}', inside.as_bytes())? + 1;
        self.at += length;
        inside.get(..length)
    }

    /// An object as it stands here. What is in it is stepped over: whoever takes it reads it.
    pub(crate) fn raw_object(&mut self) -> Option<&'a str> {
        self.skip_space();
        let start = self.at;
        let mut depth = 0_u32;
        loop {
            match self.peek()? {
                b'"' => {
                    self.skip_string()?;
                    continue;
                }
                b'{' => depth += 1,
                b'}' => depth = depth.checked_sub(1)?,
                _ if depth == 0 => return None,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return self.text.get(start..self.at);
            }
        }
    }
}
