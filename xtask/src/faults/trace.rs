//! What a process asked of the system: the output of `strace -f -xx -s …`, read back.

use std::path::{Path, PathBuf};

use crate::Result;

/// The calls that matter to files, as strace's `-e trace=` takes them.
pub(crate) const CALLS: &str = "openat,close,read,pread64,write,pwrite64,lseek,ftruncate,fsync,fdatasync,fadvise64,flock,\
                                rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,rmdir,statx,newfstatat,fstatfs";

/// One call that returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// Such as `pwrite64`.
    pub(crate) name: String,
    /// As strace writes them, strings still in quotation marks.
    pub(crate) arguments: Vec<String>,
    /// What it returned; nothing for an error.
    pub(crate) returned: Option<i64>,
}

impl Call {
    /// The argument that is a number, such as a file descriptor or an offset.
    pub(crate) fn number(&self, place: usize) -> Option<i64> {
        self.arguments.get(place)?.parse().ok()
    }

    /// The argument that is a string.
    pub(crate) fn bytes(&self, place: usize) -> Option<Vec<u8>> {
        unescape(self.arguments.get(place)?)
    }

    /// The argument that is a path.
    pub(crate) fn path(&self, place: usize) -> Option<PathBuf> {
        let bytes = self.bytes(place)?;
        Some(PathBuf::from(String::from_utf8(bytes).ok()?))
    }

    /// Whether an argument says this, such as `O_CREAT`.
    pub(crate) fn says(&self, word: &str) -> bool {
        self.arguments.iter().any(|argument| argument.split('|').any(|flag| flag == word))
    }

    /// Whether a path in it leads into this folder.
    pub(crate) fn is_about(&self, folder: &Path) -> bool {
        (0..self.arguments.len()).any(|place| self.path(place).is_some_and(|path| path.starts_with(folder)))
    }
}

/// The options of strace for a trace that [`parse`] reads.
pub(crate) fn strace(file: &str) -> [String; 9] {
    ["strace", "-f", "-xx", "-s", "2000000", "-o", file, "-e", &format!("trace={CALLS}")].map(str::to_owned)
}

/// The options of strace that kill a process before the call of this name and number, counted from 1.
///
/// With `--seccomp-bpf` strace is faster and never delivers the signal before most calls, which nobody would notice.
pub(crate) fn killing(call: &str, number: usize) -> [String; 8] {
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:signal=SIGKILL:when={number}"));
    ["strace", "-f", "-o", "/dev/null", "-e", &trace, "-e", &inject].map(str::to_owned)
}

/// Reads a trace of a process of one thread.
///
/// # Errors
/// If a line is none that strace writes.
pub(crate) fn parse(trace: &str) -> Result<Vec<Call>> {
    let lines = trace.lines().filter_map(|line| {
        let line = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        // Signals, the end, and a call that the end of the process cut off.
        let is_call = !line.starts_with(['+', '-']) && !line.ends_with(" = ?");
        (is_call && !line.ends_with("<unfinished ...>")).then_some(line)
    });
    lines.map(|line| call(line).ok_or_else(|| format!("no line of strace: {line:.120}").into())).collect()
}

fn call(line: &str) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, rest) = arguments(rest)?;
    let returned = rest.trim_start().strip_prefix("= ")?.split(' ').next()?.parse().ok()?;
    Some(Call {
        name: name.to_owned(),
        arguments,
        returned: Some(returned).filter(|returned| *returned >= 0),
    })
}

/// The arguments up to the closing parenthesis, and what follows it.
fn arguments(text: &str) -> Option<(Vec<String>, &str)> {
    let (mut arguments, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            // With -xx nothing in a string is escaped by a backslash and a quotation mark.
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'{' | b'[' => depth += 1,
            b')' if depth == 0 => {
                arguments.push(text[start..place].trim().to_owned());
                return Some((arguments, &text[place + 1..]));
            }
            b')' | b'}' | b']' => depth -= 1,
            b',' if depth == 0 => {
                arguments.push(text[start..place].trim().to_owned());
                start = place + 1;
            }
            _ => {}
        }
    }
    None
}

/// The bytes of `"\x61\x62"`; nothing if it is no string or strace has shortened it.
fn unescape(argument: &str) -> Option<Vec<u8>> {
    let inner = argument.strip_prefix('"')?.strip_suffix('"')?;
    let digits = inner.split("\\x").skip(1);
    digits.map(|digits| u8::from_str_radix(digits, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const TRACE: &str = r#"7 openat(AT_FDCWD, "\x2f\x74\x2f\x6c", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0666) = 3
7 pwrite64(3, "\x61\x2c\x0a", 3, 242) = 3
7 statx(3, "", AT_EMPTY_PATH, STATX_ALL, {stx_mask=STATX_ALL, stx_size=0, ...}) = 0
7 fdatasync(3) = -1 EIO (Input/output error) (INJECTED)
7 --- SIGCHLD {si_signo=SIGCHLD} ---
7 write(1, "\x61", 1 <unfinished ...>
7 exit_group(0) = ?
7 +++ exited with 0 +++
"#;

    #[test]
    fn calls_are_read() {
        let calls = parse(TRACE).unwrap();
        let names: Vec<&str> = calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!(names, ["openat", "pwrite64", "statx", "fdatasync"]);
        assert_eq!(calls[0].path(1), Some(PathBuf::from("/t/l")));
        assert!(calls[0].says("O_CREAT") && !calls[0].says("O_TRUNC"));
        assert!(calls[0].is_about(Path::new("/t")) && !calls[1].is_about(Path::new("/t")));
        assert_eq!((calls[1].bytes(1), calls[1].number(3)), (Some(b"a,\n".to_vec()), Some(242)));
        assert_eq!(calls[2].arguments.len(), 5);
        assert_eq!((calls[1].returned, calls[3].returned), (Some(3), None));
    }

    #[test]
    fn what_is_no_trace_is_refused() {
        assert!(parse("hello\n").is_err());
        assert_eq!(unescape("\"\\x61\"..."), None);
    }
}
