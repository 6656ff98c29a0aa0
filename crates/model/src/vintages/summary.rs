//! How much a reporter revises, in numbers.

use num_traits::{Signed, Zero};

use super::{Direction, Reason, Triangle};
use crate::value::fraction::print;
use crate::value::{Fraction, Rounding};

/// Statistics over the releases of one triangle or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Moments or periods with a release.
    pub as_ofs: u32,
    /// Those of which a later release said something else.
    pub revised: u32,
    /// All releases.
    pub releases: u32,
    /// Releases that stand beside another one and revise nothing.
    pub parallel: u32,
    /// Releases that were taken back.
    pub withdrawn: u32,
    /// Revisions from one bare number to another.
    pub exact: u32,
    /// Revisions upward.
    pub up: u32,
    /// Revisions downward.
    pub down: u32,
    /// Revisions without direction: some number fits both values.
    pub overlapping: u32,
    /// Figures that are no release because they have no as-of.
    pub undated: u32,
    /// Figures that are no release because they have no date of publication.
    pub unpublished: u32,
    /// Figures that are no release because the recorder doubts them.
    pub doubted: u32,
    /// The absolute exact revisions, added up.
    absolute: Fraction,
}

impl Summary {
    /// Adds the releases of a triangle.
    pub fn add(&mut self, triangle: &Triangle) {
        for row in &triangle.rows {
            self.as_ofs += 1;
            self.releases += row.releases.len() as u32;
            self.withdrawn +=
                row.releases.iter().filter(|release| release.withdrawn.is_some()).count() as u32;
            self.parallel += row.releases.iter().filter(|release| release.parallel).count() as u32;
            let mut is_revised = false;
            for revision in row.releases.iter().filter_map(|release| release.revision.as_ref()) {
                is_revised |= revision.direction != Some(Direction::Same);
                match revision.direction {
                    Some(Direction::Up) => self.up += 1,
                    Some(Direction::Down) => self.down += 1,
                    Some(Direction::Overlapping) => self.overlapping += 1,
                    Some(Direction::Same) | None => {}
                }
                if let (true, Ok(size)) = (revision.exact, &revision.size) {
                    self.exact += 1;
                    self.absolute += size.low().map(Fraction::abs).unwrap_or_default();
                }
            }
            self.revised += u32::from(is_revised);
        }
        for figure in &triangle.apart {
            match figure.why {
                Reason::Doubted => self.doubted += 1,
                Reason::Undated => self.undated += 1,
                Reason::Unpublished => self.unpublished += 1,
            }
        }
    }

    /// Revised as-ofs per as-of, from 0 to 1; `None` without any as-of. At most 12 significant digits.
    pub fn share_revised(&self) -> Option<String> {
        ratio(Fraction::from_integer(self.revised.into()), self.as_ofs)
    }

    /// The mean absolute revision over the revisions from one bare number to another, in the indicator's unit;
    /// `None` where there is none. At most 12 significant digits.
    pub fn mean_absolute_revision(&self) -> Option<String> {
        ratio(self.absolute.clone(), self.exact)
    }
}

fn ratio(sum: Fraction, count: u32) -> Option<String> {
    let count = Fraction::from_integer(count.into());
    (!count.is_zero()).then(|| print(&(sum / count), Rounding::HalfEven))
}
