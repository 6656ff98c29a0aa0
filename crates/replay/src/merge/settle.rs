//! The rules that settle conflicts, as they are given: `--prefer SIDE`, `--settle SEQ|ID=ours|theirs|rename:ID`.

use std::fmt;
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

/// A conflict that was settled: the event of the other ledger, and the id it is about.
pub(super) type Settled = (Seq, Option<String>);

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            About::Event(seq) => write!(f, "{seq}"),
            About::Id(id) => f.write_str(id),
        }
    }
}

impl Rules {
    /// The choice for a conflict about event `theirs` of the other ledger and `id`.
    pub(super) fn choice(&self, theirs: Seq, id: Option<&str>) -> Option<Choice> {
        let own = self.own(theirs, id).map(|at| self.settle[at].1.clone());
        own.or(self.prefer.map(Choice::Prefer))
    }

    /// What the rules of their own are about that settled none of these.
    pub(super) fn unused(&self, settled: &[Settled]) -> Vec<About> {
        let used: Vec<usize> =
            settled.iter().filter_map(|(theirs, id)| self.own(*theirs, id.as_deref())).collect();
        let unused = self.settle.iter().enumerate().filter(|(at, _)| !used.contains(at));
        unused.map(|(_, (about, _))| about.clone()).collect()
    }

    /// The place of the rule of its own that a conflict has.
    fn own(&self, theirs: Seq, id: Option<&str>) -> Option<usize> {
        self.settle.iter().position(|(about, _)| match about {
            About::Event(seq) => *seq == theirs,
            About::Id(wanted) => Some(wanted.as_str()) == id,
        })
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

    #[test]
    fn a_rule_that_settled_nothing_is_told() {
        let settle = ["mfa=theirs", "7=ours", "mfa=ours", "8=ours"].map(|rule| About::rule(rule).unwrap());
        let rules = Rules { prefer: Some(Side::Ours), settle: settle.to_vec() };
        let unused = |settled: &[Settled]| {
            rules.unused(settled).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(unused(&[]), "mfa 7 mfa 8");
        assert_eq!(unused(&[(9, Some("mfa".to_owned())), (7, None), (8, Some("x".to_owned()))]), "mfa");
    }
}
