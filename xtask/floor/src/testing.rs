//! The worked example of docs/ledger-format.md, section 5.

/// Five events in three batches.
pub(crate) const EXAMPLE: &str = r#"{"seq":1,"at":"2026-11-23T18:00:00Z","by":"ana","clock":"set","type":"ledger.created","data":{"format":1,"origin":"example.org/tiny","title":"Tiny"}}
{"checkpoint":{"size":1,"root":"7ZBQGp66HqXKGDZrFEXYGFGsAnl+dgzClUlHHJm1V6s=","crc32c":"471469ac"}}
{"seq":2,"at":"2026-11-23T18:05:00Z","by":"ana","clock":"set","type":"reporter.added","data":{"id":"office","name":"Statistics Office","kind":"registry"}}
{"seq":3,"at":"2026-11-23T18:05:00Z","by":"ana","clock":"set","type":"indicator.defined","data":{"id":"returned","label":"Returned","unit":"children","measure":"cumulative"}}
{"seq":4,"at":"2026-11-23T18:05:00Z","by":"ana","clock":"set","type":"figure.reported","data":{"indicator":"returned","value":">1850","reporter":"office","unsourced":true,"wording":"понад 1850"}}
{"checkpoint":{"size":4,"root":"T9FwSdn1HIKMA0cyziFYCzL90EhRa2sDtrzAyqQ48j8=","crc32c":"52d9486b"}}
{"seq":5,"at":"2026-11-23T18:10:00Z","by":"ana","clock":"set","type":"figure.reported","data":{"indicator":"returned","value":"1859","reporter":"office","unsourced":true,"as_of":"2026-11-20"}}
{"checkpoint":{"size":5,"root":"xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=","crc32c":"7b7d87f8"}}
"#;
