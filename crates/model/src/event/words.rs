//! The fixed words of the format: sorts of reporters, measures, positions.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every word there is, in the order of the format's table.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word in the file.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// What this word means, `None` for any other word.
            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// What sort of person or body a reporter is.
    ReporterKind {
        /// A government or ministry.
        Government "government",
        /// An official speaking in office.
        Official "official",
        /// A register that counts entries.
        Registry "registry",
        /// An ombudsman or commissioner.
        Ombudsman "ombudsman",
        /// An international body.
        International "international",
        /// A non-governmental organisation.
        Ngo "ngo",
        /// A research institution.
        Academic "academic",
        /// A court or tribunal.
        Court "court",
        /// An outlet that itself asserts a figure; selected as headline only where there is no other.
        Media "media",
        /// Anything else.
        Other "other",
    }
}

words! {
    /// How an indicator counts over time.
    Measure {
        /// A running total since a start.
        Cumulative "cumulative",
        /// A count within a closed interval.
        Period "period",
        /// A stock at one moment.
        Point "point",
    }
}

words! {
    /// What a state did in a roll-call.
    Position {
        /// In favour.
        Yes "yes",
        /// Against.
        No "no",
        /// Abstained.
        Abstain "abstain",
        /// A member that cast no vote.
        Absent "absent",
        /// No member, so it could not vote.
        NotMember "not_member",
    }
}

words! {
    /// Whether a position is the recorded vote or was declared later.
    PositionKind {
        /// As recorded by the body that voted.
        Recorded "recorded",
        /// Declared afterwards; does not count in the tally.
        Intended "intended",
    }
}

words! {
    /// The checks that are built in. A check kept in the ledger is of one of these kinds too.
    CheckKind {
        /// A rule of the ledger: a headline that cannot be the sum of its parts.
        ControlTotal "control-total",
        /// Values for one moment that no number can satisfy together.
        Disjoint "disjoint",
        /// A figure known only from those who passed it on.
        Echo "echo",
        /// A running total that falls, and nothing recorded says why.
        Falling "falling",
        /// A roll-call whose numbers do not add up, or whose sources differ.
        RollCall "roll-call",
        /// A number ten or a thousand times what its neighbours suggest, or that part of it.
        Scale "scale",
        /// A rule of the ledger: a reporter without a recent figure.
        Stale "stale",
        /// Parts that cannot make the whole the same reporter gave for the same moment.
        SumOfParts "sum-of-parts",
        /// A number that is its neighbour's with two digits changed round.
        Transposed "transposed",
        /// A figure with neither an as-of nor a date of publication.
        Undated "undated",
        /// A figure or norm without any source.
        Unsourced "unsourced",
        /// Something declared and never used.
        Unused "unused",
    }
}
