//! One file from a hub to its place on disk: part file, resume, checksum. It must not know why the file is wanted.
//!
//! Beside `name.part` lies `name.part.tag`: which content the part belongs to, and the ETag of the server that sent it. A part of other content is
//! never continued. The file gets its name when its checksum has been compared and its bytes are on the disk.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::event::Run;

use super::checksum::{Checksum, Hashing, hash_file};
use super::client::{Client, give_up};
use super::listing::{Entry, Repository, busy, refusal};
use super::request::{Body, Failure, Head};

/// A file that is wanted.
pub(crate) struct Download<'a> {
    pub(crate) client: &'a Client,
    pub(crate) repository: &'a Repository,
    pub(crate) commit: &'a str,
    pub(crate) entry: &'a Entry,
    pub(crate) target: PathBuf,
}

/// A file that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fetched {
    pub(crate) size: u64,
    pub(crate) sha256: String,
    /// Whether the hub told a checksum, which the bytes then have.
    pub(crate) confirmed: bool,
}

/// What an attempt came to.
enum Attempt {
    Complete,
    /// The server refused for now, perhaps naming a pause.
    Later(u16, Option<std::time::Duration>),
    /// Another attempt may go on from here.
    Broken(Failure),
}

impl Download<'_> {
    /// Fetches the file, going on from what is there. `passed` is told how many of its bytes are there, which may become fewer.
    ///
    /// # Errors
    /// `NotFound`, `Download`, `Io`, `Cancelled` (what has come is kept).
    pub(crate) fn fetch(&self, run: Run<'_>, passed: &mut dyn FnMut(u64)) -> Result<Fetched> {
        let name = &self.entry.path;
        let mut checksum = self.entry.checksum.clone();
        if let Some(fetched) = self.there(checksum.as_ref(), run, passed)? {
            return Ok(fetched);
        }
        let mut part = Part::open(&self.target, self.entry, run, passed)?;
        let (mut attempt, mut furthest, mut restarted) = (0, part.length, false);
        loop {
            attempt += 1;
            let resumed = part.length > 0;
            match self.attempt(&mut part, &mut checksum, run, passed)? {
                Attempt::Complete => match part.finish(&self.target, checksum.as_ref())? {
                    Some(fetched) => return Ok(fetched),
                    // The older bytes may be to blame: once more, from the beginning.
                    None if resumed && !restarted => {
                        restarted = true;
                        run.notice(format!("`{name}` is not what its checksum says: it is fetched again from the beginning"));
                        part = Part::open(&self.target, self.entry, run, passed)?;
                    }
                    None => return Err(self.wrong()),
                },
                Attempt::Later(status, _) if attempt >= self.client.limits.attempts => return Err(busy(name, self.client.endpoint(), status)),
                Attempt::Later(status, asked) => {
                    run.notice(format!("`{}` is busy (status {status}): trying again", self.client.endpoint()));
                    self.client.pause(attempt, asked, run.cancel)?;
                }
                Attempt::Broken(Failure::Cancelled) => return Err(Error::cancelled()),
                Attempt::Broken(failure) => {
                    if part.length > furthest {
                        (furthest, attempt) = (part.length, 1);
                    }
                    if attempt >= self.client.limits.attempts || matches!(failure, Failure::Final(_)) {
                        return Err(give_up(name, self.client.endpoint(), failure));
                    }
                    run.notice(format!("the connection broke off after {} bytes of `{name}`: going on from there", part.length));
                    self.client.pause(attempt, None, run.cancel)?;
                }
            }
        }
    }

    fn wrong(&self) -> Error {
        Error::new(
            ErrorCode::Download,
            format!("`{}` came from `{}` with other content than its checksum says; it was removed", self.entry.path, self.client.endpoint()),
            "run the command again; if it happens again, try another hub with `--mirror URL`",
        )
    }

    /// The file, if it is complete already.
    fn there(&self, checksum: Option<&Checksum>, run: Run<'_>, passed: &mut dyn FnMut(u64)) -> Result<Option<Fetched>> {
        let Ok(there) = fs::metadata(&self.target) else { return Ok(None) };
        let mut hashing = Hashing::new(Some(there.len()));
        let size = read_through(&self.target, &mut hashing, run, passed)?;
        let hashes = hashing.finish();
        if checksum.is_some_and(|checksum| hashes.agree(checksum)) {
            return Ok(Some(Fetched { size, sha256: hashes.sha256, confirmed: true }));
        }
        passed(0);
        Ok(None)
    }

    fn attempt(&self, part: &mut Part, checksum: &mut Option<Checksum>, run: Run<'_>, passed: &mut dyn FnMut(u64)) -> Result<Attempt> {
        if self.entry.size.is_some_and(|size| part.length == size) {
            return Ok(Attempt::Complete);
        }
        let mut headers = Vec::new();
        if part.length > 0 {
            headers.push(("range", format!("bytes={}-", part.length)));
            // A weak tag does not promise the same bytes, and a server would refuse it here.
            if part.tag.starts_with('"') {
                headers.push(("if-range", part.tag.clone()));
            }
        }
        let url = format!("{}/{}/resolve/{}/{}", self.client.endpoint(), self.repository.as_str(), self.commit, encoded(&self.entry.path));
        let (head, body) = match self.client.open(&url, headers, run.cancel) {
            Ok(answer) => answer,
            Err(failure) => return Ok(Attempt::Broken(failure)),
        };
        if let Some(told) = head.first("x-linked-etag").or_else(|| head.first("etag")).and_then(Checksum::of_tag) {
            match checksum {
                None => *checksum = Some(told),
                // A tag of another kind (a mirror's own) says nothing.
                Some(known) => {
                    if std::mem::discriminant(known) == std::mem::discriminant(&told) && *known != told {
                        part.clear()?;
                        return Ok(Attempt::Broken(Failure::Final("the hub's list and its file have different checksums".to_owned())));
                    }
                }
            }
        }
        let tag = head.header("etag").unwrap_or_default().to_owned();
        let total = match head.status {
            206 if range_start(&head) == Some(part.length) && (part.tag.is_empty() || tag.is_empty() || part.tag == tag) => range_total(&head),
            // A page of a network that wants to be logged in to, or of a broken server: what has come of the file stays.
            200 if self.is_something_else(&head) => {
                return Ok(Attempt::Broken(Failure::Dropped("it sent something else than the file".to_owned())));
            }
            // The whole of it: the server knows no ranges, or the file has changed.
            200 => {
                part.restart(&tag)?;
                head.length()
            }
            206 | 416 => {
                part.clear()?;
                return Ok(Attempt::Broken(Failure::Dropped("the server sent another part of the file".to_owned())));
            }
            status => {
                return refusal(&head, &self.entry.path, self.repository, self.client)
                    .map_or_else(|| Ok(Attempt::Later(status, head.retry_after())), Err);
            }
        };
        if let (Some(total), Some(size)) = (total, self.entry.size)
            && total != size
        {
            part.clear()?;
            return Ok(Attempt::Broken(Failure::Final(format!("it has {total} bytes there instead of {size}"))));
        }
        let total = total.or(self.entry.size);
        passed(part.length);
        match part.receive(&body, total, run, passed)? {
            Some(failure) => Ok(Attempt::Broken(failure)),
            None => Ok(Attempt::Complete),
        }
    }

    /// Whether a server sends something else than the file.
    fn is_something_else(&self, head: &Head) -> bool {
        let page = head.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) && !self.entry.path.ends_with(".html");
        page || head.length().zip(self.entry.size).is_some_and(|(sent, size)| sent != size)
    }
}

