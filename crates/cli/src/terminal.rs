//! What reaches a terminal: text without tricks, tables as wide as the terminal, colour only where it is wanted.

use std::fmt::Display;
use std::io::IsTerminal;

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width,
};

use crate::args::Color;

/// Text from data made safe for a terminal: control characters, bidi controls and zero-width characters become
/// visible escapes. Line feeds stay: they are the caller's own.
pub(crate) fn printable(text: &str) -> String {
    escaped(text, |c, safe| safe.extend(c.escape_unicode()))
}

/// JSON made safe for a terminal: the same characters as JSON escapes them, which reads as the same JSON. Outside
/// strings JSON has none of them but line feeds, which stay.
pub(crate) fn json_safe(json: &str) -> String {
    escaped(json, |c, safe| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            safe.push_str(&format!("\\u{unit:04x}"));
        }
    })
}

/// Whether these are printable ASCII and line feeds, which need no looking at.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    // All of a piece, without a branch for each: then many are looked at at once.
    let are_plain =
        |piece: &[u8]| piece.iter().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~' | b'\n'));
    bytes.chunks(64).all(are_plain)
}

fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> String {
    if is_plain(text.as_bytes()) || text.chars().all(|c| c == '\n' || !is_trick(c)) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c != '\n' && is_trick(c) {
            escape(c, &mut safe);
        } else {
            safe.push(c);
        }
    }
    safe
}

/// `1 event`, `2 events`.
pub(crate) fn counted(count: impl Display + PartialEq + From<u8>, noun: &str) -> String {
    let plural = if count == 1.into() { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Text from data for one cell: as [`printable`], and on one line.
pub(crate) fn cell_text(text: &str) -> String {
    let safe = printable(text);
    if safe.contains('\n') { safe.replace('\n', "\\n") } else { safe }
}

/// Controls (Cc), bidirectional controls (UAX #9), zero-width and invisible formatting characters, tag characters.
fn is_trick(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// A table for people.
pub(crate) struct Sheet {
    table: Table,
    color: bool,
    columns: Vec<Column>,
}

/// What is known of a column before it gets its width.
struct Column {
    /// Its cells are not broken where the terminal is wide enough.
    whole: bool,
    /// Its words are not broken, however narrow the terminal is.
    fixed: bool,
    /// The length of its longest word; in a column of text, of its longest number or date.
    word: u16,
}

impl Column {
    /// Takes note of a cell or the title.
    fn see(&mut self, text: &str) {
        let words = text.split_whitespace().filter(|word| self.fixed || is_number(word));
        let longest = words.map(|word| word.chars().count()).max().unwrap_or_default();
        self.word = self.word.max(u16::try_from(longest).unwrap_or(u16::MAX));
    }
}

/// Whether a word is a number, a date or an instant, with whatever stands around it.
fn is_number(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit())
        && !word.contains(|c: char| c.is_alphabetic() && !"TZ".contains(c))
}

/// How a column is set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// The head of a column.
#[derive(Clone, Copy)]
pub(crate) struct Title<'t> {
    pub(crate) text: &'t str,
    pub(crate) align: Align,
    /// Its cells are not broken where the terminal is wide enough.
    pub(crate) whole: bool,
    /// Its cells are numbers or dates, which are never broken.
    pub(crate) fixed: bool,
}

impl<'t> Title<'t> {
    pub(crate) fn left(text: &'t str) -> Self {
        Title { text, align: Align::Left, whole: false, fixed: false }
    }

    /// A column of dates.
    pub(crate) fn dates(text: &'t str) -> Self {
        Title { fixed: true, ..Title::left(text) }
    }

    /// A column of numbers.
    pub(crate) fn right(text: &'t str) -> Self {
        Title { text, align: Align::Right, whole: false, fixed: true }
    }
}

/// No lines but one below the head: what is read are the figures.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::new('─', '─', '─', '─'));

impl Sheet {
    /// A table with these columns.
    pub(crate) fn new(color: bool, titles: &[Title<'_>]) -> Self {
        let mut table = Table::new();
        table.load_style(STYLE);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        if color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        if let Some(width) = width() {
            table.set_width(width);
        }
        let head = |title: &Title<'_>| {
            let cell = Cell::new(title.text);
            if color { cell.add_attribute(Attribute::Bold) } else { cell }
        };
        table.set_header(titles.iter().map(head));
        for (column, title) in table.column_iter_mut().zip(titles) {
            column.set_cell_alignment(match title.align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
            column.set_padding((0, 1));
        }
        let column = |title: &Title<'_>| {
            let mut column = Column { whole: title.whole, fixed: title.fixed, word: 0 };
            column.see(title.text);
            column
        };
        Sheet { table, color, columns: titles.iter().map(column).collect() }
    }

    /// Adds a row; the cell number `strong` stands out.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>, strong: Option<usize>) {
        let cells = cells.into_iter().enumerate().map(|(at, text)| {
            let safe = if is_plain(text.as_bytes()) { text } else { printable(&text) };
            if let Some(column) = self.columns.get_mut(at) {
                column.see(&safe);
            }
            match strong {
                Some(wanted) if wanted == at && self.color => Cell::new(safe).add_attribute(Attribute::Bold),
                _ => Cell::new(safe),
            }
        });
        self.table.add_row(cells);
    }

    /// The table as text, without blanks at the ends of lines and without a final line feed.
    pub(crate) fn text(&mut self) -> String {
        self.keep_whole();
        let mut text = String::new();
        for (at, line) in self.table.lines().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            text.push_str(line.trim_end());
        }
        text
    }
}

