//! How two values stand to each other, and a value as an interval for arithmetic.

use std::cmp::Ordering;

use super::decimal::Decimal;
use super::interval::{Bound, Interval, NoValue};
use super::notation::{End, Form, Value};

impl Value {
    /// Whether two values are equal in the ledger's sense: same operators, numerically equal ends.
    ///
    /// `12.5` is the same as `12.50`; `~9000` is not the same as `9000`, nor `5..5` as `5`.
    pub fn same_as(&self, other: &Value) -> bool {
        self == other || self.normal() == other.normal()
    }

    /// The one spelling of this value: [`same_as`](Value::same_as) values have `==` normal forms, others have not.
    pub(crate) fn normal(&self) -> Value {
        let end = |end: End| End { at: end.at.normal(), open: end.open };
        let form = match self.form {
            Form::Exactly(number) => Form::Exactly(number.normal()),
            Form::MoreThan(number) => Form::MoreThan(number.normal()),
            Form::AtLeast(number) => Form::AtLeast(number.normal()),
            Form::FewerThan(number) => Form::FewerThan(number.normal()),
            Form::AtMost(number) => Form::AtMost(number.normal()),
            Form::Between { low, high } => Form::Between { low: end(low), high: end(high) },
            Form::Estimate { low, best, high } => {
                Form::Estimate { low: low.normal(), best: best.normal(), high: high.normal() }
            }
        };
        Value { about: self.about, form }
    }

    /// Whether the stated interval holds this number.
    ///
    /// `~9000` holds 9000 only; a triple that contradicts itself holds nothing.
    pub fn contains(&self, exact: &Decimal) -> bool {
        let point = Some(End { at: *exact, open: false });
        let (low, high) = self.ends();
        !self.contradicts_itself() && cmp_low(low, point).is_le() && cmp_high(point, high).is_le()
    }

    /// Whether this value narrows the other down: its interval lies inside the other's and is not all
    /// of it, or both are the same and only the other is approximate.
    ///
    /// False where either contradicts itself.
    pub fn is_inside(&self, other: &Value) -> bool {
        if self.contradicts_itself() || other.contradicts_itself() {
            return false;
        }
        let ((low, high), (other_low, other_high)) = (self.ends(), other.ends());
        match (cmp_low(other_low, low), cmp_high(high, other_high)) {
            (Ordering::Equal, Ordering::Equal) => !self.about && other.about,
            (low, high) => low.is_le() && high.is_le(),
        }
    }

    /// Whether no number lies in both intervals, a missing low end being the indicator's minimum.
    ///
    /// False where either contradicts itself: that is said of that value alone.
    pub fn disjoint_from(&self, other: &Value, minimum: Option<Decimal>) -> bool {
        !self.contradicts_itself()
            && !other.contradicts_itself()
            && (self.lies_below(other, minimum) || other.lies_below(self, minimum))
    }

    /// Whether every number of this value lies below every one of the other; see [`Value::disjoint_from`].
    ///
    /// Not to be asked of a value that contradicts itself.
    pub(crate) fn lies_below(&self, other: &Value, minimum: Option<Decimal>) -> bool {
        let (low, high) = other.ends();
        // A minimum that the value itself contradicts bounds nothing.
        let minimum = minimum.map(|at| End { at, open: false }).filter(|&end| precedes(end, high));
        match (self.ends().1, low.or(minimum)) {
            (Some(high), Some(low)) => !precedes(low, Some(high)),
            _ => false,
        }
    }

    /// The number that stands for this value where the least figure of a spread is sought: the low
    /// end, else the only number there is.
    pub fn least_stated(&self) -> Decimal {
        match self.form {
            Form::Exactly(number)
            | Form::MoreThan(number)
            | Form::AtLeast(number)
            | Form::FewerThan(number)
            | Form::AtMost(number) => number,
            Form::Between { low, .. } => low.at,
            Form::Estimate { low, .. } => low,
        }
    }

