//! Whether output is what a document says, and how it differs.

/// Whether `found` is what `expected` says, where a line `...` stands for any lines, also none.
pub(super) fn matches(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((line, rest)) if line == "..." => {
            (0..=found.len()).any(|skipped| matches(rest, &found[skipped..]))
        }
        Some((line, rest)) => {
            found.split_first().is_some_and(|(first, more)| first == line && matches(rest, more))
        }
    }
}

/// The lines of both, those only expected after `-`, those only found after `+`, common ones at the ends after a space.
pub(super) fn difference(expected: &[String], found: &[String]) -> String {
    let head = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
    let (expected_rest, found_rest) = (&expected[head..], &found[head..]);
    let tail = expected_rest.iter().rev().zip(found_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let parts = [
        (' ', &expected[..head]),
        ('-', &expected_rest[..expected_rest.len() - tail]),
        ('+', &found_rest[..found_rest.len() - tail]),
        (' ', &expected_rest[expected_rest.len() - tail..]),
    ];
    parts.iter().flat_map(|(mark, lines)| lines.iter().map(move |line| format!("{mark} {line}\n"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn dots_stand_for_any_lines() {
        let check = |expected: &str, found: &str, same: bool| {
            assert_eq!(matches(&lines(expected), &lines(found)), same, "{expected:?} {found:?}");
        };
        check("", "", true);
        check("a", "a", true);
        check("a", "", false);
        check("", "a", false);
        check("...", "", true);
        check("a ... c", "a b b c", true);
        check("a ... c", "a c", true);
        check("a ... c", "a c d", false);
        check("... b ... b", "a b a b", true);
        check("... b ... b", "a b a", false);
    }

    #[test]
    fn a_difference_shows_what_is_on_one_side_only() {
        let check = |expected: &str, found: &str, text: &str| {
            assert_eq!(difference(&lines(expected), &lines(found)), text);
        };
        check("a b c", "a x y c", "  a\n- b\n+ x\n+ y\n  c\n");
        check("a", "a a", "  a\n+ a\n");
        check("", "a", "+ a\n");
    }
}
