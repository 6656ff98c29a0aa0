//! The strings of the wire: how each is spelt, what it means, and what is wrong with one that cannot be read.

use std::fmt;
use std::marker::PhantomData;

use recount_model::date::{Edtf, Published, Window};
use recount_model::event::{Measure, Position, PositionKind, ReporterKind};
use recount_model::id::{Country, MAX_SLUG, is_language_tag, is_slug, is_un_symbol, slug_length, slug_tail};
use recount_model::problem::{Code, Problem, nearest};
use recount_model::value::{Decimal, DecimalError, Expression, Value};

use super::wire::{Checked, Kept};
use crate::codec::schema::{Dictionary, Shape};
use crate::json::harmless_length;

/// How a string that is kept as it is must be spelt.
pub(super) trait Spelling {
    /// What it is.
    const SHAPE: Shape;

    /// Whether `text` is spelt so.
    fn fits(text: &str) -> bool;

    /// How long the text is that these bytes begin with, if it ends before a quotation mark and can be seen to be spelt so on
    /// the way there. Most can, and to look at them twice would be much of the reading.
    fn plain(bytes: &[u8]) -> Option<usize>;
}

/// A string of which the meaning is kept.
pub(super) trait Notation: Sized {
    /// What it is.
    const SHAPE: Shape;

    /// What `text` means, `None` where it cannot be read.
    fn read(text: &str) -> Option<Self>;

    /// What the bytes behind a quotation mark mean, and how many they are, if that is seen on the way to the next one.
    #[inline]
    fn plain(_bytes: &[u8]) -> Option<(Self, usize)> {
        None
    }
}

/// A text that an answer needs.
pub(super) type Line<'a> = Kept<'a, Plain>;
/// A text, language or digest that is only shown: checked, not kept.
pub(super) type Shown = Checked<Plain>;
/// A language tag.
pub(super) type Language = Checked<Tag>;
/// A SHA-256 digest.
pub(super) type Digest = Checked<Hex<64>>;
/// 128 random bits.
pub(super) type Salt = Checked<Hex<32>>;
/// A code of a breakdown.
pub(super) type BreakdownCode<'a> = Kept<'a, Coded>;
/// A coded attribute that is only shown.
pub(super) type ShownCode = Checked<Coded>;
/// An id that is declared.
pub(super) type Id<'a, D> = Kept<'a, New<D>>;
/// An id declared before.
pub(super) type Ref<'a, D> = Kept<'a, To<D>>;

