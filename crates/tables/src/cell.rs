//! One cell of a row, and what becomes one.

use std::cmp::Ordering;
use std::fmt::{self, Debug, Display, Write};
use std::ops::Deref;

use recount_model::spelling::{Sink, Spelled};

/// One cell of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell<'a> {
    /// Nothing is known, or nothing applies. There is no empty text beside it.
    Missing,
    /// Of [`Kind::Text`], [`Kind::Decimal`], [`Kind::Date`] or [`Kind::Instant`]; never empty.
    ///
    /// [`Kind::Text`]: crate::Kind::Text
    /// [`Kind::Decimal`]: crate::Kind::Decimal
    /// [`Kind::Date`]: crate::Kind::Date
    /// [`Kind::Instant`]: crate::Kind::Instant
    Text(CellText<'a>),
    /// Of [`Kind::Integer`](crate::Kind::Integer).
    Integer(i64),
    /// Of [`Kind::Boolean`](crate::Kind::Boolean).
    Boolean(bool),
}

/// The text of a cell. A large ledger has tens of millions of cells, so what is spelled for one of them (dates, moments,
/// numbers) stands in the cell itself, where it is short.
#[derive(Clone)]
pub struct CellText<'a>(Held<'a>);

#[derive(Clone)]
enum Held<'a> {
    Borrowed(&'a str),
    Short(Short),
    Long(Box<str>),
}

const _: () = assert!(size_of::<Cell<'_>>() == 24);

/// A text of few bytes: an instant has 20.
#[derive(Clone, Copy, Default)]
struct Short {
    length: u8,
    bytes: [u8; 22],
}

impl Write for Short {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write_ascii(text.as_bytes())
    }
}

impl Sink for Short {
    /// Fails where the text gets too long.
    #[inline]
    fn write_ascii(&mut self, text: &[u8]) -> fmt::Result {
        let start = usize::from(self.length);
        let room = self.bytes.get_mut(start..start + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text);
        self.length += text.len() as u8;
        Ok(())
    }
}

impl<'a> CellText<'a> {
    /// Something as it is spelled.
    fn spelled(thing: impl Spelled) -> CellText<'a> {
        let mut short = Short::default();
        if thing.spell(&mut short).is_ok() {
            return CellText(Held::Short(short));
        }
        let mut long = String::new();
        thing.spell(&mut long).expect("a String takes any text");
        CellText(Held::Long(long.into()))
    }

    /// Its bytes, which are UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Held::Borrowed(text) => text.as_bytes(),
            Held::Short(short) => &short.bytes[..usize::from(short.length)],
            Held::Long(text) => text.as_bytes(),
        }
    }

    /// The same text, which borrows from nothing.
    pub fn into_owned(self) -> CellText<'static> {
        CellText(match self.0 {
            Held::Borrowed(text) => Held::Long(text.into()),
            Held::Short(short) => Held::Short(short),
            Held::Long(text) => Held::Long(text),
        })
    }
}

impl Deref for CellText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Held::Borrowed(text) => text,
            Held::Short(_) => str::from_utf8(self.as_bytes()).expect("it was put together from whole texts"),
            Held::Long(text) => text,
        }
    }
}

impl Debug for CellText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&**self, f)
    }
}

impl PartialEq for CellText<'_> {
    fn eq(&self, other: &CellText<'_>) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for CellText<'_> {}

impl PartialOrd for CellText<'_> {
    fn partial_cmp(&self, other: &CellText<'_>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CellText<'_> {
    fn cmp(&self, other: &CellText<'_>) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Cell<'_> {
    /// The same cell, which borrows from nothing.
    pub fn into_owned(self) -> Cell<'static> {
        match self {
            Cell::Missing => Cell::Missing,
            Cell::Text(text) => Cell::Text(text.into_owned()),
            Cell::Integer(number) => Cell::Integer(number),
            Cell::Boolean(flag) => Cell::Boolean(flag),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    /// An empty text is a missing one.
    fn from(text: &'a str) -> Self {
        if text.is_empty() { Cell::Missing } else { Cell::Text(CellText(Held::Borrowed(text))) }
    }
}

impl From<String> for Cell<'_> {
    /// An empty text is a missing one.
    fn from(text: String) -> Self {
        if text.is_empty() { Cell::Missing } else { Cell::Text(CellText(Held::Long(text.into()))) }
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Cell::Boolean(flag)
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Cell::Integer(number.into())
    }
}

impl From<usize> for Cell<'_> {
    fn from(number: usize) -> Self {
        Cell::Integer(i64::try_from(number).expect("a ledger has fewer than 2^32 events to count"))
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Cell::Missing, Into::into)
    }
}

/// A cell with something as it is spelled, which is never empty.
pub(crate) fn shown<T: Spelled>(thing: Option<T>) -> Cell<'static> {
    thing.map_or(Cell::Missing, |thing| Cell::Text(CellText::spelled(thing)))
}

/// A cell with a list of ids or codes, separated by `;`; missing when there are none.
pub(crate) fn list<T: Display>(items: impl IntoIterator<Item = T>) -> Cell<'static> {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(";").into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn texts_of_any_length_are_what_was_printed() {
        for length in [1, 21, 22, 23, 24, 300, 600] {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let Cell::Text(printed) = shown(Some(&*text)) else { unreachable!("{text} is not empty") };
            assert_eq!((&*printed, printed.as_bytes()), (&*text, text.as_bytes()));
            assert_eq!(Cell::Text(printed.clone().into_owned()), Cell::from(&*text));
            assert_eq!(Cell::from(text.clone()), Cell::from(&*text));
        }
        assert_eq!(shown(None::<u32>), Cell::Missing);
        assert_eq!((Cell::from(""), Cell::from(String::new())), (Cell::Missing, Cell::Missing));
    }
}
