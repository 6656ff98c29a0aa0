//! Reading data in the writer's own spelling: members in the order of the layout, no white space, no escapes.
//!
//! Nearly every line of a ledger is spelt so. Where the next member is known beforehand there is no name to read and look
//! up: it is compared with what must stand there, and strings are slices of the line. Whatever does not fit is left to the
//! general reader, also when it is wrong; what fits is read as that one would read it, since both fill the same structs
//! (property test).

use std::marker::PhantomData;
use std::num::NonZeroU32;

use recount_model::event::{Fact, Text};
use serde_json::value::RawValue;

use super::notation::{Notation, Spelling};
use super::wire::{Either, Kept, Map, Object, Read, Record, True};
use super::{KindOf, causes};
use crate::json::plain_length;

/// Data that nest deeper are left to the general reader.
const MAX_SKIPPED: usize = 8;

/// A place in a line of JSON.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// What stands before the next member of the innermost object: `{` before the first, `,` before others.
    lead: u8,
}

/// Something that can be read in the writer's spelling.
pub(super) trait Written<'a>: Sized {
    /// Reads it; nothing where it is spelt otherwise or is wrong.
    fn written(from: &mut Cursor<'a>) -> Option<Self>;

    /// Reads it as the member that begins with `name`, which is the name in quotation marks and the colon.
    fn member(from: &mut Cursor<'a>, name: &str) -> Option<Self> {
        if from.take_name(name) { Self::written(from) } else { None }
    }
}

impl<'a> Cursor<'a> {
    /// The beginning of a text.
    pub(super) fn new(text: &'a str) -> Self {
        Cursor { text, at: 0, lead: b'{' }
    }

    /// Whether all was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Reads an object by reading its members.
    pub(super) fn object<T>(&mut self, members: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let outer = std::mem::replace(&mut self.lead, b'{');
        let read = members(self)?;
        let closed = if self.lead == b'{' { self.take("{}") } else { self.take("}") };
        self.lead = outer;
        closed.then_some(read)
    }

    /// Steps into the replacement of a correction; whether it stands where the writer puts it.
    pub(super) fn enter_replacement(&mut self) -> bool {
        self.take("{\"target\":") && self.number().is_some() && self.take(",\"data\":")
    }

    /// Reads an object and gives each member to `each`: its name, and its text where it is a string. Nothing where `each` gives
    /// nothing, or something is not in the writer's spelling.
    pub(super) fn members(
        &mut self,
        mut each: impl FnMut(&'a str, Option<&'a str>) -> Option<()>,
    ) -> Option<()> {
        self.items(MAX_SKIPPED, ["{", "}"], |from, depth| {
            let name = from.name()?;
            let text = from.string();
            if text.is_none() {
                from.skip(depth)?;
            }
            each(name, text)
        })
    }

    /// Steps over a value of any type.
    fn skip(&mut self, depth: usize) -> Option<()> {
        match self.text.as_bytes().get(self.at)? {
            b'"' => self.string().map(drop),
            b'{' => self.items(depth, ["{", "}"], |from, depth| {
                from.name()?;
                from.skip(depth)
            }),
            b'[' => self.items(depth, ["[", "]"], Cursor::skip),
            _ if self.take("true") || self.take("false") => Some(()),
            _ => self.number().map(drop),
        }
    }

    /// Reads what stands between two brackets, and may hold so many more of them.
    fn items(
        &mut self,
        depth: usize,
        [open, close]: [&str; 2],
        mut item: impl FnMut(&mut Self, usize) -> Option<()>,
    ) -> Option<()> {
        let inner = depth.checked_sub(1)?;
        if !self.take(open) {
            return None;
        }
        if self.take(close) {
            return Some(());
        }
        loop {
            item(self, inner)?;
            if !self.take(",") {
                return self.take(close).then_some(());
            }
        }
    }

    /// The name of a member, with the colon.
    fn name(&mut self) -> Option<&'a str> {
        self.string().filter(|_| self.take(":"))
    }

    /// Steps over the name of the next member, if it is this one.
    fn take_name(&mut self, name: &str) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let taken = rest.first() == Some(&self.lead) && rest[1..].starts_with(name.as_bytes());
        if taken {
            self.at += 1 + name.len();
            self.lead = b',';
        }
        taken
    }

    fn take(&mut self, text: &str) -> bool {
        let taken = self.text.as_bytes()[self.at..].starts_with(text.as_bytes());
        if taken {
            self.at += text.len();
        }
        taken
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        let (quote, inside) = self.text.as_bytes()[self.at..].split_first()?;
        let length = plain_length(inside);
        if *quote != b'"' || inside.get(length) != Some(&b'"') {
            return None;
        }
        let start = self.at + 1;
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }

    /// A whole number, without leading zeros.
    fn number(&mut self) -> Option<u64> {
        let rest = &self.text.as_bytes()[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 1 && rest[0] == b'0' {
            return None;
        }
        let number = self.text[self.at..self.at + digits].parse().ok()?;
        self.at += digits;
        Some(number)
    }
}