    /// The number that stands for this value where the greatest figure of a spread is sought: the high
    /// end, else the only number there is.
    pub fn greatest_stated(&self) -> Decimal {
        match self.form {
            Form::Between { high, .. } => high.at,
            Form::Estimate { high, .. } => high,
            _ => self.least_stated(),
        }
    }

    /// The value as arithmetic takes it (ledger format 1, "Arithmetic").
    ///
    /// A missing low end is closed at the indicator's `minimum`, if it has one. `~9000` counts as the
    /// point 9000 and makes every result approximate, as does any value under `~`.
    ///
    /// # Errors
    ///
    /// [`NoValue::Contradiction`] for a triple out of order, [`NoValue::BelowMinimum`] where the minimum
    /// leaves nothing of a value without a low end.
    pub fn interval(&self, minimum: Option<Decimal>) -> Result<Interval, NoValue> {
        if self.contradicts_itself() {
            return Err(NoValue::Contradiction { value: self.to_string() });
        }
        let (low, high) = self.ends();
        if let (None, Some(minimum)) = (low, minimum)
            && !precedes(End { at: minimum, open: false }, high)
        {
            return Err(NoValue::BelowMinimum { value: self.to_string(), minimum });
        }
        let low = low.or(minimum.map(|at| End { at, open: false }));
        let bound = |end: End| Bound { at: end.at.into(), open: end.open };
        let best = self.best().map(Into::into);
        Ok(Interval::new(low.map(bound), high.map(bound), best, self.about))
    }

    /// The ends of the stated interval; a number under `~` counts as a point.
    pub(super) fn ends(&self) -> (Option<End>, Option<End>) {
        let end = |at, open| Some(End { at, open });
        match self.form {
            Form::Exactly(number) => (end(number, false), end(number, false)),
            Form::MoreThan(number) => (end(number, true), None),
            Form::AtLeast(number) => (end(number, false), None),
            Form::FewerThan(number) => (None, end(number, true)),
            Form::AtMost(number) => (None, end(number, false)),
            Form::Between { low, high } => (Some(low), Some(high)),
            Form::Estimate { low, high, .. } => (end(low, false), end(high, false)),
        }
    }
}

/// Whether a number lies between a low end and a high one.
fn precedes(low: End, high: Option<End>) -> bool {
    high.is_none_or(|high| match low.at.cmp_numeric(&high.at) {
        Ordering::Less => true,
        Ordering::Equal => !low.open && !high.open,
        Ordering::Greater => false,
    })
}

