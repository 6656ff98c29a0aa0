//! Reading a help text as clap prints it.

/// The help of one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Help {
    /// What it does.
    pub(crate) about: String,
    /// How it is called.
    pub(crate) usage: String,
    /// Commands, arguments and options under their headings.
    pub(crate) sections: Vec<Section>,
    /// What stands at the end, line by line.
    pub(crate) notes: Vec<String>,
}

/// What stands under one heading, such as `Options`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// The heading.
    pub(crate) title: String,
    /// What stands under it.
    pub(crate) entries: Vec<Entry>,
}

/// One command, argument or option.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// How it is written, such as `-f, --file <LEDGER>`.
    pub(crate) name: String,
    /// What it means, with its default and environment variable in brackets.
    pub(crate) meaning: String,
    /// The words it takes, each with its meaning, where they have any.
    pub(crate) words: Vec<String>,
}

impl Help {
    /// Reads what `--help` printed.
    pub(crate) fn parse(text: &str) -> Help {
        let (about, rest) = text.split_once("Usage: ").unwrap_or((text, ""));
        let (usage, rest) = rest.split_once("\n\n").unwrap_or((rest, ""));
        let mut help = Help {
            about: on_one_line(about),
            usage: on_one_line(usage),
            sections: Vec::new(),
            notes: Vec::new(),
        };
        for line in rest.lines() {
            let is_indented = line.starts_with(' ');
            match (line.strip_suffix(':'), help.sections.last_mut()) {
                _ if line.trim().is_empty() => {}
                (Some(title), _) if !is_indented => {
                    help.sections.push(Section { title: title.to_owned(), entries: Vec::new() });
                }
                (_, Some(section)) if is_indented => section.add(line),
                _ => help.notes.push(line.to_owned()),
            }
        }
        help
    }

    /// The names of the commands under it.
    pub(crate) fn commands(&self) -> Vec<String> {
        let entries =
            self.sections.iter().filter(|section| section.title == "Commands").flat_map(|s| &s.entries);
        entries.map(|entry| entry.name.clone()).filter(|name| name != "help").collect()
    }
}

impl Section {
    /// Takes one more line. Names are indented by less than ten columns, everything about them by ten or more.
    fn add(&mut self, line: &str) {
        let text = line.trim();
        if line.len() - line.trim_start().len() < 10 {
            let (name, meaning) = text.split_once("  ").unwrap_or((text, ""));
            let meaning = meaning.trim().to_owned();
            self.entries.push(Entry { name: name.to_owned(), meaning, words: Vec::new() });
            return;
        }
        let Some(entry) = self.entries.last_mut() else { return };
        match text.strip_prefix("- ") {
            Some(word) => entry.words.push(on_one_line(word)),
            None if text == "Possible values:" => {}
            None => {
                let space = if entry.meaning.is_empty() { "" } else { " " };
                // Help shows the value of a variable where one is set; there is none.
                entry.meaning.push_str(&format!("{space}{}", text.replace("=]", "]")));
            }
        }
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "\
What it does,
in two lines

Usage: recount [OPTIONS] <COMMAND>

Commands:
  init  Create a ledger
  help  Print help

Options:
  -f, --file <LEDGER>
          The ledger
          
          [env: RECOUNT_FILE=]
          [default: ledger.jsonl]

      --format <FORMAT>
          How it is written

          Possible values:
          - table: A table
          - csv:   CSV

  -q, --quiet  No messages

Exit: 0 fine.
";

    #[test]
    fn a_help_is_read() {
        let help = Help::parse(HELP);
        assert_eq!(help.about, "What it does, in two lines");
        assert_eq!(help.usage, "recount [OPTIONS] <COMMAND>");
        assert_eq!(help.commands(), ["init"]);
        assert_eq!(help.notes, ["Exit: 0 fine."]);
        let entry = |name: &str, meaning: &str, words: &[&str]| Entry {
            name: name.to_owned(),
            meaning: meaning.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        let options = [
            entry("-f, --file <LEDGER>", "The ledger [env: RECOUNT_FILE] [default: ledger.jsonl]", &[]),
            entry("--format <FORMAT>", "How it is written", &["table: A table", "csv: CSV"]),
            entry("-q, --quiet", "No messages", &[]),
        ];
        assert_eq!(help.sections[1], Section { title: "Options".to_owned(), entries: options.to_vec() });
    }
}
