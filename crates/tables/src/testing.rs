//! A small but tricky ledger for tests, and its texts.
//!
//! This file knows the model and the codec only, so that the exporters' tests include it as well.

use std::collections::BTreeMap;

use recount_ledger::codec::{self, Unescaped};
use recount_model::answer::Answers;
use recount_model::clock::{AsOf, Clocks, PublishedBy};
use recount_model::date::Instant;
use recount_model::event::{Event, Kind, Seq};
use recount_model::state::State;
use recount_model::texts::{Members, Recorded, TextError, Texts};

/// A state and the texts of its events.
#[derive(Clone)]
pub(crate) struct Fixture {
    pub(crate) state: State,
    members: BTreeMap<Seq, Members>,
    reasons: BTreeMap<Seq, String>,
}

/// Sources of four days and two without, six reporters, two places, a dimension and indicators.
const PRELUDE: &str = r#"
ledger.created {"format":1,"origin":"example.org/t","title":"Test"}
source.added {"id":"s1","title":"First \"report\", 2025","published":"2025-01-01","archived":{"url":"https://a.example/1","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}
source.added {"id":"s2","title":"Second","published":"2025-02-01"}
source.added {"id":"s3","title":"Третє, повідомлення","published":"2025-03-01T12:00:00Z","language":"uk"}
source.added {"id":"undated","url":"https://u.example/"}
reporter.added {"id":"a","name":"Bureau A","kind":"government","country":"UKR"}
reporter.added {"id":"b","name":"Office B","kind":"ombudsman"}
reporter.added {"id":"c","name":"Clerk of B","kind":"official","speaks_for":"b"}
reporter.added {"id":"press","name":"The Press","kind":"media"}
place.added {"id":"land","name":"Land","kind":"country","codes":{"iso3166":"UKR"}}
place.added {"id":"north","name":"North","kind":"admin-1","parent":"land"}
place.added {"id":"town","name":"Town","kind":"city","parent":"north"}
dimension.added {"id":"sex","label":"Sex","codes":{"f":"female","m":"male"}}
indicator.defined {"id":"taken","label":"Taken","unit":"children","measure":"cumulative","since":"2022-02-24"}
indicator.defined {"id":"back","label":"Returned","unit":"children","measure":"cumulative","since":"2022-02-24","definition":"Handed over"}
indicator.derived {"id":"missing","label":"Not returned","unit":"children","expression":"taken - back"}
policy.set {"indicator":"taken","rule":{"prefer":["b","a"]},"window":"P1Y","reason":"B counts entries"}
"#;

/// The figures of a tricky series: bounds, a revision, a further source, a correction, a withdrawal, a dispute, a
/// parallel, a retraction and a doubt. They are events 18 and later.
pub(crate) const FIGURES: &str = r#"
figure.reported {"indicator":"taken","value":">20000","wording":"=more than 20,000","reporter":"a","source":"s1","as_of":"2024-12~","locator":"p. 3"}
figure.reported {"indicator":"taken","value":"19546","reporter":"b","source":"s1","as_of":"2024-12-31"}
figure.reported {"indicator":"taken","value":"19600","reporter":"b","source":"s2","as_of":"2024-12-31"}
figure.reported {"indicator":"back","value":"1850","reporter":"a","source":"s2","as_of":"2025-01-31"}
figure.reported {"indicator":"back","value":"1850","reporter":"a","source":"s3","as_of":"2025-01-31","relayed_by":"press"}
figure.reported {"indicator":"back","value":"1895","reporter":"a","source":"s3","as_of":"2025-02-28"}
record.corrected {"target":23,"data":{"indicator":"back","value":"1859","reporter":"a","source":"s3","as_of":"2025-02-28"},"reason":"digits swapped"}
figure.reported {"indicator":"back","value":"118..125..140","reporter":"b","unsourced":true,"place":"north","breakdown":{"sex":"f"}}
figure.reported {"indicator":"taken","value":"19700","reporter":"b","source":"s3","as_of":"2025-02-28"}
figure.withdrawn {"target":26,"reason":"counted twice","published":"2025-03-10"}
figure.disputed {"target":18,"by_reporter":"press","source":"s3","value":"339"}
figure.reported {"indicator":"taken","value":"~700000","reporter":"press","source":"s2","doubt":"no such statement"}
figure.reported {"indicator":"back","value":"1800","reporter":"a","source":"s2","as_of":"2025-01-31","note":"same page"}
figure.reported {"indicator":"back","value":"-5","reporter":"c","source":"undated"}
record.retracted {"target":31,"reason":"another subject"}
"#;

/// A roll-call with two accounts, a denial, a vote declared later and a doubt.
pub(crate) const VOTE: &str = r#"
vote.recorded {"id":"A/1","title":"Return of children","body":"General Assembly","date":"2025-12-03","members":10,"source":"s1","aliases":["ES-11/9"]}
vote.reported {"vote":"A/1","source":"s1","official":true,"tally":{"yes":"5","no":"2","abstain":"2","absent":">0"},"positions":{"no":["RUS","BLR"],"yes":["UKR","POL"]}}
vote.reported {"vote":"A/1","source":"s2","reporter":"press","tally":{"yes":"6","no":"2","abstain":"2"},"positions":{"abstain":["BLR"]},"note":"counts one more"}
vote.position {"vote":"A/1","country":"CRI","position":"yes","kind":"intended","source":"s3"}
vote.position {"vote":"A/1","country":"NER","position":"no","source":"s3"}
vote.position {"vote":"A/1","country":"NGA","position":"no","source":"s3","doubt":"Niger is meant"}
"#;

/// A case that two sources describe differently.
pub(crate) const CASE: &str = r#"
case.documented {"id":"c1","age":"11","sex":"male","origin":"town","destination":"land","distance":"700","status":"deported","reporter":"a","source":"s1","salt":"00112233445566778899aabbccddeeff"}
case.updated {"case":"c1","status":"returned","date":"2025-02-14","source":"s1"}
case.updated {"case":"c1","sex":"female","age":"12","date":"2025","reporter":"press","source":"s2"}
"#;

impl Fixture {
    /// The prelude (17 events), then `lines`, each a type and its data.
    pub(crate) fn new(lines: &str) -> Fixture {
        let mut fixture = Fixture { state: State::new(), members: BTreeMap::new(), reasons: BTreeMap::new() };
        for line in PRELUDE.lines().chain(lines.lines()).filter(|line| !line.is_empty()) {
            fixture.append(line);
        }
        fixture
    }

    fn append(&mut self, line: &str) {
        let (kind, data) = line.split_once(' ').unwrap();
        let kind = Kind::parse(kind).unwrap();
        let unescaped = Unescaped::default();
        let fact = codec::parse(kind, data, &unescaped, &|seq| self.state.kind(seq)).unwrap();
        assert_eq!(self.state.admit(&fact), [], "{line}");
        let seq = self.state.size() + 1;
        // Event n is recorded n minutes after the start of 2026.
        let at = Instant::from_seconds(1_767_225_600 + i64::from(seq) * 60).unwrap();
        self.state.apply(&Event { seq, at, offset: 0, fact }).unwrap();
        self.members.insert(seq, codec::members(kind, data).unwrap());
        let own = codec::own_members(data).unwrap();
        self.reasons.extend(own.get("reason").map(|reason| (seq, reason.to_owned())));
    }

    /// The answers on `as_of=` and `published_by=` clocks.
    pub(crate) fn answers(&self, clocks: &str) -> Answers<'_> {
        let asked = |name| clocks.split_whitespace().find_map(|clock: &str| clock.strip_prefix(name));
        let clocks = Clocks {
            as_of: asked("as_of=").map(|date| AsOf::parse(date).unwrap()),
            published_by: asked("published_by=").map(|date| PublishedBy::parse(date).unwrap()),
            recorded_by: None,
        };
        Answers::new(&self.state, &clocks, 0)
    }
}

impl Texts for Fixture {
    fn members(&self, seq: Seq) -> Result<Members, TextError> {
        let reason = "no such event".to_owned();
        self.members.get(&seq).cloned().ok_or(TextError { seq, reason })
    }

    fn recorded(&self, _seq: Seq) -> Result<Recorded, TextError> {
        Ok(Recorded { by: "ana".to_owned(), first: None })
    }

    fn reason(&self, seq: Seq) -> Result<Option<String>, TextError> {
        Ok(self.reasons.get(&seq).cloned())
    }

    fn another(&self) -> Box<dyn Texts + Send + '_> {
        Box::new(self.clone())
    }
}
