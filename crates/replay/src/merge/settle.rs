//! The rules that settle conflicts, as they are given: `--prefer SIDE`, `--settle SEQ|ID=ours|theirs|rename:ID`.

use std::str::FromStr;

use recount_model::event::Seq;

/// Whose word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// This ledger's.
    Ours,
    /// The other's.
    Theirs,
}

/// How one conflict is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This ledger's word counts, or the other's.
    Prefer(Side),
    /// Both are declared, the other's under this id.
    Rename(String),
}

/// What a rule is about. Ids begin with a letter, so the two are never taken for one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The event with this number in the other ledger.
    Event(Seq),
    /// What has this id.
    Id(String),
}

/// How conflicts are settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// For every conflict that no rule of its own is about.
    pub prefer: Option<Side>,
    /// For single ones; the first that fits counts.
    pub settle: Vec<(About, Choice)>,
}

impl Rules {
    /// The choice for a conflict about event `theirs` of the other ledger and `id`.
    pub(super) fn choice(&self, theirs: Seq, id: Option<&str>) -> Option<Choice> {
        let fits = |about: &About| match about {
            About::Event(seq) => *seq == theirs,
            About::Id(wanted) => Some(wanted.as_str()) == id,
        };
        let own = self.settle.iter().find(|(about, _)| fits(about)).map(|(_, choice)| choice.clone());
        own.or(self.prefer.map(Choice::Prefer))
    }
}

/// A rule that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected SEQ or ID of a conflict, then =ours, =theirs or =rename:NEWID")]
pub struct BadRule;

/// Reads one `--settle`.
impl FromStr for Choice {
    type Err = BadRule;

    fn from_str(text: &str) -> Result<Self, BadRule> {
        match (text, text.strip_prefix("rename:")) {
            ("ours", _) => Ok(Choice::Prefer(Side::Ours)),
            ("theirs", _) => Ok(Choice::Prefer(Side::Theirs)),
            (_, Some(id)) if !id.is_empty() => Ok(Choice::Rename(id.to_owned())),
            _ => Err(BadRule),
        }
    }
}

impl About {
    /// Reads `SEQ|ID=CHOICE`.
    ///
    /// # Errors
    ///
    /// [`BadRule`] for anything else.
    pub fn rule(text: &str) -> Result<(About, Choice), BadRule> {
        let (about, choice) = text.rsplit_once('=').ok_or(BadRule)?;
        let about = match about.parse() {
            Ok(seq) => About::Event(seq),
            Err(_) if about.starts_with(|first: char| first.is_ascii_alphabetic()) => {
                About::Id(about.to_owned())
            }
            Err(_) => return Err(BadRule),
        };
        Ok((about, choice.parse()?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rules_are_read() {
        assert_eq!(About::rule("12=ours"), Ok((About::Event(12), Choice::Prefer(Side::Ours))));
        let rename = Choice::Rename("mfa-2".to_owned());
        assert_eq!(About::rule("mfa=rename:mfa-2"), Ok((About::Id("mfa".to_owned()), rename)));
        for wrong in ["mfa", "mfa=", "mfa=mine", "=ours", "mfa=rename:", "-1=ours"] {
            assert_eq!(About::rule(wrong), Err(BadRule), "{wrong}");
        }
    }

    #[test]
    fn a_rule_of_its_own_goes_before_the_preference() {
        let settle = vec![About::rule("mfa=theirs").unwrap(), About::rule("7=ours").unwrap()];
        let rules = Rules { prefer: Some(Side::Ours), settle };
        assert_eq!(rules.choice(9, Some("mfa")), Some(Choice::Prefer(Side::Theirs)));
        assert_eq!(rules.choice(9, None), Some(Choice::Prefer(Side::Ours)));
        assert_eq!(Rules::default().choice(9, None), None);
    }
}
