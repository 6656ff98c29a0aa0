//! What a table is: its columns, key and order, and how its rows are asked for.

use std::num::NonZeroUsize;
use std::thread;

use recount_model::texts::{TextError, Texts};

use crate::parts::Parts;
use crate::turns::Turns;
use crate::{Cell, Context};

/// One table of the exports.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name: of the file in a CSV export, of the table in SQLite.
    pub name: &'static str,
    /// What one row is.
    pub doc: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
    /// The columns that tell its rows apart; none of them is ever missing.
    pub key: &'static [&'static str],
    /// The total order of its rows, in words.
    pub order: &'static str,
    pub(crate) rows: Rows,
}

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: Kind,
    /// Whether cells may be missing.
    pub nullable: bool,
    /// What its cells mean.
    pub doc: &'static str,
    /// The table and column whose keys its cells name.
    pub references: Option<(&'static str, &'static str)>,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text; also values in the ledger's notation and dates as typed (EDTF).
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// An exact decimal number, as text with every digit that was typed.
    Decimal,
    /// One day, `YYYY-MM-DD`.
    Date,
    /// A moment in UTC, `YYYY-MM-DDTHH:MM:SSZ`.
    Instant,
}

/// Rows could not all be given. `E` is the receiver's own error.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RowError<E> {
    /// A text of the ledger could not be read.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The receiver refused a row.
    #[error("{0}")]
    Sink(E),
}

/// How many rows an export has, by table, in the order they were exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Each table's name and number of rows.
    pub rows: Vec<(&'static str, u64)>,
}

/// How the rows of a table are made; what has to be found out beforehand may be found out on so many threads.
pub(crate) type Rows = for<'a> fn(&Context<'a>, NonZeroUsize) -> Parts<'a>;

/// Takes one row.
pub(crate) type Sink<'s> = dyn FnMut(&[Cell<'_>]) -> Result<(), Stop> + 's;

/// Why no more rows are pushed.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A text of the ledger could not be read.
    Text(TextError),
    /// The sink has had enough; it knows why.
    Sink,
}

impl From<TextError> for Stop {
    fn from(error: TextError) -> Stop {
        Stop::Text(error)
    }
}

