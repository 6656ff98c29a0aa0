//! The notation of values: what is read is printed as typed, and the columns, relations and arithmetic agree.

use recount_model::value::{Decimal, Interval, NoValue, Value};

/// Values, one a line; the first two are also held against each other.
pub(crate) fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut values = Vec::new();
    for line in text.split('\n') {
        match Value::parse(line) {
            Ok(value) => {
                alone(line, &value);
                values.push(value);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    if let [a, b, ..] = &values[..] {
        relations(a, b);
        arithmetic(a, b);
    }
}

fn alone(text: &str, value: &Value) {
    assert_eq!(value.to_string(), text, "a value prints as it was typed");
    assert!(!value.low_open() || value.low().is_some(), "an end that is not there is not open");
    assert!(!value.high_open() || value.high().is_some());
    if let (Some(low), Some(high)) = (value.low(), value.high())
        && !value.contradicts_itself()
    {
        assert!(low.cmp_numeric(&high).is_le(), "{text}: ends in order");
    }
    assert!(value.same_as(value) && !value.is_inside(value) && !value.disjoint_from(value, None));
    if let Some(best) = value.best() {
        assert!(value.contains(&best) || value.contradicts_itself(), "{text} contains its best number");
    }
    if value.is_exact() {
        assert!(value.low() == value.high() && value.contains(&value.least_stated()));
    }
    for minimum in [None, Some(Decimal::ZERO)] {
        match value.interval(minimum) {
            Ok(interval) => in_order(&interval),
            Err(NoValue::Contradiction { .. }) => assert!(value.contradicts_itself(), "{text}"),
            Err(NoValue::BelowMinimum { .. }) => {
                assert!(minimum.is_some() && value.low().is_none(), "{text}")
            }
            Err(other) => panic!("{text}: {other}"),
        }
    }
}

fn relations(a: &Value, b: &Value) {
    assert_eq!(a.same_as(b), b.same_as(a), "{a} {b}");
    assert_eq!(a.disjoint_from(b, None), b.disjoint_from(a, None), "{a} {b}");
    assert!(!(a.is_inside(b) && b.is_inside(a)), "{a} and {b} lie inside each other");
    assert!(!(a.is_inside(b) && a.disjoint_from(b, None)), "{a} lies inside {b} and apart from it");
    if b.is_exact() {
        let inside = a.contains(&b.least_stated());
        assert!(!(inside && a.disjoint_from(b, None)), "{a} contains {b} and is apart from it");
    }
    if a.same_as(b) {
        // Where there is none, the error has the spelling, which may differ.
        assert_eq!(a.interval(None).ok(), b.interval(None).ok(), "equal values are equal intervals");
    }
}

fn arithmetic(a: &Value, b: &Value) {
    let (Ok(a), Ok(b)) = (a.interval(None), b.interval(Some(Decimal::ZERO))) else { return };
    for result in [a.add(&b), a.sub(&b), a.mul(&b), a.div(&b)].iter().flatten() {
        in_order(result);
        assert_eq!(result.is_approximate(), a.is_approximate() || b.is_approximate());
    }
    assert_eq!(a.add(&b), b.add(&a));
    assert_eq!(a.mul(&b), b.mul(&a));
    if let (Ok(sum), true) = (a.add(&b), a.is_point() && b.is_point()) {
        assert_eq!(sum.sub(&b).map(|back| back.low().cloned()), Ok(a.low().cloned()), "a + b - b is a");
    }
    let hull = Interval::hull(&[a.clone(), b.clone()]);
    assert!(hull.is_some_and(|hull| hull.low().is_none_or(|low| a.low().is_some_and(|other| low <= other))));
}

/// An interval holds a number, and its notation is there.
pub(crate) fn in_order(interval: &Interval) {
    if let (Some(low), Some(high)) = (interval.low(), interval.high()) {
        assert!(low <= high);
        assert!(low < high || !(interval.low_open() || interval.high_open()), "an interval holds a number");
    }
    if let Some(best) = interval.best() {
        assert!(
            interval.low().is_none_or(|low| low <= best) && interval.high().is_none_or(|high| best <= high)
        );
    }
    assert!(!interval.notation().is_empty());
}
