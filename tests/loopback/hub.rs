//! A model hub on this machine's loopback, in plain threads: the list of a repository, files, large ones by way of a second host as on real hubs,
//! and every way in which a hub can disappoint.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Files from this size on are kept at the second host.
const LARGE: usize = 3_000;

/// How one answer disappoints.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The connection ends after so many bytes of the content.
    CutAfter(usize),
    /// Nothing more comes after so many bytes, for a time.
    StallAfter(usize, Duration),
    /// So many bytes at a time, with a pause.
    Slow(usize, Duration),
    /// A status without content, with headers.
    Status(u16, Vec<(&'static str, String)>),
    /// The whole file, whatever part was asked for.
    NoRanges,
    /// One byte is another.
    FlippedByte,
    /// Another ETag than the content's.
    Tag(&'static str),
    /// A page in place of the content.
    Page(&'static str),
}

/// What a client asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Whether at the second host.
    pub(crate) second: bool,
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
}

#[derive(Default)]
struct State {
    repository: String,
    commit: String,
    files: Vec<(String, Vec<u8>)>,
    /// For the next answers about a path, first one first.
    faults: HashMap<String, Vec<Fault>>,
    /// For every answer about a path.
    always: HashMap<String, Fault>,
    asked: Vec<Asked>,
    /// The list of files, where it is to be another than the true one.
    list: Option<String>,
}

/// A hub with one repository.
pub(crate) struct Hub {
    state: Arc<Mutex<State>>,
    first: SocketAddr,
    second: SocketAddr,
    over: Arc<AtomicBool>,
}

pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
pub(crate) const NEWER: &str = "89abcdef0123456789abcdef0123456789abcdef";

impl Hub {
    /// A hub that holds these files as `repository`.
    pub(crate) fn new(repository: &str, files: Vec<(String, Vec<u8>)>) -> Self {
        let state = State { repository: repository.to_owned(), commit: COMMIT.to_owned(), files, ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let over = Arc::new(AtomicBool::new(false));
        let listeners = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").expect("a port"));
        let [first, second] = [0, 1].map(|at: usize| listeners[at].local_addr().expect("an address"));
        for (at, listener) in listeners.into_iter().enumerate() {
            let (state, over) = (Arc::clone(&state), Arc::clone(&over));
            std::thread::spawn(move || {
                for connection in listener.incoming().flatten() {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let state = Arc::clone(&state);
                    std::thread::spawn(move || serve(connection, &state, at == 1, second));
                }
            });
        }
        Self { state, first, second, over }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.first)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next answer with the content of a path disappoints.
    pub(crate) fn fault(&self, path: &str, fault: Fault) -> &Self {
        self.state().faults.entry(path.to_owned()).or_default().push(fault);
        self
    }

    /// Every answer with the content of a path disappoints.
    pub(crate) fn always(&self, path: &str, fault: Fault) -> &Self {
        self.state().always.insert(path.to_owned(), fault);
        self
    }

    /// All is well again.
    pub(crate) fn mend(&self) {
        let mut state = self.state();
        state.always.clear();
        state.faults.clear();
        state.asked.clear();
        state.list = None;
    }

    /// The repository moves on.
    pub(crate) fn moves_to(&self, commit: &str, files: Vec<(String, Vec<u8>)>) {
        let mut state = self.state();
        state.commit = commit.to_owned();
        state.files = files;
    }

    /// The list of files is this text.
    pub(crate) fn lists(&self, list: &str) {
        self.state().list = Some(list.to_owned());
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    /// What was asked for a file's content.
    pub(crate) fn asked_for(&self, path: &str) -> Vec<Asked> {
        let second = self.state().files.iter().any(|(known, bytes)| known == path && bytes.len() >= LARGE);
        self.asked().into_iter().filter(|asked| asked.path.ends_with(path) && asked.second == second).collect()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // The listeners wait for a connection.
        drop(TcpStream::connect(self.first));
        drop(TcpStream::connect(self.second));
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn blob(bytes: &[u8]) -> String {
    let mut hasher = Sha1::new();
    hasher.update(format!("blob {}\0", bytes.len()));
    hasher.update(bytes);
    hasher.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

fn checksum(bytes: &[u8]) -> String {
    if bytes.len() >= LARGE { sha256(bytes) } else { blob(bytes) }
}

/// One request of one connection. A client that goes away is no failure.
fn serve(connection: TcpStream, state: &Mutex<State>, second: bool, other: SocketAddr) {
    let mut reader = BufReader::new(&connection);
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() || first.is_empty() {
        return;
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let answer = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked.push(Asked { second, path: path.clone(), headers: headers.clone() });
        answer(&mut state, &path, &headers, second, other)
    };
    let _ = answer.send(&connection);
    let _ = connection.shutdown(Shutdown::Both);
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    content: Vec<u8>,
    fault: Option<Fault>,
}

impl Answer {
    fn status(status: u16, code: &str) -> Self {
        let headers = if code.is_empty() { Vec::new() } else { vec![("X-Error-Code".to_owned(), code.to_owned())] };
        Self { status, headers, content: Vec::new(), fault: None }
    }

    fn send(mut self, mut to: &TcpStream) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} x\r\nConnection: close\r\nContent-Length: {}\r\n", self.status, self.content.len());
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        to.write_all((head + "\r\n").as_bytes())?;
        match self.fault {
            Some(Fault::CutAfter(bytes)) => to.write_all(&self.content[..bytes.min(self.content.len())]),
            Some(Fault::StallAfter(bytes, time)) => {
                to.write_all(&self.content[..bytes.min(self.content.len())])?;
                to.flush()?;
                sleep(time);
                Ok(())
            }
            Some(Fault::Slow(bytes, pause)) => self.content.chunks(bytes).try_for_each(|piece| {
                to.write_all(piece)?;
                to.flush()?;
                sleep(pause);
                Ok(())
            }),
            Some(Fault::FlippedByte) => {
                if let Some(byte) = self.content.last_mut() {
                    *byte ^= 1;
                }
                to.write_all(&self.content)
            }
            _ => to.write_all(&self.content),
        }?;
        // The client has read all of it before the connection is gone.
        to.shutdown(Shutdown::Write)?;
        to.set_read_timeout(Some(Duration::from_secs(2)))?;
        let _ = to.read(&mut [0]);
        Ok(())
    }
}

fn answer(state: &mut State, path: &str, headers: &HashMap<String, String>, second: bool, other: SocketAddr) -> Answer {
    let api = format!("/api/models/{}/revision/", state.repository);
    if let Some(rest) = path.strip_prefix(&api) {
        return match next_fault(state, "list") {
            Some(Fault::Status(status, more)) => refused(status, &more),
            _ if !rest.starts_with("main?") && !rest.starts_with(&state.commit) => Answer::status(404, "RevisionNotFound"),
            _ => Answer { status: 200, headers: Vec::new(), content: list(state).into_bytes(), fault: None },
        };
    }
    let resolve = [format!("/{}/resolve/{}/", state.repository, state.commit), format!("/{}/resolve/main/", state.repository)];
    let Some(name) = resolve.iter().find_map(|prefix| path.strip_prefix(prefix.as_str())) else {
        return Answer::status(if path.starts_with("/api/") { 401 } else { 404 }, if path.starts_with("/api/") { "RepoNotFound" } else { "" });
    };
    let Some(bytes) = state.files.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.clone()) else {
        return Answer::status(404, "EntryNotFound");
    };
    if bytes.len() >= LARGE && !second {
        let told = [
            ("Location", format!("http://{other}{path}")),
            ("X-Linked-ETag", format!("\"{}\"", sha256(&bytes))),
            ("X-Linked-Size", bytes.len().to_string()),
            ("X-Repo-Commit", state.commit.clone()),
            ("ETag", "\"of-the-redirect\"".to_owned()),
        ];
        return Answer { status: 302, headers: told.map(|(name, value)| (name.to_owned(), value)).to_vec(), content: Vec::new(), fault: None };
    }
    let fault = next_fault(state, name);
    if let Some(Fault::Status(status, more)) = &fault {
        return refused(*status, more);
    }
    if let Some(Fault::Page(text)) = &fault {
        let headers = vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())];
        return Answer { status: 200, headers, content: text.as_bytes().to_vec(), fault: None };
    }
    let tag = if let Some(Fault::Tag(tag)) = &fault { format!("\"{tag}\"") } else { format!("\"{}\"", checksum(&bytes)) };
    let fits = headers.get("if-range").is_none_or(|known| *known == tag);
    let start = headers.get("range").filter(|_| fits && !matches!(fault, Some(Fault::NoRanges))).and_then(|range| {
        let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((start.parse::<usize>().ok()?, end.parse::<usize>().map_or(bytes.len(), |end| (end + 1).min(bytes.len()))))
    });
    let mut told = vec![("ETag".to_owned(), tag)];
    match start {
        Some((start, end)) if start < bytes.len() => {
            told.push(("Content-Range".to_owned(), format!("bytes {start}-{}/{}", end - 1, bytes.len())));
            Answer { status: 206, headers: told, content: bytes[start..end].to_vec(), fault }
        }
        Some(_) => Answer::status(416, ""),
        None => Answer { status: 200, headers: told, content: bytes, fault },
    }
}

fn refused(status: u16, more: &[(&'static str, String)]) -> Answer {
    Answer { headers: more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(), ..Answer::status(status, "") }
}

fn next_fault(state: &mut State, path: &str) -> Option<Fault> {
    let queue = state.faults.entry(path.to_owned()).or_default();
    if queue.is_empty() { state.always.get(path).cloned() } else { Some(queue.remove(0)) }
}

/// The repository's files as the hub's API tells them.
fn list(state: &State) -> String {
    if let Some(list) = &state.list {
        return list.clone();
    }
    let files: Vec<String> = state
        .files
        .iter()
        .map(|(path, bytes)| {
            let large = if bytes.len() >= LARGE {
                format!(r#","lfs":{{"sha256":"{}","size":{},"pointerSize":134}}"#, sha256(bytes), bytes.len())
            } else {
                String::new()
            };
            format!(r#"{{"rfilename":"{path}","size":{},"blobId":"{}"{large}}}"#, bytes.len(), blob(bytes))
        })
        .collect();
    format!(
        r#"{{"id":"{}","sha":"{}","siblings":[{}],"cardData":{{"license":"mit","language":["zh","en"]}}}}"#,
        state.repository,
        state.commit,
        files.join(",")
    )
}
