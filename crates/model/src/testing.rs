//! A tiny language for tests: one line per event, applied in order.
//!
//! `figure returned 1850 by=ua-mfa as_of=2025-12-01 published=2025-12-04 source=s1`: a type, its main arguments, then
//! members. Every line must be admitted, unless [`Book::refuse`] is asked for the problems.

mod any;

use std::collections::HashMap;

use crate::answer::Answers;
use crate::clock::{AsOf, Clocks, LeftOut, PublishedBy};
use crate::date::{Edtf, Instant, Published, Window};
use crate::event::{
    Account, CheckRule, Claim, Event, Fact, Indicator, Kind, Measure, Policy, Position, PositionKind,
    Reporter, ReporterKind, Route, Rule, Seq, Source, Stated, Tally, Withheld,
};
use crate::headline::Selection;
use crate::id::Country;
use crate::problem::Problem;
use crate::resolve::{Cause, Resolved, Standing};
use crate::state::State;
use crate::state::key::SeriesKey;
use crate::value::{Decimal, Expression, Value};

pub(crate) use any::any_line;

/// A ledger for tests.
pub(crate) struct Book {
    pub(crate) state: State,
}

/// What a test book starts with: sources of three days, reporters of several kinds, indicators of each measure.
const PRELUDE: &str = "
    created
    source s1 published=2025-01-01
    source s2 published=2025-02-01
    source s3 published=2025-03-01
    source undated
    reporter a
    reporter b
    reporter c speaks_for=b
    reporter press kind=media
    place north
    place south
    dimension sex codes=f,m
    indicator taken since=2022-02-24
    indicator back since=2022-02-24
    indicator flow measure=period
    derived missing taken_-_back
    vote A/1 members=193 source=s1
";

impl Book {
    /// The prelude (17 events), then `lines`.
    pub(crate) fn new(lines: &str) -> Book {
        Book { state: State::new() }.with(lines)
    }

    fn with(mut self, lines: &str) -> Book {
        for line in PRELUDE.lines().chain(lines.lines()).map(str::trim).filter(|line| !line.is_empty()) {
            self.append(line);
        }
        self
    }

    /// The same, kept as a writer does.
    pub(crate) fn lean(lines: &str) -> Book {
        Book { state: State::for_admission(0) }.with(lines)
    }

    pub(crate) fn append(&mut self, line: &str) {
        let fact = Self::fact(line);
        assert_eq!(self.state.admit(&fact), [], "{line}");
        self.apply(fact);
    }

    /// Whether `line` can be appended.
    pub(crate) fn admits(&self, line: &str) -> bool {
        // The codec sees to it that a correction is of the type it corrects.
        let corrects_figure = line.strip_prefix("correct ").filter(|rest| rest.contains(" figure "));
        let target = corrects_figure.and_then(|rest| rest.split(' ').next()?.parse().ok());
        target.is_none_or(|seq| self.state.kind(seq) == Some(Kind::FigureReported))
            && self.refuse(line).is_empty()
    }

    /// The state of these of the events of a ledger that consists of the prelude and `lines`.
    pub(crate) fn excerpt(lines: &[String], events: &[Seq]) -> Book {
        let mut book = Book { state: State::excerpt() };
        let prelude = PRELUDE.lines().map(str::trim).filter(|line| !line.is_empty());
        for (seq, line) in (1..).zip(prelude.chain(lines.iter().map(String::as_str))) {
            if events.contains(&seq) {
                let fact = Self::fact(line);
                book.apply_as(seq, fact);
            }
        }
        book
    }

    pub(crate) fn apply(&mut self, fact: Fact<'_>) {
        self.apply_as(self.state.size() + 1, fact);
    }

    fn apply_as(&mut self, seq: Seq, fact: Fact<'_>) {
        let at = Instant::from_seconds(1_700_000_000 + i64::from(seq)).unwrap();
        self.state.apply(&Event { seq, at, offset: 0, fact }).unwrap();
    }

    /// Adds an event of which only a stub is left.
    pub(crate) fn erase(&mut self, kind: &str, id: Option<&str>, target: Option<Seq>) {
        let fact = erased(kind, id, target);
        assert_eq!(self.state.admit(&fact), []);
        self.apply(fact);
    }

    /// The problems that keep `line` out, one per line.
    pub(crate) fn refuse(&self, line: &str) -> String {
        self.problems(&Self::fact(line))
    }

