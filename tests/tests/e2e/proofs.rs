//! Keys, checkpoint notes and proofs on the command line; and the examples of docs/ledger-format.md, which are real.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;
use recount_test_support::{Outcome, TestEnvironment, repository};

use crate::{CLOCK, environment_with_data, recount};

/// The public key of the examples.
pub(crate) const EXAMPLE_KEY: &str = "example.org/tiny+f13ee8de+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
/// The private one: its seed is the bytes 00 to 1F.
const EXAMPLE_PRIVATE: &str =
    "PRIVATE+KEY+example.org/tiny+f13ee8de+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n";

/// The code block of the format's specification that begins so: the word behind the fence, and the first line.
pub(crate) fn block(begin: &str) -> String {
    let page = fs::read_to_string(repository().join("docs/ledger-format.md")).unwrap();
    let mut blocks = page.split("```").skip(1).step_by(2);
    let block = blocks.find(|block| block.starts_with(begin) && block.lines().count() > 5).unwrap();
    block.split_once('\n').unwrap().1.to_owned()
}

/// The two proofs of the specification.
pub(crate) fn examples() -> [String; 2] {
    [block("text\nc2sp.org/tlog-proof@v1"), block("text\nrecount/consistency-proof@v1")]
}

/// A folder with the worked example of the specification as `tiny.jsonl` and the key pair of its proofs.
fn tiny() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    environment.write("tiny.jsonl", block("jsonl\n{\"seq\":1,"));
    environment.write("tiny.key", EXAMPLE_PRIVATE);
    environment.shell("chmod 600 tiny.key").success();
    environment.write("tiny.key.pub", format!("{EXAMPLE_KEY}\n"));
    environment
}

#[test]
fn the_examples_of_the_specification_are_what_the_tool_writes() {
    let at = tiny();
    let [event, head] = examples();
    assert_eq!(recount(&at, "-f tiny.jsonl prove 4 --key tiny.key").success().stdout, event);
    assert_eq!(recount(&at, "-f tiny.jsonl prove --from 4 --key tiny.key").success().stdout, head);
}

