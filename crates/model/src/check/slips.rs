//! Slips of the pen in single numbers: two digits changed round, and a power of ten lost or won.
//!
//! A number is only suspected where it is out of line with its neighbours and the number it would be without the slip
//! is not. Neighbours are the figures before and after it in its series; and, of other reporters on the same subject,
//! the ones next to it in time. A number without any date is held against all of its subject. Values with two ends
//! are left alone.

use std::collections::HashMap;

use crate::event::CheckKind;
use crate::value::{Form, Value};

use super::point::Point;
use super::{Finding, Review, Severity};

/// Numbers are compared in thousandths, so that `19.546` is seen to be a thousandth of `19546`.
const SCALE: u32 = 3;

/// The slips of scale that are looked for: a digit, or the word "thousand".
const FACTORS: [i128; 2] = [10, 1000];

/// How far a number may be from its neighbours and still be in line with them where scale is in question, in percent.
const NEAR: i128 = 5;

/// A figure with its number in thousandths.
#[derive(Clone, Copy)]
struct Told<'p> {
    point: &'p Point,
    number: i128,
}

/// What a number seems to be.
struct Slip<'p> {
    kind: CheckKind,
    point: &'p Point,
    /// Its number as it stands.
    number: i128,
    /// The figure that shows it.
    beside: &'p Point,
    /// The number without the slip.
    meant: i128,
}

impl Review<'_> {
    pub(super) fn slips(&self, points: &[Point]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for subject in self.subjects(points) {
            let cumulative = self.is_cumulative(&subject[0]);
            let mut slips = Vec::new();
            for own in subject.chunk_by(|a, b| self.is_one_line(a, b)) {
                slips.extend(within(&dated(told_numbers(own)), cumulative));
            }
            let plain: Vec<Told<'_>> =
                told_numbers(subject).filter(|told| self.series(told.point).since.is_none()).collect();
            slips.extend(self.between(&dated(plain.iter().copied()), cumulative));
            slips.extend(without_date(&plain));
            findings.extend(slips.iter().map(|slip| self.slip(slip)));
        }
        findings
    }

    /// One reporter's figures, whatever period each is about.
    fn is_one_line(&self, a: &Point, b: &Point) -> bool {
        let (a, b) = (self.series(a), self.series(b));
        a.reporter == b.reporter && a.since == b.since
    }

    /// Pairs of different reporters that are next to each other in time.
    fn between<'p>(&self, line: &[Told<'p>], cumulative: bool) -> Vec<Slip<'p>> {
        let mut slips = Vec::new();
        for pair in line.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            if self.is_one_line(a.point, b.point) {
                continue;
            }
            let same_day = a.point.key.effective_day() == b.point.key.effective_day();
            // A later running total may be any greater number, one with the same digits too.
            let unexplained = !cumulative || same_day || b.number < a.number;
            if unexplained && swaps(b.number).any(|swapped| swapped == a.number) {
                slips.push(Slip::new(CheckKind::Transposed, b, a, a.number));
            }
            if same_day && let Some(meant) = rescaled(b.number).find(|meant| near(*meant, a.number, a.number))
            {
                slips.push(Slip::new(CheckKind::Scale, b, a, meant));
            }
        }
        slips
    }

    fn slip(&self, slip: &Slip<'_>) -> Finding {
        let subject = self.named(self.subject(slip.point));
        let (told, beside) = (self.told(slip.point), self.told(slip.beside));
        let meant = shown(slip.meant);
        let is_neighbour = thousandths(&slip.beside.value) == Some(slip.meant);
        let how = match slip.kind {
            CheckKind::Transposed if is_neighbour => "with two digits changed round".to_owned(),
            CheckKind::Transposed => format!("with two digits changed round it would fit, as {meant}"),
            _ if slip.meant > slip.number => {
                format!("{} times too small: it would fit as {meant}", slip.meant / slip.number)
            }
            _ => format!("{} times too great: it would fit as {meant}", slip.number / slip.meant),
        };
        let doubted = slip.point.doubted || slip.beside.doubted;
        let (severity, known) = match doubted {
            true => (Severity::Note, "; the recorder doubts one of them already"),
            false => (Severity::Warning, ""),
        };
        let message = format!("{subject} is {told} beside {beside}, {how}{known}");
        Finding::new(slip.kind, severity, [slip.beside.seq, slip.point.seq], message)
    }
}

impl<'p> Slip<'p> {
    fn new(kind: CheckKind, at: Told<'p>, beside: Told<'p>, meant: i128) -> Self {
        Slip { kind, point: at.point, number: at.number, beside: beside.point, meant }
    }
}

fn told_numbers(points: &[Point]) -> impl Iterator<Item = Told<'_>> {
    points.iter().filter_map(|point| Some(Told { point, number: thousandths(&point.value)? }))
}

