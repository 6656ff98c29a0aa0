//! When something became public.

use std::fmt;

use super::{DateError, Day, Edtf, Instant};
use crate::spelling::{Sink, Spelled, displayed};

/// The moment something became public: a date, a closed interval of dates, or an instant.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Published {
    /// A date or closed interval; public from its last day.
    Date(Edtf),
    /// An instant.
    At(Instant),
}

impl Published {
    /// Reads a date of [`Edtf`] that is not open, or an instant like `2023-01-13T17:19:11Z`.
    ///
    /// # Errors
    ///
    /// As [`Instant::parse`] where the text holds a `T`, else as [`Edtf::parse`], and
    /// [`DateError::Open`] for an interval without end.
    pub fn parse(text: &str) -> Result<Published, DateError> {
        if text.contains('T') {
            return Instant::parse(text).map(Published::At);
        }
        let date = Edtf::parse(text)?;
        if date.is_open() {
            return Err(DateError::Open);
        }
        Ok(Published::Date(date))
    }

    /// From when it is surely public: an instant itself, a date from the end of its last day in UTC.
    pub fn public_from(self) -> Instant {
        match self {
            Published::Date(_) => self.last_day().end(),
            Published::At(instant) => instant,
        }
    }

    /// The first day it may have become public, in UTC.
    pub fn first_day(self) -> Day {
        match self {
            Published::Date(date) => date.first_day(),
            Published::At(instant) => instant.day(),
        }
    }

    /// The last day it may have become public, in UTC.
    pub fn last_day(self) -> Day {
        match self {
            Published::Date(date) => date.last_day().unwrap_or(Day::MAX),
            Published::At(instant) => instant.day(),
        }
    }
}

impl Spelled for Published {
    fn spell(&self, to: &mut impl Sink) -> fmt::Result {
        match self {
            Published::Date(date) => date.spell(to),
            Published::At(instant) => instant.spell(to),
        }
    }
}

displayed!(Published);

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Published({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::date::edtf::tests::any_date;
    use proptest::prelude::*;

    fn check(text: &str) -> String {
        match Published::parse(text) {
            Ok(at) => format!("{} to {}, public from {}", at.first_day(), at.last_day(), at.public_from()),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn dates_are_public_from_their_end() {
        assert_eq!(check("2025-12-03"), "2025-12-03 to 2025-12-03, public from 2025-12-04T00:00:00Z");
        assert_eq!(check("2025-12~"), "2025-12-01 to 2025-12-31, public from 2026-01-01T00:00:00Z");
        assert_eq!(
            check("2025-11-30/2025-12-03"),
            "2025-11-30 to 2025-12-03, public from 2025-12-04T00:00:00Z"
        );
        assert_eq!(check("9999"), "9999-01-01 to 9999-12-31, public from 9999-12-31T23:59:59Z");
    }

    #[test]
    fn instants_are_public_at_once() {
        assert_eq!(
            check("2023-01-13T17:19:11Z"),
            "2023-01-13 to 2023-01-13, public from 2023-01-13T17:19:11Z"
        );
    }

    #[test]
    fn open_intervals_and_local_times_are_refused() {
        assert_eq!(check("2025-12-03/.."), "Open");
        assert_eq!(check("2023-01-13T17:19:11+02:00"), "Instant");
        assert_eq!(check("2025-XX"), "OutsideProfile");
    }

    proptest! {
        #[test]
        fn what_is_read_is_printed(date in any_date(), seconds in Instant::MIN.seconds()..=Instant::MAX.seconds()) {
            let instant = Instant::from_seconds(seconds).unwrap();
            for text in [date, instant.to_string()] {
                match Published::parse(&text) {
                    Ok(published) => prop_assert_eq!(published.to_string(), text),
                    Err(error) => prop_assert_eq!((error, text.ends_with("/..")), (DateError::Open, true)),
                }
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            if let Ok(published) = Published::parse(&text) {
                prop_assert_eq!(published.to_string(), text);
            }
        }
    }
}
