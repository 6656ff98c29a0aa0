//! The three clocks a question can be asked on.
//!
//! *As of*: the moment a figure is about. *Published*: the moment it became public. *Recorded*: the moment this ledger
//! learned it. The recorded clock is how far the ledger is replayed; the other two are applied to what was replayed.

use std::fmt;

use crate::date::{DateError, Day, Edtf, Instant, Published};
use crate::event::Seq;

/// The clocks a question is asked on; absent means: as far as the ledger goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    /// Keep figures whose last day is this day or earlier.
    pub as_of: Option<AsOf>,
    /// Keep what was public at the end of this day or at this instant.
    pub published_by: Option<PublishedBy>,
    /// Replay only what was recorded by then.
    pub recorded_by: Option<RecordedBy>,
}

/// A point on the as-of clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    asked: Edtf,
    last: Day,
}

impl AsOf {
    /// Reads a closed EDTF date; a month or year stands for its last day.
    ///
    /// # Errors
    ///
    /// When the text is no such date.
    pub fn parse(text: &str) -> Result<AsOf, DateError> {
        let asked = Edtf::parse(text)?;
        let last = asked.last_day().ok_or(DateError::Open)?;
        Ok(AsOf { asked, last })
    }

    /// The last day asked for.
    pub fn last_day(&self) -> Day {
        self.last
    }
}

/// A point on the published clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedBy {
    asked: Published,
}

impl PublishedBy {
    /// Reads a closed EDTF date (its last day, to the end in UTC) or a UTC instant.
    ///
    /// # Errors
    ///
    /// When the text is neither.
    pub fn parse(text: &str) -> Result<PublishedBy, DateError> {
        Ok(PublishedBy { asked: Published::parse(text)? })
    }

    /// The last day asked for.
    pub fn last_day(&self) -> Day {
        self.asked.last_day()
    }

    /// Whether something published at `when` was public by then.
    pub fn includes(&self, when: &Published) -> bool {
        match (when, self.asked) {
            // A day ends before the first second of the next; an instant includes itself.
            (Published::At(instant), Published::Date(_)) => *instant < self.asked.public_from(),
            _ => when.public_from() <= self.asked.public_from(),
        }
    }
}

/// A point on the recorded clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedBy {
    /// Up to and with this event.
    Seq(Seq),
    /// Everything recorded by the end of this date, or at this instant.
    Moment(Published),
}

impl RecordedBy {
    /// Reads a point: a bare integer is a sequence number, `year:2025` a year, else an EDTF date or a UTC instant.
    ///
    /// # Errors
    ///
    /// When the text is none of these.
    pub fn parse(text: &str) -> Result<RecordedBy, DateError> {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().map(RecordedBy::Seq).map_err(|_| DateError::Point);
        }
        let date = text.strip_prefix("year:").unwrap_or(text);
        Published::parse(date).map(RecordedBy::Moment)
    }

    /// Whether an event is within the prefix this point names.
    pub fn includes(&self, seq: Seq, at: Instant) -> bool {
        match self {
            RecordedBy::Seq(last) => seq <= *last,
            // A day ends before the first second of the next; an instant includes itself.
            RecordedBy::Moment(date @ Published::Date(_)) => at < date.public_from(),
            RecordedBy::Moment(Published::At(moment)) => at <= *moment,
        }
    }
}

impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.asked.fmt(f)
    }
}

impl fmt::Display for PublishedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.asked.fmt(f)
    }
}

impl fmt::Display for RecordedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordedBy::Seq(seq) => seq.fmt(f),
            // A bare year would be a sequence number: only `year:` can have led here.
            RecordedBy::Moment(moment) => {
                let text = moment.to_string();
                let is_year = text.bytes().all(|b| b.is_ascii_digit());
                write!(f, "{}{text}", if is_year { "year:" } else { "" })
            }
        }
    }
}

/// How many records an answer leaves out, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// About a later moment than `--as-of`.
    pub later_as_of: u64,
    /// Neither a date they are about nor one of publication, so `--as-of` cannot place them.
    pub undated: u64,
    /// Published later than `--published-by`.
    pub later_published: u64,
    /// No date of publication, so `--published-by` cannot place them.
    pub unpublished: u64,
    /// Recorded later than `--recorded-by`, in events.
    pub later_recorded: u64,
    /// Events whose content was erased: on no clock is anything known of them.
    pub withheld: u64,
}

impl LeftOut {
    /// Adds what another part of the answer left out.
    pub fn add(&mut self, other: LeftOut) {
        self.later_as_of += other.later_as_of;
        self.undated += other.undated;
        self.later_published += other.later_published;
        self.unpublished += other.unpublished;
        self.later_recorded += other.later_recorded;
        self.withheld += other.withheld;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(point: &str, seq: Seq, at: &str) -> bool {
        RecordedBy::parse(point).unwrap().includes(seq, Instant::parse(at).unwrap())
    }

    #[test]
    fn a_bare_integer_is_a_sequence_number_and_a_year_says_so() {
        assert!(check("7", 7, "2030-01-01T00:00:00Z"));
        assert!(!check("7", 8, "2020-01-01T00:00:00Z"));
        assert!(check("year:2025", 8, "2025-12-31T23:59:59Z"));
        assert!(!check("year:2025", 1, "2026-01-01T00:00:00Z"));
    }

    #[test]
    fn a_point_is_written_as_it_is_typed() {
        for typed in ["7", "year:2025", "2025-12", "2025-12-04~", "2025-12-04T10:00:00Z"] {
            assert_eq!(RecordedBy::parse(typed).unwrap().to_string(), typed);
        }
    }

    #[test]
    fn what_is_published_in_the_first_second_of_the_next_day_was_not_public_by_the_day() {
        let by = |asked: &str, when: &str| {
            PublishedBy::parse(asked).unwrap().includes(&Published::parse(when).unwrap())
        };
        assert!(by("2025-12-04", "2025-12-04"));
        assert!(by("2025-12-04", "2025-12-04T23:59:59Z"));
        assert!(!by("2025-12-04", "2025-12-05T00:00:00Z"));
        assert!(!by("2025-12-04", "2025-12"));
        assert!(by("2025-12-05T00:00:00Z", "2025-12-04"));
        assert!(!by("2025-12-04T23:59:59Z", "2025-12-04"));
    }

    #[test]
    fn a_day_ends_at_its_end_and_an_instant_includes_itself() {
        assert!(check("2025-12-04", 1, "2025-12-04T23:59:59Z"));
        assert!(!check("2025-12-04", 1, "2025-12-05T00:00:00Z"));
        assert!(check("2025-12-04T10:00:00Z", 1, "2025-12-04T10:00:00Z"));
        assert!(!check("2025-12-04T10:00:00Z", 1, "2025-12-04T10:00:01Z"));
        assert!(RecordedBy::parse("2025-13").is_err());
    }
}