macro_rules! spellings {
    ($($(#[$doc:meta])* $name:ident $(<$param:ident: $bound:path>)? = $shape:expr, $fits:expr, $plain:expr;)+) => {
        $(
            $(#[$doc])*
            pub(super) struct $name $(<$param>(PhantomData<$param>))?;

            impl $(<$param: $bound>)? Spelling for $name $(<$param>)? {
                const SHAPE: Shape = $shape;

                fn fits(text: &str) -> bool {
                    $fits(text)
                }

                #[inline]
                fn plain(bytes: &[u8]) -> Option<usize> {
                    $plain(bytes)
                }
            }
        )+
    };
}

spellings! {
    /// A text: not blank, no control characters.
    Plain = Shape::Text, is_text, plain_text;
    /// A code: as a slug, but it may start with a digit (`0-17`).
    Coded = Shape::Code, is_code, code_length;
    /// A BCP 47 tag.
    Tag = Shape::Language, is_language_tag, |_| None;
    /// An id declared here.
    New<D: Named> = Shape::Id(D::DICTIONARY), |text| is_id(D::DICTIONARY, text), |bytes| id_length(D::DICTIONARY, bytes);
    /// An id declared before.
    To<D: Named> = Shape::Ref(D::DICTIONARY), |text| is_id(D::DICTIONARY, text), |bytes| id_length(D::DICTIONARY, bytes);
}

/// So many lower-case hexadecimal digits.
pub(super) struct Hex<const DIGITS: usize>;

impl<const DIGITS: usize> Spelling for Hex<DIGITS> {
    const SHAPE: Shape = Shape::Hex(DIGITS);

    fn fits(text: &str) -> bool {
        is_hex(DIGITS, text)
    }

    fn plain(_: &[u8]) -> Option<usize> {
        None
    }
}

/// A dictionary as a type.
pub(super) trait Named {
    /// The dictionary.
    const DICTIONARY: Dictionary;
}

macro_rules! dictionaries {
    ($($name:ident = $dictionary:ident,)+) => {
        $(
            #[doc = concat!("The dictionary `", stringify!($dictionary), "`.")]
            pub(super) enum $name {}

            impl Named for $name {
                const DICTIONARY: Dictionary = Dictionary::$dictionary;
            }
        )+
    };
}

dictionaries! {
    Sources = Source,
    Reporters = Reporter,
    Places = Place,
    Dimensions = Dimension,
    Indicators = Indicator,
    Votes = Vote,
    Cases = Case,
    Checks = Check,
}

macro_rules! notations {
    ($($type:ty = $shape:expr, $read:expr $(, $plain:expr)?;)+) => {
        $(impl Notation for $type {
            const SHAPE: Shape = $shape;

            fn read(text: &str) -> Option<Self> {
                $read(text)
            }

            $(#[inline]
            fn plain(bytes: &[u8]) -> Option<(Self, usize)> {
                $plain(bytes)
            })?
        })+
    };
}

notations! {
    Value = Shape::Value, |text| Value::parse(text).ok(), Value::leading;
    Edtf = Shape::Date, |text| Edtf::parse(text).ok(), |bytes| Edtf::leading(bytes, b'"');
    Published = Shape::Published, |text| Published::parse(text).ok();
    Window = Shape::Duration, |text| Window::parse(text).ok();
    Box<Expression> = Shape::Expression, |text| Expression::parse(text).ok().map(Box::new);
    Country = Shape::Country, Country::parse;
    Minimum = Shape::Minimum, |text| Minimum::parse(text).ok();
    ReporterKind = Shape::Word(|| ReporterKind::ALL.iter().map(|word| word.as_str()).collect()), ReporterKind::parse;
    Measure = Shape::Word(|| Measure::ALL.iter().map(|word| word.as_str()).collect()), Measure::parse;
    Position = Shape::Word(|| Position::ALL.iter().map(|word| word.as_str()).collect()), Position::parse;
    PositionKind = Shape::Word(|| PositionKind::ALL.iter().map(|word| word.as_str()).collect()), PositionKind::parse;
}

/// The least value an indicator can have; `None` where it is written `none`.
pub(super) struct Minimum(pub(super) Option<Decimal>);

impl Minimum {
    fn parse(text: &str) -> Result<Minimum, DecimalError> {
        if text == "none" {
            Ok(Minimum(None))
        } else {
            Decimal::parse(text).map(|least| Minimum(Some(least)))
        }
    }
}

fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

/// How long the text is that these bytes begin with, if it begins with a visible character of ASCII and holds no byte that could
/// be part of a control character.
#[inline]
fn plain_text(bytes: &[u8]) -> Option<usize> {
    let length = harmless_length(bytes);
    (length > 0 && bytes[0].is_ascii_graphic()).then_some(length)
}

fn is_code(text: &str) -> bool {
    code_length(text.as_bytes()) == Some(text.len())
}

/// The length of the code that these bytes begin with: as a slug, but it may start with a digit.
fn code_length(bytes: &[u8]) -> Option<usize> {
    let length = slug_tail(bytes);
    (bytes.first()?.is_ascii_alphanumeric() && length <= MAX_SLUG).then_some(length)
}

#[inline]
fn id_length(dictionary: Dictionary, bytes: &[u8]) -> Option<usize> {
    if dictionary == Dictionary::Vote { None } else { slug_length(bytes) }
}

fn is_id(dictionary: Dictionary, text: &str) -> bool {
    if dictionary == Dictionary::Vote { is_un_symbol(text) } else { is_slug(text) }
}

fn is_hex(digits: usize, text: &str) -> bool {
    text.len() == digits && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// What is wrong with `text` where a string of this shape is expected; `None` where nothing is, or where the shape
/// is none of a string.
pub(super) fn problem(shape: &Shape, member: &str, text: &str) -> Option<Problem> {
    let (code, verdict) = match shape {
        Shape::Text => (Code::BAD_TEXT, fits(is_text(text))),
        Shape::Id(of) | Shape::Ref(of) => (Code::BAD_ID, fits(is_id(*of, text))),
        Shape::Code => (Code::BAD_ID, fits(is_code(text))),
        Shape::Value => (Code::BAD_VALUE, reads(Value::parse(text))),
        Shape::Minimum => (Code::BAD_VALUE, reads(Minimum::parse(text))),
        Shape::Date => (Code::BAD_DATE, reads(Edtf::parse(text))),
        Shape::Published => (Code::BAD_DATE, reads(Published::parse(text))),
        Shape::Duration => (Code::BAD_DURATION, reads(Window::parse(text))),
        Shape::Expression => (Code::BAD_EXPRESSION, reads(Expression::parse(text))),
        Shape::Country => (Code::BAD_COUNTRY, fits(Country::parse(text).is_some())),
        Shape::Language => (Code::BAD_LANGUAGE, fits(is_language_tag(text))),
        Shape::Hex(digits) => (Code::BAD_HEX, fits(is_hex(*digits, text))),
        Shape::Word(words) => (Code::BAD_WORD, fits(words().contains(&text))),
        _ => return None,
    };
    let expected = match verdict {
        Ok(()) => return None,
        Err(None) => format!("expected {shape}"),
        Err(Some(why)) => why,
    };
    Some(Problem::new(code, member, text, expected).meant(meant(shape, text)))
}

/// Fine, or not, with the reason where the one who reads it gives one.
type Verdict = Result<(), Option<String>>;

fn fits(fits: bool) -> Verdict {
    if fits { Ok(()) } else { Err(None) }
}

fn reads<T, E: fmt::Display>(read: Result<T, E>) -> Verdict {
    read.map(drop).map_err(|error| Some(error.to_string()))
}

/// What was probably meant, for shapes with a list to choose from.
fn meant(shape: &Shape, text: &str) -> Option<&'static str> {
    match shape {
        Shape::Country => Country::nearest(text),
        Shape::Word(words) => nearest(text, words().into_iter()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shape: Shape, text: &str) -> String {
        match problem(&shape, "m", text) {
            None => "fine".to_owned(),
            Some(Problem { code, expected, hint, .. }) => format!("{code} {expected} {hint:?}"),
        }
    }

    #[test]
    fn texts_and_codes() {
        for good in ["x", "Діти", "a\u{200f}b", " x"] {
            assert_eq!(check(Shape::Text, good), "fine", "{good:?}");
        }
        for bad in ["", " ", "a\nb", "a\u{0}", "\u{7f}x", "x\u{9f}"] {
            assert!(check(Shape::Text, bad).starts_with("E0209"), "{bad:?}");
        }
        for good in ["f", "0-17", "18.plus"] {
            assert_eq!(check(Shape::Code, good), "fine", "{good}");
        }
        for bad in ["", "-1", "F", "a=b", "a;b"] {
            assert!(check(Shape::Code, bad).starts_with("E0203"), "{bad}");
        }
    }

    proptest::proptest! {
        /// The short way to the answer gives the same one.
        #[test]
        fn texts_are_neither_blank_nor_broken(text in "[ -0a\u{7e}-\u{a1}\u{3000}\u{200f}Дц\n]{0,20}") {
            let is_text = !text.trim().is_empty() && !text.chars().any(char::is_control);
            proptest::prop_assert_eq!(super::is_text(&text), is_text);
        }
    }

    /// Every shape of a string refuses what none takes, with its own code.
    #[test]
    fn every_string_is_looked_at() {
        let bad = |shape: Shape| {
            assert!(shape.is_string());
            assert_eq!(problem(&shape, "m", "\n").map(|problem| problem.member).as_deref(), Some("m"));
            check(shape, "\n")[..5].to_owned()
        };
        assert_eq!(bad(Shape::Text), "E0209");
        let ids = [Shape::Id(Dictionary::Vote), Shape::Ref(Dictionary::Place), Shape::Code];
        assert_eq!(ids.map(bad), ["E0203"; 3]);
        assert_eq!([Shape::Value, Shape::Minimum].map(bad), ["E0201"; 2]);
        assert_eq!([Shape::Date, Shape::Published].map(bad), ["E0202"; 2]);
        let others = [
            Shape::Duration,
            Shape::Expression,
            Shape::Country,
            Shape::Language,
            Shape::Hex(2),
            Position::SHAPE,
        ];
        insta::assert_snapshot!(others.map(bad).join(" "), @"E0206 E0207 E0204 E0205 E0210 E0208");
    }

    #[test]
    fn hints() {
        insta::assert_snapshot!(check(Position::SHAPE, "abstian"), @r#"E0208 expected one of: yes, no, abstain, absent, not_member Some("did you mean abstain?")"#);
        insta::assert_snapshot!(check(Shape::Country, "UKRA"), @r#"E0204 expected a country by its ISO 3166-1 alpha-3 code, such as `UKR` Some("did you mean UKR?")"#);
        insta::assert_snapshot!(check(Shape::Hex(4), "12AB"), @"E0210 expected 4 lower-case hexadecimal digits None");
    }

    #[test]
    fn minimum() {
        assert!(Minimum::read("none").is_some_and(|minimum| minimum.0.is_none()));
        assert!(Minimum::read("-5").is_some_and(|minimum| minimum.0.is_some()));
        assert!(Minimum::read("nothing").is_none());
    }
}