impl Table {
    /// The table with this name.
    pub fn find(name: &str) -> Option<&'static Table> {
        crate::TABLES.iter().find(|table| table.name == name)
    }

    /// Gives every row, in order, to `sink`; each has one cell per column. Returns how many there were.
    ///
    /// # Errors
    ///
    /// [`RowError::Text`] when a text cannot be read, [`RowError::Sink`] with the sink's own error, which ends it.
    pub fn each_row<E>(
        &self,
        context: &Context<'_>,
        sink: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), E>,
    ) -> Result<u64, RowError<E>> {
        let mut count = 0;
        let mut refused = None;
        let parts = (self.rows)(context, NonZeroUsize::MIN);
        let outcome = (0..parts.count()).try_for_each(|part| {
            parts.push(part, context, &mut |cells| {
                debug_assert!(
                    self.fits(cells),
                    "{}: a row that does not fit its columns: {cells:?}",
                    self.name
                );
                count += 1;
                sink(cells).map_err(|error| {
                    refused = Some(error);
                    Stop::Sink
                })
            })
        });
        match (outcome, refused) {
            (_, Some(error)) => Err(RowError::Sink(error)),
            (Err(Stop::Text(error)), None) => Err(RowError::Text(error)),
            (Err(Stop::Sink), None) => unreachable!("the sink stops with an error only"),
            (Ok(()), None) => Ok(count),
        }
    }

    /// Makes the rows on several threads. Each puts rows into a batch of its own by `add`, which tells whether it is full; the
    /// batches are given to `take` in the order of the rows, whatever the number of threads, and are to be emptied by it.
    /// Returns how many rows there were.
    ///
    /// # Errors
    ///
    /// As [`Table::each_row`], where `take` is the sink.
    pub fn each_batch<B: Default + Send, E: Send>(
        &self,
        context: &Context<'_>,
        threads: NonZeroUsize,
        add: impl Fn(&mut B, &[Cell<'_>]) -> bool + Sync,
        take: impl FnMut(&mut B) -> Result<(), E> + Send,
    ) -> Result<u64, RowError<E>> {
        let parts = (self.rows)(context, threads);
        let turns = Turns::new(parts.count(), Receiver { take, rows: 0, error: None });
        let Context { answers, case_detail, indicators, .. } = *context;
        let work = |texts: &dyn Texts| {
            let context = Context { answers, texts, case_detail, indicators };
            let mut batch = B::default();
            while let Some(turn) = turns.next() {
                let mut rows = 0;
                let pushed = parts.push(turn.part, &context, &mut |cells| {
                    debug_assert!(self.fits(cells), "{}: not its columns: {cells:?}", self.name);
                    rows += 1;
                    let goes_on = !add(&mut batch, cells)
                        || turn.take(|receiver| receiver.take(&mut batch)) == Some(true);
                    if goes_on { Ok(()) } else { Err(Stop::Sink) }
                });
                let ended = match pushed {
                    Ok(()) => turn.take(|receiver| receiver.end(&mut batch, rows)),
                    Err(Stop::Text(error)) => turn.take(|receiver| receiver.fail(RowError::Text(error))),
                    Err(Stop::Sink) => None,
                };
                if ended != Some(true) {
                    return;
                }
                turn.pass(|_| ());
            }
        };
        thread::scope(|scope| {
            for texts in (1..threads.get().min(parts.count())).map(|_| context.texts.another()) {
                scope.spawn(|| work(&*{ texts }));
            }
            work(context.texts);
        });
        let Receiver { rows, error, .. } = turns.into_shared();
        error.map_or(Ok(rows), Err)
    }

    fn fits(&self, cells: &[Cell<'_>]) -> bool {
        cells.len() == self.columns.len()
            && self.columns.iter().zip(cells).all(|(column, cell)| column.takes(cell))
    }
}

/// Who takes the batches; what it answers is whether it goes on.
struct Receiver<F, E> {
    take: F,
    rows: u64,
    error: Option<RowError<E>>,
}

impl<F, E> Receiver<F, E> {
    fn take<B>(&mut self, batch: &mut B) -> bool
    where
        F: FnMut(&mut B) -> Result<(), E>,
    {
        (self.take)(batch).map_or_else(|error| self.fail(RowError::Sink(error)), |()| true)
    }

    /// Takes what is left of a part that has so many rows.
    fn end<B>(&mut self, batch: &mut B, rows: u64) -> bool
    where
        F: FnMut(&mut B) -> Result<(), E>,
    {
        self.rows += rows;
        self.take(batch)
    }

    fn fail(&mut self, error: RowError<E>) -> bool {
        self.error = Some(error);
        false
    }
}

impl Column {
    fn takes(&self, cell: &Cell<'_>) -> bool {
        match cell {
            Cell::Missing => self.nullable,
            Cell::Text(text) => !text.is_empty() && !matches!(self.kind, Kind::Integer | Kind::Boolean),
            Cell::Integer(_) => self.kind == Kind::Integer,
            Cell::Boolean(_) => self.kind == Kind::Boolean,
        }
    }
}

/// All columns as ones whose cells may be missing.
pub(crate) const fn optional<const N: usize>(mut columns: [Column; N]) -> [Column; N] {
    let mut at = 0;
    while at < N {
        columns[at].nullable = true;
        at += 1;
    }
    columns
}

/// Two groups of columns, one after the other.
pub(crate) const fn join<const A: usize, const B: usize, const N: usize>(
    first: [Column; A],
    then: [Column; B],
) -> [Column; N] {
    assert!(A + B == N);
    let mut all = [first[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < A { first[at] } else { then[at - A] };
        at += 1;
    }
    all
}

/// Defines a group of columns, and the function that appends a row's cells for them: each column's name, type, meaning
/// and cell stand in one place, so that they cannot drift apart.
///
/// A column is `"name" Kind required|optional -> "table"."column" "doc" = cell;`, the reference where it has one.
macro_rules! columns {
    (
        $(#[$meta:meta])*
        $vis:vis $columns:ident, $cells:ident($row:ident: $Row:ty) {
            $($name:literal $kind:ident $need:ident $(-> $table:literal . $column:literal)?
                $doc:literal = $cell:expr;)+
        }
    ) => {
        $(#[$meta])*
        $vis const $columns: [$crate::table::Column; [$($name),+].len()] = [$(
            $crate::table::Column {
                name: $name,
                kind: $crate::table::Kind::$kind,
                nullable: $crate::table::columns!(@$need),
                doc: $doc,
                references: $crate::table::columns!(@to $($table $column)?),
            }
        ),+];

        $vis fn $cells<'a>($row: &'a $Row, cells: &mut Vec<$crate::Cell<'a>>) {
            cells.extend([$($crate::Cell::from($cell)),+]);
        }
    };
    (@required) => { false };
    (@optional) => { true };
    (@to) => { None };
    (@to $table:literal $column:literal) => { Some(($table, $column)) };
}
pub(crate) use columns;
