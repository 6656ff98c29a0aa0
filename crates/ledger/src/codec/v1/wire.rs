//! The building blocks of the wire structs: types that check themselves while they are read, and know their shape.
//!
//! They say *that* something does not fit, never what: that is for [`diagnose`](super::diagnose), off the hot path.

use std::marker::PhantomData;
use std::num::NonZeroU32;

use recount_model::event::Seq;

use super::notation::{Notation, Spelling};
use crate::codec::schema::{Layout, Shape};
use crate::cursor::Cursor;

/// Declares a wire struct, its layout and its reader at once: each member's name, doc and type stand in one place.
macro_rules! record {
    (
        $(#[$about:meta])*
        $name:ident $(<$life:lifetime>)? {
            $(#[doc = $doc:literal] $member:ident: $type:ty,)+
        }
        $($need:ident($($among:literal),+))*
    ) => {
        $(#[$about])*
        #[allow(dead_code, reason = "texts decide nothing: they are checked here and shown from the file")]
        pub(super) struct $name $(<$life>)? {
            $($member: $type,)+
        }

        impl $(<$life>)? $crate::codec::v1::wire::Record for $name $(<$life>)? {
            const LAYOUT: &'static $crate::codec::schema::Layout = &$crate::codec::schema::Layout {
                fields: &[$($crate::codec::schema::Field {
                    name: stringify!($member),
                    shape: <$type as $crate::codec::v1::wire::Shaped>::SHAPE,
                    required: <$type as $crate::codec::v1::wire::Shaped>::REQUIRED,
                    doc: $doc.trim_ascii(),
                }),+],
                needs: &[$($crate::codec::schema::Need::$need(&[$($among),+])),*],
            };
        }

        impl $(<$life>)? $crate::codec::v1::wire::Shaped for $name $(<$life>)? {
            const SHAPE: $crate::codec::schema::Shape =
                $crate::codec::schema::Shape::Object(<Self as $crate::codec::v1::wire::Record>::LAYOUT);
        }

        impl<'w $(: $life, $life)?> $crate::codec::v1::wire::Wire<'w> for $name $(<$life>)? {
            #[inline(always)]
            fn read(from: &mut $crate::cursor::Cursor<'w>) -> Option<Self> {
                use $crate::codec::v1::wire::Wire;
                $(let mut $member: Option<$type> = None;)+
                let mut lead = b'{';
                $(if from.take_name(&mut lead, concat!("\"", stringify!($member), "\":")) {
                    $member = Some(Wire::read(from)?);
                })+
                from.other_members(lead, |from, name| {
                    match name {
                        $(stringify!($member) if $member.is_none() => $member = Some(Wire::read(from)?),)+
                        _ => return None,
                    }
                    Some(())
                })?;
                Some(Self { $($member: Wire::given($member)?,)+ })
            }
        }
    };
}
pub(super) use record;

/// A struct of the wire.
pub(super) trait Record {
    /// Its members.
    const LAYOUT: &'static Layout;
}

/// A type a member of a wire struct can have.
pub(super) trait Shaped {
    /// What it holds.
    const SHAPE: Shape;
    /// Whether it must be there.
    const REQUIRED: bool = true;
}

/// Something that stands in a line.
pub(super) trait Wire<'a>: Sized {
    /// Reads it; nothing where something else stands there.
    fn read(from: &mut Cursor<'a>) -> Option<Self>;

    /// The member of an object, which perhaps is not there.
    fn given(member: Option<Self>) -> Option<Self> {
        member
    }
}

/// A member that can be left out; `null` says that it is.
impl<'a, T: Wire<'a>> Wire<'a> for Option<T> {
    #[inline]
    fn read(from: &mut Cursor<'a>) -> Option<Self> {
        if from.take_null() { Some(None) } else { T::read(from).map(Some) }
    }

    fn given(member: Option<Self>) -> Option<Self> {
        Some(member.flatten())
    }
}

impl<T: Shaped> Shaped for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const REQUIRED: bool = false;
}

impl<T: Shaped> Shaped for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
}

impl<'a, T: Wire<'a>> Wire<'a> for Vec<T> {
    fn read(from: &mut Cursor<'a>) -> Option<Self> {
        let mut items = Vec::new();
        from.items(b'[', b']', |from| {
            items.push(T::read(from)?);
            Some(())
        })?;
        Some(items)
    }
}

impl Shaped for bool {
    const SHAPE: Shape = Shape::Bool;
}

impl Wire<'_> for bool {
    fn read(from: &mut Cursor<'_>) -> Option<Self> {
        if from.take_word("true") { Some(true) } else { from.take_word("false").then_some(false) }
    }
}

impl Shaped for u32 {
    const SHAPE: Shape = Shape::Count(u32::MAX as u64);
}

impl Wire<'_> for u32 {
    fn read(from: &mut Cursor<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

impl Shaped for u64 {
    const SHAPE: Shape = Shape::Count(u64::MAX);
}

impl Wire<'_> for u64 {
    fn read(from: &mut Cursor<'_>) -> Option<Self> {
        from.number()
    }
}

/// The sequence number of an earlier event.
pub(super) type Target = NonZeroU32;

impl Shaped for Target {
    const SHAPE: Shape = Shape::Seq;
}

impl Wire<'_> for Target {
    fn read(from: &mut Cursor<'_>) -> Option<Self> {
        NonZeroU32::new(u32::read(from)?)
    }
}

