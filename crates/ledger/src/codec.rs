//! Between the `data` of an event line and the facts of the model, one module per version of the format.
//!
//! Two ways in, kept apart on purpose. The *replay* reads `data` straight into typed structs that borrow from the
//! line and stops at the first misfit. *People* get every problem at once: there `data` becomes a tree that is held
//! against the [`schema`] of its type. The structs and the schema are one declaration each, and a property test
//! proves that one way refuses exactly what the other explains.

pub mod schema;
mod tree;
pub mod v1;

pub use crate::cursor::Unescaped;
pub use schema::{Dictionary, Field, Layout, Need, Shape};
pub use v1::{
    Input, KindOf, Named, SeqOf, Translation, Untranslated, What, canonical, content, declared, diagnose,
    each_own_text, each_text, fields, kept, layout, members, named, own_members, parse, read, read_content,
    read_input, read_plain_input, rearranged_input, redacted, translate, withheld, written, written_content,
};
