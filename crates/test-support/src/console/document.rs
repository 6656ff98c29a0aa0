//! Finding the `console` blocks of a Markdown document.

use std::ops::Range;

/// One `console` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The 1-based line of its opening fence.
    pub line: usize,
    /// Whether it is run: it is not marked `no-run`.
    pub run: bool,
    /// Its commands.
    pub steps: Vec<Step>,
    /// What stands before each of its lines, such as the indentation of a list.
    pub(super) indent: String,
}

/// One command with what it must print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The 1-based line of the command.
    pub line: usize,
    /// The command, over several lines where it is continued.
    pub command: String,
    /// The lines it must print; `...` stands for any.
    pub output: Vec<String>,
    /// The exit status it must have.
    pub exit: i32,
    /// The 0-based lines of the document that say `output` and `exit`.
    pub(super) said: Range<usize>,
}

/// The `console` blocks of a Markdown document, in its order.
///
/// # Errors
///
/// When a fence is not closed, or a block begins with something else than a command; the text starts with the line.
pub fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(fence) = Fence::opened_by(lines[at]) else {
            at += 1;
            continue;
        };
        let opened = at + 1;
        let length = lines[opened..].iter().position(|line| fence.is_closed_by(line));
        let closed = opened + length.ok_or_else(|| format!("{opened}: this block is not closed"))?;
        if fence.language() == Some("console") {
            let steps = steps(&lines[..closed], opened, fence.indent)?;
            blocks.push(Block { line: opened, run: fence.is_run(), steps, indent: fence.indent.to_owned() });
        }
        at = closed + 1;
    }
    Ok(blocks)
}

/// The opening line of a fenced code block (CommonMark 4.5; backticks only).
struct Fence<'a> {
    indent: &'a str,
    ticks: usize,
    info: &'a str,
}

impl<'a> Fence<'a> {
    fn opened_by(line: &'a str) -> Option<Fence<'a>> {
        let rest = line.trim_start();
        let info = rest.trim_start_matches('`');
        let ticks = rest.len() - info.len();
        let is_fence = ticks >= 3 && !info.contains('`');
        is_fence.then(|| Fence { indent: &line[..line.len() - rest.len()], ticks, info })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let line = line.trim();
        line.len() >= self.ticks && line.bytes().all(|byte| byte == b'`')
    }

    fn language(&self) -> Option<&str> {
        self.info.split_whitespace().next()
    }

    fn is_run(&self) -> bool {
        !self.info.split_whitespace().any(|word| word == "no-run")
    }
}

/// The commands from line `start` to the end of `lines`.
fn steps(lines: &[&str], start: usize, indent: &str) -> Result<Vec<Step>, String> {
    let line = |at: usize| lines[at].strip_prefix(indent).unwrap_or(lines[at].trim_start());
    let mut steps = Vec::new();
    let mut at = start;
    while at < lines.len() {
        let first = at;
        let Some(command) = line(at).strip_prefix("$ ") else {
            return Err(format!("{}: expected a command, a line that starts with `$ `", at + 1));
        };
        let mut command = command.to_owned();
        at += 1;
        while command.ends_with('\\') && at < lines.len() {
            command.push('\n');
            command.push_str(line(at));
            at += 1;
        }
        let said = at..(at..lines.len()).find(|at| line(*at).starts_with("$ ")).unwrap_or(lines.len());
        at = said.end;
        let mut output: Vec<String> = said.clone().map(|at| line(at).trim_end().to_owned()).collect();
        while output.last().is_some_and(String::is_empty) {
            output.pop();
        }
        let exit = output.last().and_then(|line| exit(line));
        if exit.is_some() {
            output.pop();
        }
        steps.push(Step { line: first + 1, command, output, exit: exit.unwrap_or(0), said });
    }
    Ok(steps)
}

/// The status in a line `[exit N]`.
fn exit(line: &str) -> Option<i32> {
    line.strip_prefix("[exit ")?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn commands_are_found_with_their_lines() {
        let text = "text\n```console\n$ one \\\n  more\n1\n\n$ two\n[exit 3]\n```\n```console no-run\n```\n";
        let blocks = blocks(text).unwrap();
        assert_eq!(
            blocks.iter().map(|block| (block.line, block.run)).collect::<Vec<_>>(),
            [(2, true), (10, false)]
        );
        let steps = &blocks[0].steps;
        assert_eq!((steps[0].line, steps[0].command.as_str()), (3, "one \\\n  more"));
        assert_eq!((&steps[0].output[..], steps[0].exit), (&["1".to_owned()][..], 0));
        assert_eq!((steps[1].line, steps[1].output.len(), steps[1].exit), (7, 0, 3));
    }

    #[test]
    fn what_is_no_block_is_refused() {
        let check = |text: &str, problem: &str| assert_eq!(blocks(text).unwrap_err(), problem, "{text}");
        check("a\n```console\n$ one\n", "2: this block is not closed");
        check("```json\n", "1: this block is not closed");
        check("```console\nno command\n```\n", "2: expected a command, a line that starts with `$ `");
    }
}