/// A file that is coming.
struct Part {
    path: PathBuf,
    tag_path: PathBuf,
    /// The content it belongs to.
    content: String,
    /// The ETag of the server that sent it.
    tag: String,
    size: Option<u64>,
    length: u64,
    hashing: Hashing,
    file: File,
}

impl Part {
    /// Opens the part of a file, with what has come of this very content.
    fn open(target: &Path, entry: &Entry, run: Run<'_>, passed: &mut dyn FnMut(u64)) -> Result<Self> {
        let beside = |ending: &str| {
            let mut name = target.file_name().unwrap_or_default().to_owned();
            name.push(ending);
            target.with_file_name(name)
        };
        let (path, tag_path) = (beside(".part"), beside(".part.tag"));
        let content = format!("{} {}", entry.checksum.as_ref().map_or("", Checksum::hex), entry.size.map_or(String::new(), |size| size.to_string()));
        let note = fs::read_to_string(&tag_path).unwrap_or_default();
        let (known, tag) = note.split_once('\n').unwrap_or_default();
        let mut hashing = Hashing::new(entry.size);
        let fits = |length: u64| length > 0 && known == content && entry.size.is_none_or(|size| length <= size);
        let length = match fs::metadata(&path) {
            Ok(there) if fits(there.len()) => read_through(&path, &mut hashing, run, passed)?,
            _ => 0,
        };
        let mut options = File::options();
        if length == 0 {
            options.write(true).create(true).truncate(true);
        } else {
            options.append(true);
        }
        let file = options.open(&path).map_err(|e| Error::io("write", &path, &e))?;
        let tag = if length > 0 { tag.to_owned() } else { String::new() };
        Ok(Self { path, tag_path, content, tag, size: entry.size, length, hashing, file })
    }

