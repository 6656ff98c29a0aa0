//! What an operation appends.

use crate::plan::{Figure, Op};
use crate::run::Simulation;
use crate::world::{INDICATORS, Input, PUBLISHED, REPORTERS, Said, World, figure_data};

/// Events to append, and whether a world admits them.
pub(crate) type Inputs = (Vec<Input>, Box<dyn Fn(&World) -> bool>);

impl Simulation {
    /// What `op` appends to the ledger that is there, if that is what it does.
    pub(crate) fn inputs(&mut self, op: &Op) -> Option<Inputs> {
        if self.known() < 5 && !matches!(op, Op::Export | Op::Recover | Op::Verify) {
            return Some((self.first_inputs(), Box::new(|_| true)));
        }
        let is_figure = |said| matches!(said, Said::Figure(_));
        let is_retractable =
            |said| matches!(said, Said::Figure(_) | Said::Correction { .. } | Said::Withdrawal { .. });
        let target = |number: &u8, wanted: fn(Said) -> bool| {
            let all = self.world.find(wanted);
            all.get(usize::from(*number) % all.len().max(1)).copied()
        };
        let (input, target) = match op {
            Op::Append(figures) => return Some((self.figures(figures), Box::new(|_| true))),
            Op::Again if !self.last.is_empty() => return Some((self.last.clone(), Box::new(|_| true))),
            Op::Correct(number, figure) => {
                let target = target(number, is_figure)?;
                (self.correction(target, *figure), target)
            }
            Op::Retract(number) => {
                let target = target(number, is_retractable)?;
                let data = format!(r#"{{"target":{target},"reason":"r{}"}}"#, self.next());
                (Input { kind: "record.retracted", data, said: Said::Retraction { target } }, target)
            }
            Op::Withdraw(number, published) => {
                let target = target(number, is_figure)?;
                self.last.clear();
                (self.withdrawal(target, *published), target)
            }
            _ => return None,
        };
        // A correction is looked up again only while it is in force, so it is not tried again here.
        Some((vec![input], Box::new(move |world| !world.is_retracted(target) && !world.is_erased(target))))
    }

    /// As many events as a reader would find, if all that was tried is there.
    fn known(&self) -> usize {
        let raw = self.raw().unwrap_or_default();
        self.pending.as_ref().filter(|pending| pending.file == raw).unwrap_or(&self.world).size()
    }

    /// Declarations, or a figure where all is declared.
    pub(crate) fn first_inputs(&mut self) -> Vec<Input> {
        if self.known() > 4 {
            let figure = Figure { indicator: 0, reporter: 0, value: 0, as_of: 0, published: 0, long: false };
            return self.figures(&[figure]);
        }
        let declared = |kind, data| Input { kind, data, said: Said::Other };
        let indicators = INDICATORS.map(|id| {
            let data = format!(r#"{{"id":"{id}","label":"L","unit":"children","measure":"cumulative"}}"#);
            declared("indicator.defined", data)
        });
        let reporters = REPORTERS
            .map(|id| declared("reporter.added", format!(r#"{{"id":"{id}","name":"N","kind":"registry"}}"#)));
        [indicators, reporters].concat()
    }

    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn figures(&mut self, figures: &[Figure]) -> Vec<Input> {
        figures.iter().map(|figure| figure_input(*figure, self.next())).collect()
    }

    fn correction(&mut self, target: usize, figure: Figure) -> Input {
        let data = figure_data(figure, self.next());
        let data = format!(r#"{{"target":{target},"data":{data},"reason":"r"}}"#);
        Input { kind: "record.corrected", data, said: Said::Correction { target, figure } }
    }

    fn withdrawal(&mut self, target: usize, published: u8) -> Input {
        let day = PUBLISHED[usize::from(published)];
        let data = format!(r#"{{"target":{target},"reason":"r{}","published":"{day}"}}"#, self.next());
        Input { kind: "figure.withdrawn", data, said: Said::Withdrawal { target, published } }
    }
}

/// A figure as input; the number makes it another than all others.
pub(crate) fn figure_input(figure: Figure, number: u64) -> Input {
    Input { kind: "figure.reported", data: figure_data(figure, number), said: Said::Figure(figure) }
}
