//! Identifiers: slugs, UN symbols of votes, countries.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::scan;

/// Whether `text` is a slug: `[a-z][a-z0-9._-]*`, at most 128 bytes.
///
/// Slugs name sources, reporters, places, dimensions, indicators, cases and checks.
pub fn is_slug(text: &str) -> bool {
    slug_length(text.as_bytes()) == Some(text.len())
}

/// The most bytes a slug has.
pub const MAX_SLUG: usize = 128;

/// The length of the slug that these bytes begin with: up to the first byte that no slug has.
#[inline]
pub fn slug_length(bytes: &[u8]) -> Option<usize> {
    let length = slug_tail(bytes);
    (bytes.first()?.is_ascii_lowercase() && length <= MAX_SLUG).then_some(length)
}

/// How many bytes come before the first one that no slug has anywhere.
#[inline]
pub fn slug_tail(bytes: &[u8]) -> usize {
    scan::length_before(bytes, |bytes| {
        !(bytes.within(b'a', b'z') | bytes.within(b'0', b'9') | bytes.within(b'-', b'.') | bytes.equal(b'_'))
    })
}

/// Whether `text` can be the UN symbol of a document, such as `A/ES-11/L.16/Rev.1` or `S/RES/2202 (2015)`.
///
/// UN practice (ST/LIB/SER.B/5): components of letters and digits, separated by `/`, with `.`, `-`, spaces and
/// parentheses inside; it starts with a capital letter. At most 64 bytes.
pub fn is_un_symbol(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.first(), Some(b'A'..=b'Z'))
        && bytes.len() <= 64
        && bytes.last() != Some(&b' ')
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"/.-() _".contains(b))
}

/// A country by its ISO 3166-1 alpha-3 code, or a user-assigned code of that standard (`XAA` to `XZZ`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Country([u8; 3]);

impl Country {
    /// The country with this code, `None` where ISO 3166-1 has no such code.
    pub fn parse(text: &str) -> Option<Country> {
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        let user_assigned = code[0] == b'X' && code.iter().all(u8::is_ascii_uppercase);
        (user_assigned || ALPHA_3.binary_search(&text).is_ok()).then_some(Country(code))
    }

    /// The code, three capital letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a country code is ASCII: parse admits nothing else")
    }

    /// The assigned code nearest to a mistyped one.
    pub fn nearest(text: &str) -> Option<&'static str> {
        crate::problem::nearest(&text.to_ascii_uppercase(), ALPHA_3.iter().copied())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}

