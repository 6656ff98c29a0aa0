//! Why a policy did not select a figure.

use std::cmp::Ordering;
use std::ops::Range;

use super::{Headline, Selection, candidates, is_media};
use crate::answer::Answers;
use crate::event::Rule;
use crate::state::key::ReporterKey;

/// Why a current figure is not the headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// The recorder doubts every record of it.
    Doubted,
    /// It counts from another start than the indicator.
    OtherStart,
    /// Its reporter is a medium, and there is a figure of somebody else.
    Media,
    /// It is about another period than the latest one.
    OtherPeriod,
    /// It is older than the policy's window allows.
    Stale,
    /// It has neither an as-of nor a date of publication.
    NoDay,
    /// It is about an earlier day, or a span that began earlier.
    Older,
    /// It counts for the same day as the selected one, which has no as-of of its own and so comes after it.
    Dated,
    /// It counts for the same day and was public earlier.
    PublishedEarlier,
    /// It counts for the same day, was public at the same time and was recorded earlier.
    RecordedEarlier,
    /// The policy lists other reporters.
    NotListed,
    /// The policy lists its reporter behind the selected one.
    ListedLater,
    /// Its reporter speaks for a body that has a figure itself.
    SpeaksFor,
    /// It has no interval: its numbers contradict each other, or the indicator's minimum.
    NoArithmetic,
}

impl PassedOver {
    /// The reason as one word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            PassedOver::Doubted => "doubted",
            PassedOver::OtherStart => "other_start",
            PassedOver::Media => "media",
            PassedOver::OtherPeriod => "other_period",
            PassedOver::Stale => "stale",
            PassedOver::NoDay => "no_day",
            PassedOver::Older => "older",
            PassedOver::Dated => "dated",
            PassedOver::PublishedEarlier => "published_earlier",
            PassedOver::RecordedEarlier => "recorded_earlier",
            PassedOver::NotListed => "not_listed",
            PassedOver::ListedLater => "listed_later",
            PassedOver::SpeaksFor => "speaks_for",
            PassedOver::NoArithmetic => "no_arithmetic",
        }
    }

    /// The reason in words for people.
    pub fn in_words(self) -> &'static str {
        match self {
            PassedOver::Doubted => "the recorder doubts it",
            PassedOver::OtherStart => "it counts from another start",
            PassedOver::Media => "media count only where there is no other",
            PassedOver::OtherPeriod => "it is about another period than the latest",
            PassedOver::Stale => "stale: older than the policy's window",
            PassedOver::NoDay => "it has no date at all",
            PassedOver::Older => "older",
            PassedOver::Dated => "of the same day, where one without an as-of comes last",
            PassedOver::PublishedEarlier => "of the same day, and public earlier",
            PassedOver::RecordedEarlier => "of the same day, and recorded earlier",
            PassedOver::NotListed => "its reporter is not listed",
            PassedOver::ListedLater => "its reporter is listed later",
            PassedOver::SpeaksFor => "it speaks for a body that has a figure itself",
            PassedOver::NoArithmetic => "its value has no interval",
        }
    }
}

/// The figures of a headline's subject that were not selected, each with the reason.
///
/// `figures` are the positions in [`Answers::figures`] that have this subject.
pub fn passed_over(
    answers: &Answers<'_>,
    headline: &Headline,
    figures: Range<usize>,
) -> Vec<(usize, PassedOver)> {
    let candidates: Vec<usize> = candidates(answers, figures.clone()).into_iter().map(|(at, _)| at).collect();
    let reason = |at: usize| {
        if candidates.binary_search(&at).is_err() {
            Some(no_candidate(answers, at, &candidates))
        } else if headline.eligible.binary_search(&at).is_err() {
            Some(PassedOver::Stale)
        } else {
            not_selected(answers, headline, at)
        }
    };
    figures.filter_map(|at| Some((at, reason(at)?))).collect()
}

/// Those who might have been selected exclude media, and any period but the latest, in this order.
fn no_candidate(answers: &Answers<'_>, at: usize, candidates: &[usize]) -> PassedOver {
    let state = answers.state();
    let figure = answers.figure(at);
    let is_media = |at: usize| is_media(state, state.series(answers.series_of(at)).reporter);
    if figure.figure.doubted {
        PassedOver::Doubted
    } else if state.series(figure.series).since.is_some() {
        PassedOver::OtherStart
    } else if is_media(at) && !candidates.iter().all(|other| is_media(*other)) {
        PassedOver::Media
    } else {
        PassedOver::OtherPeriod
    }
}

fn not_selected(answers: &Answers<'_>, headline: &Headline, at: usize) -> Option<PassedOver> {
    match &headline.selection {
        Selection::Figure { at: selected, .. } if *selected == at => None,
        Selection::Figure { at: selected, fell_back: true } => Some(older(answers, at, *selected)),
        Selection::Figure { at: selected, fell_back: false } => {
            let policy = answers.state().policy(headline.subject.indicator);
            match policy.map(|(_, row)| &row.rule) {
                Some(Rule::Prefer(listed)) => Some(less_preferred(answers, listed, at, *selected)),
                _ => Some(older(answers, at, *selected)),
            }
        }
        Selection::Range(_) | Selection::Derived(_) | Selection::Nothing(_) => {
            let minimum = answers.state().indicators().row(headline.subject.indicator).minimum();
            let interval = answers.figure(at).figure.value.interval(minimum);
            interval.is_err().then_some(PassedOver::NoArithmetic)
        }
    }
}

