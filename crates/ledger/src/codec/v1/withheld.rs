//! What a stub says: the part of an event that was not erased.

use recount_model::event::{Fact, Kind, Seq, Withheld};
use recount_model::id::is_slug;
use recount_model::problem::{Code, Problem};

use crate::cursor::Unescaped;
use crate::line::EventLine;
use crate::stub::{Kept, Stub};

/// Reads what a stub still says of an event.
///
/// # Errors
///
/// An unknown type, one whose content is never erased, or a stub that does not keep what one of its type keeps.
pub fn withheld<'a>(stub: &'a Stub<'_>, unescaped: &'a Unescaped) -> Result<Fact<'a>, Problem> {
    let kind = Kind::parse(&stub.kind)
        .filter(|kind| kind.is_redactable() || *kind == Kind::RecordCorrected)
        .ok_or_else(|| {
            Problem::new(Code::UNKNOWN_TYPE, "type", &*stub.kind, "the type of an event that can be redacted")
        })?;
    let (id, target) = match &stub.kept {
        Kept::Id(id) if kind.declares() && is_slug(id) => (Some(&**id), None),
        Kept::Target(target) if kind == Kind::RecordCorrected => (None, Seq::try_from(*target).ok()),
        Kept::Nothing if !kind.declares() && kind != Kind::RecordCorrected => (None, None),
        _ => {
            let expected = "the id of a declaration, the target of a correction, and nothing else";
            return Err(Problem::new(Code::UNKNOWN_MEMBER, "", kind.as_str(), expected));
        }
    };
    Ok(Fact::Withheld(Withheld { kind, id, target, stub: unescaped.keep(&stub.encode()) }))
}

/// The data of the `event.redacted` that says why a stub stands in the place of its event.
///
/// # Errors
///
/// A reason or legal basis that is no text.
pub fn redacted(stub: &Stub<'_>, reason: &str, legal_basis: Option<&str>) -> Result<String, Problem> {
    let data = serde_json::json!({
        "target": stub.seq, "stub": stub.encode(), "reason": reason, "legal_basis": legal_basis,
    });
    super::canonical(Kind::EventRedacted, &data.to_string(), &|_| None)
}

/// What the stub of an event keeps of it: the id of a declaration, the target of a correction.
#[must_use]
pub fn kept<'a>(kind: Kind, event: &EventLine<'a>) -> Kept<'a> {
    let members = super::own_members(event.data).unwrap_or_default();
    let text = |name: &str| members.get(name).map(str::to_owned);
    match kind {
        Kind::RecordCorrected => {
            text("target").and_then(|target| target.parse().ok()).map_or(Kept::Nothing, Kept::Target)
        }
        _ if kind.declares() => text("id").map_or(Kept::Nothing, |id| Kept::Id(id.into())),
        _ => Kept::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use recount_model::date::Instant;

    use super::*;
    use crate::merkle::leaf_hash;

    /// What a stub of this type that keeps this says.
    fn check(kind: &str, kept: Kept<'_>) -> String {
        let stub = Stub {
            seq: 7,
            at: Instant::MIN,
            by: "ana".into(),
            kind: kind.into(),
            kept,
            redacted: leaf_hash(b""),
        };
        match withheld(&stub, &Unescaped::default()) {
            Ok(Fact::Withheld(Withheld { kind, id, target, .. })) => {
                format!("{} {id:?} {target:?}", kind.as_str())
            }
            Ok(fact) => format!("{fact:?}"),
            Err(problem) => format!("{} {}", problem.code, problem.member),
        }
    }

    #[test]
    fn a_stub_keeps_what_its_type_needs_and_nothing_else() {
        let kept = || {
            [
                Kept::Nothing,
                Kept::Id("a".into()),
                Kept::Id("A b".into()),
                Kept::Target(3),
                Kept::Target(1 << 32),
            ]
        };
        let all = |kind| kept().map(|kept| check(kind, kept)).join("; ");
        insta::assert_snapshot!(all("source.added"), @r#"E0102 ; source.added Some("a") None; E0102 ; E0102 ; E0102"#);
        insta::assert_snapshot!(all("statement.recorded"), @"statement.recorded None None; E0102 ; E0102 ; E0102 ; E0102");
        insta::assert_snapshot!(all("record.corrected"), @"E0102 ; E0102 ; E0102 ; record.corrected None Some(3); record.corrected None None");
        insta::assert_snapshot!(all("figure.reported"), @"figure.reported None None; E0102 ; E0102 ; E0102 ; E0102");
        insta::assert_snapshot!(all("nothing.known"), @"E0106 type; E0106 type; E0106 type; E0106 type; E0106 type");
    }
}