    /// Empties the part: content with this ETag follows.
    fn restart(&mut self, tag: &str) -> Result<()> {
        self.file = File::create(&self.path).map_err(|e| Error::io("write", &self.path, &e))?;
        self.hashing = Hashing::new(self.size);
        self.length = 0;
        tag.clone_into(&mut self.tag);
        fs::write(&self.tag_path, format!("{}\n{tag}", self.content)).map_err(|e| Error::io("write", &self.tag_path, &e))
    }

    /// Empties the part and forgets where it came from.
    fn clear(&mut self) -> Result<()> {
        self.restart("")
    }

    /// Takes what comes; the failure if that was not all.
    fn receive(&mut self, body: &Body, total: Option<u64>, run: Run<'_>, passed: &mut dyn FnMut(u64)) -> Result<Option<Failure>> {
        loop {
            let piece = match body.next(run.cancel) {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(failure) => return Ok(Some(failure)),
            };
            if total.is_some_and(|total| self.length + piece.len() as u64 > total) {
                return Ok(Some(Failure::Final("more bytes came than the hub had told".to_owned())));
            }
            self.file.write_all(&piece).map_err(|e| Error::io("write", &self.path, &e))?;
            self.hashing.update(&piece);
            self.length += piece.len() as u64;
            passed(self.length);
        }
        match total {
            Some(total) if self.length < total => Ok(Some(Failure::Dropped(format!("{} of {total} bytes had come", self.length)))),
            _ => Ok(None),
        }
    }

    /// Gives a complete file its name. `None` if it is not what the checksum says; it is then removed.
    fn finish(&mut self, target: &Path, checksum: Option<&Checksum>) -> Result<Option<Fetched>> {
        let size = self.length;
        if self.size.is_none() {
            // Git's checksum begins with the size, which was not known until now.
            self.hashing = Hashing::new(Some(size));
            hash_file(&self.path, &mut self.hashing, &sidenote_engine::cancel::CancelToken::new(), |_| {})
                .map_err(|e| Error::io("read", &self.path, &e))?;
        }
        let hashes = self.hashing.clone().finish();
        if checksum.is_some_and(|checksum| !hashes.agree(checksum)) {
            fs::remove_file(&self.path).map_err(|e| Error::io("remove", &self.path, &e))?;
            let _ = fs::remove_file(&self.tag_path);
            return Ok(None);
        }
        self.file.sync_all().map_err(|e| Error::io("write", &self.path, &e))?;
        fs::rename(&self.path, target).map_err(|e| Error::io("write", target, &e))?;
        // A tag that is left is harmless: it has no part.
        let _ = fs::remove_file(&self.tag_path);
        Ok(Some(Fetched { size, sha256: hashes.sha256, confirmed: checksum.is_some() }))
    }
}

fn read_through(path: &Path, hashing: &mut Hashing, run: Run<'_>, passed: &mut dyn FnMut(u64)) -> Result<u64> {
    let mut there = 0;
    hash_file(path, hashing, run.cancel, |read| {
        there += read;
        passed(there);
    })
    .map_err(|e| if e.kind() == ErrorKind::Interrupted { Error::cancelled() } else { Error::io("read", path, &e) })
}

/// A path as a part of an address.
fn encoded(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'/');
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// `bytes 100-199/200`: 100.
fn range_start(head: &Head) -> Option<u64> {
    head.header("content-range")?.strip_prefix("bytes ")?.split_once('-')?.0.trim().parse().ok()
}

/// `bytes 100-199/200`: 200.
fn range_total(head: &Head) -> Option<u64> {
    head.header("content-range")?.rsplit_once('/')?.1.trim().parse().ok()
}
