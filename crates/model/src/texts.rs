//! Texts that decide nothing and are fetched only when they are shown.

use std::collections::BTreeMap;

use crate::event::Seq;

/// Gives the members of an event's data as text. Implemented by whoever can read the ledger file.
pub trait Texts {
    /// The members of the data of event `seq`; of a correction, the members of its replacement. None where the content
    /// was erased.
    ///
    /// # Errors
    ///
    /// When the line cannot be read or is no longer what it was when the state was built.
    fn members(&self, seq: Seq) -> Result<Members, TextError>;

    /// Who recorded event `seq`.
    ///
    /// # Errors
    ///
    /// As [`Texts::members`].
    fn recorder(&self, seq: Seq) -> Result<String, TextError>;

    /// The reason that event `seq` itself gives; of a correction its own, not one of its replacement.
    ///
    /// # Errors
    ///
    /// As [`Texts::members`].
    fn reason(&self, seq: Seq) -> Result<Option<String>, TextError>;
}

/// The members of one event's data: texts as they are, numbers and booleans as their JSON spelling, lists and
/// objects as JSON text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members(pub BTreeMap<String, String>);

impl Members {
    /// The member with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A text could not be fetched.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the text of event {seq} cannot be read: {reason}")]
pub struct TextError {
    /// The event.
    pub seq: Seq,
    /// Why.
    pub reason: String,
}
