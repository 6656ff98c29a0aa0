//! The columns of a value: what was said, as numbers.

use recount_model::value::fraction::print;
use recount_model::value::{Interval, Rounding, Value};

use crate::table::columns;

/// A value as its columns show it; by default none at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stated {
    value: String,
    qualifier: Option<&'static str>,
    low: Option<String>,
    low_open: Option<bool>,
    high: Option<String>,
    high_open: Option<bool>,
    best: Option<String>,
    approximate: Option<bool>,
}

columns! {
    /// What was said, and its ends as numbers.
    pub(crate) VALUE, value_cells(said: Stated) {
        "value" Text required
            "The value in the ledger's notation: `1850`, `>20000`, `<=35000`, `~9000`, `19000..20000`, `118..125..140`; \
             a computed one that is approximate starts with `about`, one without ends is `any`."
            = said.value.as_str();
        "qualifier" Text optional
            "How it is qualified: exact, more_than, at_least, less_than, at_most, about, nearly, just_over, between or \
             estimate; missing for a computed value."
            = said.qualifier;
        "low" Decimal optional "The low end as said; of an exact value the number itself; of `~9000` none."
            = said.low.as_deref();
        "low_open" Boolean required "Whether the low end itself is excluded; false where there is no low end."
            = said.low_open;
        "high" Decimal optional "The high end as said; of an exact value the number itself; of `~9000` none."
            = said.high.as_deref();
        "high_open" Boolean required "Whether the high end itself is excluded; false where there is no high end."
            = said.high_open;
        "best" Decimal optional "The best estimate between the ends; of `~9000` the number."
            = said.best.as_deref();
        "approximate" Boolean required "Whether it was said under `~`, or computed from such a value."
            = said.approximate;
    }
}

impl From<&Value> for Stated {
    fn from(value: &Value) -> Stated {
        Stated {
            value: value.to_string(),
            qualifier: Some(value.qualifier().as_str()),
            low: value.low().map(|end| end.to_string()),
            low_open: Some(value.low_open()),
            high: value.high().map(|end| end.to_string()),
            high_open: Some(value.high_open()),
            best: value.best().map(|best| best.to_string()),
            approximate: Some(value.is_approximate()),
        }
    }
}

impl From<&Interval> for Stated {
    /// Ends are rounded outward as in the notation. An approximate point has no ends, as `~9000` has none.
    fn from(interval: &Interval) -> Stated {
        let about = interval.is_approximate() && interval.is_point();
        let best = if about { interval.low() } else { interval.best() };
        Stated {
            value: interval.notation(),
            qualifier: None,
            low: interval.low().filter(|_| !about).map(|low| print(low, Rounding::Down)),
            low_open: Some(interval.low_open()),
            high: interval.high().filter(|_| !about).map(|high| print(high, Rounding::Up)),
            high_open: Some(interval.high_open()),
            best: best.map(|best| print(best, Rounding::HalfEven)),
            approximate: Some(interval.is_approximate()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(text: &str) -> String {
        let stated = Stated::from(&Value::parse(text).unwrap().interval(None).unwrap());
        let open = |open| if open == Some(true) { "*" } else { "" };
        let end = |end: Option<String>, is_open| format!("{}{}", end.unwrap_or_default(), open(is_open));
        let (low, high) = (end(stated.low, stated.low_open), end(stated.high, stated.high_open));
        let about = if stated.approximate == Some(true) { " approximate" } else { "" };
        format!("{}: [{low}] [{high}] best [{}]{about}", stated.value, stated.best.unwrap_or_default())
    }

    #[test]
    fn computed_values_have_the_ends_of_said_ones() {
        assert_eq!(check("12.5"), "12.5: [12.5] [12.5] best []");
        assert_eq!(check(">20000"), ">20000: [20000*] [] best []");
        assert_eq!(check("~9000"), "about 9000: [] [] best [9000] approximate");
        assert_eq!(check("118..125..140"), "118..125..140: [118] [140] best [125]");
        assert_eq!(check("~1..2"), "about 1..2: [1] [2] best [] approximate");
    }
}
