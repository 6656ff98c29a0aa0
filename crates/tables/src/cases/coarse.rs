//! What is shown of a person where full detail was not asked for.

use recount_model::value::{Decimal, Value};

use crate::Context;
use crate::table::Stop;

/// Where each age band begins, in years, and what follows its first year in print.
const BANDS: [(u128, &str); 5] = [(0, "-4"), (5, "-9"), (10, "-14"), (15, "-17"), (18, "+")];

/// The kinds of place that are first-level divisions of a country. The column `cases.origin` documents the list.
const FIRST_LEVEL: [&str; 6] = ["admin-1", "admin1", "oblast", "region", "province", "state"];

/// The band an age lies in, or one that spans all it may lie in; none for what is no age.
pub(super) fn age_band(age: &str) -> Option<String> {
    let age = Value::parse(age).ok()?;
    let (low, high) = match age.best().filter(|_| age.low().is_none()) {
        Some(about) => (Some(about), Some(about)),
        None => (age.low(), age.high()),
    };
    let first = low.map_or(0, |low| band(years(low)));
    // Fewer than 5 is at most 4.
    let last_year = |high| years(high).saturating_sub(u128::from(age.high_open() && is_whole(high)));
    let last = high.map_or(BANDS.len() - 1, |high| band(last_year(high)));
    let (begins, ends) = (BANDS[first.min(last)].0, BANDS[last].1);
    Some(format!("{begins}{ends}"))
}

fn band(years: u128) -> usize {
    BANDS.iter().rposition(|(begins, _)| *begins <= years).unwrap_or_default()
}

/// Completed years; an age below zero is none.
fn years(age: Decimal) -> u128 {
    if age.is_negative() { 0 } else { age.digits() / 10_u128.pow(age.scale()) }
}

fn is_whole(age: Decimal) -> bool {
    age.digits().is_multiple_of(10_u128.pow(age.scale()))
}

/// The months of a date or interval; a year stays a year.
pub(super) fn month(date: &str) -> String {
    let part = |part: &str| part.trim_end_matches(['~', '?', '%']).chars().take("2025-12".len()).collect();
    date.split('/').map(part).collect::<Vec<String>>().join("/")
}

/// The nearest first-level division or country, from a declared place upwards; none where there is no such place.
pub(super) fn region(context: &Context<'_>, place: &str) -> Result<Option<String>, Stop> {
    let places = context.state().places();
    let Some(place) = places.find(place) else { return Ok(None) };
    for key in places.chain(place, |row| row.parent) {
        let texts = context.members(places.entry(key).version)?;
        let is_shown = |kind: &str| kind == "country" || FIRST_LEVEL.contains(&kind);
        if texts.get("kind").is_some_and(is_shown) {
            return Ok(Some(places.name(key).to_owned()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_become_bands() {
        let band = |age| age_band(age).unwrap_or_default();
        assert_eq!(
            ["0", "4", "5", "14", "15", "17", "17.9"].map(band).join(" "),
            "0-4 0-4 5-9 10-14 15-17 15-17 15-17"
        );
        assert_eq!(["18", "44", ">=16", ">17", "~12"].map(band).join(" "), "18+ 18+ 15+ 15+ 10-14");
        assert_eq!(
            ["<5", "<=5", "8..12", "0..<18", "9..11..14"].map(band).join(" "),
            "0-4 0-9 5-14 0-17 5-14"
        );
        assert_eq!(age_band("young"), None);
    }

    #[test]
    fn the_documentation_names_every_kind_of_division() {
        let origin = super::super::CASES.columns.iter().find(|column| column.name == "origin");
        let doc = origin.map_or("", |column| column.doc);
        assert!(FIRST_LEVEL.iter().all(|kind| doc.contains(kind)), "{doc}");
    }

    #[test]
    fn dates_become_months() {
        assert_eq!(month("2025-12-03~"), "2025-12");
        assert_eq!(month("2025?"), "2025");
        assert_eq!(month("2022-02-24/2022-03-01"), "2022-02/2022-03");
        assert_eq!(month("2022-02-24/.."), "2022-02/..");
    }
}
