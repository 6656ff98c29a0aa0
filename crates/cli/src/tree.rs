//! A tree as text, drawn with lines, wrapped to the width of the terminal.

use crate::terminal::{cell_text, width};

/// One node as people see it.
pub(crate) struct Branch {
    /// What it is, then details, each on lines of its own.
    pub(crate) lines: Vec<String>,
    /// What hangs from it.
    pub(crate) children: Vec<Branch>,
}

/// Narrower than this nothing is wrapped: deep branches would be cut into single words.
const NARROWEST: usize = 24;

impl Branch {
    /// The tree as lines, each ending in a line feed, safe for a terminal.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.draw("", "", width().map(usize::from), &mut text);
        text
    }

    /// Draws this node behind `first` and all that follows behind `rest`.
    fn draw(&self, first: &str, rest: &str, width: Option<usize>, text: &mut String) {
        let under = if self.children.is_empty() { "" } else { "│ " };
        let mut lead = first.to_owned();
        for (at, line) in self.lines.iter().enumerate() {
            let room = width.map(|width| width.saturating_sub(lead.chars().count() + 2).max(NARROWEST));
            for part in wrapped(&cell_text(line), room) {
                let indent = if at == 0 { "" } else { "  " };
                text.push_str(format!("{lead}{indent}{part}").trim_end());
                text.push('\n');
                lead = format!("{rest}{under}");
            }
        }
        for (at, child) in self.children.iter().enumerate() {
            let (own, below) =
                if at + 1 == self.children.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            child.draw(&format!("{rest}{own}"), &format!("{rest}{below}"), width, text);
        }
    }
}

/// Breaks a line between words so that no part is longer than `room`, but for longer words.
fn wrapped(line: &str, room: Option<usize>) -> Vec<String> {
    let Some(room) = room else { return vec![line.to_owned()] };
    let mut parts = vec![String::new()];
    let mut length = 0;
    for word in line.split(' ') {
        let size = word.chars().count();
        if length > 0 && length + 1 + size > room {
            parts.push(String::new());
            length = 0;
        }
        let part = parts.last_mut().expect("there is always a part to write to");
        if length > 0 {
            part.push(' ');
            length += 1;
        }
        part.push_str(word);
        length += size;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(lines: &[&str], children: Vec<Branch>) -> Branch {
        Branch { lines: lines.iter().map(ToString::to_string).collect(), children }
    }

    #[test]
    fn lines_run_down_to_the_last_child() {
        let leaf = || branch(&["leaf", "detail\u{202e}"], Vec::new());
        let tree = branch(&["root", "more"], vec![branch(&["inner"], vec![leaf()]), leaf()]);
        let mut text = String::new();
        tree.draw("", "", None, &mut text);
        insta::assert_snapshot!(text, @r"
        root
        │   more
        ├─ inner
        │  └─ leaf
        │       detail\u{202e}
        └─ leaf
             detail\u{202e}
        ");
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", Some(7)), ["one two", "three"]);
        assert_eq!(wrapped("extraordinary word", Some(5)), ["extraordinary", "word"]);
        assert_eq!(wrapped("", Some(5)), [""]);
    }
}