fn less_preferred(answers: &Answers<'_>, listed: &[ReporterKey], at: usize, selected: usize) -> PassedOver {
    let state = answers.state();
    let place = |reporter: ReporterKey| {
        listed.iter().position(|wanted| reporter == *wanted || state.speaks_for(reporter, *wanted))
    };
    let reporter = |at: usize| state.series(answers.series_of(at)).reporter;
    let (other, selected_reporter) = (reporter(at), reporter(selected));
    match (place(other), place(selected_reporter)) {
        (None, _) => PassedOver::NotListed,
        (Some(other), Some(best)) if other > best => PassedOver::ListedLater,
        _ if state.speaks_for(other, selected_reporter) => PassedOver::SpeaksFor,
        _ => older(answers, at, selected),
    }
}

/// The part of the order key that decided.
fn older(answers: &Answers<'_>, at: usize, selected: usize) -> PassedOver {
    let (key, best) = (answers.figure(at).figure.key(), answers.figure(selected).figure.key());
    if key.effective.is_none() && best.effective.is_some() {
        return PassedOver::NoDay;
    }
    match (
        key.effective.cmp(&best.effective),
        key.undated.cmp(&best.undated),
        key.published.cmp(&best.published),
    ) {
        (Ordering::Equal, Ordering::Equal, Ordering::Equal) => PassedOver::RecordedEarlier,
        (Ordering::Equal, Ordering::Equal, _) => PassedOver::PublishedEarlier,
        (Ordering::Equal, ..) => PassedOver::Dated,
        _ => PassedOver::Older,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Book;

    /// What was passed over for the first headline: reporter, value, reason.
    fn check(lines: &str) -> String {
        let book = Book::new(lines);
        let answers = book.answers("");
        let headline = &answers.headlines()[0];
        let of_it = answers
            .series()
            .take_while(|series| book.state.series(*series).indicator == headline.subject.indicator);
        let passed = passed_over(&answers, headline, 0..of_it.count());
        let line = |(at, why): &(usize, PassedOver)| {
            let name = book.state.reporters().name(book.state.series(answers.series_of(*at)).reporter);
            format!("{name} {}: {}", answers.figure(*at).figure.value, why.as_str())
        };
        passed.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn latest_passes_over_what_is_older_doubted_of_media_or_of_another_start() {
        insta::assert_snapshot!(check("
            figure back 1 as_of=2025-02-01 source=s2
            figure back 2 as_of=2025-01-01 source=s1 by=b
            figure back 3 as_of=2025-03-01 source=s3 by=press
            figure back 4 as_of=2025-03-01 source=s3 by=c doubt=yes
            figure back 5 as_of=2025-03-01 source=s3 by=b since=2014
        "), @"
        b 2: older
        b 5: other_start
        c 4: doubted
        press 3: media
        ");
    }

    #[test]
    fn of_one_day_the_last_to_be_said_is_selected() {
        insta::assert_snapshot!(check("
            figure back 1 as_of=2025-01-01 source=s2
            figure back 2 as_of=2025-01-01 source=s1 by=b
            figure back 3 source=none by=c
        "), @"
        b 2: published_earlier
        c 3: no_day
        ");
        insta::assert_snapshot!(check("
            figure back 1 as_of=2025-01-01 source=s1
            figure back 2 source=s1 by=b
            figure back 3 source=s1 by=c
        "), @"
        a 1: dated
        b 2: recorded_earlier
        ");
    }

    #[test]
    fn prefer_passes_over_later_listed_unlisted_and_stale_ones_and_speakers() {
        insta::assert_snapshot!(check("
            reporter d
            reporter e
            policy back prefer prefer=b,d window=P1M
            figure back 1 as_of=2025-03-01 source=s3
            figure back 2 as_of=2025-03-01 source=s3 by=b
            figure back 3 as_of=2025-03-01 source=s3 by=c
            figure back 4 as_of=2025-03-01 source=s3 by=d
            figure back 5 as_of=2025-01-01 source=s3 by=e
        "), @"
        a 1: not_listed
        c 3: speaks_for
        d 4: listed_later
        e 5: stale
        ");
    }

    #[test]
    fn a_range_leaves_out_only_what_has_no_interval_and_a_flow_other_periods() {
        insta::assert_snapshot!(check("
            policy back range
            figure back 1 as_of=2025-03-01 source=s3
            figure back 9..2..3 as_of=2025-03-01 source=s3 by=b
        "), @"b 9..2..3: no_arithmetic");
        insta::assert_snapshot!(check("
            figure flow 1 as_of=2024-01-01/2024-12-31 source=s1
            figure flow 2 as_of=2023-01-01/2023-12-31 source=s1 by=b
        "), @"b 2: other_period");
    }
}
