//! The columns of a value: what was said, as numbers.

use recount_model::value::fraction::print;
use recount_model::value::{Interval, Rounding, Value};

use crate::cell::{Cell, shown};
use crate::table::columns;

/// A value that columns show; by default none at all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Stated<'a> {
    #[default]
    Nothing,
    /// As it was said.
    Said(Value),
    /// Ends are rounded outward as in the notation. An approximate point has no ends, as `~9000` has none.
    Computed(&'a Interval),
}

columns! {
    /// What was said, and its ends as numbers.
    pub(crate) VALUE, value_cells(said: Stated<'_>) {
        "value" Text required
            "The value in the ledger's notation: `1850`, `>20000`, `<=35000`, `~9000`, `19000..20000`, `118..125..140`; \
             a computed one that is approximate starts with `about`, one without ends is `any`."
            = said.cell(|value| shown(Some(value)), |interval| interval.notation().into());
        "qualifier" Text optional
            "How it is qualified: exact, more_than, at_least, less_than, at_most, about, nearly, just_over, between or \
             estimate; missing for a computed value."
            = said.cell(|value| value.qualifier().as_str().into(), |_| Cell::Missing);
        "low" Decimal optional "The low end as said; of an exact value the number itself; of `~9000` none."
            = said.low();
        "low_open" Boolean required "Whether the low end itself is excluded; false where there is no low end."
            = said.cell(|value| value.low_open().into(), |interval| interval.low_open().into());
        "high" Decimal optional "The high end as said; of an exact value the number itself; of `~9000` none."
            = said.high();
        "high_open" Boolean required "Whether the high end itself is excluded; false where there is no high end."
            = said.cell(|value| value.high_open().into(), |interval| interval.high_open().into());
        "best" Decimal optional "The best estimate between the ends; of `~9000` the number."
            = said.best();
        "approximate" Boolean required "Whether it was said under `~`, or computed from such a value."
            = said.cell(|value| value.is_approximate().into(), |interval| interval.is_approximate().into());
    }
}

impl Stated<'_> {
    /// The cell that a value has as it was said, or as it was computed.
    fn cell(
        &self,
        said: impl FnOnce(&Value) -> Cell<'static>,
        computed: impl FnOnce(&Interval) -> Cell<'static>,
    ) -> Cell<'static> {
        match self {
            Stated::Nothing => Cell::Missing,
            Stated::Said(value) => said(value),
            Stated::Computed(interval) => computed(interval),
        }
    }

    fn low(&self) -> Cell<'static> {
        let computed = |interval: &Interval| {
            let low = interval.low().filter(|_| !is_about(interval));
            low.map(|low| print(low, Rounding::Down)).into()
        };
        self.cell(|value| shown(value.low()), computed)
    }

    fn high(&self) -> Cell<'static> {
        let computed = |interval: &Interval| {
            let high = interval.high().filter(|_| !is_about(interval));
            high.map(|high| print(high, Rounding::Up)).into()
        };
        self.cell(|value| shown(value.high()), computed)
    }

    fn best(&self) -> Cell<'static> {
        let computed = |interval: &Interval| {
            let best = if is_about(interval) { interval.low() } else { interval.best() };
            best.map(|best| print(best, Rounding::HalfEven)).into()
        };
        self.cell(|value| shown(value.best()), computed)
    }
}

/// Whether it is an approximate point.
fn is_about(interval: &Interval) -> bool {
    interval.is_approximate() && interval.is_point()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(text: &str) -> String {
        let interval = Value::parse(text).unwrap().interval(None).unwrap();
        let mut cells = Vec::new();
        let stated = Stated::Computed(&interval);
        value_cells(&stated, &mut cells);
        let text = |at: usize| if let Cell::Text(text) = &cells[at] { &**text } else { "" };
        let mark = |at: usize, mark| if cells[at] == Cell::Boolean(true) { mark } else { "" };
        let end = |at: usize| format!("[{}{}]", text(at), mark(at + 1, "*"));
        format!("{}: {} {} best [{}]{}", text(0), end(2), end(4), text(6), mark(7, " approximate"))
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
