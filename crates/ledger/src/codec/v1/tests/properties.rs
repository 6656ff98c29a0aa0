//! Properties of the codec over data made from the layouts: what the layouts allow is read, and nothing else.

use proptest::prelude::*;
use recount_model::texts;

use super::super::canonical::own_members;
use super::*;
use crate::codec::schema::{Dictionary, Need, Shape};
use crate::codec::tree::{Members, Tree, member};

/// Characters that other tools may split a line at.
const SEPARATORS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Decisions taken from random bytes, so that a failing case shrinks; all zero when they run out.
struct Dice<'b>(std::slice::Iter<'b, u8>);

impl Dice<'_> {
    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % limit
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

fn text(text: &str) -> Tree {
    Tree::Text(text.to_owned())
}

/// Something of this shape; objects with all members if `full`.
fn sample(shape: &Shape, dice: &mut Dice<'_>, full: bool) -> Tree {
    match shape {
        Shape::Text => text(dice.pick(&["x", "Діти", "a \"b\" \\ /", "1\u{2028}2", "{}"])),
        Shape::Id(Dictionary::Vote) | Shape::Ref(Dictionary::Vote) => text("A/ES-11/L.16/Rev.1"),
        Shape::Id(_) | Shape::Ref(_) => text(dice.pick(&["a", "ua-mfa", "children.deported"])),
        Shape::Code => text(dice.pick(&["f", "0-17"])),
        Shape::Value => text(dice.pick(&["1850", ">20000", "~9000", "19000..20000", "12.50"])),
        Shape::Minimum => text(dice.pick(&["none", "-5", "0"])),
        Shape::Date => text(dice.pick(&["2025-12-03", "2025-12~", "2025", "2022-02-24/.."])),
        Shape::Published => text(dice.pick(&["2025-12-03", "2023-01-13T17:19:11Z"])),
        Shape::Duration => text(dice.pick(&["P90D", "P1Y"])),
        Shape::Expression => text("children.deported - children.returned"),
        Shape::Country => text(dice.pick(&["UKR", "XKX"])),
        Shape::Language => text(dice.pick(&["uk", "sr-Latn-RS"])),
        Shape::Hex(digits) => Tree::Text("0f".repeat(digits / 2)),
        Shape::Word(words) => text(dice.pick(&words())),
        Shape::Bool => Tree::Bool(dice.below(2) == 1),
        Shape::True => Tree::Bool(true),
        Shape::Count(most) => Tree::Number([0, 1, *most][dice.below(3)].into()),
        // A figure: it can be corrected, withdrawn, disputed.
        Shape::Seq => Tree::Number(9.into()),
        Shape::List(item) => Tree::List((0..dice.below(3)).map(|_| sample(item, dice, full)).collect()),
        Shape::Map(name, item) => {
            let (name, item) = (sample(name, dice, full).into_text(), sample(item, dice, full));
            Tree::Object(vec![(name, item)])
        }
        Shape::Object(layout) => Tree::Object(object(layout, dice, full)),
        Shape::Either(short, layout) => match dice.below(2) {
            0 => sample(short, dice, full),
            _ => Tree::Object(object(layout, dice, full)),
        },
        Shape::Data => Tree::Object(object(layout(Kind::FigureReported), dice, full)),
    }
}

/// An object of this layout with its members in any order.
fn object(layout: &Layout, dice: &mut Dice<'_>, full: bool) -> Members {
    let mut members = Members::new();
    let (mut forced, mut barred) = (Vec::new(), Vec::new());
    for need in layout.needs {
        let open: Vec<_> = need.names().iter().copied().filter(|name| !barred.contains(name)).collect();
        let chosen = dice.pick(&open);
        forced.push(chosen);
        if let Need::One(names) = need {
            barred.extend(names.iter().copied().filter(|name| *name != chosen));
        }
    }
    for field in layout.fields.iter().filter(|field| !barred.contains(&field.name)) {
        let needed = field.required || forced.contains(&field.name);
        if full || needed || dice.below(3) == 0 {
            let place = dice.below(members.len() + 1);
            members.insert(place, (field.name.to_owned(), sample(&field.shape, dice, full)));
        }
    }
    members
}

