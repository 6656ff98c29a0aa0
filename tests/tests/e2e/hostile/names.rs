//! Names that would be paths, options, commands or statements if anybody took them for such.

use super::{environment, hold, nothing_else_was_written};

/// No ids of anything, neither of places nor of codes nor of votes.
pub(super) const IDS: &[&str] = &[
    "",
    " ",
    "..",
    "../x",
    "../../etc/passwd",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "~",
    "~root",
    "-rf",
    "--help",
    "$(id)",
    "`id`",
    "a;b",
    "'; DROP TABLE figures; --",
    "\" OR 1=1",
    "a\u{0}b",
    "a\nb",
    "a b",
    "caf\u{e9}",
    "\u{430}",
    "a\u{200b}",
    "\u{202e}a",
    "*",
    "?",
    "%00",
    "a%2fb",
    "{}",
    "<script>",
    "=1+1",
    "@a",
    "a,b",
];

#[test]
fn ids_asked_for_are_words_and_nothing_else() {
    let at = environment();
    for id in IDS.iter().filter(|id| !id.contains('\0')) {
        for command in [
            ["figures", "--", id],
            ["votes", "--", id],
            ["why", "--", id],
            ["vintages", "--", id],
            ["show", "--", id],
        ] {
            let answer = hold(&at, command, b"");
            assert!([2, 3].contains(&answer.exit), "{command:?}: {answer}");
        }
        let options = [
            format!("--reporter={id}"),
            format!("--place={id}"),
            format!("--indicator={id}"),
            format!("--source={id}"),
            format!("--type={id}"),
        ];
        for option in &options {
            let command = if option.starts_with("--pl") { "figures" } else { "log" };
            let answer = hold(&at, [command, option], b"");
            assert!([2, 3].contains(&answer.exit), "{option}: {answer}");
        }
    }
    nothing_else_was_written(&at, &["ledger.jsonl"]);
}

#[test]
fn receipts_seqs_and_numbers_that_are_none_are_refused() {
    let at = environment();
    let root = "A".repeat(43) + "=";
    for head in [
        "",
        ":",
        "1",
        "1:",
        ":A",
        "-1:A",
        "1:A",
        "99999999999999999999:A",
        "1e2:A",
        "1:\u{202e}",
        "0x1:A",
        "../x:A",
    ] {
        let answer = hold(&at, ["verify", &format!("--head={head}")], b"");
        assert!([2, 3].contains(&answer.exit), "{head}: {answer}");
    }
    for size in ["0", "1", "5", "4294967296", "18446744073709551615"] {
        assert_eq!(hold(&at, ["verify", "--head", &format!("{size}:{root}")], b"").exit, 4, "{size}");
    }
    for seq in
        ["0", "-1", "6", "1e2", "4294967295", "4294967296", "99999999999999999999", "", "\u{661}", "1 ", "@x"]
    {
        for command in [
            "show",
            "retract --reason x",
            "correct --set name=x --reason x",
            "redact --reason x",
            "withdraw --reason x",
        ] {
            let arguments = command.split(' ').chain(["--", seq]);
            let answer = hold(&at, arguments, b"");
            assert!([2, 3, 5].contains(&answer.exit), "{command} {seq:?}: {answer}");
        }
        let answer =
            hold(&at, ["append", "place", "--id=q", "--name=x", "-n", &format!("--expect={seq}")], b"");
        assert!([2, 5].contains(&answer.exit), "--expect {seq:?}: {answer}");
    }
    for batch in ["0", "-1", "1e2", "", "x", "18446744073709551616"] {
        assert_eq!(
            hold(&at, ["append", "events", "-", &format!("--batch={batch}")], b"").exit,
            2,
            "{batch:?}"
        );
    }
    nothing_else_was_written(&at, &["ledger.jsonl"]);
}

#[test]
fn ledgers_and_exports_are_where_they_were_named() {
    let at = environment();
    let long = "x".repeat(300);
    for name in [
        &*long,
        "no/such/folder/l.jsonl",
        "ledger.jsonl/l",
        "",
        "/",
        "/proc/self/mem",
        "/dev/null",
        "/dev/stdin",
        "a\nerror[E9999]: b",
    ] {
        for command in [
            "figures",
            "log",
            "verify",
            "check",
            "snapshot",
            "recover",
            "append place --id a --name a",
            "export csv out",
            "export sqlite out",
        ] {
            let answer = hold(&at, ["-f", name].into_iter().chain(command.split(' ')), b"");
            assert!([2, 4, 6].contains(&answer.exit), "-f {name:.20} {command}: {answer}");
            assert!(!answer.stderr.contains("\nerror[E9999]"), "a name is no error of its own: {answer}");
        }
    }
    for name in [
        "CON",
        "-rf",
        "$(id)",
        "'; DROP TABLE x",
        "%s%n",
        "\u{202e}lnosj",
        "a\u{1b}[31m",
        "NUL",
        "x ",
        "\u{435}x",
    ] {
        let named = |command: &str| {
            hold(&at, [&*format!("--file={name}")].into_iter().chain(command.split(' ')), b"")
        };
        assert_eq!(named("init --title T --origin o").exit, 0, "{name}");
        assert_eq!(named("append place --id a --name a").exit, 0, "{name}");
        assert!(named("verify").stdout.starts_with("intact: 2 events"), "{name}");
        assert_eq!(named("init --title T --origin o").exit, 5, "{name}");
        std::fs::remove_file(at.folder().join(name)).unwrap();
    }
    nothing_else_was_written(&at, &["ledger.jsonl"]);
    for target in ["ledger.jsonl", "ledger.jsonl/x", "no/such/folder", "/proc/x", "/dev/null", "/", "..", ""]
    {
        for form in ["csv", "sqlite"] {
            let answer = hold(&at, ["export", form, target], b"");
            assert!([2, 5, 6].contains(&answer.exit), "export {form} {target}: {answer}");
        }
    }
    nothing_else_was_written(&at, &["ledger.jsonl"]);
}

#[test]
fn recorders_and_clocks_are_checked() {
    let at = environment();
    for by in ["", " ", "a\nb", "a\u{1b}[31m", "\u{85}"] {
        let answer = hold(&at, ["append", "place", "--id=q", "--name=x", &format!("--by={by}")], b"");
        assert!([2, 3].contains(&answer.exit), "{by:?}: {answer}");
    }
    for clock in [
        "now",
        "0",
        "1960",
        "2026-04-01",
        "2026-04-01T12:00:00+00:00",
        "10000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "\u{202e}",
    ] {
        let answer = at.shell(&format!("RECOUNT_CLOCK='{clock}' recount append place --id q --name x"));
        assert_eq!(answer.exit, 2, "{clock}: {answer}");
        assert_eq!(answer.stderr.find(super::is_trick), None);
    }
    nothing_else_was_written(&at, &["ledger.jsonl"]);
}
