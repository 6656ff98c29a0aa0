//! The codec as a whole: every type by example, and properties over data made from the layouts themselves.
#![allow(clippy::unwrap_used)]

mod examples;
mod properties;

use super::*;

/// Events 1 to 26 have one type each, in the order of the format's table; there are no others.
fn kind_of(seq: Seq) -> Option<Kind> {
    Kind::ALL.get(usize::try_from(seq).unwrap().checked_sub(1)?).copied()
}
