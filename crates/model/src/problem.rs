//! What is wrong with an input, in a form that people and machines can act on.
//!
//! Every problem has a stable [`Code`]; `docs/errors.md` explains each one and a test keeps that page complete.

use std::fmt;

/// A stable error code such as `E0301`, listed in `docs/errors.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E{:04}", self.0)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)+) => {
        impl Code {
            $($(#[$doc])* pub const $name: Code = Code($number);)+

            /// Every code there is, in ascending order.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];
        }
    };
}

codes! {
    /// The line is no JSON object of the expected form (RFC 8259, I-JSON RFC 7493).
    SYNTAX = 101;
    /// A member that this type of event does not have.
    UNKNOWN_MEMBER = 102;
    /// A member that this type of event must have is missing.
    MISSING_MEMBER = 103;
    /// A member of the wrong JSON type.
    WRONG_TYPE = 104;
    /// A member given twice.
    DUPLICATE_MEMBER = 105;
    /// An event type that format 1 does not have.
    UNKNOWN_TYPE = 106;
    /// Two members that exclude each other, or neither of two of which one is needed.
    MEMBERS_CONFLICT = 107;
    /// A line longer than 1 MiB, or nested deeper than 16.
    TOO_LARGE = 108;
    /// A file that is no proof, checkpoint note or key of the form it must have.
    BAD_FORM = 109;
    /// A value that is not in the value notation.
    BAD_VALUE = 201;
    /// A date that is not in the supported profile of EDTF (ISO 8601-2).
    BAD_DATE = 202;
    /// An id that is no lower-case slug, or a vote id that is no UN symbol.
    BAD_ID = 203;
    /// A country that is no ISO 3166-1 alpha-3 code.
    BAD_COUNTRY = 204;
    /// A language that is no BCP 47 tag.
    BAD_LANGUAGE = 205;
    /// A window that is no ISO 8601 duration.
    BAD_DURATION = 206;
    /// An expression of a derived indicator that cannot be read.
    BAD_EXPRESSION = 207;
    /// A word that is none of the words allowed there.
    BAD_WORD = 208;
    /// An empty text, or one with control characters.
    BAD_TEXT = 209;
    /// A salt or digest that is not in lower-case hexadecimal of the right length.
    BAD_HEX = 210;
    /// An id that was not declared before.
    UNDECLARED = 301;
    /// A sequence number that no earlier event has.
    NO_SUCH_EVENT = 302;
    /// A sequence number of an event of another type than the one expected.
    WRONG_EVENT = 303;
    /// An id that is declared already.
    ALREADY_DECLARED = 304;
    /// An event that was retracted or redacted already.
    NOT_LIVE = 305;
    /// A label that no earlier line of the batch has, or that two lines have.
    BAD_LABEL = 306;
    /// A declaration that other events name cannot be retracted.
    STILL_NAMED = 307;
    /// The as-of date does not fit the indicator's measure.
    AS_OF_UNFIT = 401;
    /// `revises` names a figure of another series.
    OTHER_SERIES = 402;
    /// A figure of a derived indicator, or a derived indicator where a counted one is needed.
    DERIVED_INDICATOR = 403;
    /// The same state, dimension, part or reporter named twice in one event.
    NAMED_TWICE = 404;
    /// A correction that would change what a correction must keep.
    FIXED_MEMBER = 405;
    /// `speaks_for` or `parent` would lead back to where it started.
    CYCLE = 407;
    /// A reporter withdraws only its own figures, and disputes only those of others.
    WRONG_REPORTER = 408;
    /// Damage in the ledger: a line, a checkpoint or a sum that is not what it must be.
    CORRUPT = 501;
    /// Bytes after the last checkpoint that are no unfinished batch.
    DAMAGED_TAIL = 502;
    /// The ledger does not contain the head that was asked for.
    HEAD_NOT_FOUND = 503;
    /// The file is no Recount ledger.
    NOT_A_LEDGER = 504;
    /// The ledger's format is newer than this program.
    NEWER_FORMAT = 505;
    /// A step of a proof that does not hold.
    NOT_PROVED = 506;
    /// Someone else appended meanwhile (`--expect`).
    HEAD_MOVED = 601;
    /// The folder or file to write to holds something else.
    TARGET_IN_USE = 602;
    /// The clock is more than a day behind the ledger's last event.
    CLOCK_BEHIND = 603;
    /// The ledger to be merged has another origin, or is this one.
    NOT_TO_BE_MERGED = 604;
    /// The ledger to be merged declares the same id differently.
    DECLARED_DIFFERENTLY = 605;
    /// Two ledgers changed the same thing since they parted, to different ends.
    CHANGED_ON_BOTH_SIDES = 606;
    /// An event of the ledger to be merged that this one does not admit.
    CANNOT_BE_MERGED = 607;
    /// A file could not be read or written.
    IO = 701;
    /// Another writer holds the ledger's lock.
    LOCKED = 702;
    /// The file or its file system cannot keep the promises of an append.
    UNFIT_FILE = 703;
    /// An option or argument that the command does not take.
    USAGE = 801;
    /// A query names something the ledger does not have.
    UNKNOWN_NAME = 802;
    /// A point on a clock that cannot be read or lies past the end of the ledger.
    BAD_POINT = 803;
}

