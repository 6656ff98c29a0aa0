//! Dates of generated events, on a calendar whose months all have 28 days: every date exists, no leap rule is needed.

/// Days of a generated ledger, 2014 to 2025.
pub(crate) const DAYS: u64 = 12 * DAYS_OF_YEAR;

const FIRST_YEAR: u64 = 2014;
const DAYS_OF_MONTH: u64 = 28;
const DAYS_OF_YEAR: u64 = 12 * DAYS_OF_MONTH;

/// A day, counted from 2014-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) u64);

impl Day {
    /// So many days before, at the earliest the first day there is.
    pub(crate) fn before(self, days: u64) -> Day {
        Day(self.0.saturating_sub(days))
    }

    /// `2014-03-09`
    pub(crate) fn full(self) -> String {
        format!("{}-{:02}", self.month(), self.0 % DAYS_OF_MONTH + 1)
    }

    /// `2014-03`
    pub(crate) fn month(self) -> String {
        format!("{}-{:02}", self.year(), self.month_of_year() + 1)
    }

    /// The months of the quarter: `2014-01/2014-03`
    pub(crate) fn quarter(self) -> String {
        let (year, first) = (self.year(), self.month_of_year() / 3 * 3 + 1);
        format!("{year}-{first:02}/{year}-{:02}", first + 2)
    }

    /// Whether it is in the one month that ends on its day 28.
    pub(crate) fn is_in_february(self) -> bool {
        self.month_of_year() == 1
    }

    fn year(self) -> u64 {
        FIRST_YEAR + self.0 / DAYS_OF_YEAR
    }

    fn month_of_year(self) -> u64 {
        self.0 % DAYS_OF_YEAR / DAYS_OF_MONTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written() {
        let check = |day: u64, full: &str, quarter: &str| {
            assert_eq!((Day(day).full().as_str(), Day(day).quarter().as_str()), (full, quarter));
        };
        check(0, "2014-01-01", "2014-01/2014-03");
        check(28 * 4 + 1, "2014-05-02", "2014-04/2014-06");
        check(DAYS - 1, "2025-12-28", "2025-10/2025-12");
        assert_eq!(Day(3).before(5), Day(0));
    }
}
