//! Who contests a figure, in one cell.

use recount_model::event::Seq;
use recount_model::state::State;

/// The reporters of these disputes, each with the value it gives where it gives one: `ru-mfa: 339; press`. In order of
/// events, and nothing twice; empty where there is no dispute.
pub(crate) fn list(state: &State, disputes: &[Seq]) -> String {
    let mut said: Vec<String> = Vec::new();
    for dispute in disputes.iter().filter_map(|seq| state.disputes().find(*seq)) {
        let reporter = state.reporters().name(dispute.row.by_reporter);
        let text = match dispute.row.value {
            Some(value) => format!("{reporter}: {value}"),
            None => reporter.to_owned(),
        };
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said.join("; ")
}