/// One thing that is wrong with an event, with what was expected and, where known, what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// Where: the member's path inside `data`, such as `positions.no[3].country`; empty for the event itself.
    pub member: String,
    /// The offending value as it was given; empty when something is missing.
    pub value: String,
    /// What is wrong and what was expected, one sentence without a final stop.
    pub expected: String,
    /// What was probably meant, such as the nearest declared id.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with `member`, whose value is `value`.
    pub fn new(
        code: Code,
        member: impl Into<String>,
        value: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Problem { code, member: member.into(), value: value.into(), expected: expected.into(), hint: None }
    }

    /// The same problem with the candidate that was probably meant, if there is one.
    #[must_use]
    pub fn meant(self, near: Option<&str>) -> Self {
        self.hint(near.map(did_you_mean))
    }

    /// The same problem with a hint (nothing changes when `hint` is `None`).
    #[must_use]
    pub fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// The one phrase for what was probably meant.
pub fn did_you_mean(near: &str) -> String {
    format!("did you mean {near}?")
}

/// How many problems are told at once: enough for any person, and bounded for hostile input.
pub const MOST_PROBLEMS: usize = 1_000;

/// The longest text that is looked at for what it may have meant: twice the longest id. Likeness takes the product of two
/// lengths.
const LONGEST_MISTAKE: usize = 256;

/// The candidate nearest to `wrong`, if one is near enough to have been meant.
///
/// Nearness is Jaro-Winkler similarity (0 to 1); below 0.8 there is no hint.
pub fn nearest<'a>(wrong: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > LONGEST_MISTAKE {
        return None;
    }
    candidates
        .map(|known| (strsim::jaro_winkler(wrong, known), known))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_print_with_four_digits() {
        assert!(Code::ALL.is_sorted_by(|a, b| a < b));
        assert_eq!(Code::SYNTAX.to_string(), "E0101");
    }

    #[test]
    fn nearest_finds_a_typing_error_and_refuses_a_stranger() {
        let known = ["ua-mfa", "ua-nib", "yale-hrl"];
        assert_eq!(nearest("ua-mfo", known.into_iter()), Some("ua-mfa"));
        assert_eq!(nearest("zzz", known.into_iter()), None);
        let mistake = |length: usize| "a".repeat(length);
        let longest = mistake(LONGEST_MISTAKE);
        assert_eq!(nearest(&longest, [&*longest].into_iter()), Some(&*longest));
        let longer = mistake(LONGEST_MISTAKE + 1);
        assert_eq!(nearest(&longer, [&*longer].into_iter()), None);
    }
}