/// Changes one place of the tree; the change may be for the worse.
fn disturb(tree: &mut Tree, dice: &mut Dice<'_>) {
    match tree {
        Tree::Object(members) if !members.is_empty() && dice.below(4) > 0 => {
            let index = dice.below(members.len());
            match dice.below(6) {
                0 => drop(members.remove(index)),
                1 => members.push(members[index].clone()),
                2 => members[index].0.push_str(dice.pick(&["", "x", "_"])),
                _ => disturb(&mut members[index].1, dice),
            }
        }
        Tree::List(items) if !items.is_empty() && dice.below(4) > 0 => {
            let index = dice.below(items.len());
            disturb(&mut items[index], dice);
        }
        Tree::Object(members) if dice.below(3) == 0 => {
            // What serde's derive would take for a struct.
            *tree = Tree::List(members.drain(..).map(|(_, value)| value).collect());
        }
        other => {
            *other = match dice.below(12) {
                0 => Tree::Null,
                1 => Tree::Bool(dice.below(2) == 1),
                2 => Tree::Number(dice.below(30).into()),
                3 => Tree::Number((-1).into()),
                4 => Tree::Number((1_u64 << 40).into()),
                5 => Tree::Number(serde_json::Number::from_f64(9.0).unwrap()),
                6 => Tree::List(vec![other.clone()]),
                7 => Tree::Object(vec![("latest".to_owned(), Tree::Null)]),
                8 => Tree::Object(Vec::new()),
                _ => text(
                    dice.pick(&["", "latest", "x", "A/1", "a\nb", "2025", "7", "@x", "none", "UKR", "yes"]),
                ),
            }
        }
    }
}

/// Spells a tree in one of many ways: members in any order, white space anywhere, characters escaped that need not be. Where
/// nothing is decided it is spelt as the writer does.
fn respelt(tree: &Tree, dice: &mut Dice<'_>) -> String {
    let space = |dice: &mut Dice<'_>| [" ", "\t", "\r\n ", ""][(dice.below(6) + 3) % 4];
    let items = |open: char, items: Vec<String>, close: char, dice: &mut Dice<'_>| {
        let spaced = items.into_iter().map(|item| format!("{}{item}{}", space(dice), space(dice)));
        let spaced: Vec<_> = spaced.collect();
        format!("{open}{}{close}", if spaced.is_empty() { space(dice).to_owned() } else { spaced.join(",") })
    };
    match tree {
        Tree::Text(text) => quoted(text, dice),
        Tree::List(list) => {
            let list = list.iter().map(|item| respelt(item, dice)).collect();
            items('[', list, ']', dice)
        }
        Tree::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            let mut spelt = Vec::new();
            while !members.is_empty() {
                let (name, value) = members.remove(dice.below(members.len()));
                let (name, value) = (quoted(name, dice), respelt(value, dice));
                spelt.push(format!("{name}{}:{}{value}", space(dice), space(dice)));
            }
            items('{', spelt, '}', dice)
        }
        word => word.write(),
    }
}

/// A string of which some characters are escaped.
fn quoted(text: &str, dice: &mut Dice<'_>) -> String {
    let spelt = text.chars().map(|character| match dice.below(9) {
        1 => character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        2 if character == '/' => "\\/".to_owned(),
        _ => {
            let quoted = serde_json::to_string(&character).unwrap();
            quoted[1..quoted.len() - 1].to_owned()
        }
    });
    format!("\"{}\"", spelt.collect::<String>())
}

/// Places of a text where one of these bytes is put in the place of another.
fn cuts() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    proptest::collection::vec(
        (any::<prop::sample::Index>(), prop::sample::select(&b"\"\\{}[],:xu0 \n-.e\x01"[..])),
        0..3,
    )
}

fn cut(mut json: String, cuts: Vec<(prop::sample::Index, u8)>) -> String {
    for (index, byte) in cuts {
        let at = index.index(json.len());
        if json.is_char_boundary(at) && json.is_char_boundary(at + 1) {
            json.replace_range(at..=at, &char::from(byte).to_string());
        }
    }
    json
}

fn kinds() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL)
}

fn data(kind: Kind, bytes: &[u8], full: bool) -> Members {
    object(layout(kind), &mut Dice(bytes.iter()), full)
}

