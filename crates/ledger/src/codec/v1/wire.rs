//! The building blocks of the wire structs: types that check themselves while they are read, and know their shape.
//!
//! They say *that* something does not fit, never what: that is for [`diagnose`](super::diagnose), off the hot path.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;

use recount_model::event::{Seq, Text};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::notation::{Notation, Spelling};
use crate::codec::schema::{Layout, Shape};

/// Declares a wire struct, its layout and its two readers at once: each member's name, doc and type stand in one place.
///
/// A struct that borrows marks one member with `#[serde(borrow)]`.
macro_rules! record {
    (
        $(#[$about:meta])*
        $name:ident $(<$life:lifetime>)? {
            $(#[doc = $doc:literal] $(#[serde($how:ident)])? $member:ident: $type:ty,)+
        }
        $($need:ident($($among:literal),+))*
    ) => {
        $(#[$about])*
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "texts decide nothing: they are checked here and shown from the file")]
        pub(super) struct $name $(<$life>)? {
            $($(#[serde($how)])? $member: $type,)+
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

        impl<'w $(: $life, $life)?> $crate::codec::v1::written::Written<'w> for $name $(<$life>)? {
            fn written(from: &mut $crate::codec::v1::written::Cursor<'w>) -> Option<Self> {
                from.object(|from| {
                    Some(Self {
                        $($member: $crate::codec::v1::written::Written::member(
                            from,
                            concat!("\"", stringify!($member), "\":"),
                        )?,)+
                    })
                })
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

impl<T: Shaped> Shaped for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const REQUIRED: bool = false;
}

impl<T: Shaped> Shaped for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
}

impl Shaped for bool {
    const SHAPE: Shape = Shape::Bool;
}

impl Shaped for u32 {
    const SHAPE: Shape = Shape::Count(u32::MAX as u64);
}

impl Shaped for u64 {
    const SHAPE: Shape = Shape::Count(u64::MAX);
}

/// The sequence number of an earlier event.
pub(super) type Target = NonZeroU32;

impl Shaped for Target {
    const SHAPE: Shape = Shape::Seq;
}

impl Shaped for &RawValue {
    const SHAPE: Shape = Shape::Data;
}

/// A string that is kept as it is spelt, borrowed where the JSON has no escape in it.
pub(super) struct Kept<'a, S>(pub(super) Text<'a>, pub(super) PhantomData<S>);

impl<'a, S> Kept<'a, S> {
    /// The text.
    pub(super) fn text(self) -> Text<'a> {
        self.0
    }
}

impl<S> AsRef<str> for Kept<'_, S> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<S: Spelling> Shaped for Kept<'_, S> {
    const SHAPE: Shape = S::SHAPE;
}

impl<'de: 'a, 'a, S: Spelling> Deserialize<'de> for Kept<'a, S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Keep::<S>(PhantomData)).map(|text| Kept(text, PhantomData))
    }
}

struct Keep<S>(PhantomData<S>);

impl<'de, S: Spelling> Visitor<'de> for Keep<S> {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", S::SHAPE)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        if S::fits(text) { Ok(Cow::Borrowed(text)) } else { Err(misfit()) }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        if S::fits(text) { Ok(Cow::Owned(text.to_owned())) } else { Err(misfit()) }
    }
}

/// A string of which only the meaning is kept.
pub(super) struct Read<T>(pub(super) T);

impl<T: Notation> Shaped for Read<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<'de, T: Notation> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Reader(PhantomData)).map(Read)
    }
}

struct Reader<T>(PhantomData<T>);

impl<T: Notation> Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", T::SHAPE)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read(text).ok_or_else(misfit)
    }
}

/// Nothing but `true`.
pub(super) struct True;

impl Shaped for True {
    const SHAPE: Shape = Shape::True;
}

impl<'de> Deserialize<'de> for True {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if bool::deserialize(deserializer)? { Ok(True) } else { Err(misfit()) }
    }
}

/// An object with free names, sorted by name; no name twice.
pub(super) struct Map<K, V>(pub(super) Vec<(K, V)>);

impl<K: Shaped, V: Shaped> Shaped for Map<K, V> {
    const SHAPE: Shape = Shape::Map(&K::SHAPE, &V::SHAPE);
}

impl<'de, K: Deserialize<'de> + AsRef<str>, V: Deserialize<'de>> Deserialize<'de> for Map<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData)).map(Map)
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, K: Deserialize<'de> + AsRef<str>, V: Deserialize<'de>> Visitor<'de> for Entries<(K, V)> {
    type Value = Vec<(K, V)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry::<K, V>()? {
            entries.push(entry);
        }
        entries.sort_by(|(a, _), (b, _)| a.as_ref().cmp(b.as_ref()));
        let unique = entries.windows(2).all(|pair| pair[0].0.as_ref() != pair[1].0.as_ref());
        if unique { Ok(entries) } else { Err(misfit()) }
    }
}

/// A struct written as an object; a derived struct alone would take a list of its members too.
pub(super) struct Object<T>(pub(super) T);

impl<T: Record> Shaped for Object<T> {
    const SHAPE: Shape = Shape::Object(T::LAYOUT);
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData)).map(Object)
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
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

impl<'de, S: Notation, T: Deserialize<'de>> Deserialize<'de> for Either<S, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShortOrFull(PhantomData))
    }
}

struct ShortOrFull<T>(PhantomData<T>);

impl<'de, S: Notation, T: Deserialize<'de>> Visitor<'de> for ShortOrFull<Either<S, T>> {
    type Value = Either<S, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an object")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        S::read(text).map(Either::Short).ok_or_else(misfit)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Either::Full)
    }
}

/// Reads a whole text as one object.
pub(super) fn object<'a, T: Deserialize<'a>>(data: &'a str) -> Option<T> {
    serde_json::from_str(data).ok().map(|Object(record)| record)
}

/// The text of an optional member.
pub(super) fn text<S>(kept: Option<Kept<'_, S>>) -> Option<Text<'_>> {
    kept.map(Kept::text)
}

/// The meaning of an optional member.
pub(super) fn meaning<T>(read: Option<Read<T>>) -> Option<T> {
    read.map(|Read(meaning)| meaning)
}

/// The texts of a list.
pub(super) fn texts<S>(list: Vec<Kept<'_, S>>) -> Vec<Text<'_>> {
    list.into_iter().map(Kept::text).collect()
}

/// The source of a claim that has one or is explicitly unsourced; `None` where neither or both is said.
pub(super) fn sourced<S>(source: Option<Kept<'_, S>>, unsourced: Option<True>) -> Option<Option<Text<'_>>> {
    (source.is_some() != unsourced.is_some()).then(|| text(source))
}

/// The sequence numbers of a list.
pub(super) fn seqs(targets: &[Target]) -> Vec<Seq> {
    targets.iter().map(|target| target.get()).collect()
}

/// An error nobody reads: `diagnose` finds the words.
fn misfit<E: Error>() -> E {
    E::custom("misfit")
}
