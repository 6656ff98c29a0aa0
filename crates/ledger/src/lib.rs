//! The ledger file: lines, checkpoints, writing, reading, verifying.
//!
//! A ledger is one file of JSON lines: events, and checkpoints that each close a batch of them. This crate knows the
//! file, byte by byte, and not what a figure means. It never prints and never reads the clock or the environment;
//! every access to a file goes through [`storage::Storage`].
//!
//! * [`reader::Ledger`] opens a ledger and reads it in one pass; [`tail`] is what follows its last checkpoint.
//! * [`writer::Writer`] appends a [`batch::Batch`]; [`aside::recover`] moves a damaged tail aside.
//! * [`verify::verify`] recomputes everything; [`tlog`] is what others need to check a ledger without it.
//!
//! ```
//! use std::{ops::ControlFlow, path::Path, time::Duration};
//!
//! use recount_ledger::batch::{Batch, NewEvent};
//! use recount_ledger::merkle::Frontier;
//! use recount_ledger::reader::{Ledger, WithFrontier};
//! use recount_ledger::storage::{Fitness, RealStorage};
//! use recount_ledger::writer::{Options, Writer};
//! use recount_ledger::{LineRef, Visitor};
//! use recount_model::date::Instant;
//!
//! struct Count(u64);
//!
//! impl Visitor for Count {
//!     fn event(&mut self, _: LineRef<'_>) -> ControlFlow<()> {
//!         self.0 += 1;
//!         ControlFlow::Continue(())
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = &folder.path().join("ledger.jsonl");
//! let now = Instant::parse("2026-11-23T18:00:00Z")?;
//! let options = Options { wait: Duration::from_secs(5), fitness: Fitness::Strict, now };
//! let event = |kind| NewEvent { at: now, by: "ana", clock: None, from: None, kind, data: "{}" };
//!
//! let mut first = Batch::new(1);
//! first.push(event("ledger.created"))?;
//! drop(Writer::create(&RealStorage, path, &first, &options)?);
//!
//! let mut writer = Writer::open(&RealStorage, path, &options)?;
//! let mut count = Count(0);
//! let mut visitor = WithFrontier::new(&mut count);
//! writer.ledger().read(&mut visitor)?;
//! let mut frontier: Frontier = visitor.into_frontier();
//! let mut second = Batch::new(frontier.size() + 1);
//! second.push(event("reporter.added"))?;
//! let receipt = writer.commit(&mut frontier, &second)?;
//! assert_eq!((count.0, receipt.seq), (1, 2));
//! assert_eq!(Ledger::open(&RealStorage, path)?.head().root, receipt.root);
//! # Ok(())
//! # }
//! ```

pub mod aside;
pub mod batch;
mod batch_sum;
pub mod blocks;
pub mod checkpoint;
pub mod codec;
mod cursor;
mod diagnose;
pub mod error;
mod json;
pub mod line;
mod lines;
mod locate;
pub mod merkle;
pub mod reader;
pub mod redact;
pub mod seen;
mod sequence;
pub mod storage;
pub mod stub;
pub mod tail;
#[cfg(test)]
mod testing;
pub mod tlog;
pub mod verify;
mod walk;
pub mod writer;

pub use locate::Head;
pub use walk::{LineRef, Visitor};
