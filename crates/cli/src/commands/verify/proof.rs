//! `recount verify --proof`: whether a proof holds, without the ledger.

use std::io::Write;
use std::path::Path;

use recount_ledger::line::Line;
use recount_ledger::merkle::Hash;
use recount_ledger::tlog::key::{HexId, VerifierKey};
use recount_ledger::tlog::proof::{InclusionProof, Proof};
use recount_model::problem::Code;
use serde_json::{Map, Value, json};

use crate::error::{Failure, INTEGRITY, Trouble};
use crate::notes;
use crate::output::Output;
use crate::terminal::{counted, printable};

/// Checks every step, and names those that do not hold.
pub(crate) fn run(
    output: &mut Output,
    file: &Path,
    receipt: Option<(u64, Hash)>,
    keys: &[String],
) -> Result<(), Failure> {
    output.refuse_csv("a proof has no rows")?;
    let keys = notes::verifier_keys(keys)?;
    let proof = notes::read_proof(file)?;
    let failures = proof.failures(receipt, &keys);
    if !failures.is_empty() {
        let trouble =
            |failure| Trouble::new(Code::NOT_PROVED, format!("{failure}")).at(file.display().to_string());
        return Err(Failure::new(INTEGRITY, failures.iter().map(trouble).collect()));
    }
    let lines = match output.is_json() {
        true => vec![Value::Object(summary(&proof, receipt, &keys)).to_string()],
        false => told(&proof, receipt, &keys),
    };
    for line in lines {
        writeln!(output.stdout(), "{line}")?;
    }
    Ok(())
}

/// How many signatures are by none of the keys.
fn by_others(proof: &Proof, keys: &[VerifierKey]) -> usize {
    let signatures = proof.checkpoint().signatures().iter();
    signatures.filter(|signature| !keys.iter().any(|key| signature.is_by(key))).count()
}

fn summary(proof: &Proof, receipt: Option<(u64, Hash)>, keys: &[VerifierKey]) -> Map<String, Value> {
    let checkpoint = proof.checkpoint();
    let signed_by: Vec<_> =
        keys.iter().map(|key| json!({ "name": key.name(), "id": HexId(key.id()).to_string() })).collect();
    let mut summary = Map::new();
    let mut add = |name: &str, value: Value| summary.insert(name.to_owned(), value);
    add("proof", json!(if matches!(proof, Proof::Inclusion(_)) { "inclusion" } else { "consistency" }));
    add("origin", json!(checkpoint.origin()));
    add("size", json!(checkpoint.size()));
    add("root", json!(checkpoint.root().to_string()));
    add("head_given", json!(receipt.is_some()));
    add("signed_by", json!(signed_by));
    add("other_signatures", json!(by_others(proof, keys)));
    match proof {
        Proof::Inclusion(proof) => {
            add("seq", json!(proof.seq()));
            add("withheld", json!(is_stub(proof)));
            add("line", json!(String::from_utf8_lossy(&proof.line)));
        }
        Proof::Consistency(proof) => {
            add("old_size", json!(proof.old.0));
            add("old_root", json!(proof.old.1.to_string()));
        }
    }
    summary
}

/// What is proved, for people.
fn told(proof: &Proof, receipt: Option<(u64, Hash)>, keys: &[VerifierKey]) -> Vec<String> {
    let checkpoint = proof.checkpoint();
    let origin = printable(checkpoint.origin());
    let ledger = format!("{origin} at size {}, root {}", checkpoint.size(), checkpoint.root());
    let mut lines = match proof {
        Proof::Inclusion(proof) => {
            let mut lines = vec![format!("proved: event {} is in {ledger}", proof.seq())];
            lines.push(printable(&String::from_utf8_lossy(&proof.line)));
            if is_stub(proof) {
                lines.push(
                    "withheld: only the hash in this stub is proved; its other members are proved with its \
                     event.redacted"
                        .to_owned(),
                );
            }
            lines
        }
        Proof::Consistency(proof) => {
            vec![format!("proved: {ledger}, continues size {}, root {}", proof.old.0, proof.old.1)]
        }
    };
    for key in keys {
        lines.push(format!("signed by {} (key {})", printable(key.name()), HexId(key.id())));
    }
    if receipt.is_some() {
        lines.push("the head given is in the proof".to_owned());
    }
    let others = by_others(proof, keys);
    if others > 0 {
        lines.push(format!("not checked: {} by keys that were not given", counted(others, "signature")));
    }
    if keys.is_empty() && receipt.is_none() {
        let unsigned = if others > 0 { "root unchecked" } else { "root unsigned" };
        lines.push(format!(
            "{unsigned}: consistent with the root above, for which nothing was given to vouch"
        ));
    }
    lines
}

fn is_stub(proof: &InclusionProof) -> bool {
    matches!(Line::parse(&proof.line), Ok(Line::Stub(_)))
}
