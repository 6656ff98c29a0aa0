//! How a state is stored where one is kept: values as they are spelt, long columns in pieces, and nothing in the order of a
//! hash table.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::Hash;

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::date::{Edtf, Published, Window};
use crate::value::{Decimal, Expression, Value};

/// Values whose one spelling is stored.
macro_rules! spelt {
    ($($value:ident)+) => {$(
        impl Serialize for $value {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $value {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$value, D::Error> {
                $value::parse(&String::deserialize(from)?).map_err(Error::custom)
            }
        }
    )+};
}

spelt! { Decimal Edtf Expression Published Value Window }

/// A map in the order of its keys.
pub(crate) fn in_order<S: Serializer, K: Ord + Hash + Serialize, V: Serialize>(
    map: &HashMap<K, V>,
    to: S,
) -> Result<S::Ok, S::Error> {
    map.iter().collect::<BTreeMap<_, _>>().serialize(to)
}

/// A long column of bytes, in pieces: nobody needs room for all of it twice.
pub(crate) mod pieces {
    use super::{BytesInPieces, Deserializer, Piece, Serializer};

    /// Bytes of a piece.
    const PIECE: usize = 1 << 16;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(bytes.chunks(PIECE).map(Piece))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, B: From<Vec<u8>>>(from: D) -> Result<B, D::Error> {
        from.deserialize_seq(BytesInPieces).map(B::from)
    }
}

struct Piece<'b>(&'b [u8]);

impl Serialize for Piece<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(self.0)
    }
}

struct BytesInPieces;

impl<'de> Visitor<'de> for BytesInPieces {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pieces of bytes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pieces: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while pieces.next_element_seed(Next(&mut bytes))?.is_some() {}
        Ok(bytes)
    }
}

/// Adds a piece to those before it.
struct Next<'b>(&'b mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Next<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_byte_buf(self)
    }
}

impl Visitor<'_> for Next<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, piece: &[u8]) -> Result<(), E> {
        self.0.extend_from_slice(piece);
        Ok(())
    }
}
