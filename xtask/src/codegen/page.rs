//! The page docs/cli-reference.md: what commands share is said once, then each command with its own options.

use std::fmt::Write;

use super::help::{Entry, Help, Section};

/// A command with its help.
pub(crate) struct Described {
    /// Its whole name, such as `recount append figure`.
    pub(crate) name: String,
    /// Its help.
    pub(crate) help: Help,
}

/// Headings of what a command has for itself; any other names options that several commands share.
const OWN: [&str; 4] = ["Commands", "Arguments", "Options", "Members of the event"];

/// The page about these commands, of which the first is `recount` itself.
pub(crate) fn page(commands: &[Described]) -> String {
    let Some((root, rest)) = commands.split_first() else { return String::new() };
    let mut page = String::new();
    let about = &root.help.about;
    let notes = root.help.notes.join("\n\n");
    put(&mut page, "# Command line reference\n");
    put(
        &mut page,
        "<!-- Written by `cargo xtask codegen` from `recount --help`; changes here are lost. -->\n",
    );
    put(&mut page, &format!("{about}.\n\n```text\n{}\n```\n\n{notes}\n", root.help.usage));
    put(&mut page, "| command | does |\n|---|---|");
    for command in rest.iter().filter(|command| command.help.commands().is_empty()) {
        let about = command.help.about.replace('|', "\\|");
        put(&mut page, &format!("| [`{}`]({}) | {about} |", command.name, anchor(&command.name)));
    }
    let everywhere: Vec<&Entry> = entries(&root.help, "Options").collect();
    put(&mut page, "\n## Options of every command\n");
    everywhere.iter().for_each(|entry| put_entry(&mut page, entry));
    for section in shared(rest) {
        put(&mut page, &format!("\n## {}\n", section.title));
        section.entries.iter().for_each(|entry| put_entry(&mut page, entry));
    }
    for command in rest.iter().filter(|command| command.help.commands().is_empty()) {
        put_command(&mut page, command, &everywhere);
    }
    page
}

fn put_command(page: &mut String, command: &Described, everywhere: &[&Entry]) {
    let help = &command.help;
    put(page, &format!("\n## {}\n\n{}.\n\n```text\n{}\n```", command.name, help.about, help.usage));
    let own: Vec<&Entry> = OWN
        .iter()
        .flat_map(|title| entries(help, title))
        .filter(|entry| !everywhere.contains(entry))
        .collect();
    if !own.is_empty() {
        put(page, "");
        own.iter().for_each(|entry| put_entry(page, entry));
    }
    let shared: Vec<String> = help.sections.iter().filter(|section| is_shared(section)).map(link).collect();
    if !shared.is_empty() {
        put(page, &format!("\nAlso the options under {}.", shared.join(" and ")));
    }
}

fn put_entry(page: &mut String, entry: &Entry) {
    put(page, &format!("* `{}`: {}", entry.name, entry.meaning));
    for word in &entry.words {
        let (word, meaning) = word.split_once(": ").unwrap_or((word, ""));
        put(page, &format!("  * `{word}`: {meaning}"));
    }
}

fn put(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("a String takes all text");
}

fn entries<'a>(help: &'a Help, title: &str) -> impl Iterator<Item = &'a Entry> {
    help.sections.iter().filter(move |section| section.title == title).flat_map(|section| &section.entries)
}

/// The sections that several commands share, each once.
fn shared(commands: &[Described]) -> Vec<&Section> {
    let mut shared: Vec<&Section> = Vec::new();
    for section in
        commands.iter().flat_map(|command| &command.help.sections).filter(|section| is_shared(section))
    {
        if !shared.iter().any(|known| known.title == section.title) {
            shared.push(section);
        }
    }
    shared
}

fn is_shared(section: &Section) -> bool {
    !OWN.contains(&section.title.as_str())
}

fn link(section: &Section) -> String {
    format!("[{}]({})", section.title, anchor(&section.title))
}

/// The anchor that Markdown renderers give a heading: without its punctuation.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    format!("#{}", kept.collect::<String>().to_lowercase().replace(' ', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(name: &str, help: &str) -> Described {
        Described { name: name.to_owned(), help: Help::parse(help) }
    }

    #[test]
    fn what_is_shared_is_said_once() {
        let page = page(&[
            described(
                "recount",
                "About\n\nUsage: recount\n\nCommands:\n  log  Events\n\nOptions:\n  -q, --quiet  Less\n\nExit: 0.\n",
            ),
            described(
                "recount log",
                "Events\n\nUsage: recount log [ID]\n\nArguments:\n  [ID]  Which\n\nOptions:\n  -q, --quiet  Less\n\n\
                 Clocks:\n      --as-of <D>\n          A day\n",
            ),
            described(
                "recount votes",
                "Votes\n\nUsage: recount votes\n\nClocks:\n      --as-of <D>\n          A day\n",
            ),
        ]);
        insta::assert_snapshot!(page, @r"
        # Command line reference

        <!-- Written by `cargo xtask codegen` from `recount --help`; changes here are lost. -->

        About.

        ```text
        recount
        ```

        Exit: 0.

        | command | does |
        |---|---|
        | [`recount log`](#recount-log) | Events |
        | [`recount votes`](#recount-votes) | Votes |

        ## Options of every command

        * `-q, --quiet`: Less

        ## Clocks

        * `--as-of <D>`: A day

        ## recount log

        Events.

        ```text
        recount log [ID]
        ```

        * `[ID]`: Which

        Also the options under [Clocks](#clocks).

        ## recount votes

        Votes.

        ```text
        recount votes
        ```

        Also the options under [Clocks](#clocks).
        ");
    }
}