    /// The problems of a fact, one per line.
    pub(crate) fn problems(&self, fact: &Fact<'_>) -> String {
        let problems = self.state.admit(fact);
        let text = |problem: &Problem| {
            let hint = problem.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!(
                "{} {} {:?}: expected {}{hint}",
                problem.code, problem.member, problem.value, problem.expected
            )
        };
        problems.iter().map(text).collect::<Vec<_>>().join("\n")
    }

    /// Every figure of every series, with its records and standing, on these clocks.
    pub(crate) fn figures(&self, clocks: &str) -> String {
        let answers = self.answers(clocks);
        let mut lines = Vec::new();
        for series in crate::answer::in_order(&self.state) {
            let resolved = answers.resolver().resolve(series);
            let mut order: Vec<usize> = (0..resolved.figures.len()).collect();
            order.sort_by_key(|&at| resolved.figures[at].key());
            lines.extend(order.into_iter().map(|at| self.figure_line(&answers, series, &resolved, at)));
        }
        lines.extend(left_out_line(answers.left_out()));
        lines.join("\n")
    }

    fn figure_line(
        &self,
        answers: &Answers<'_>,
        series: SeriesKey,
        resolved: &Resolved,
        at: usize,
    ) -> String {
        let figure = &resolved.figures[at];
        let records: Vec<String> = resolved
            .records_of(at)
            .map(|version| self.state.records.record(version).original.to_string())
            .collect();
        let seq = |at: usize| resolved.figures[at].seq;
        let standing = match figure.standing {
            Standing::Current if resolved.current == Some(at) => "current".to_owned(),
            Standing::Current => "open".to_owned(),
            Standing::Superseded { by, cause: Cause::Newer } => format!("before {}", seq(by)),
            Standing::Superseded { by, cause: Cause::Revised } => format!("revised by {}", seq(by)),
            Standing::Parallel { beside } => format!("parallel to {}", seq(beside)),
            Standing::Withdrawn { by } => format!("withdrawn by {by}"),
            Standing::LeftOut => "left out".to_owned(),
        };
        let disputes = answers.resolver().disputes(resolved.records_of(at));
        let disputed = if disputes.is_empty() { "" } else { " disputed" };
        let row = self.state.series(series);
        format!(
            "{} {}: {} [{}] {standing}{disputed}",
            self.state.indicators().name(row.indicator),
            self.state.reporters().name(row.reporter),
            figure.value,
            records.join(" ")
        )
    }

    /// Every headline on these clocks.
    pub(crate) fn headlines(&self, clocks: &str) -> String {
        let answers = self.answers(clocks);
        let mut lines = Vec::new();
        for headline in answers.headlines() {
            let selected = match &headline.selection {
                Selection::Figure { at, fell_back } => {
                    let figure = answers.figure(*at);
                    let reporter = self.state.series(figure.series).reporter;
                    let fell_back = if *fell_back { " fell back" } else { "" };
                    format!("{} by {}{fell_back}", figure.figure.value, self.state.reporters().name(reporter))
                }
                Selection::Range(interval) | Selection::Derived(interval) => interval.notation(),
                Selection::Nothing(why) => format!("none: {why}"),
            };
            let spread = headline.spread(&answers).map(|(least, greatest)| {
                let value = |at: usize| answers.figure(at).figure.value;
                format!(", {}…{}", value(least), value(greatest))
            });
            lines.push(format!(
                "{} {}: {selected}, bodies {}{}{}{}",
                self.state.indicators().name(headline.subject.indicator),
                headline.rule,
                headline.bodies,
                spread.unwrap_or_default(),
                if headline.stale > 0 { format!(", {} stale", headline.stale) } else { String::new() },
                if headline.disputed { ", disputed" } else { "" },
            ));
        }
        lines.join("\n")
    }

    pub(crate) fn answers(&self, clocks: &str) -> Answers<'_> {
        let members = members(clocks.split_whitespace());
        let clocks = Clocks {
            as_of: members.get("as_of").map(|date| AsOf::parse(date).unwrap()),
            published_by: members.get("published_by").map(|date| PublishedBy::parse(date).unwrap()),
            recorded_by: None,
        };
        Answers::new(&self.state, &clocks, 0)
    }

    fn fact(line: &str) -> Fact<'_> {
        let mut words = line.split_whitespace();
        let kind = words.next().unwrap();
        let arguments = words.clone().take_while(|word| !is_member(word)).collect();
        let members = members(words.filter(|word| is_member(word)));
        Line { arguments, members }.fact(kind)
    }
}