/// The figures that have a day, in their order.
fn dated<'p>(told: impl Iterator<Item = Told<'p>>) -> Vec<Told<'p>> {
    let mut line: Vec<Told<'p>> = told.filter(|told| told.point.key.effective.is_some()).collect();
    line.sort_unstable_by_key(|told| told.point.key);
    line
}

/// The slips in one reporter's figures. A figure that is suspected is no neighbour of the next one; of two figures
/// alone the later one is suspected.
fn within<'p>(line: &[Told<'p>], cumulative: bool) -> Vec<Slip<'p>> {
    let mut slips = Vec::new();
    let mut before = None;
    for (at, &here) in line.iter().enumerate() {
        let after = line.get(at + 1).copied();
        let alone = before.is_none() && line.len() == 2;
        match suspected(here, before, after, cumulative).filter(|_| !alone) {
            Some(slip) => slips.push(slip),
            None => before = Some(here),
        }
    }
    slips
}

/// The slip that would put a figure in line with the ones before and after it, where it is out of line.
fn suspected<'p>(
    here: Told<'p>,
    before: Option<Told<'p>>,
    after: Option<Told<'p>>,
    cumulative: bool,
) -> Option<Slip<'p>> {
    let beside = before.or(after)?;
    let (a, b) = (beside.number, after.unwrap_or(beside).number);
    let (low, high) = (a.min(b), a.max(b));
    let falls = before.is_some_and(|before| here.number < before.number)
        || after.is_some_and(|after| here.number > after.number);
    let out = if cumulative { falls } else { here.number < low || here.number > high };
    let fits = |meant: &i128| match cumulative {
        true => (low..=high).contains(meant),
        false => *meant == low || *meant == high,
    };
    if out && let Some(meant) = swaps(here.number).find(fits) {
        return Some(Slip::new(CheckKind::Transposed, here, beside, meant));
    }
    // Only neighbours that agree show what scale a number should have. The newest figure has none after it yet.
    let shows_scale = high <= low * 2 && (out || after.is_none());
    let meant = rescaled(here.number).filter(|_| shows_scale).find(|meant| near(*meant, low, high))?;
    Some(Slip::new(CheckKind::Scale, here, beside, meant))
}

/// Figures that cannot be placed in time, against every number of their subject.
fn without_date<'p>(told: &[Told<'p>]) -> Vec<Slip<'p>> {
    let undated = || told.iter().filter(|told| told.point.key.effective.is_none());
    if undated().next().is_none() {
        return Vec::new();
    }
    let mut first_with: HashMap<i128, Told<'p>> = HashMap::new();
    for other in told.iter().filter(|told| told.point.key.effective.is_some()) {
        first_with.entry(other.number).or_insert(*other);
    }
    let slip = |told: &Told<'p>| {
        let beside = swaps(told.number).find_map(|swapped| first_with.get(&swapped).copied())?;
        Some(Slip::new(CheckKind::Transposed, *told, beside, beside.number))
    };
    undated().filter(|told| !first_with.contains_key(&told.number)).filter_map(slip).collect()
}

/// The one number a value states, in thousandths; `None` where there are two, or it is zero, negative or too long.
fn thousandths(value: &Value) -> Option<i128> {
    if matches!(value.form, Form::Between { .. } | Form::Estimate { .. }) {
        return None;
    }
    let number = value.least_stated();
    let digits = number.signed_digits();
    let more = SCALE.checked_sub(number.scale())?;
    let scaled = digits.checked_mul(10_i128.pow(more))?;
    // Room for a thousandfold and a hundredfold of it.
    (scaled > 0 && scaled < i128::MAX / 1_000_000).then_some(scaled)
}

/// Every number that two neighbouring digits changed round make of this one, of the same length.
fn swaps(number: i128) -> impl Iterator<Item = i128> {
    let first = number.ilog10();
    (SCALE..first).filter_map(move |at| {
        let one = 10_i128.pow(at);
        let pair = (number / one % 100) as i32;
        let (high, low) = (pair / 10, pair % 10);
        let is_shorter = low == 0 && at + 1 == first;
        (low != high && !is_shorter).then(|| number + i128::from(9 * (low - high)) * one)
    })
}

/// Every number that a slip of scale can have made this one of.
fn rescaled(number: i128) -> impl Iterator<Item = i128> {
    FACTORS.into_iter().flat_map(move |factor| [number * factor, number / factor])
}

/// Whether a number lies between two others, or a few percent beyond.
fn near(number: i128, low: i128, high: i128) -> bool {
    number * 100 >= low * (100 - NEAR) && number * 100 <= high * (100 + NEAR)
}

fn shown(thousandths: i128) -> String {
    let one = 10_i128.pow(SCALE);
    match thousandths % one {
        0 => (thousandths / one).to_string(),
        rest => format!("{}.{rest:03}", thousandths / one),
    }
}
