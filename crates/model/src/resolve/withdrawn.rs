//! Records that were withdrawn with their figures.

use super::Resolver;
use super::acts::Taken;
use super::claims::{Claimed, Scratch};
use crate::event::Seq;

/// The withdrawals in a series, and the records they take back.
#[derive(Default)]
pub(super) struct Withdrawn {
    /// By figure, then in order of events.
    withdrawals: Vec<(u32, Taken)>,
    /// With the withdrawal that took each; those of one figure together.
    claims: Vec<(Seq, Claimed)>,
}

impl Scratch {
    /// Takes withdrawn records out of grouped ones; each withdrawal takes back the records of one figure published no
    /// later. Whether there were any: the others are then to be grouped anew.
    pub(super) fn take_withdrawn(&mut self, resolver: &Resolver<'_>) -> bool {
        let Scratch { claims, withdrawn: Withdrawn { withdrawals, claims: taken }, .. } = self;
        let named = |claim: &Claimed| {
            let figure = claim.figure;
            resolver.acts.withdrawals_of(claim.seq).map(move |taken| (figure, taken))
        };
        withdrawals.clear();
        withdrawals.extend(claims.iter().flat_map(named));
        withdrawals.sort_unstable_by_key(|(figure, taken)| (*figure, taken.by));
        let taken_by = |claim: &Claimed| {
            let from = withdrawals.partition_point(|(figure, _)| *figure < claim.figure);
            let of_figure = withdrawals[from..].iter().take_while(|(figure, _)| *figure == claim.figure);
            of_figure.map(|(_, taken)| taken).find(|taken| taken.takes(claim)).map(|taken| taken.by)
        };
        taken.clear();
        claims.retain(|claim| {
            let by = taken_by(claim);
            taken.extend(by.map(|by| (by, *claim)));
            by.is_none()
        });
        // A dated record says what the figure was about; an undated one only repeats it.
        taken.sort_unstable_by_key(|(by, claim)| (claim.figure, *by, !claim.days.is_some(), claim.version));
        !taken.is_empty()
    }

    /// Adds the records that each withdrawal took back as one withdrawn figure.
    pub(super) fn append_withdrawn(&mut self) {
        let Scratch { claims, groups, withdrawn, .. } = self;
        for of_one in withdrawn.claims.chunk_by(|(by, a), (other, b)| (by, a.figure) == (other, b.figure)) {
            let first = claims.len();
            claims.extend(of_one.iter().map(|(_, claim)| *claim));
            groups.append_withdrawn(&mut claims[first..], of_one[0].0);
        }
    }
}
