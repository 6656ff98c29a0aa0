//! One process of the outsider's verifier, which answers as long as it is asked.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use recount_test_support::repository;

const FOLDER: &str = "tests/outsider";

/// `tests/outsider/verify.py --many`
pub(crate) struct Python {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    /// Starts it; nothing, with a word about it, where there is no Python, but under CI that is a failure.
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        Self::start_in(&repository().join(FOLDER), arguments)
    }

    /// The same of a copy in an empty folder which leaves out the step that refuses with these words.
    pub(crate) fn without(step: &str, folder: &Path) -> Option<Self> {
        let mut found = 0;
        for entry in fs::read_dir(repository().join(FOLDER)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(program) = fs::read_to_string(&path) else { continue };
            let line = |line: &str| match line.contains(&format!("\"{step}\")")) {
                true => {
                    found += 1;
                    line.replacen("need(", "(lambda *_: None)(", 1)
                }
                false => line.to_owned(),
            };
            let lines: Vec<String> = program.lines().map(line).collect();
            fs::write(folder.join(path.file_name().unwrap()), lines.join("\n")).unwrap();
        }
        assert_eq!(found, 1, "{step}");
        Self::start_in(folder, &[])
    }

    fn start_in(folder: &Path, arguments: &[&str]) -> Option<Self> {
        let started = Command::new("python3")
            .args(["-B", "verify.py", "--many"])
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) if std::env::var_os("CI").is_none() => {
                eprintln!("skipped: python3 cannot be started: {error}");
                return None;
            }
            Err(error) => panic!("python3 cannot be started, and under CI this test must run: {error}"),
        };
        let questions = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Some(Self { child, questions, answers })
    }

    /// Its answer about one `ledger` or `proof`.
    pub(crate) fn asks(&mut self, kind: &str, bytes: &[u8]) -> String {
        let mut question = format!("{kind} {}\n", bytes.len()).into_bytes();
        question.extend(bytes);
        self.questions.write_all(&question).unwrap();
        self.questions.flush().unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert!(answer.ends_with('\n'), "the verifier stopped; what it was asked last: {bytes:?}");
        answer.trim_end().to_owned()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It may be in the middle of an answer that nobody waits for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