impl Sheet {
    /// Gives numbers and dates the room they need, and keeps as many other columns whole as there is room for, the
    /// narrow ones first; the rest are broken. A terminal too narrow even for that gets lines longer than it is.
    fn keep_whole(&mut self) {
        let Some(terminal) = width() else { return };
        let widths = self.table.column_max_content_widths();
        let mut least = self.least(&widths, NARROW);
        if needed(&least) > terminal {
            least = self.least(&widths, NARROWEST);
        }
        let needed = needed(&least);
        self.table.set_width(terminal.max(needed));
        let mut room = terminal.saturating_sub(needed);
        let mut whole: Vec<usize> = (0..widths.len()).filter(|&at| self.columns[at].whole).collect();
        whole.sort_by_key(|&at| widths[at]);
        for at in whole {
            let more = widths[at] - least[at];
            if more <= room {
                room -= more;
                least[at] = widths[at];
            }
        }
        for ((column, least), width) in self.table.column_iter_mut().zip(least).zip(widths) {
            column.set_constraint(match least == width {
                true => ColumnConstraint::ContentWidth,
                // The boundary has the padding in it.
                false => ColumnConstraint::LowerBoundary(Width::Fixed(least + 1)),
            });
        }
    }

    /// The least widths of the columns, where one of text is not narrower than `text`.
    fn least(&self, widths: &[u16], text: u16) -> Vec<u16> {
        let least = |(column, width): (&Column, &u16)| {
            let word = column.word.min(*width);
            if column.fixed { word } else { word.max(text).min(*width) }
        };
        self.columns.iter().zip(widths).map(least).collect()
    }
}

/// What is left for a column of text that is broken, where there is room for it, and where there is not.
const NARROW: u16 = 12;
const NARROWEST: u16 = 6;

/// How wide a table of such columns is, with the blanks around them.
fn needed(columns: &[u16]) -> u16 {
    1 + columns.iter().map(|width| width + 2).sum::<u16>()
}

/// The width results are set to: the terminal's, or `COLUMNS`; unlimited in a pipe.
pub(crate) fn width() -> Option<u16> {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    asked.filter(|columns| *columns >= 20).or_else(|| {
        if !std::io::stdout().is_terminal() {
            return None;
        }
        comfy_table::Table::new().width()
    })
}

/// Whether results get colour.
pub(crate) fn wants_color(choice: Color) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_become_visible_and_other_scripts_stay() {
        assert_eq!(printable("a\u{1b}[31mb\u{202e}c\u{200b}d"), "a\\u{1b}[31mb\\u{202e}c\\u{200b}d");
        assert_eq!(printable("понад 20 000 · 二千 · émigré"), "понад 20 000 · 二千 · émigré");
        assert_eq!(cell_text("a\nb\tc"), "a\\nb\\u{9}c");
        assert_eq!(json_safe("\"\u{202e}\u{85}\u{e0001}\"\n"), "\"\\u202e\\u0085\\udb40\\udc01\"\n");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!([0_u64, 1, 2].map(|count| counted(count, "event")), ["0 events", "1 event", "2 events"]);
    }

    #[test]
    fn numbers_are_told_from_text() {
        let check = |word: &str, number: bool| assert_eq!(is_number(word), number, "{word}");
        for word in ["1850", ">=19453", "118..125..140", "(2022-08-23),", "2026-03-13T15:00:00Z"] {
            check(word, true);
        }
        for word in ["", "…", "ua-mfa", "un-20251203-ga12738", "undated,"] {
            check(word, false);
        }
    }
}
