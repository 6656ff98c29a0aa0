//! The words that say how a value was qualified.

/// How a value was qualified: the `qualifier` column of the exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// `1850`
    Exact,
    /// `>20000`
    MoreThan,
    /// `>=20000`
    AtLeast,
    /// `<400`
    LessThan,
    /// `<=35000`
    AtMost,
    /// `~9000`
    About,
    /// `~<9000`, and `~<=9000`: the high end says which.
    Nearly,
    /// `~>19500`, and `~>=19500`: the low end says which.
    JustOver,
    /// `19000..20000`, also under `~`: the value is then approximate.
    Between,
    /// `118..125..140`, also under `~`: the value is then approximate.
    Estimate,
}

impl Qualifier {
    /// The word in the exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Qualifier::Exact => "exact",
            Qualifier::MoreThan => "more_than",
            Qualifier::AtLeast => "at_least",
            Qualifier::LessThan => "less_than",
            Qualifier::AtMost => "at_most",
            Qualifier::About => "about",
            Qualifier::Nearly => "nearly",
            Qualifier::JustOver => "just_over",
            Qualifier::Between => "between",
            Qualifier::Estimate => "estimate",
        }
    }
}