#[test]
fn keys_are_made_once_and_the_private_one_is_never_shown() {
    let at = TestEnvironment::new();
    let made = recount(&at, "keygen team.key --name example.org/team").success();
    let private = String::from_utf8(at.read("team.key")).unwrap();
    let public = String::from_utf8(at.read("team.key.pub")).unwrap();
    assert_eq!(made.stdout, public);
    assert!(private.starts_with("PRIVATE+KEY+example.org/team+") && !made.to_string().contains("PRIVATE"));
    let mode = |name| fs::metadata(at.folder().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("team.key"), mode("team.key.pub") & 0o400), (0o600, 0o400));
    assert_snapshot!(recount(&at, "keygen team.key --name other"), @"
    [stderr]
    error[E0602]: team.key: expected no file, found one, and it was not touched
      choose another name: a key that is gone signs nothing any more
    [exit 5]
    ");
    at.write("half.key.pub", "mine");
    assert_snapshot!(recount(&at, "keygen half.key --name half"), @"
    [stderr]
    error[E0602]: half.key.pub: expected no file, found one, and it was not touched
      choose another name: a key that is gone signs nothing any more
    [exit 5]
    ");
    assert_eq!(at.shell("ls half.key").exit, 2, "half a pair is not left behind");
    assert_snapshot!(at.recount(["keygen", "a.key", "--name", "two words"]), @r#"
    [stderr]
    error[E0109]: --name: "two words": expected a key name: not empty, without spaces, control characters and `+`
    [exit 3]
    "#);
    at.shell("ln -s nowhere dangling").success();
    recount(&at, "keygen dangling --name x").exits(5);
    assert_ne!(at.read("team.key"), at.read("team.key.pub"));
    recount(&at, "keygen second.key --name example.org/team").success();
    assert_ne!(at.read("team.key"), at.read("second.key"), "keys are random");
}

#[test]
fn notes_collect_signatures() {
    let at = tiny();
    recount(&at, "keygen witness.key --name witness.example").success();
    assert_snapshot!(recount(&at, "-f tiny.jsonl checkpoint"), @"
    example.org/tiny
    5
    xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=
    ");
    assert_snapshot!(recount(&at, "-f tiny.jsonl checkpoint --size 4 --key tiny.key --out note"), @"
    [stderr]
    wrote note
    ");
    at.shell("mkfifo pipe").success();
    recount(&at, "-f tiny.jsonl checkpoint --out pipe").exits(6);
    let first = at.read("note");
    recount(&at, "-f tiny.jsonl checkpoint --note note --key witness.key --out note").success();
    let both = String::from_utf8(at.read("note")).unwrap();
    assert!(both.as_bytes().starts_with(&first) && both.lines().count() == 6, "{both}");
    recount(&at, "-f tiny.jsonl checkpoint --note note --key tiny.key --key witness.key --out again")
        .success();
    let again = String::from_utf8(at.read("again")).unwrap();
    assert_eq!(again, both, "signing again changes nothing");
    // A proof for the note has all its signatures.
    recount(&at, "-f tiny.jsonl prove 2 --note note --out proof").success();
    assert!(String::from_utf8(at.read("proof")).unwrap().ends_with(&both));
    let checked = recount(&at, "verify --proof proof --key tiny.key.pub --key witness.key.pub").success();
    assert!(checked.stdout.contains("size 4") && checked.stdout.contains("signed by witness.example (key "));
    assert_eq!(checked.stderr, "", "no ledger is read");
}

#[test]
fn only_what_the_ledger_has_is_signed() {
    let at = tiny();
    let root = "xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=";
    at.write("other-origin", format!("example.org/other\n5\n{root}\n"));
    at.write("other-root", format!("example.org/tiny\n4\n{root}\n"));
    at.write("other-size", format!("example.org/tiny\n3\n{root}\n"));
    at.write("letter", "Dear all,\n\nthis is no note.\n");
    let check = |line: &str| recount(&at, &format!("-f tiny.jsonl {line} --key tiny.key"));
    assert_snapshot!(check("checkpoint --note other-origin"), @r#"
    [stderr]
    error[E0503]: --note: "example.org/other": expected a checkpoint of "example.org/tiny", as this ledger calls itself
      name the ledger it is of with --file
    [exit 4]
    "#);
    assert_snapshot!(check("checkpoint --note other-root"), @"
    [stderr]
    error[E0503]: --note: expected the root T9FwSdn1HIKMA0cyziFYCzL90EhRa2sDtrzAyqQ48j8= at size 4, found xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=
      the note is of another ledger, or this one was cut back, forked or rewritten
    [exit 4]
    ");
    assert_snapshot!(check("checkpoint --note other-size"), @"
    [stderr]
    error[E0503]: --note: expected the size of a checkpoint, found 3; the nearest are 1 and 4
      the note is of another ledger, or this one was cut back, forked or rewritten
    [exit 4]
    ");
    assert_snapshot!(check("checkpoint --note letter"), @"
    [stderr]
    error[E0109]: letter:3: is not of the form of a checkpoint note: expected a signature: `— NAME BASE64`
    [exit 3]
    ");
    assert_snapshot!(check("checkpoint --size 3"), @"
    [stderr]
    error[E0803]: --size: expected the size of a checkpoint, found 3; the nearest are 1 and 4
    [exit 3]
    ");
    assert_snapshot!(check("checkpoint --out tiny.jsonl"), @"
    [stderr]
    error[E0602]: tiny.jsonl: is no checkpoint note and no proof; expected a file that is new, empty or one of these
      name another file, or remove what is there
    [exit 5]
    ");
}

#[test]
fn only_what_the_ledger_has_is_proved() {
    let at = tiny();
    at.write("letter", "Dear all,\n\nthis is no note.\n");
    let check = |line: &str| recount(&at, &format!("-f tiny.jsonl {line} --key tiny.key"));
    assert_snapshot!(check("prove 6"), @"
    [stderr]
    error[E0302]: TARGET: expected an event from 1 to 5, found 6
    [exit 3]
    ");
    assert_snapshot!(check("prove 0"), @"
    [stderr]
    error[E0302]: TARGET: expected an event from 1 to 5, found 0
    [exit 3]
    ");
    assert_snapshot!(check("prove --from 2"), @"
    [stderr]
    error[E0803]: --from: expected the size of a checkpoint, found 2; the nearest are 1 and 4
    [exit 3]
    ");
    assert_snapshot!(check("prove --from 9"), @"
    [stderr]
    error[E0803]: --from: expected a size from 1 to 5, found 9
    [exit 3]
    ");
    assert_snapshot!(check("prove retruned --reporter ofice"), @r#"
    [stderr]
    error[E0802]: "retruned": expected the id of a declared indicator
      did you mean returned?
    error[E0802]: "ofice": expected the id of a declared reporter
      did you mean office?
    [exit 3]
    "#);
    assert_snapshot!(check("prove 4 --key tiny.key.pub --key letter"), @"
    [stderr]
    error[E0109]: tiny.key.pub: expected a private key (PRIVATE+KEY+NAME+ID+KEY, with an Ed25519 key)
      recount keygen makes keys
    error[E0109]: letter: expected a private key (PRIVATE+KEY+NAME+ID+KEY, with an Ed25519 key)
      recount keygen makes keys
    [exit 3]
    ");
    recount(&at, "-f tiny.jsonl prove").exits(2);
    recount(&at, "-f tiny.jsonl prove 3 --from 4").exits(2);
    recount(&at, "-f tiny.jsonl verify --key tiny.key.pub").exits(2);
    at.shell("sed -i 's/понад/більш/' tiny.jsonl").success();
    check("prove 1").exits(4);
}

#[test]
fn figures_are_proved_by_the_event_that_reports_them() {
    let at = environment_with_data();
    let ledger = "-f data/ukraine-children.jsonl";
    let seq_of = |target: &str| {
        let proof = recount(&at, &format!("{ledger} prove {target}")).success();
        at.write("proof", &proof.stdout);
        let told = recount(&at, "verify --proof proof --format json").success().stdout;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let line: serde_json::Value = serde_json::from_str(told["line"].as_str().unwrap()).unwrap();
        assert_eq!(line["seq"], told["seq"]);
        (told["seq"].as_u64().unwrap(), line["data"]["value"].as_str().unwrap().to_owned())
    };
    let (headline, value) = seq_of("children.deported.identified");
    assert_eq!(value, "6395");
    assert_eq!(seq_of(&headline.to_string()), (headline, value));
    assert_eq!(seq_of("children.deported@belarus").1, ">=2442");
    assert_eq!(seq_of("children.deported --reporter yale-hrl --place belarus").1, ">=2442");
    assert_snapshot!(recount(&at, &format!("{ledger} prove children.deported.estimate")), @r#"
    [stderr]
    error[E0802]: TARGET: "children.deported.estimate": expected a target that selects one reported figure, found 4
      name a place, a reporter, or one of the events: 352 (ua-president), 354 (us-state-department), 366 (ua-children-commissioner), 374 (ua-ombudsman)
    [exit 3]
    "#);
    assert_snapshot!(recount(&at, &format!("{ledger} prove children.deported")), @r#"
    [stderr]
    error[E0802]: TARGET: "children.deported": expected a target that selects one reported figure, found 2
      name a place, a reporter, or one of the events: 373 (yale-hrl), 379 (ua-mfa)
    [exit 3]
    "#);
}

/// What is said of a proof.
fn verified(at: &TestEnvironment, proof: &str, options: &str) -> Outcome {
    at.write("proof", proof);
    recount(at, &format!("verify --proof proof {options}"))
}

#[test]
fn what_is_proved_is_told_and_who_vouches_for_it() {
    let at = tiny();
    let [event, head] = examples();
    let key = "--key tiny.key.pub";
    assert_snapshot!(verified(&at, &event, key), @r#"
    proved: event 4 is in example.org/tiny at size 5, root xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=
    {"seq":4,"at":"2026-11-23T18:05:00Z","by":"ana","clock":"set","type":"figure.reported","data":{"indicator":"returned","value":">1850","reporter":"office","unsourced":true,"wording":"понад 1850"}}
    signed by example.org/tiny (key f13ee8de)
    "#);
    assert_snapshot!(verified(&at, &head, key), @"
    proved: example.org/tiny at size 5, root xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=, continues size 4, root T9FwSdn1HIKMA0cyziFYCzL90EhRa2sDtrzAyqQ48j8=
    signed by example.org/tiny (key f13ee8de)
    ");
    let (bare, _) = event.split_once("\n— ").unwrap();
    assert_snapshot!(verified(&at, bare, ""), @r#"
    proved: event 4 is in example.org/tiny at size 5, root xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=
    {"seq":4,"at":"2026-11-23T18:05:00Z","by":"ana","clock":"set","type":"figure.reported","data":{"indicator":"returned","value":">1850","reporter":"office","unsourced":true,"wording":"понад 1850"}}
    root unsigned: consistent with the root above, for which nothing was given to vouch
    "#);
    assert_snapshot!(verified(&at, &event, ""), @r#"
    proved: event 4 is in example.org/tiny at size 5, root xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=
    {"seq":4,"at":"2026-11-23T18:05:00Z","by":"ana","clock":"set","type":"figure.reported","data":{"indicator":"returned","value":">1850","reporter":"office","unsourced":true,"wording":"понад 1850"}}
    not checked: 1 signature by keys that were not given
    root unchecked: consistent with the root above, for which nothing was given to vouch
    "#);
    assert_snapshot!(verified(&at, bare, key), @"
    [stderr]
    error[E0506]: proof: the step signature fails: expected a signature by example.org/tiny (key f13ee8de), found none by this key
    [exit 4]
    ");
    assert_snapshot!(verified(&at, &event, "--head 4:T9FwSdn1HIKMA0cyziFYCzL90EhRa2sDtrzAyqQ48j8="), @"
    [stderr]
    error[E0506]: proof: the step checkpoint fails: expected size 4 with the root T9FwSdn1HIKMA0cyziFYCzL90EhRa2sDtrzAyqQ48j8=, found size 5 with the root xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=
    [exit 4]
    ");
    assert_snapshot!(verified(&at, &head, "--head 4:T9FwSdn1HIKMA0cyziFYCzL90EhRa2sDtrzAyqQ48j8="), @"
    proved: example.org/tiny at size 5, root xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=, continues size 4, root T9FwSdn1HIKMA0cyziFYCzL90EhRa2sDtrzAyqQ48j8=
    the head given is in the proof
    not checked: 1 signature by keys that were not given
    ");
}

#[test]
fn each_step_that_fails_is_named() {
    let at = tiny();
    let [event, head] = examples();
    let check = |proof: &str, from: &str, to: &str| {
        assert!(proof.contains(from), "{from}");
        verified(&at, &proof.replacen(from, to, 1), "--key tiny.key.pub")
    };
    assert_snapshot!(check(&event, "index 3", "index 2"), @"
    [stderr]
    error[E0506]: proof: the step leaf fails: expected event 3, found event 4
    [exit 4]
    ");
    assert_snapshot!(check(&event, "PGvN", "PGvM"), @"
    [stderr]
    error[E0506]: proof: the step inclusion fails: expected a path to the root xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=, found one to IQDPypkOBvAT7qi9X3tssPHOa5iLdtOKtRrpwGPdAKU=
    [exit 4]
    ");
    assert_snapshot!(check(&event, "xlrf", "xlre"), @"
    [stderr]
    error[E0506]: proof: the step inclusion fails: expected a path to the root xlreuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=, found one to xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=
    error[E0506]: proof: the step signature fails: expected a signature by example.org/tiny (key f13ee8de), found one that is not over this checkpoint
    [exit 4]
    ");
    assert_snapshot!(check(&event, "8T7o3koe", "8T7o3kof"), @"
    [stderr]
    error[E0506]: proof: the step signature fails: expected a signature by example.org/tiny (key f13ee8de), found one that is not over this checkpoint
    [exit 4]
    ");
    assert_snapshot!(check(&head, "ZAql", "ZAqm"), @"
    [stderr]
    error[E0506]: proof: the step consistency fails: expected a path from the root T9FwSdn1HIKMA0cyziFYCzL90EhRa2sDtrzAyqQ48j8= to the root xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=, found one between other roots
    [exit 4]
    ");
    assert_snapshot!(check(&event, "index", "place"), @"
    [stderr]
    error[E0109]: proof:3: is not of the form of a proof: expected `index ` and a number
    [exit 3]
    ");
}

#[test]
fn what_is_no_proof_or_no_key_is_told_apart() {
    let at = tiny();
    let [event, _] = examples();
    assert_snapshot!(verified(&at, &event, "--key tiny.key"), @"
    [stderr]
    error[E0109]: tiny.key: expected a public key, found a private one, which is for its owner alone
      give the file that keygen wrote beside it, with .pub at its end
    [exit 3]
    ");
    assert_snapshot!(verified(&at, &event, "--format csv"), @r#"
    [stderr]
    error[E0801]: --format: "csv": expected table, json or jsonl: a proof has no rows
    [exit 2]
    "#);
    assert_snapshot!(recount(&at, "verify --proof absent"), @"
    [stderr]
    error[E0701]: absent: No such file or directory (os error 2)
    [exit 6]
    ");
    assert_eq!(recount(&at, "verify --proof tiny.jsonl").exits(3).stdout, "");
    let piped = at.recount_with(["verify", "--proof", "-", "--key", EXAMPLE_KEY], &event).success();
    assert!(piped.stdout.starts_with("proved: event 4 is in example.org/tiny at size 5"));
}

/// A private key in the place of a file's name is a slip, and not to be repeated where logs are kept.
#[test]
fn a_private_key_is_never_shown() {
    let at = tiny();
    for option in ["checkpoint --key", "prove 4 --key", "prove 4 --note", "verify --proof absent --key"] {
        let told = recount(&at, &format!("-f tiny.jsonl {option} {}", EXAMPLE_PRIVATE.trim_end()));
        assert!(!told.to_string().contains("PRIVATE"), "{told}");
    }
    assert_snapshot!(recount(&at, &format!("-f tiny.jsonl checkpoint --key {}", EXAMPLE_PRIVATE.trim_end())), @"
    [stderr]
    error[E0109]: --key: expected the name of a file, found a private key
      give the file that holds it; whoever saw this command may have seen the key
    [exit 3]
    ");
    assert_snapshot!(recount(&at, "verify --proof - --key example.org/tiny+f13ee8de+AQOh"), @r#"
    [stderr]
    error[E0109]: --key: "example.org/tiny+f13ee8de+AQOh": expected a public key (NAME+ID+KEY, with an Ed25519 key)
      recount keygen makes keys
    [exit 3]
    "#);
}

#[test]
fn proofs_for_machines() {
    let at = tiny();
    let [event, head] = examples();
    at.write("event", event);
    at.write("head", head);
    assert_snapshot!(recount(&at, "verify --proof event --format json"), @r#"{"head_given":false,"line":"{\"seq\":4,\"at\":\"2026-11-23T18:05:00Z\",\"by\":\"ana\",\"clock\":\"set\",\"type\":\"figure.reported\",\"data\":{\"indicator\":\"returned\",\"value\":\">1850\",\"reporter\":\"office\",\"unsourced\":true,\"wording\":\"понад 1850\"}}","origin":"example.org/tiny","other_signatures":1,"proof":"inclusion","root":"xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=","seq":4,"signed_by":[],"size":5,"withheld":false}"#);
    assert_snapshot!(recount(&at, "verify --proof head --key tiny.key.pub --format json"), @r#"{"head_given":false,"old_root":"T9FwSdn1HIKMA0cyziFYCzL90EhRa2sDtrzAyqQ48j8=","old_size":4,"origin":"example.org/tiny","other_signatures":0,"proof":"consistency","root":"xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=","signed_by":[{"id":"f13ee8de","name":"example.org/tiny"}],"size":5}"#);
}

/// What was proved before a redaction is proved after it; and of a stub no more than its hash.
#[test]
fn redaction_leaves_proofs() {
    let at = tiny();
    recount(&at, "-f tiny.jsonl checkpoint --key tiny.key --out note").success();
    recount(&at, "-f tiny.jsonl prove 4 --note note --out before").success();
    recount(&at, "-f tiny.jsonl redact 4 --reason asked --accept-clock").success();
    recount(&at, "-f tiny.jsonl prove 4 --note note --out after").success();
    for proof in ["before", "after"] {
        recount(&at, &format!("verify --proof {proof} --key tiny.key.pub")).success();
    }
    assert_snapshot!(recount(&at, "verify --proof after --key tiny.key.pub"), @r#"
    proved: event 4 is in example.org/tiny at size 5, root xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=
    {"seq":4,"at":"2026-11-23T18:05:00Z","by":"ana","type":"figure.reported","redacted":"Tu4xb5L4DSbFs00TipSr3QqA9/7ub/0xO9ssbT42tDY="}
    withheld: only the hash in this stub is proved; its other members are proved with its event.redacted
    signed by example.org/tiny (key f13ee8de)
    "#);
    recount(&at, "-f tiny.jsonl prove --from 5 --key tiny.key --out longer").success();
    recount(&at, "verify --proof longer --key tiny.key.pub").success();
}

/// A line of a proof is shown, and its tricks are not played.
#[test]
fn what_a_proof_says_cannot_trick_a_terminal() {
    let at = TestEnvironment::new().with_clock(CLOCK);
    at.recount(["init", "--title", "T", "--origin", "o\u{202e}rigin"]).success();
    at.recount(["append", "place", "--id", "a", "--name", "a\u{202e}b\u{200b}"]).success();
    recount(&at, "prove 2 --out proof").success();
    let told = recount(&at, "verify --proof proof").success().stdout;
    assert!(told.contains("o\\u{202e}rigin") && told.contains("a\\u{202e}b\\u{200b}"), "{told}");
    let json = recount(&at, "verify --proof proof --format json").success().stdout;
    assert!(json.contains("\\u202e") && !json.contains('\u{202e}'), "{json}");
}
