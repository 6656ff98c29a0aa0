//! The dossier: five CSV files of claims as gathered, never edited (data/dossier/*.csv).

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::Result;
use super::table::{self, Row};

/// The five files.
pub(crate) struct Dossier {
    /// sources.csv, in its order.
    pub(crate) sources: Vec<Source>,
    /// figures.csv.
    pub(crate) figures: Vec<Row<Figure>>,
    /// votes.csv.
    pub(crate) votes: Vec<Row<Vote>>,
    /// statements.csv.
    pub(crate) statements: Vec<Row<Statement>>,
    /// legal.csv.
    pub(crate) norms: Vec<Row<Norm>>,
    by_url: HashMap<String, usize>,
}

impl Dossier {
    /// Reads the five files from `folder`.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub(crate) fn load(folder: &Path) -> Result<Dossier> {
        let sources: Vec<Source> = table::read_all(folder, "sources.csv")?;
        let by_url = sources.iter().enumerate().map(|(i, source)| (source.url.clone(), i)).collect();
        Ok(Dossier {
            sources,
            figures: table::read(folder, "figures.csv")?,
            votes: table::read(folder, "votes.csv")?,
            statements: table::read(folder, "statements.csv")?,
            norms: table::read(folder, "legal.csv")?,
            by_url,
        })
    }

    /// The source at this address, as the other files name it.
    ///
    /// # Errors
    /// If sources.csv does not have it.
    pub(crate) fn source(&self, url: &str) -> Result<&Source> {
        match self.by_url.get(url) {
            Some(&i) => Ok(&self.sources[i]),
            None => Err(format!("sources.csv has no {url}").into()),
        }
    }
}

/// A page.
#[derive(Deserialize)]
pub(crate) struct Source {
    /// Stable slug.
    pub(crate) id: String,
    /// Address; what the other files name the page by.
    pub(crate) url: String,
    /// Title, where it was seen.
    pub(crate) title: Option<String>,
    /// Publisher.
    pub(crate) outlet: Option<String>,
    /// Date of publication, EDTF.
    pub(crate) published: Option<String>,
    /// Language of the text.
    pub(crate) lang: Option<String>,
}

/// A claim; the columns that repeat sources.csv (title, outlet, language) are not read again.
#[derive(Deserialize)]
pub(crate) struct Figure {
    /// How the number was qualified.
    pub(crate) qualifier: String,
    /// The number, unless it is a range.
    pub(crate) value: Option<String>,
    /// Low end of a range.
    pub(crate) low: Option<String>,
    /// High end of a range.
    pub(crate) high: Option<String>,
    /// When the page dates the number.
    pub(crate) as_of: Option<String>,
    /// Start of the count, where the page states one.
    pub(crate) period_from: Option<String>,
    /// To whom the page attributes it.
    pub(crate) reported_by: String,
    /// When the page was published.
    pub(crate) published: Option<String>,
    /// The page.
    pub(crate) url: String,
    /// The gatherer's remark.
    pub(crate) note: Option<String>,
}

/// One total or one named position of one account of the roll-call.
#[derive(Deserialize)]
pub(crate) struct Vote {
    /// The draft's symbol, then its title.
    pub(crate) resolution: String,
    /// The body that voted.
    pub(crate) body: String,
    /// When it voted.
    pub(crate) date: String,
    /// ISO 3166-1 alpha-3; absent for a total.
    pub(crate) country_iso3: Option<String>,
    /// Name of the state, or `TOTAL` and the count.
    pub(crate) country_name: String,
    /// `yes`, `no`, `abstain` or `absent`.
    pub(crate) position: String,
    /// The page.
    pub(crate) source_url: String,
}

/// What somebody said.
#[derive(Deserialize)]
pub(crate) struct Statement {
    /// Who.
    pub(crate) speaker: String,
    /// In which role.
    pub(crate) role: String,
    /// For which body.
    pub(crate) organisation: String,
    /// Where.
    pub(crate) venue: Option<String>,
    /// When.
    pub(crate) date: Option<String>,
    /// On what.
    pub(crate) topic: String,
    /// The gatherer's summary.
    pub(crate) gist: String,
    /// The page.
    pub(crate) url: String,
}

/// A norm somebody cites.
#[derive(Deserialize)]
pub(crate) struct Norm {
    /// Treaty, resolution, law, warrant or report.
    pub(crate) instrument: String,
    /// Article.
    pub(crate) article: Option<String>,
    /// The gatherer's summary.
    pub(crate) description: String,
    /// The page; absent where the row rests on general knowledge.
    pub(crate) url: Option<String>,
}
