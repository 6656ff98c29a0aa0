//! One file per command.

pub(crate) mod append;
pub(crate) mod causes;
pub(crate) mod check;
pub(crate) mod checkpoint;
pub(crate) mod diff;
pub(crate) mod export;
pub(crate) mod figures;
pub(crate) mod headlines;
pub(crate) mod init;
pub(crate) mod keygen;
pub(crate) mod log;
pub(crate) mod merge;
pub(crate) mod prove;
pub(crate) mod redact;
pub(crate) mod show;
pub(crate) mod snapshot;
pub(crate) mod verify;
pub(crate) mod vintages;
pub(crate) mod votes;
pub(crate) mod why;