/// The data of an event as they are spelt: of which type they are is said elsewhere.
pub(super) struct Data<'a>(pub(super) &'a str);

impl Shaped for Data<'_> {
    const SHAPE: Shape = Shape::Data;
}

impl<'w: 'a, 'a> Wire<'w> for Data<'a> {
    fn read(from: &mut Cursor<'w>) -> Option<Self> {
        from.value().filter(|data| data.starts_with('{')).map(Data)
    }
}

/// A string that is kept as it is spelt.
pub(super) struct Kept<'a, S>(pub(super) &'a str, PhantomData<S>);

impl<'a, S> Kept<'a, S> {
    /// The text.
    pub(super) fn text(self) -> &'a str {
        self.0
    }
}

impl<S: Spelling> Shaped for Kept<'_, S> {
    const SHAPE: Shape = S::SHAPE;
}

impl<'w: 'a, 'a, S: Spelling> Wire<'w> for Kept<'a, S> {
    #[inline]
    fn read(from: &mut Cursor<'w>) -> Option<Self> {
        let text = match from.plain(S::plain) {
            Some(text) => text,
            None => from.kept().filter(|text| S::fits(text))?,
        };
        Some(Kept(text, PhantomData))
    }
}

/// A string of which only the meaning is kept.
pub(super) struct Read<T>(pub(super) T);

impl<T: Notation> Shaped for Read<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Notation> Wire<'_> for Read<T> {
    #[inline]
    fn read(from: &mut Cursor<'_>) -> Option<Self> {
        match from.plain_with(T::plain) {
            Some(meaning) => Some(Read(meaning)),
            None => T::read(&from.string()?).map(Read),
        }
    }
}

/// A string that is spelt so and not kept.
pub(super) struct Checked<S>(PhantomData<S>);

impl<S: Spelling> Shaped for Checked<S> {
    const SHAPE: Shape = S::SHAPE;
}

impl<S: Spelling> Wire<'_> for Checked<S> {
    #[inline]
    fn read(from: &mut Cursor<'_>) -> Option<Self> {
        match from.plain(S::plain) {
            Some(_) => Some(Checked(PhantomData)),
            None => from.string().filter(|text| S::fits(text)).map(|_| Checked(PhantomData)),
        }
    }
}

/// Nothing but `true`.
pub(super) struct True;

impl Shaped for True {
    const SHAPE: Shape = Shape::True;
}

impl Wire<'_> for True {
    fn read(from: &mut Cursor<'_>) -> Option<Self> {
        from.take_word("true").then_some(True)
    }
}

impl<S> AsRef<str> for Kept<'_, S> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

/// An object with free names, sorted by name; no name twice.
pub(super) struct Map<K, V>(pub(super) Vec<(K, V)>);

impl<K: Shaped, V: Shaped> Shaped for Map<K, V> {
    const SHAPE: Shape = Shape::Map(&K::SHAPE, &V::SHAPE);
}

impl<'a, K: Wire<'a> + AsRef<str>, V: Wire<'a>> Wire<'a> for Map<K, V> {
    fn read(from: &mut Cursor<'a>) -> Option<Self> {
        let mut entries: Vec<(K, V)> = Vec::new();
        from.items(b'{', b'}', |from| {
            let name = K::read(from)?;
            from.expect(b':')?;
            entries.push((name, V::read(from)?));
            Some(())
        })?;
        let is_in_order = |entries: &[(K, V)]| entries.is_sorted_by(|(a, _), (b, _)| a.as_ref() < b.as_ref());
        if !is_in_order(&entries) {
            from.note_otherwise();
            entries.sort_by(|(a, _), (b, _)| a.as_ref().cmp(b.as_ref()));
        }
        is_in_order(&entries).then_some(Map(entries))
    }
}

/// A string where that says all, else an object.
pub(super) enum Either<S, T> {
    /// The string.
    Short(S),
    /// The object.
    Full(T),
}

impl<S: Notation, T: Record> Shaped for Either<S, T> {
    const SHAPE: Shape = Shape::Either(&S::SHAPE, T::LAYOUT);
}

impl<'a, S: Notation, T: Wire<'a>> Wire<'a> for Either<S, T> {
    fn read(from: &mut Cursor<'a>) -> Option<Self> {
        from.skip_space();
        match from.peek()? {
            b'"' => S::read(&from.string()?).map(Either::Short),
            _ => T::read(from).map(Either::Full),
        }
    }
}

/// The text of an optional member.
pub(super) fn text<S>(kept: Option<Kept<'_, S>>) -> Option<&str> {
    kept.map(Kept::text)
}

/// The meaning of an optional member.
pub(super) fn meaning<T>(read: Option<Read<T>>) -> Option<T> {
    read.map(|Read(meaning)| meaning)
}

/// The texts of a list.
pub(super) fn texts<S>(list: Vec<Kept<'_, S>>) -> Vec<&str> {
    list.into_iter().map(Kept::text).collect()
}

/// The source of a claim that has one or is explicitly unsourced; `None` where neither or both is said.
pub(super) fn sourced<S>(source: Option<Kept<'_, S>>, unsourced: Option<True>) -> Option<Option<&str>> {
    (source.is_some() != unsourced.is_some()).then(|| text(source))
}

/// The sequence numbers of a list.
pub(super) fn seqs(targets: &[Target]) -> Vec<Seq> {
    targets.iter().map(|target| target.get()).collect()
}
