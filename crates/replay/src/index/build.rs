//! Writing an index of a ledger that was replayed whole.

use std::io::{self, Seek, Write};
use std::num::NonZeroUsize;

use recount_ledger::blocks::{Block, Division, Turn};
use recount_ledger::reader::Ledger;
use recount_model::bearing::{Bearing, Borne};
use recount_model::event::Seq;
use recount_model::state::key::IndicatorKey;
use recount_model::state::{Definition, State};

use super::frames::{Frame, FrameWriter};
use super::{
    About, Bound, Contents, EVENTS_OF_PAGE, Indicator, Item, OfIndicator, SOURCES_OF_PAGE, Source, Subject,
    digest,
};

/// Writes the index of a ledger, of which `state` is the state at its head. False, and nothing of use written, where the
/// ledger cannot be read again as it was.
///
/// # Errors
///
/// What writing says.
pub fn build<W: Write + Seek>(
    ledger: &Ledger,
    state: &State,
    threads: NonZeroUsize,
    to: W,
) -> io::Result<Option<W>> {
    let Some(places) = Places::of(ledger, threads).filter(|places| places.0.len() == state.size() as usize)
    else {
        return Ok(None);
    };
    let bearing = Bearing::new(state);
    let about = vec![About::Else; state.size() as usize];
    let mut builder = Builder { bearing: &bearing, state, places, about, to: FrameWriter::new(to)? };
    let common = builder.common();
    let indicators = builder.indicators()?;
    let sources = builder.sources()?;
    let about = builder.about()?;
    let head = ledger.head();
    let bound = Bound { size: head.size, root: head.root.0, end_offset: head.end_offset };
    builder.to.finish(&Contents { bound, common, indicators, sources, about }).map(Some)
}

/// Where each event stands, and the checksum of its line.
struct Places(Vec<(u64, u32)>);

impl Places {
    /// Reads the ledger again: only whoever keeps an index needs to know this of every event.
    fn of(ledger: &Ledger, threads: NonZeroUsize) -> Option<Places> {
        let events = usize::try_from(ledger.head().size).ok()?;
        let work = |block: &Block<'_>, turn: Turn<'_, Vec<(u64, u32)>>| {
            let events = block.events();
            let places: Vec<(u64, u32)> =
                events.map(|(offset, line)| (offset, crc32c::crc32c(line.as_bytes()))).collect();
            turn.take(block, |all| {
                all.extend(places);
                Some(())
            })
        };
        ledger.read_blocks(Division::from(threads), Vec::with_capacity(events), work).map(Places)
    }

    fn items(&self, events: impl IntoIterator<Item = Seq>) -> Vec<Item> {
        let item = |seq: Seq| {
            let (offset, sum) = self.0[seq as usize - 1];
            Item { seq, offset, sum }
        };
        events.into_iter().map(item).collect()
    }

    fn borne(&self, borne: Borne) -> Vec<Item> {
        self.items(borne.said.into_iter().chain(borne.sources))
    }
}

struct Builder<'b, W> {
    bearing: &'b Bearing<'b>,
    state: &'b State,
    places: Places,
    /// Of every event.
    about: Vec<About>,
    to: FrameWriter<W>,
}

impl<W: Write + Seek> Builder<'_, W> {
    /// Notes that events are about something; what is about two things is about several.
    fn note(&mut self, events: &[Seq], about: About) {
        for seq in events {
            let noted = &mut self.about[*seq as usize - 1];
            *noted = if *noted == About::Else || *noted == about { about } else { About::Several };
        }
    }

    fn common(&mut self) -> Vec<Item> {
        let events = self.bearing.common();
        self.note(&events, About::Several);
        self.places.items(events)
    }

    fn indicators(&mut self) -> io::Result<Vec<Indicator>> {
        let (bearing, mut indicators) = (self.bearing, Vec::new());
        let (mut subjects, mut number) = (bearing.subjects().peekable(), 0);
        // Subjects stand in the order of the ids of their indicators, of retracted ones as well.
        let mut keys: Vec<IndicatorKey> = self.state.indicators().keys().collect();
        keys.sort_unstable_by_key(|key| self.state.indicators().name(*key));
        for key in keys {
            let policies = bearing.policies(key);
            self.note(&policies, About::Several);
            let mut of_it = OfIndicator { policies: self.places.items(policies), subjects: Vec::new() };
            let first_subject = number;
            while let Some((subject, series)) = subjects.next_if(|(subject, _)| subject.indicator == key) {
                let all = bearing.all(series.clone());
                self.note(&all.said, About::Subject(number));
                let all = self.places.borne(all);
                of_it.subjects.push(Subject {
                    place: subject.place.map(|place| self.state.places().name(place).to_owned()),
                    breakdown: subject.breakdown.map(|part| self.state.breakdown(part).to_owned()),
                    current: self.places.borne(bearing.current(series)),
                    all: self.to.add(&all)?,
                });
                number += 1;
            }
            let inputs = match &self.state.indicators().row(key).definition {
                Definition::Derived(expression) => expression.indicators().map(str::to_owned).collect(),
                Definition::Counted { .. } => Vec::new(),
            };
            let (id, frame) = (self.state.indicators().name(key).to_owned(), self.to.add(&of_it)?);
            indicators.push(Indicator { id, inputs, first_subject, frame });
        }
        Ok(indicators)
    }

    fn sources(&mut self) -> io::Result<Vec<(u64, Frame)>> {
        let mut sources = Vec::new();
        for key in self.state.sources().keys() {
            let events = self.bearing.source(key);
            self.note(&events, About::Several);
            sources.push(Source {
                digest: digest(self.state.sources().name(key)),
                events: self.places.items(events),
            });
        }
        sources.sort_unstable();
        let mut pages = Vec::new();
        for page in sources.chunks(SOURCES_OF_PAGE) {
            pages.push((page[0].digest, self.to.add(&page)?));
        }
        Ok(pages)
    }

    fn about(&mut self) -> io::Result<Vec<Frame>> {
        let mut frames = Vec::new();
        for page in self.about.chunks(EVENTS_OF_PAGE) {
            let stored: Vec<u32> = page.iter().map(|about| about.stored()).collect();
            frames.push(self.to.add(&stored)?);
        }
        Ok(frames)
    }
}