fn is_member(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    })
}

fn members<'a>(words: impl Iterator<Item = &'a str>) -> HashMap<&'a str, &'a str> {
    words.filter_map(|word| word.split_once('=')).collect()
}

fn left_out_line(left_out: LeftOut) -> Option<String> {
    (left_out != LeftOut::default()).then(|| {
        format!(
            "left out: {} later, {} undated, {} published later, {} unpublished",
            left_out.later_as_of, left_out.undated, left_out.later_published, left_out.unpublished
        )
    })
}

struct Line<'a> {
    arguments: Vec<&'a str>,
    members: HashMap<&'a str, &'a str>,
}

impl<'a> Line<'a> {
    fn fact(&self, kind: &str) -> Fact<'a> {
        match kind {
            "correct" => {
                let (arguments, members) = (self.arguments[2..].to_vec(), self.members.clone());
                let fact = Line { arguments, members }.fact(self.arguments[1]);
                Fact::RecordCorrected { target: self.seq(0), fact: Box::new(fact) }
            }
            "retract" => Fact::RecordRetracted { target: self.seq(0) },
            "figure" => Fact::FigureReported(self.claim()),
            "account" => Fact::VoteReported(Box::new(self.account())),
            kind => self.other(kind),
        }
    }

    fn seq(&self, at: usize) -> Seq {
        self.arguments[at].parse().unwrap()
    }

    fn arg(&self, at: usize) -> &'a str {
        self.arguments[at]
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.members.get(name).copied()
    }

    fn list(&self, name: &str) -> Vec<&'a str> {
        self.text(name).unwrap_or_default().split(',').filter(|item| !item.is_empty()).collect()
    }

    fn date(&self, name: &str) -> Option<Edtf> {
        self.members.get(name).map(|date| Edtf::parse(date).unwrap())
    }

    fn published(&self) -> Option<Published> {
        self.members.get("published").map(|date| Published::parse(date).unwrap())
    }

    fn value(&self, name: &str) -> Option<Value> {
        self.members.get(name).map(|value| Value::parse(value).unwrap())
    }

    fn source(&self) -> Option<&'a str> {
        Some(self.text("source").unwrap_or("undated")).filter(|source| *source != "none")
    }

    fn claim(&self) -> Claim<'a> {
        Claim {
            indicator: self.arg(0),
            value: Value::parse(self.arguments[1]).unwrap(),
            place: self.text("place"),
            breakdown: self.list("breakdown").iter().map(|part| part.split_once(':').unwrap()).collect(),
            reporter: self.text("by").unwrap_or("a"),
            since: self.date("since"),
            as_of: self.date("as_of"),
            published: self.published(),
            source: self.source(),
            relayed_by: self.text("relayed_by"),
            revises: self.members.get("revises").map(|seq| seq.parse().unwrap()),
            doubted: self.members.contains_key("doubt"),
            worded: false,
        }
    }

    fn account(&self) -> Account<'a> {
        let mut positions = Vec::new();
        for position in Position::ALL {
            let listed = self.list(&format!("{}_list", position.as_str()));
            positions.extend(listed.iter().map(|text| (*position, stated(text))));
        }
        Account {
            vote: "A/1",
            source: self.source().unwrap(),
            reporter: None,
            official: self.members.contains_key("official"),
            tally: Tally {
                yes: self.value("yes"),
                no: self.value("no"),
                abstain: self.value("abstain"),
                absent: self.value("absent"),
                sponsors: self.value("sponsors"),
            },
            positions,
            published: self.published(),
            relayed_by: None,
            doubted: self.members.contains_key("doubt"),
        }
    }

    fn other(&self, kind: &str) -> Fact<'a> {
        match kind {
            "created" => Fact::LedgerCreated { format: 1 },
            "source" => Fact::SourceAdded(Source { id: self.arg(0), published: self.published() }),
            "reporter" => Fact::ReporterAdded(Reporter {
                id: self.arg(0),
                kind: self
                    .members
                    .get("kind")
                    .map_or(ReporterKind::Government, |kind| ReporterKind::parse(kind).unwrap()),
                speaks_for: self.text("speaks_for"),
            }),
            "place" => Fact::PlaceAdded { id: self.arg(0), parent: self.text("parent") },
            "dimension" => Fact::DimensionAdded { id: self.arg(0), codes: self.list("codes") },
            "indicator" => Fact::IndicatorDefined(Indicator {
                id: self.arg(0),
                unit: self.text("unit").unwrap_or("children"),
                measure: self
                    .members
                    .get("measure")
                    .map_or(Measure::Cumulative, |word| Measure::parse(word).unwrap()),
                since: self.date("since"),
                minimum: Some(Decimal::ZERO),
            }),
            "derived" => Fact::IndicatorDerived {
                id: self.arg(0),
                unit: "children",
                expression: Box::new(Expression::parse(&self.arguments[1].replace('_', " ")).unwrap()),
            },
            "policy" => Fact::PolicySet(self.policy()),
            "vote" => Fact::VoteRecorded {
                id: self.arg(0),
                date: Edtf::parse("2025-12-03").unwrap(),
                members: self.members.get("members").map(|count| count.parse().unwrap()),
                source: self.source().unwrap(),
            },
            "position" => Fact::VotePosition {
                vote: "A/1",
                stated: stated(self.arguments[0]),
                position: Position::parse(self.arguments[1]).unwrap(),
                source: self.source().unwrap(),
                published: self.published(),
            },
            "check" => Fact::CheckAdded { id: self.arg(0), rule: self.check_rule() },
            "acknowledge" => Fact::FindingAcknowledged {
                check: self.arg(0),
                figures: (1..self.arguments.len()).map(|at| self.seq(at)).collect(),
            },
            "norm" => Fact::NormCited { cited_by: None, source: None },
            "statement" => Fact::StatementRecorded {
                speaker: self.arg(0),
                source: self.source().unwrap(),
                date: self.date("date"),
            },
            "case" => Fact::CaseDocumented {
                id: self.arg(0),
                reporter: self.text("by"),
                source: self.source().unwrap(),
                route: self.route(),
            },
            "update" => Fact::CaseUpdated {
                case: self.arg(0),
                reporter: self.text("by"),
                source: self.source().unwrap(),
                route: self.route(),
            },
            kind => self.target(kind),
        }
    }

    fn route(&self) -> Route<'a> {
        Route { origin: self.text("origin"), destination: self.text("destination") }
    }

    /// `monotone I`, `fresh R DAYS`, `total I parts=…` or `sum I OVER parts=…`; `I` alone is `monotone I`.
    fn check_rule(&self) -> CheckRule<'a> {
        match self.arguments[1] {
            "fresh" => CheckRule::Fresh { reporter: self.arg(2), days: self.arguments[3].parse().unwrap() },
            "total" => CheckRule::Total { indicator: self.arg(2), parts: self.list("parts") },
            "sum" => CheckRule::Sum { indicator: self.arg(2), over: self.arg(3), parts: self.list("parts") },
            _ => CheckRule::Monotone { indicator: self.arg(1) },
        }
    }

    fn policy(&self) -> Policy<'a> {
        let rule = match self.arguments[1] {
            "latest" => Rule::Latest,
            "range" => Rule::Range,
            _ => Rule::Prefer(self.list("prefer")),
        };
        let window = self.members.get("window").map(|window| Window::parse(window).unwrap());
        Policy { indicator: self.arg(0), rule, window }
    }

    fn target(&self, kind: &str) -> Fact<'a> {
        let (target, source, published) = (self.seq(0), self.source(), self.published());
        match kind {
            "withdraw" => Fact::FigureWithdrawn { target, source, published },
            "dispute" => Fact::FigureDisputed {
                target,
                by_reporter: self.text("by").unwrap(),
                source,
                published,
                value: self.value("value"),
            },
            kind => panic!("no such kind: {kind}"),
        }
    }
}

/// What a stub says of an event of this type; the stub itself is the word `stub`.
pub(crate) fn erased<'a>(kind: &str, id: Option<&'a str>, target: Option<Seq>) -> Fact<'a> {
    Fact::Withheld(Withheld { kind: Kind::parse(kind).unwrap(), id, target, stub: "stub" })
}

/// `UKR`, `UKR?` for doubted, `UKR+` for intended.
fn stated(text: &str) -> Stated {
    Stated {
        country: Country::parse(&text[..3]).unwrap(),
        kind: if text.ends_with('+') { PositionKind::Intended } else { PositionKind::Recorded },
        doubted: text.ends_with('?'),
    }
}
