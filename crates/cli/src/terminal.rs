//! What reaches a terminal: text without tricks, tables as wide as the terminal, colour only where it is wanted.

use std::io::IsTerminal;

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle,
};

use crate::args::Color;

/// Text from data made safe for a terminal: control characters, bidi controls and zero-width characters become
/// visible escapes. Line feeds stay where `keep_lines` was meant by the caller's own text.
pub(crate) fn printable(text: &str) -> String {
    if text.chars().all(|c| c == '\n' || !is_trick(c)) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c != '\n' && is_trick(c) {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Text from data for one cell: as [`printable`], and on one line.
pub(crate) fn cell_text(text: &str) -> String {
    printable(text).replace('\n', "\\n")
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
    /// The columns whose cells are not broken where the terminal is wide enough.
    whole: Vec<usize>,
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
}

impl<'t> Title<'t> {
    pub(crate) fn left(text: &'t str) -> Self {
        Title { text, align: Align::Left, whole: false }
    }

    pub(crate) fn right(text: &'t str) -> Self {
        Title { text, align: Align::Right, whole: false }
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
        let whole = (0..titles.len()).filter(|&at| titles[at].whole).collect();
        Sheet { table, color, whole }
    }

    /// Adds a row; the cell number `strong` stands out.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>, strong: Option<usize>) {
        let cells = cells.into_iter().enumerate().map(|(at, text)| {
            let safe = text.split('\n').map(printable).collect::<Vec<_>>().join("\n");
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
        let lines: Vec<String> = self.table.lines().map(|line| line.trim_end().to_owned()).collect();
        lines.join("\n")
    }
}

impl Sheet {
    /// Keeps as many columns whole as the terminal has room for, the narrow ones first; the others are broken.
    fn keep_whole(&mut self) {
        /// The blanks around a column.
        const GAP: u16 = 2;
        let widths = self.table.column_max_content_widths();
        let mut whole: Vec<usize> = std::mem::take(&mut self.whole);
        whole.sort_by_key(|&at| widths[at]);
        let least = |width: u16| i32::from(width.min(NARROWEST) + GAP);
        let mut room = i32::from(width().unwrap_or(u16::MAX)) - 1;
        room -= widths.iter().map(|width| least(*width)).sum::<i32>();
        for at in whole {
            room -= i32::from(widths[at] + GAP) - least(widths[at]);
            if room >= 0
                && let Some(column) = self.table.column_mut(at)
            {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }
}

/// What is left for a column that is broken.
const NARROWEST: u16 = 12;

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
    }
}