/// Reads a correction: the reading of the replacement is left to the one who knows the type of the corrected event.
pub(super) fn correction<'a>(from: &mut Cursor<'a>, kind_of: KindOf<'_>) -> Option<Fact<'a>> {
    from.object(|from| {
        let target = NonZeroU32::member(from, "\"target\":")?.get();
        let kind = kind_of(target).filter(|kind| kind.is_correctable())?;
        let replacement = if from.take_name("\"data\":") {
            super::written_fact(kind, from, kind_of)?
        } else {
            return None;
        };
        causes::Reason::member(from, "\"reason\":")?;
        Some(Fact::RecordCorrected { target, fact: Box::new(replacement) })
    })
}

impl<'a, T: Written<'a>> Written<'a> for Option<T> {
    fn written(from: &mut Cursor<'a>) -> Option<Self> {
        T::written(from).map(Some)
    }

    fn member(from: &mut Cursor<'a>, name: &str) -> Option<Self> {
        if from.take_name(name) { T::written(from).map(Some) } else { Some(None) }
    }
}

impl<'a, T: Written<'a>> Written<'a> for Vec<T> {
    fn written(from: &mut Cursor<'a>) -> Option<Self> {
        let mut items = Vec::new();
        if from.take("[]") {
            return Some(items);
        }
        let mut before = "[";
        while from.take(before) {
            items.push(T::written(from)?);
            before = ",";
        }
        // Without a first item there was no `[` either.
        (!items.is_empty() && from.take("]")).then_some(items)
    }
}

impl<'w: 'a, 'a, S: Spelling> Written<'w> for Kept<'a, S> {
    fn written(from: &mut Cursor<'w>) -> Option<Self> {
        let text = from.string()?;
        S::fits(text).then_some(Kept(Text::Borrowed(text), PhantomData))
    }
}

impl<'a, T: Notation> Written<'a> for Read<T> {
    fn written(from: &mut Cursor<'a>) -> Option<Self> {
        T::read(from.string()?).map(Read)
    }
}

/// The writer sorts by name; other orders are left to the general reader.
impl<'a, K: Written<'a> + AsRef<str>, V: Written<'a>> Written<'a> for Map<K, V> {
    fn written(from: &mut Cursor<'a>) -> Option<Self> {
        let mut entries: Vec<(K, V)> = Vec::new();
        if from.take("{}") {
            return Some(Map(entries));
        }
        let mut before = "{";
        while from.take(before) {
            let name = K::written(from)?;
            if entries.last().is_some_and(|(last, _)| last.as_ref() >= name.as_ref()) || !from.take(":") {
                return None;
            }
            entries.push((name, V::written(from)?));
            before = ",";
        }
        (!entries.is_empty() && from.take("}")).then_some(Map(entries))
    }
}

impl<'a, T: Written<'a> + Record> Written<'a> for Object<T> {
    fn written(from: &mut Cursor<'a>) -> Option<Self> {
        T::written(from).map(Object)
    }
}

impl<'a, S: Notation, T: Written<'a>> Written<'a> for Either<S, T> {
    fn written(from: &mut Cursor<'a>) -> Option<Self> {
        if from.text.as_bytes().get(from.at) == Some(&b'"') {
            return S::read(from.string()?).map(Either::Short);
        }
        T::written(from).map(Either::Full)
    }
}

impl Written<'_> for True {
    fn written(from: &mut Cursor<'_>) -> Option<Self> {
        from.take("true").then_some(True)
    }
}

impl Written<'_> for bool {
    fn written(from: &mut Cursor<'_>) -> Option<Self> {
        if from.take("true") { Some(true) } else { from.take("false").then_some(false) }
    }
}

impl Written<'_> for u64 {
    fn written(from: &mut Cursor<'_>) -> Option<Self> {
        from.number()
    }
}

impl Written<'_> for u32 {
    fn written(from: &mut Cursor<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

impl Written<'_> for NonZeroU32 {
    fn written(from: &mut Cursor<'_>) -> Option<Self> {
        NonZeroU32::new(u32::written(from)?)
    }
}

/// Data of unknown type: only [`correction`] knows more.
impl Written<'_> for &RawValue {
    fn written(_: &mut Cursor<'_>) -> Option<Self> {
        None
    }
}
