//! Tests of a whole export: its bytes, and what becomes of its target.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use recount_model::texts::{Members, Recorded, Texts};
use recount_tables::{CaseDetail, TABLES};

use super::*;
use crate::testing::{CASE, FIGURES, Fixture, VOTE};

fn provenance() -> Provenance {
    Provenance {
        tool_version: "0.1.0".to_owned(),
        format: 1,
        origin: "example.org/t".to_owned(),
        title: "Test".to_owned(),
        size: 32,
        root: Some("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".to_owned()),
        end_offset: None,
    }
}

fn export_with(dir: &Path, names: &[&str], lines: &str, texts: &dyn Texts) -> Result<Summary, ExportError> {
    let fixture = Fixture::new(lines);
    let answers = fixture.answers("");
    let context = Context { answers: &answers, texts, case_detail: CaseDetail::Coarse, indicators: None };
    let tables: Vec<&Table> = names.iter().map(|name| Table::find(name).unwrap()).collect();
    export(dir, &tables, &context, &provenance(), NonZeroUsize::new(3).unwrap())
}

fn export_tables(dir: &Path, names: &[&str]) -> Result<Summary, ExportError> {
    let lines = [FIGURES, VOTE, CASE].concat();
    export_with(dir, names, &lines, &Fixture::new(&lines))
}

fn files(dir: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(dir).unwrap().map(Result::unwrap);
    let name = |entry: &fs::DirEntry| entry.file_name().into_string().unwrap();
    entries.map(|entry| (name(&entry), fs::read_to_string(entry.path()).unwrap_or_default())).collect()
}

/// The names in the parent folder: nothing temporary stays behind.
fn beside(parent: &Path) -> Vec<String> {
    files(parent).into_keys().collect()
}

#[test]
fn cells_stand_as_they_are() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("out");
    let summary = export_tables(&dir, &["figures", "sources"]).unwrap();
    assert_eq!(summary.rows, [("figures", 5), ("sources", 4)]);
    let files = files(&dir);
    insta::assert_snapshot!(files["sources.csv"], @r#"
    id,title,publisher,url,published,language,title_language,archived_url,archived_sha256,note,seq,version,retracted_by
    s1,"First ""report"", 2025",,,2025-01-01,,,https://a.example/1,e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,,2,2,
    s2,Second,,,2025-02-01,,,,,,3,3,
    s3,"Третє, повідомлення",,,2025-03-01T12:00:00Z,uk,,,,,4,4,
    undated,,,https://u.example/,,,,,,,5,5,
    "#);
    assert!(
        files["figures.csv"]
            .contains(",>20000,more_than,20000,true,,false,,false,children,\"=more than 20,000\",")
    );
    assert!(!files.values().any(|text| text.contains('\r') || text.starts_with('\u{feff}')));
}