/// Whether `text` has the form of a BCP 47 language tag (RFC 5646, section 2.1, well-formedness by subtag length).
pub fn is_language_tag(text: &str) -> bool {
    let mut subtags = text.split('-');
    let primary_fits = subtags
        .next()
        .is_some_and(|tag| (2..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphabetic()));
    primary_fits
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The officially assigned codes of ISO 3166-1 alpha-3, sorted.
const ALPHA_3: &[&str] = &[
    "ABW", "AFG", "AGO", "AIA", "ALA", "ALB", "AND", "ARE", "ARG", "ARM", "ASM", "ATA", "ATF", "ATG", "AUS",
    "AUT", "AZE", "BDI", "BEL", "BEN", "BES", "BFA", "BGD", "BGR", "BHR", "BHS", "BIH", "BLM", "BLR", "BLZ",
    "BMU", "BOL", "BRA", "BRB", "BRN", "BTN", "BVT", "BWA", "CAF", "CAN", "CCK", "CHE", "CHL", "CHN", "CIV",
    "CMR", "COD", "COG", "COK", "COL", "COM", "CPV", "CRI", "CUB", "CUW", "CXR", "CYM", "CYP", "CZE", "DEU",
    "DJI", "DMA", "DNK", "DOM", "DZA", "ECU", "EGY", "ERI", "ESH", "ESP", "EST", "ETH", "FIN", "FJI", "FLK",
    "FRA", "FRO", "FSM", "GAB", "GBR", "GEO", "GGY", "GHA", "GIB", "GIN", "GLP", "GMB", "GNB", "GNQ", "GRC",
    "GRD", "GRL", "GTM", "GUF", "GUM", "GUY", "HKG", "HMD", "HND", "HRV", "HTI", "HUN", "IDN", "IMN", "IND",
    "IOT", "IRL", "IRN", "IRQ", "ISL", "ISR", "ITA", "JAM", "JEY", "JOR", "JPN", "KAZ", "KEN", "KGZ", "KHM",
    "KIR", "KNA", "KOR", "KWT", "LAO", "LBN", "LBR", "LBY", "LCA", "LIE", "LKA", "LSO", "LTU", "LUX", "LVA",
    "MAC", "MAF", "MAR", "MCO", "MDA", "MDG", "MDV", "MEX", "MHL", "MKD", "MLI", "MLT", "MMR", "MNE", "MNG",
    "MNP", "MOZ", "MRT", "MSR", "MTQ", "MUS", "MWI", "MYS", "MYT", "NAM", "NCL", "NER", "NFK", "NGA", "NIC",
    "NIU", "NLD", "NOR", "NPL", "NRU", "NZL", "OMN", "PAK", "PAN", "PCN", "PER", "PHL", "PLW", "PNG", "POL",
    "PRI", "PRK", "PRT", "PRY", "PSE", "PYF", "QAT", "REU", "ROU", "RUS", "RWA", "SAU", "SDN", "SEN", "SGP",
    "SGS", "SHN", "SJM", "SLB", "SLE", "SLV", "SMR", "SOM", "SPM", "SRB", "SSD", "STP", "SUR", "SVK", "SVN",
    "SWE", "SWZ", "SXM", "SYC", "SYR", "TCA", "TCD", "TGO", "THA", "TJK", "TKL", "TKM", "TLS", "TON", "TTO",
    "TUN", "TUR", "TUV", "TWN", "TZA", "UGA", "UKR", "UMI", "URY", "USA", "UZB", "VAT", "VCT", "VEN", "VGB",
    "VIR", "VNM", "VUT", "WLF", "WSM", "YEM", "ZAF", "ZMB", "ZWE",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slugs() {
        for good in ["a", "ua-mfa", "children.returned", "vote.unga.2025-12-03.yes"] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["", "1a", "A", "a b", "ä", "-a", &"a".repeat(129)] {
            assert!(!is_slug(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_slug_ends_before_the_first_byte_that_none_has(slug in "[a-z0-9._-]{0,20}", bytes in prop::collection::vec(any::<u8>(), 0..10)) {
            let bytes = [slug.as_bytes(), &bytes].concat();
            let is_of_slugs = |byte: &u8| b"abcdefghijklmnopqrstuvwxyz0123456789._-".contains(byte);
            let expected = bytes.iter().position(|byte| !is_of_slugs(byte)).unwrap_or(bytes.len());
            prop_assert_eq!(slug_tail(&bytes), expected);
        }
    }

    #[test]
    fn every_byte_is_of_slugs_or_not() {
        for byte in 0..=u8::MAX {
            let expected = usize::from(b"abcdefghijklmnopqrstuvwxyz0123456789._-".contains(&byte));
            assert_eq!((slug_tail(&[byte]), slug_tail(&[byte; 8])), (expected, expected * 8), "{byte}");
        }
    }

    #[test]
    fn un_symbols() {
        for good in ["A/ES-11/L.16/Rev.1", "S/RES/2202 (2015)", "A/RES/ES-11/9"] {
            assert!(is_un_symbol(good), "{good}");
        }
        for bad in ["", "a/b", "A/RES\n", "A/RES ", "../A"] {
            assert!(!is_un_symbol(bad), "{bad}");
        }
    }

    #[test]
    fn countries() {
        assert!(ALPHA_3.is_sorted());
        assert_eq!(ALPHA_3.len(), 249);
        assert_eq!(Country::parse("UKR").map(|c| c.to_string()).as_deref(), Some("UKR"));
        assert!(Country::parse("XKX").is_some());
        for bad in ["ukr", "UK", "UKRA", "ZZZ", "X1X", ""] {
            assert!(Country::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_mistyped_country_has_a_nearest_one() {
        assert_eq!(Country::nearest("ukra"), Some("UKR"));
        assert_eq!(Country::nearest("123"), None);
    }

    #[test]
    fn language_tags() {
        for good in ["uk", "en-GB", "zh-Hant", "sr-Latn-RS"] {
            assert!(is_language_tag(good), "{good}");
        }
        for bad in ["", "e", "en_GB", "en-", "1e"] {
            assert!(!is_language_tag(bad), "{bad}");
        }
    }
}
