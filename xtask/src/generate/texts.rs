//! Statements, norms, cases, imports: events that no figure depends on.

use serde_json::json;

use super::declarations::{PLACES, REPORTERS, place};
use super::events::Events;

impl Events {
    /// Somebody said something.
    pub(crate) fn statement(&mut self) {
        let (day, source) = (self.today().full(), self.quoted());
        let gist = format!("Calls for access to the lists of persons; intervention {}", self.next_seq());
        let data = json!({"speaker": self.random.pick(&REPORTERS).0, "gist": gist, "venue": "General Assembly",
            "date": day, "topics": ["access", "return"], "language": "en", "source": source.id});
        self.emit("statement.recorded", &data);
    }

    /// Somebody invoked the law.
    pub(crate) fn norm(&mut self) {
        let source = self.quoted();
        let gist = format!("Persons are to be returned; argument {}", self.next_seq());
        let data = json!({"instrument": "Geneva Convention IV", "article": self.random.pick(&["24", "49", "50"]),
            "gist": gist, "cited_by": self.random.pick(&REPORTERS).0, "source": source.id});
        self.emit("norm.cited", &data);
    }

    /// A case is documented.
    pub(crate) fn case(&mut self) {
        let (id, source) = (format!("case-{}", self.next_seq()), self.quoted());
        let data = json!({"id": id, "age": (1 + self.random.below(17)).to_string(),
            "sex": self.random.pick(&["f", "m"]), "origin": place(self.random.below(PLACES)),
            "destination": place(self.random.below(PLACES)), "distance": format!("~{}00", 1 + self.random.below(60)),
            "status": "missing", "reporter": self.random.pick(&REPORTERS).0, "source": source.id,
            "salt": self.random.salt()});
        self.emit("case.documented", &data);
        self.cases.push(id);
    }

    /// Something more is known of a case; once, so that no update repeats another.
    pub(crate) fn case_update(&mut self) {
        let chosen = self.random.index(self.cases.len());
        if self.cases.is_empty() {
            return;
        }
        let (case, source) = (self.cases.swap_remove(chosen), self.quoted());
        let data = json!({"case": case, "status": self.random.pick(&["returned", "located"]),
            "date": self.today().month(), "reporter": self.random.pick(&REPORTERS).0, "source": source.id});
        self.emit("case.updated", &data);
    }

    /// What was recorded before came from a file.
    pub(crate) fn import(&mut self) {
        let data = json!({"file": "figures.csv", "sha256": "0a".repeat(32), "rules_sha256": "0b".repeat(32),
            "rows": 0, "added": 0, "present": 0, "rejected": 0});
        self.emit("import.recorded", &data);
    }
}