/// Orders low ends by what they let in: less means more; none lets in everything.
fn cmp_low(a: Option<End>, b: Option<End>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.at.cmp_numeric(&b.at).then(a.open.cmp(&b.open)),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// Orders high ends by what they let in: greater means more; none lets in everything.
fn cmp_high(a: Option<End>, b: Option<End>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.at.cmp_numeric(&b.at).then(b.open.cmp(&a.open)),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::value::notation::tests::any_value;
    use proptest::prelude::*;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn same_values_have_the_same_operators_and_numbers() {
        let same = |a, b| value(a).same_as(&value(b));
        assert!(same("12.5", "12.50") && same("-0", "0") && same(">1..<2.0", ">1.0..<2"));
        assert!(same("~1..2..3", "~1.0..2..3"));
        assert!(!same("~9000", "9000") && !same(">5", ">=5") && !same("5..5", "5"));
        assert!(!same("1..2", "1..<2") && !same("1..2..3", "1..2.5..3"));
    }

    #[test]
    fn intervals_hold_what_they_say() {
        let holds = |said, exact| value(said).contains(&number(exact));
        assert!(holds(">5", "5.01") && !holds(">5", "5") && holds(">=5", "5.0") && holds("<5", "-9"));
        assert!(holds("~9000", "9000") && !holds("~9000", "9001"));
        assert!(holds("1..2..3", "3") && !holds("9..2..3", "2") && !holds("1..9..3", "2"));
    }

    #[test]
    fn narrower_values_are_inside() {
        let inside = |a, b| value(a).is_inside(&value(b));
        assert!(inside("1850", ">1800") && inside(">1850", ">=1850") && inside("1..2", "<=2"));
        assert!(inside("9000", "~9000") && inside(">5", "~>5"));
        assert!(!inside("~9000", "9000") && !inside("5", "5..5") && !inside("5", "5"));
        assert!(!inside(">=1850", ">1850") && !inside("1..4", "2..5"));
        assert!(!inside("1..9..3", "0..10") && !inside("2", "1..9..3"));
    }

    #[test]
    fn disjoint_values_share_no_number() {
        let disjoint = |a, b, minimum: Option<&str>| {
            let (a, b, minimum) = (value(a), value(b), minimum.map(number));
            assert_eq!(a.disjoint_from(&b, minimum), b.disjoint_from(&a, minimum));
            a.disjoint_from(&b, minimum)
        };
        assert!(disjoint("5", "6", None) && disjoint(">5", "5", None) && disjoint("1..<5", ">=5", None));
        assert!(!disjoint("1..5", ">=5", None) && !disjoint("~9000", "9000", None));
        assert!(disjoint("-1", "<5", Some("0")) && !disjoint("-1", "<5", None));
        assert!(!disjoint("-3", "<0", Some("0")), "a minimum its value contradicts bounds nothing");
        assert!(!disjoint("1..9..3", "5", None));
    }

    #[test]
    fn spreads_order_by_stated_ends() {
        let stated =
            |text| (value(text).least_stated().to_string(), value(text).greatest_stated().to_string());
        assert_eq!(stated("19000..20000"), ("19000".into(), "20000".into()));
        assert_eq!(stated("118..125..140"), ("118".into(), "140".into()));
        assert_eq!(stated("<400"), ("400".into(), "400".into()));
        assert_eq!(stated("~9000"), ("9000".into(), "9000".into()));
    }

    #[test]
    fn arithmetic_takes_the_minimum_for_a_missing_low_end() {
        let interval = |text, minimum: Option<&str>| match value(text).interval(minimum.map(number)) {
            Ok(interval) => interval.notation(),
            Err(error) => error.to_string(),
        };
        assert_eq!(interval("<400", Some("0")), "0..<400");
        assert_eq!(interval("<400", None), "<400");
        assert_eq!(interval("<=0", Some("0")), "0");
        assert_eq!(interval(">-5", Some("0")), ">-5");
        assert_eq!(interval("~9000", Some("0")), "about 9000");
        assert_eq!(interval("~<9000", Some("0")), "about 0..<9000");
        assert_eq!(interval("1.0..2.50..3", None), "1..2.5..3");
        assert_eq!(interval("<0", Some("0")), "<0 leaves nothing above the indicator's minimum of 0");
        assert_eq!(
            interval("9..2..3", None),
            "9..2..3 contradicts itself: low, best and high are not in ascending order"
        );
    }

    proptest! {
        #[test]
        fn relations_agree_with_enumeration(a in any_value(), b in any_value()) {
            // Quarters see every gap and overlap between ends that are halves.
            let grid = (-50..=50).map(|n: i32| {
                let sign = if n < 0 { "-" } else { "" };
                format!("{sign}{}.{:02}", n.abs() / 4, n.abs() % 4 * 25)
            });
            let held: Vec<(bool, bool)> =
                grid.map(|text| number(&text)).map(|x| (a.contains(&x), b.contains(&x))).collect();
            let sound = !a.contradicts_itself() && !b.contradicts_itself();
            let subset = held.iter().all(|&(a, b)| !a || b);
            let equal = held.iter().all(|&(a, b)| a == b);
            let narrower = subset && (!equal || !a.is_approximate() && b.is_approximate());
            prop_assert_eq!(a.is_inside(&b), sound && narrower);
            let shared = held.iter().any(|&(a, b)| a && b);
            prop_assert_eq!(a.disjoint_from(&b, None), sound && !shared);
            if a.same_as(&b) {
                prop_assert!(a.contradicts_itself() || equal && !a.is_inside(&b));
            }
        }
    }
}