/// What is wrong when only these members are there.
fn refusal(kind: Kind, members: &Members, keep: impl Fn(&str) -> bool) -> (Code, String) {
    let kept = members.iter().filter(|(name, _)| keep(name)).cloned().collect();
    let problem = parse(kind, &Tree::Object(kept).write(), &Unescaped::default(), &kind_of).unwrap_err();
    (problem.code, problem.member)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Data made from the layout are read and have no problem; without a required member they are not, nor with
    /// one that the layout does not have.
    #[test]
    fn layout_and_struct_agree(kind in kinds(), bytes: Vec<u8>, full: bool) {
        let mut members = data(kind, &bytes, full);
        let json = Tree::Object(members.clone()).write();
        prop_assert_eq!(parse(kind, &json, &Unescaped::default(), &kind_of).map(|fact| fact.kind()), Ok(kind), "{}", json);
        prop_assert_eq!(diagnose(kind, &json, &kind_of), vec![]);

        for field in fields(kind).iter().filter(|field| field.required) {
            let refused = refusal(kind, &members, |name| name != field.name);
            prop_assert_eq!(refused, (Code::MISSING_MEMBER, field.name.to_owned()));
        }
        for need in layout(kind).needs {
            let refused = refusal(kind, &members, |name| !need.names().contains(&name));
            prop_assert_eq!(refused, (Code::MEMBERS_CONFLICT, String::new()));
        }
        members.push(("another".to_owned(), Tree::Null));
        prop_assert_eq!(refusal(kind, &members, |_| true), (Code::UNKNOWN_MEMBER, "another".to_owned()));
    }

    /// The replay refuses exactly what the diagnosis explains.
    #[test]
    fn parse_fails_where_diagnose_finds(kind in kinds(), bytes: Vec<u8>, full: bool, changes: Vec<u8>) {
        let mut tree = Tree::Object(data(kind, &bytes, full));
        let mut dice = Dice(changes.iter());
        for _ in 0..=dice.below(3) {
            disturb(&mut tree, &mut dice);
        }
        let json = tree.write();
        let problems = diagnose(kind, &json, &kind_of);
        let first = parse(kind, &json, &Unescaped::default(), &kind_of).err();
        prop_assert_eq!(first.as_ref(), problems.first(), "{}", json);
    }

    /// Data are read as the same in any spelling.
    #[test]
    fn any_spelling_is_read_as_the_same(kind in kinds(), bytes: Vec<u8>, full: bool, turns: Vec<u8>) {
        let spelt = canonical(kind, &Tree::Object(data(kind, &bytes, full)).write(), &kind_of).unwrap();
        let other = respelt(&Tree::read(&spelt).unwrap(), &mut Dice(turns.iter()));
        let unescaped = Unescaped::default();
        let (fact, is_written) = read(kind, &spelt, &unescaped, &kind_of).unwrap();
        prop_assert_eq!(is_written, !spelt.contains('\\'), "{}", spelt);
        let same = read(kind, &other, &Unescaped::default(), &kind_of).map(|(fact, _)| format!("{fact:?}"));
        prop_assert_eq!(same, Some(format!("{fact:?}")), "{}", other);
    }

    /// Whatever is changed, in whatever spelling: what is read is what has no problem, and the writer's own spelling is the
    /// canonical one, where that needs no escape.
    #[test]
    fn what_is_read_has_no_problem(kind in kinds(), bytes: Vec<u8>, full: bool, changes: Vec<u8>, turns: Vec<u8>, cuts in cuts()) {
        let spelt = canonical(kind, &Tree::Object(data(kind, &bytes, full)).write(), &kind_of).unwrap();
        let (mut tree, mut dice) = (Tree::read(&spelt).unwrap(), Dice(changes.iter()));
        for _ in 0..dice.below(3) {
            disturb(&mut tree, &mut dice);
        }
        let json = cut(respelt(&tree, &mut Dice(turns.iter())), cuts);
        let unescaped = Unescaped::default();
        let read = read(kind, &json, &unescaped, &kind_of);
        prop_assert_eq!(read.is_some(), diagnose(kind, &json, &kind_of).is_empty(), "{}", json);
        if let Some((_, is_written)) = read {
            let canonical = canonical(kind, &json, &kind_of).unwrap();
            let is_plain = !json.contains('\\') && json.replace('\u{2028}', "\\u2028") == canonical;
            prop_assert_eq!(is_written, is_plain, "{}", json);
        }
        if each_own_text(&json, |_, _| Some(())).is_some() {
            prop_assert!(own_members(&json).is_ok(), "{}", json);
        }
    }

    /// What makes an event the same as another is its canonical spelling, also where that is not computed.
    #[test]
    fn content_is_the_canonical_spelling(kind in kinds(), bytes: Vec<u8>, full: bool, raw: bool, turns: Vec<u8>) {
        let mut members = data(kind, &bytes, full);
        let absent = fields(kind).iter().find(|field| raw && member(&members, field.name).is_none());
        members.extend(absent.map(|field| (field.name.to_owned(), Tree::Null)));
        let mut json = respelt(&Tree::Object(members), &mut Dice(turns.iter()));
        if raw {
            json = json.replace("\\u2028", "\u{2028}");
        }
        let spelt = canonical(kind, &json, &kind_of).unwrap();
        let Tree::Object(mut members) = Tree::read(&spelt).unwrap() else { unreachable!("data are an object") };
        members.retain(|(name, _)| kind != Kind::CaseDocumented || name != "salt");
        let expected = Tree::Object(members).write();
        prop_assert_eq!(content(kind, &json, &kind_of).unwrap(), expected.as_str());
        prop_assert!(written_content(kind, &spelt).is_none_or(|content| content == expected));
        let (_, is_written) = read(kind, &json, &Unescaped::default(), &kind_of).unwrap();
        let short = read_content(kind, &json, is_written, &kind_of);
        prop_assert!(short.as_deref().is_none_or(|content| content == expected), "{}", json);
        prop_assert!(short.is_some() || kind == Kind::CaseDocumented || json.contains('\\'), "{}", json);
    }

    /// Where one character is missing nothing is read that is no JSON.
    #[test]
    fn what_lacks_a_character_is_no_json_for_both(kind in kinds(), bytes: Vec<u8>, at: prop::sample::Index) {
        let mut spelt = canonical(kind, &Tree::Object(data(kind, &bytes, true)).write(), &kind_of).unwrap();
        let places: Vec<usize> = spelt.match_indices(['[', ']', '{', '}', '"', ':', ',']).map(|(at, _)| at).collect();
        spelt.remove(*at.get(&places));
        let is_right = diagnose(kind, &spelt, &kind_of).is_empty();
        prop_assert_eq!(read(kind, &spelt, &Unescaped::default(), &kind_of).is_some(), is_right, "{}", spelt);
        if each_own_text(&spelt, |_, _| Some(())).is_some() {
            prop_assert!(own_members(&spelt).is_ok(), "{}", spelt);
        }
    }

    /// Texts by themselves are those of all members in any spelling, and every member is seen.
    #[test]
    fn texts_by_themselves_are_those_of_all_members(kind in kinds(), bytes: Vec<u8>, full: bool, turns: Vec<u8>) {
        let members_of = data(kind, &bytes, full);
        let json = respelt(&Tree::Object(members_of), &mut Dice(turns.iter()));
        let known = |all: &texts::Members, name: &str, text: Option<&str>| {
            assert!(all.get(name).is_some_and(|known| text.is_none_or(|text| text == known)), "{name} of {json}");
        };
        let (own, all) = (own_members(&json).unwrap(), members(kind, &json).unwrap());
        let mut seen = 0;
        let read = each_own_text(&json, |name, text| {
            seen += 1;
            known(&own, name, text);
            Some(())
        });
        prop_assert_eq!((read, seen), (Some(()), own.0.len()), "{}", json);
        seen = 0;
        let read = each_text(kind, &json, |name, text| {
            seen += 1;
            known(&all, name, text);
            Some(())
        });
        prop_assert_eq!((read, seen), (Some(()), all.0.len()), "{}", json);
        prop_assert_eq!(each_own_text(&json, |_, _| None), None);
    }

    /// Any text at all is refused by both or taken by both.
    #[test]
    fn parse_and_diagnose_agree_on_any_text(kind in kinds(), json in r#"[{}\[\]":, a-z0-9\\]{0,20}"#) {
        let problems = diagnose(kind, &json, &kind_of);
        let first = parse(kind, &json, &Unescaped::default(), &kind_of).err();
        prop_assert_eq!(first.as_ref(), problems.first());
    }

    /// One spelling for one content, whatever the order; spelling it again changes nothing, nor does reading it.
    #[test]
    fn canonical_has_one_spelling(kind in kinds(), bytes: Vec<u8>, turns in 0_usize..9) {
        let mut members = data(kind, &bytes, false);
        let json = Tree::Object(members.clone()).write();
        let spelt = canonical(kind, &json, &kind_of).unwrap();
        prop_assert_eq!(&canonical(kind, &spelt, &kind_of).unwrap(), &spelt);
        prop_assert_eq!(own_members(&spelt).unwrap().0.len(), members.len());
        prop_assert!(!spelt.contains(SEPARATORS));

        let turns = turns % members.len();
        members.rotate_left(turns);
        let absent = fields(kind).iter().find(|field| member(&members, field.name).is_none());
        members.extend(absent.map(|field| (field.name.to_owned(), Tree::Null)));
        prop_assert_eq!(canonical(kind, &Tree::Object(members).write(), &kind_of).unwrap(), spelt);
    }

    /// The members as texts are those of the data.
    #[test]
    fn members_are_all_there(kind in kinds(), bytes: Vec<u8>) {
        let own = data(kind, &bytes, false);
        let shown = match member(&own, "data") {
            Some(Tree::Object(replacement)) if kind == Kind::RecordCorrected => replacement,
            _ => &own,
        };
        let texts = members(kind, &Tree::Object(own.clone()).write()).unwrap();
        prop_assert_eq!(texts.0.len(), shown.len());
        for (name, value) in shown {
            let text = value.clone().into_text();
            prop_assert_eq!(texts.get(name), Some(text.as_str()));
        }
    }
}
