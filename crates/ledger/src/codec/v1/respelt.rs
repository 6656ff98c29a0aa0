//! Bringing data into the writer's spelling without a tree: members are slices of the text, put in the order of the layout.
//!
//! Few data need more than another order. So what is right is spelt as [`arrange`](super::canonical::arrange) would (property
//! test), in a fraction of the time. What is wrong, a label and an escape in a name are nothing that this looks for: whoever uses
//! it reads the data, before or after.

use std::borrow::Cow;

use recount_model::event::{Kind, Seq};

use super::{KindOf, layout};
use crate::codec::schema::{Layout, Shape};
use crate::cursor::Cursor;
use crate::line::{may_break, quoted};

/// No object has more members.
const MOST_MEMBERS: usize = 24;

/// Spells data as the writer does; nothing where a tree has to be built for that.
pub(super) fn respelt(kind: Kind, data: &Pairs<'_>, kind_of: KindOf<'_>) -> Option<String> {
    let mut out = String::with_capacity(data.text.len());
    let layout = layout(kind);
    let members = data.members(layout)?;
    let replaced = match kind {
        Kind::RecordCorrected => Some(self::layout(replaced(&members, layout, kind_of)?)),
        _ => None,
    };
    members.write(layout, replaced, &mut out)?;
    Some(out)
}

/// The type of the event that a correction replaces.
fn replaced(members: &Members<'_>, layout: &Layout, kind_of: KindOf<'_>) -> Option<Kind> {
    let target: Seq = members.get(layout, "target")?.parse().ok()?;
    kind_of(target).filter(|kind| kind.is_correctable())
}

/// The members of an object as they are spelt, in the order in which they stand.
pub(super) struct Pairs<'a> {
    /// The whole object.
    pub(super) text: &'a str,
    pairs: [(&'a str, &'a str); MOST_MEMBERS],
    len: usize,
}

impl<'a> Pairs<'a> {
    /// Reads a line of input: its members as an object of this layout, and those of its member `data`, which are read where they stand.
    pub(super) fn of_line(layout: &Layout, line: &'a str) -> Option<(Members<'a>, Pairs<'a>)> {
        let mut data = None;
        let mut from = Cursor::new(line);
        let pairs = Pairs::read(&mut from, |from, name| match name {
            "data" => Some(data.insert(Pairs::read(from, |from, _| from.value())?).text),
            _ => from.value(),
        })?;
        from.is_at_end().then_some(())?;
        Some((pairs.members(layout)?, data?))
    }

    /// Reads a whole text as an object.
    pub(super) fn of(text: &'a str) -> Option<Pairs<'a>> {
        let mut from = Cursor::new(text);
        Pairs::read(&mut from, |from, _| from.value()).filter(|_| from.is_at_end())
    }

    fn read(
        from: &mut Cursor<'a>,
        value: impl FnMut(&mut Cursor<'a>, &'a str) -> Option<&'a str>,
    ) -> Option<Pairs<'a>> {
        from.skip_space();
        let (rest, mut pairs, mut len) = (from.rest(), [("", ""); MOST_MEMBERS], 0);
        object(from, value, |name, value| {
            *pairs.get_mut(len)? = (name, value);
            len += 1;
            Some(())
        })?;
        Some(Pairs { text: &rest[..rest.len() - from.rest().len()], pairs, len })
    }

    /// The same in the order of a layout; nothing where a member is unknown or given twice.
    fn members(&self, layout: &Layout) -> Option<Members<'a>> {
        let mut members = Members([""; MOST_MEMBERS]);
        for (name, value) in &self.pairs[..self.len] {
            let place = layout.fields.iter().position(|field| field.name == *name)?;
            *members.0.get_mut(place).filter(|member| member.is_empty())? = value;
        }
        Some(members)
    }
}

/// The values of an object as they are spelt, in the order of its layout; those that are not there are empty.
pub(super) struct Members<'a>([&'a str; MOST_MEMBERS]);

impl<'a> Members<'a> {
    /// Reads a whole text as an object of this layout; nothing where a member is unknown or given twice.
    fn of(layout: &Layout, text: &'a str) -> Option<Self> {
        Pairs::of(text)?.members(layout)
    }

    /// The value of a member; empty if it is not there.
    pub(super) fn get(&self, layout: &Layout, name: &str) -> Option<&'a str> {
        let place = layout.fields.iter().position(|field| field.name == name)?;
        self.0.get(place).copied()
    }

    fn write(&self, layout: &Layout, replaced: Option<&Layout>, out: &mut String) -> Option<()> {
        let mut lead = '{';
        for (field, text) in layout.fields.iter().zip(self.0) {
            if matches!(text, "" | "null") {
                continue;
            }
            out.push(lead);
            out.push('"');
            out.push_str(field.name);
            out.push_str("\":");
            write(&field.shape, text, replaced, out)?;
            lead = ',';
        }
        if lead == '{' {
            out.push(lead);
        }
        out.push('}');
        Some(())
    }
}

/// Writes a value of this shape; `replaced` is the layout of data of unknown type.
fn write(shape: &Shape, text: &str, replaced: Option<&Layout>, out: &mut String) -> Option<()> {
    match (shape, text.as_bytes()[0]) {
        (Shape::Object(layout) | Shape::Either(_, layout), b'{') => {
            Members::of(layout, text)?.write(layout, None, out)
        }
        (Shape::Data, b'{') => Members::of(replaced?, text)?.write(replaced?, None, out),
        (Shape::Map(_, item), b'{') => write_map(item, text, out),
        (Shape::List(item), b'[') => {
            let mut lead = '[';
            Cursor::new(text).items(b'[', b']', |from| {
                out.push(std::mem::replace(&mut lead, ','));
                write(item, from.value()?, None, out)
            })?;
            if lead == '[' {
                out.push(lead);
            }
            out.push(']');
            Some(())
        }
        (_, b'{' | b'[') => None,
        (_, b'"') if text.contains('\\') || may_break(text) => {
            out.push_str(&quoted(&Cursor::new(text).string()?));
            Some(())
        }
        _ => {
            out.push_str(text);
            Some(())
        }
    }
}

/// Writes an object with free names, sorted by name.
fn write_map(item: &Shape, text: &str, out: &mut String) -> Option<()> {
    let mut entries = Vec::new();
    object(
        &mut Cursor::new(text),
        |from, _| from.value(),
        |name, value| {
            entries.push((name, value));
            Some(())
        },
    )?;
    entries.sort_unstable();
    out.push('{');
    for (index, (name, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(name);
        out.push_str("\":");
        write(item, value, None, out)?;
    }
    out.push('}');
    Some(())
}

/// Reads an object, member by member; `value` reads the value that stands behind a name.
fn object<'a>(
    from: &mut Cursor<'a>,
    mut value: impl FnMut(&mut Cursor<'a>, &'a str) -> Option<&'a str>,
    mut member: impl FnMut(&'a str, &'a str) -> Option<()>,
) -> Option<()> {
    from.items(b'{', b'}', |from| {
        let Cow::Borrowed(name) = from.name()? else { return None };
        member(name, value(from, name)?)
    })
}
