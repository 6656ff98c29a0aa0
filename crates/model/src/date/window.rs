//! Lengths of time on the calendar.

use std::fmt;

use jiff::Span;

use super::{DateError, Day};
use crate::spelling::{Sink, Spelled, displayed};

/// The longest spelling read: four units of at most seven digits, with room to spare.
const MAX_LENGTH: usize = 40;

/// A length of time in calendar units, above zero: an ISO 8601 duration such as `P6M`, `P1Y`, `P30D` or
/// `P2W`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    years: i16,
    months: i32,
    weeks: i32,
    days: i32,
}

impl Window {
    /// Reads a duration of years, months, weeks and days, in this order, without superfluous zeros.
    ///
    /// # Errors
    ///
    /// [`DateError::Window`] for other spellings, units of the clock, zero, and lengths far beyond
    /// the ten thousand years of the calendar.
    pub fn parse(text: &str) -> Result<Window, DateError> {
        Window::read(text).ok_or(DateError::Window)
    }

    /// The day this long before `day`: one on the same day of the month or, where that month is
    /// shorter, its last day. Nothing lies before [`Day::MIN`].
    pub fn before(self, day: Day) -> Day {
        day.date().checked_sub(self.span()).map_or(Day::MIN, Day::from_date)
    }

    fn read(text: &str) -> Option<Window> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let span: Span = text.parse().ok()?;
        let window = Window {
            years: span.get_years(),
            months: span.get_months(),
            weeks: span.get_weeks(),
            days: span.get_days(),
        };
        // The span may hold hours or have been spelled in jiff's other format.
        (span.is_positive() && window.to_string() == text).then_some(window)
    }

    fn span(self) -> Span {
        Span::new().years(self.years).months(self.months).weeks(self.weeks).days(self.days)
    }
}

impl Spelled for Window {
    fn spell(&self, to: &mut impl Sink) -> fmt::Result {
        let Window { years, months, weeks, days } = *self;
        to.write_char('P')?;
        for (number, unit) in [(years.into(), 'Y'), (months, 'M'), (weeks, 'W'), (days, 'D')] {
            if number != 0 {
                i64::from(number).spell(to)?;
                to.write_char(unit)?;
            }
        }
        Ok(())
    }
}

displayed!(Window);

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Window({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::date::day::tests::any_day;
    use proptest::prelude::*;

    fn check(window: &str, day: &str) -> String {
        let window = Window::parse(window).unwrap();
        window.before(Day::parse(day).unwrap()).to_string()
    }

    #[test]
    fn windows_reach_back_on_the_calendar() {
        assert_eq!(check("P6M", "2025-08-31"), "2025-02-28");
        assert_eq!(check("P1Y", "2024-02-29"), "2023-02-28");
        assert_eq!(check("P2W", "2025-12-03"), "2025-11-19");
        assert_eq!(check("P30D", "2025-12-03"), "2025-11-03");
        assert_eq!(check("P1Y6M", "2025-12-03"), "2024-06-03");
        assert_eq!(check("P1Y", "0000-12-31"), "0000-01-01");
        assert_eq!(check("P19000Y", "2025-12-03"), "0000-01-01");
    }

    #[test]
    fn other_durations_are_refused() {
        for text in [
            "", "P", "6M", "P0D", "-P6M", "P06M", "p6m", "P1.5Y", "PT1H", "P1DT1H", "P6M1Y", "6 months",
            "P99999Y", "P6M ",
        ] {
            assert_eq!(Window::parse(text), Err(DateError::Window), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_printed(
            text in "P([1-9][0-9]{0,3}Y)?([1-9][0-9]{0,3}M)?([1-9][0-9]{0,3}W)?[1-9][0-9]{0,3}D",
            day in any_day(),
        ) {
            let window = Window::parse(&text).unwrap();
            prop_assert_eq!(window.to_string(), text);
            prop_assert!(window.before(day) < day || day == Day::MIN);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), near in "P?[0-9YMWDTHS.+-]{0,12}") {
            for text in [text, near] {
                if let Ok(window) = Window::parse(&text) {
                    prop_assert_eq!(window.to_string(), text);
                }
            }
        }
    }
}
