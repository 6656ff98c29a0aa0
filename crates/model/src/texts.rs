//! Texts that decide nothing and are fetched only when they are shown.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::date::Instant;
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

    /// One member of the data of event `seq`, as [`Texts::members`] has it.
    ///
    /// # Errors
    ///
    /// As [`Texts::members`].
    fn member(&self, seq: Seq, name: &'static str) -> Result<Option<String>, TextError> {
        let mut picked = Picked::new([name]);
        self.pick(seq, &mut picked)?;
        Ok(picked.get(name).map(str::to_owned))
    }

    /// Puts into `picked` the members that it asks for, as [`Texts::members`] has them: for rows, of which there are many, and
    /// none of which shows all members.
    ///
    /// # Errors
    ///
    /// As [`Texts::members`].
    fn pick(&self, seq: Seq, picked: &mut Picked) -> Result<(), TextError> {
        let members = self.members(seq)?;
        picked.fill(|name| members.get(name));
        Ok(())
    }

    /// Another reader of the same texts, for a thread of its own.
    fn another(&self) -> Box<dyn Texts + Send + '_>;

    /// Who recorded event `seq`, here and, if it was merged, there.
    ///
    /// # Errors
    ///
    /// As [`Texts::members`].
    fn recorded(&self, seq: Seq) -> Result<Recorded, TextError>;

    /// Who recorded event `seq` here.
    ///
    /// # Errors
    ///
    /// As [`Texts::members`].
    fn recorder(&self, seq: Seq) -> Result<String, TextError> {
        Ok(self.recorded(seq)?.by)
    }

    /// The reason that event `seq` itself gives; of a correction its own, not one of its replacement.
    ///
    /// # Errors
    ///
    /// As [`Texts::members`].
    fn reason(&self, seq: Seq) -> Result<Option<String>, TextError>;
}

/// Who recorded an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Who recorded it in this ledger.
    pub by: String,
    /// Where it was recorded first, if it was merged.
    pub first: Option<First>,
}

/// Where a merged event was recorded first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// Its sequence number there.
    pub seq: u64,
    /// When.
    pub at: Instant,
    /// Who recorded it.
    pub by: String,
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

/// Some members of one event's data, and then of another's: the room for their texts is used again.
#[derive(Clone, Debug)]
pub struct Picked {
    names: Vec<&'static str>,
    /// Where in `text` each of them stands; a name that is missing has no place.
    places: Vec<Option<Range<usize>>>,
    text: String,
}

impl Picked {
    /// Asks for the members with these names.
    pub fn new<const N: usize>(names: [&'static str; N]) -> Picked {
        Picked { names: names.to_vec(), places: vec![None; N], text: String::new() }
    }

    /// Takes the members of another event, none so far.
    pub fn clear(&mut self) {
        self.text.clear();
        self.places.fill(None);
    }

    /// Whether this member is asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// Keeps a member, if it is asked for.
    #[inline]
    pub fn put(&mut self, name: &str, text: &str) {
        let Some(place) = self.place(name) else { return };
        let start = self.text.len();
        self.text.push_str(text);
        self.places[place] = Some(start..self.text.len());
    }

    /// Takes the members of another event, each as `member` has it.
    pub fn fill<'m>(&mut self, member: impl Fn(&str) -> Option<&'m str>) {
        self.clear();
        for place in 0..self.names.len() {
            if let Some(text) = member(self.names[place]) {
                self.put(self.names[place], text);
            }
        }
    }

    /// The member with this name, if the event has it.
    pub fn get(&self, name: &str) -> Option<&str> {
        let place = self.places[self.place(name)?].clone()?;
        Some(&self.text[place])
    }

    #[inline]
    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|asked| *asked == name)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of a ledger whose events have a member `note`, and were recorded by `ana`.
    struct Notes;

    impl Texts for Notes {
        fn members(&self, seq: Seq) -> Result<Members, TextError> {
            Ok(Members([("note".to_owned(), format!("note {seq}"))].into()))
        }

        fn recorded(&self, seq: Seq) -> Result<Recorded, TextError> {
            match seq {
                0 => Err(TextError { seq, reason: "no such event".to_owned() }),
                _ => Ok(Recorded { by: "ana".to_owned(), first: None }),
            }
        }

        fn reason(&self, _: Seq) -> Result<Option<String>, TextError> {
            Ok(None)
        }

        fn another(&self) -> Box<dyn Texts + Send + '_> {
            Box::new(Notes)
        }
    }

    #[test]
    fn one_text_is_that_of_all() {
        assert_eq!(Notes.member(7, "note").ok().flatten().as_deref(), Some("note 7"));
        assert_eq!(Notes.member(7, "title").ok(), Some(None));
        assert_eq!(Notes.recorder(7).ok().as_deref(), Some("ana"));
        let mut picked = Picked::new(["title", "note"]);
        for seq in [7, 8] {
            assert_eq!(Notes.pick(seq, &mut picked).ok(), Some(()));
            assert_eq!((picked.get("title"), picked.get("note")), (None, Some(&*format!("note {seq}"))));
        }
        let error = Notes.recorder(0).map_err(|error| error.to_string());
        assert_eq!(error, Err("the text of event 0 cannot be read: no such event".to_owned()));
    }
}
