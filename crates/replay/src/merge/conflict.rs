//! What cannot both hold, and how it differs.

use std::fmt;

use recount_ledger::codec;
use recount_model::event::{Kind, Seq};
use recount_model::problem::{Code, Problem};

/// What the two ledgers cannot both say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Of which sort it is.
    pub clash: Clash,
    /// The event there.
    pub theirs: Seq,
    /// Its type.
    pub kind: Kind,
    /// The event here that it is held against, if there is one.
    pub ours: Option<Seq>,
    /// The id that it is about, if it is about one.
    pub id: Option<String>,
    /// What differs between the two.
    pub differences: Vec<Difference>,
    /// Why what is there cannot be recorded here.
    pub problems: Vec<Problem>,
    /// What `--settle` can say of it.
    pub choices: &'static [&'static str],
}

/// The sorts of conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// One id, declared differently.
    Declared,
    /// Changed on both sides, to different ends.
    Changed,
    /// What happened here meanwhile does not admit it.
    Unfit,
}

impl Clash {
    /// The error code.
    pub fn code(self) -> Code {
        match self {
            Clash::Declared => Code::DECLARED_DIFFERENTLY,
            Clash::Changed => Code::CHANGED_ON_BOTH_SIDES,
            Clash::Unfit => Code::CANNOT_BE_MERGED,
        }
    }
}

/// One member that the two sides say differently; `None` where it is not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The member.
    pub member: String,
    /// What it is here.
    pub ours: Option<String>,
    /// What it is there.
    pub theirs: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said =
            |side: &Option<String>| side.as_ref().map_or("nothing".to_owned(), |text| format!("{text:?}"));
        write!(f, "{} is {} here, {} there", self.member, said(&self.ours), said(&self.theirs))
    }
}

/// The members that two data differ in; the random salt of a case is no difference.
pub(super) fn differences(ours: (Kind, &str), theirs: (Kind, &str)) -> Vec<Difference> {
    let difference = |member: &str, ours: Option<&str>, theirs: Option<&str>| Difference {
        member: member.to_owned(),
        ours: ours.map(str::to_owned),
        theirs: theirs.map(str::to_owned),
    };
    if ours.0 != theirs.0 {
        return vec![difference("type", Some(ours.0.as_str()), Some(theirs.0.as_str()))];
    }
    let members = |data| codec::own_members(data).unwrap_or_default();
    let (ours_said, theirs_said) = (members(ours.1), members(theirs.1));
    let names = codec::fields(ours.0).iter().map(|field| field.name).filter(|name| *name != "salt");
    names
        .map(|name| difference(name, ours_said.get(name), theirs_said.get(name)))
        .filter(|difference| difference.ours != difference.theirs)
        .collect()
}
