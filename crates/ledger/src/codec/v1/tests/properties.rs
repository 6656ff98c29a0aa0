//! Properties of the codec over data made from the layouts: what the layouts allow is read, and nothing else.

use proptest::prelude::*;

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
    let forbidden = layout.needs.iter().flat_map(|need| match need {
        Need::One(names) => {
            let kept = dice.below(names.len());
            names.iter().enumerate().filter(|(index, _)| *index != kept).map(|(_, name)| *name).collect()
        }
        Need::Any(_) => Vec::new(),
    });
    let forbidden: Vec<_> = forbidden.collect();
    for field in layout.fields.iter().filter(|field| !forbidden.contains(&field.name)) {
        let needed = field.required || layout.needs.iter().any(|need| need.names().contains(&field.name));
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

fn kinds() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL)
}

fn data(kind: Kind, bytes: &[u8], full: bool) -> (Tree, Dice<'_>) {
    let mut dice = Dice(bytes.iter());
    let tree = Tree::Object(object(layout(kind), &mut dice, full));
    (tree, dice)
}

proptest! {
    /// Data made from the layout are read and have no problem; without a required member they are not, nor with
    /// one that the layout does not have.
    #[test]
    fn layout_and_struct_agree(kind in kinds(), bytes: Vec<u8>, full: bool) {
        let (tree, _) = data(kind, &bytes, full);
        let json = tree.write();
        prop_assert_eq!(parse(kind, &json, &kind_of).map(|fact| fact.kind()), Ok(kind), "{}", json);
        prop_assert_eq!(diagnose(kind, &json, &kind_of), vec![]);

        let Tree::Object(members) = tree else { unreachable!() };
        for field in fields(kind).iter().filter(|field| field.required) {
            let rest = members.iter().filter(|(name, _)| name != field.name).cloned().collect();
            let problem = parse(kind, &Tree::Object(rest).write(), &kind_of).unwrap_err();
            prop_assert_eq!((problem.code, problem.member.as_str()), (Code::MISSING_MEMBER, field.name));
        }
        let more = members.into_iter().chain([("another".to_owned(), Tree::Null)]).collect();
        let problem = parse(kind, &Tree::Object(more).write(), &kind_of).unwrap_err();
        prop_assert_eq!((problem.code, problem.member.as_str()), (Code::UNKNOWN_MEMBER, "another"));
    }

    /// The replay refuses exactly what the diagnosis explains.
    #[test]
    fn parse_fails_where_diagnose_finds(kind in kinds(), bytes: Vec<u8>, changes in 1..4) {
        let (mut tree, mut dice) = data(kind, &bytes, false);
        for _ in 0..changes {
            disturb(&mut tree, &mut dice);
        }
        let json = tree.write();
        let problems = diagnose(kind, &json, &kind_of);
        let first = parse(kind, &json, &kind_of).err();
        prop_assert_eq!(first.as_ref(), problems.first(), "{}", json);
    }

    /// Any text at all is refused by both or taken by both.
    #[test]
    fn parse_and_diagnose_agree_on_any_text(kind in kinds(), json in r#"[{}\[\]":, a-z0-9\\]{0,20}"#) {
        let problems = diagnose(kind, &json, &kind_of);
        let first = parse(kind, &json, &kind_of).err();
        prop_assert_eq!(first.as_ref(), problems.first());
    }

    /// One spelling for one content, whatever the order; spelling it again changes nothing, nor does reading it.
    #[test]
    fn canonical_has_one_spelling(kind in kinds(), bytes: Vec<u8>, turns in 0_usize..9) {
        let (mut tree, _) = data(kind, &bytes, false);
        let json = tree.write();
        let spelt = canonical(kind, &json, &kind_of).unwrap();
        prop_assert_eq!(&canonical(kind, &spelt, &kind_of).unwrap(), &spelt);
        prop_assert_eq!(own_members(&spelt).unwrap().0.len(), own_members(&json).unwrap().0.len());
        prop_assert!(!spelt.contains(SEPARATORS));

        if let Tree::Object(members) = &mut tree {
            let turns = turns % members.len();
            members.rotate_left(turns);
            members.push(("since".to_owned(), Tree::Null));
            members.retain(|(name, _)| layout(kind).field(name).is_some());
            if members.iter().filter(|(name, _)| name == "since").count() > 1 {
                members.pop();
            }
        }
        prop_assert_eq!(canonical(kind, &tree.write(), &kind_of).unwrap(), spelt);
    }

    /// The members as texts are those of the data.
    #[test]
    fn members_are_all_there(kind in kinds(), bytes: Vec<u8>) {
        let (tree, _) = data(kind, &bytes, false);
        let Tree::Object(own) = &tree else { unreachable!() };
        let shown = match member(own, "data") {
            Some(Tree::Object(replacement)) if kind == Kind::RecordCorrected => replacement,
            _ => own,
        };
        let texts = members(kind, &tree.write()).unwrap();
        prop_assert_eq!(texts.0.len(), shown.len());
        for (name, value) in shown {
            let text = value.clone().into_text();
            prop_assert_eq!(texts.get(name), Some(text.as_str()));
        }
    }
}
