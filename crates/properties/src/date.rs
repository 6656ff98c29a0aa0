//! Dates, moments, lengths of time and points on the clocks: printed as typed, in order, and on one calendar.

use std::fmt::{Debug, Display};

use recount_model::clock::{AsOf, PublishedBy, RecordedBy};
use recount_model::date::{Day, Edtf, Instant, Published, Window};

/// A text that each parser of dates reads or refuses.
pub(crate) fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    edtf(text);
    published(text);
    if let Some(day) = as_typed(text, Day::parse(text)) {
        assert!(day.start() < day.end() && day.start().day() == day);
        assert_eq!(Day::from_number(day.number()), Some(day));
        assert_eq!(Edtf::parse(text).map(Edtf::first_day), Ok(day), "a day is a date");
    }
    if let Some(instant) = as_typed(text, Instant::parse(text)) {
        assert_eq!(Instant::from_seconds(instant.seconds()), Some(instant));
        assert!(instant.day().start() <= instant);
    }
    if let Some(window) = as_typed(text, Window::parse(text)) {
        for day in [Day::MIN, Day::MAX] {
            assert!(window.before(day) <= day, "{text} before {day}");
        }
    }
    as_typed(text, AsOf::parse(text));
    if let Ok(point) = RecordedBy::parse(text) {
        assert_eq!(RecordedBy::parse(&point.to_string()), Ok(point), "{text}");
    }
}

fn edtf(text: &str) {
    let Some(date) = as_typed(text, Edtf::parse(text)) else { return };
    assert!(date.last_day().is_none_or(|last| date.first_day() <= last), "{text}: days in order");
    assert_eq!(date.is_open(), date.last_day().is_none());
    assert!(date.same_days(&date) && (date.is_interval() || !date.is_open()));
    let known = AsOf::parse(text).map(|point| point.last_day());
    assert_eq!(known.ok(), date.last_day(), "{text}: an as-of is a date with an end");
}

fn published(text: &str) {
    let Some(when) = as_typed(text, Published::parse(text)) else { return };
    assert!(when.first_day() <= when.last_day(), "{text}: days in order");
    let by = as_typed(text, PublishedBy::parse(text)).expect("a publication is a point on its clock");
    assert!(by.includes(&when), "{text}: what is published by then is included");
}

/// What was read, which must print as it was typed.
fn as_typed<T: Display + Debug, E: Display>(text: &str, read: Result<T, E>) -> Option<T> {
    match read {
        Ok(read) => {
            assert_eq!(read.to_string(), text, "what is read is printed as it was typed");
            Some(read)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}