#[test]
fn the_package_describes_the_files() {
    let parent = tempfile::tempdir().unwrap();
    export_tables(parent.path(), &["policies", "indicators"]).unwrap();
    let package: serde_json::Value = serde_json::from_str(&files(parent.path())[package::FILE]).unwrap();
    insta::assert_snapshot!(package["recount"], @r#"{"case_detail":"coarse","clocks":{},"format":1,"left_out":{"later_as_of":0,"later_published":0,"later_recorded":0,"undated":0,"unpublished":0},"origin":"example.org/t","root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","size":32,"title":"Test","tool_version":"0.1.0"}"#);
    let policies = &package["resources"][0];
    insta::assert_snapshot!(policies["schema"]["fields"][2], @r#"{"constraints":{"required":true},"description":"The indicator it is for.","name":"indicator","type":"string"}"#);
    insta::assert_snapshot!(policies["schema"]["primaryKey"], @r#"["seq"]"#);
    // That `seq` names an event is left out: events are not exported.
    insta::assert_snapshot!(policies["schema"]["foreignKeys"], @r#"[{"fields":"indicator","reference":{"fields":"id","resource":"indicators"}}]"#);
    insta::assert_snapshot!(policies["description"], @r#""How the headline of an indicator is selected, and why. Rows are ordered by seq.""#);
}

#[test]
fn every_table_can_be_exported_and_twice_gives_the_same_bytes() {
    let parent = tempfile::tempdir().unwrap();
    let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    let (first, second) = (parent.path().join("first"), parent.path().join("second"));
    export_tables(&first, &names).unwrap();
    export_tables(&second, &names).unwrap();
    assert_eq!(files(&first).len(), TABLES.len() + 1);
    assert_eq!(files(&first), files(&second));
}

#[test]
fn a_former_export_is_replaced_whole() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("out");
    fs::create_dir(&dir).unwrap();
    export_tables(&dir, &["figures", "events"]).unwrap();
    // A killed run leaves its folder behind, and people reach the target through a link.
    fs::create_dir(parent.path().join(".recount-killed")).unwrap();
    let link = parent.path().join("link");
    symlink(&dir, &link).unwrap();
    export_tables(&link, &["places"]).unwrap();
    assert_eq!(files(&dir).into_keys().collect::<Vec<_>>(), ["datapackage.json", "places.csv"]);
    assert_eq!(beside(parent.path()), [".recount-killed", "link", "out"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn only_files_that_change_are_written_again() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("out");
    let names = ["figures", "places", "sources"];
    export_tables(&dir, &names).unwrap();
    let fresh = files(&dir);
    let inodes = || {
        let inode = |name: &String| fs::metadata(dir.join(name)).unwrap().ino();
        files(&dir).into_keys().map(|name| (name.clone(), inode(&name))).collect::<BTreeMap<_, _>>()
    };
    let before = inodes();
    // What was changed behind our back is written again, whatever its length.
    let other = fresh["sources.csv"].replace("Second", "Zecond");
    fs::write(dir.join("sources.csv"), other).unwrap();
    fs::write(dir.join("figures.csv"), "").unwrap();
    export_tables(&dir, &names).unwrap();
    assert_eq!(files(&dir), fresh);
    let after = inodes();
    let kept = |name: &&String| before[*name] == after[*name];
    assert_eq!(before.keys().filter(kept).collect::<Vec<_>>(), ["datapackage.json", "places.csv"]);
    assert_eq!(beside(parent.path()), ["out"]);
}

#[test]
fn what_is_no_export_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let refused = |dir: &Path| match export_tables(dir, &["figures"]) {
        Err(ExportError::TargetInUse { path, reason }) => {
            format!("{}: {reason}", path.strip_prefix(parent.path()).unwrap().display())
        }
        other => panic!("not refused: {other:?}"),
    };
    let file = parent.path().join("file");
    fs::write(&file, "mine").unwrap();
    insta::assert_snapshot!(refused(&file), @"file: exists and is no folder; expected a folder that is new, empty or a former export");
    let thesis = parent.path().join("thesis");
    fs::create_dir(&thesis).unwrap();
    fs::write(thesis.join(package::FILE), r#"{"resources":[]}"#).unwrap();
    insta::assert_snapshot!(refused(&thesis), @"thesis: is not empty and no former export; expected a folder that is new, empty or a former export");
    let mixed = parent.path().join("mixed");
    export_tables(&mixed, &["figures"]).unwrap();
    fs::write(mixed.join("notes.txt"), "mine").unwrap();
    insta::assert_snapshot!(refused(&mixed), @"mixed/notes.txt: was put into a former export by someone else; move it elsewhere first");
    assert_eq!(beside(parent.path()), ["file", "mixed", "thesis"]);
}

#[test]
fn a_failed_export_leaves_everything_as_it_was() {
    struct Torn;

    impl Texts for Torn {
        fn members(&self, seq: u32) -> Result<Members, TextError> {
            Err(TextError { seq, reason: "the line is gone".to_owned() })
        }

        fn recorded(&self, seq: u32) -> Result<Recorded, TextError> {
            Err(TextError { seq, reason: "the line is gone".to_owned() })
        }

        fn reason(&self, seq: u32) -> Result<Option<String>, TextError> {
            Err(TextError { seq, reason: "the line is gone".to_owned() })
        }

        fn another(&self) -> Box<dyn Texts + Send + '_> {
            Box::new(Torn)
        }
    }

    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("out");
    export_tables(&dir, &["figures"]).unwrap();
    let before = files(&dir);
    let error = export_with(&dir, &["figures"], FIGURES, &Torn).unwrap_err();
    assert_eq!(error.to_string(), "the text of event 18 cannot be read: the line is gone");
    assert_eq!(files(&dir), before);
    assert_eq!(beside(parent.path()), ["out"]);
    let nowhere = parent.path().join("no").join("such");
    assert!(matches!(export_tables(&nowhere, &["figures"]), Err(ExportError::Io { .. })));
}
