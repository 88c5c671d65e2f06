//! What a repository holds at one commit, as the hub's API tells it. It must not know which of the files are wanted.
//!
//! One request (`/api/models/REPO/revision/REV?blobs=true`) gives the commit and every file with size and checksum, so that nothing moves between
//! the list and the downloads: they name the commit.

use serde::Deserialize;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};

use super::checksum::Checksum;
use super::client::{Client, give_up};
use super::request::{Failure, Head};
use crate::manifest::is_inside;

/// Bytes of an answer of the API.
const LONGEST: usize = 16 << 20;

/// `OWNER/NAME`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository(String);

impl Repository {
    /// Reads `OWNER/NAME`.
    ///
    /// # Errors
    /// `InvalidInput`.
    pub fn new(text: &str) -> Result<Self> {
        let part = |part: &str| {
            (1..=96).contains(&part.len())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
                && !part.starts_with(['.', '-'])
                && !part.contains("..")
        };
        match text.split_once('/') {
            Some((owner, name)) if part(owner) && part(name) => Ok(Self(text.to_owned())),
            _ => Err(Error::new(ErrorCode::InvalidInput, format!("`{text}` names no model of a hub"), "write it as OWNER/NAME")),
        }
    }

    /// `OWNER/NAME`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as a part of a folder's name.
    #[must_use]
    pub fn folder(&self) -> String {
        self.0.replace('/', "--")
    }
}

/// One file of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path in the repository, checked to stay inside.
    pub path: String,
    /// Bytes, if the hub tells.
    pub size: Option<u64>,
    /// Checksum, if the hub tells.
    pub checksum: Option<Checksum>,
}

/// A repository at one commit.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The commit, hex.
    pub commit: String,
    /// Its files.
    pub files: Vec<Entry>,
    /// Licence, if the hub tells.
    pub licence: String,
    /// Languages, if the hub tells.
    pub languages: String,
}

#[derive(Deserialize)]
struct Answer {
    sha: Option<String>,
    #[serde(default)]
    siblings: Vec<Sibling>,
    #[serde(rename = "cardData")]
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    #[serde(rename = "blobId")]
    blob: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    #[serde(alias = "oid")]
    sha256: Option<String>,
    size: Option<u64>,
}

#[derive(Default, Deserialize)]
struct Card {
    #[serde(default)]
    license: serde_json::Value,
    #[serde(default)]
    language: serde_json::Value,
}

impl Listing {
    /// Asks the hub.
    ///
    /// # Errors
    /// `NotFound` for an unknown repository or revision, `Download`, `Cancelled`.
    pub fn fetch(client: &Client, repository: &Repository, revision: &str, cancel: &CancelToken) -> Result<Self> {
        if revision.is_empty()
            || !revision.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
            || revision.contains("..")
        {
            return Err(Error::new(ErrorCode::InvalidInput, format!("`{revision}` is no revision"), "name a branch, a tag or a commit"));
        }
        let url = format!("{}/api/models/{}/revision/{}?blobs=true", client.endpoint(), repository.as_str(), revision.replace('/', "%2F"));
        let bytes = ask(client, &url, &format!("the list of files of {}", repository.as_str()), repository, cancel)?;
        let strange = |why: String| {
            Error::new(
                ErrorCode::Download,
                format!("`{}` answered with something that is no list of files of {}: {why}", client.endpoint(), repository.as_str()),
                "check that the address is a model hub, or try `--mirror auto`",
            )
        };
        let answer: Answer = serde_json::from_slice(&bytes).map_err(|e| strange(e.to_string()))?;
        let commit = answer.sha.filter(|sha| (7..=64).contains(&sha.len()) && sha.bytes().all(|b| b.is_ascii_hexdigit()));
        let commit = commit.ok_or_else(|| strange("there is no commit in it".to_owned()))?.to_ascii_lowercase();
        let mut files = Vec::with_capacity(answer.siblings.len());
        for sibling in answer.siblings {
            if !is_inside(&sibling.rfilename) {
                return Err(strange(format!("it names the file `{}`, outside the repository", sibling.rfilename)));
            }
            let (size, checksum) = match &sibling.lfs {
                Some(lfs) => (lfs.size.or(sibling.size), lfs.sha256.as_deref()),
                None => (sibling.size, sibling.blob.as_deref()),
            };
            files.push(Entry { path: sibling.rfilename, size, checksum: checksum.and_then(Checksum::of_hex) });
        }
        let card = answer.card.unwrap_or_default();
        Ok(Self { commit, files, licence: words(&card.license), languages: words(&card.language) })
    }

    /// The file at a path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&Entry> {
        self.files.iter().find(|entry| entry.path == path)
    }
}

/// A text, or a list of texts.
fn words(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(list) => list.iter().filter_map(|v| v.as_str()).take(12).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

fn ask(client: &Client, url: &str, what: &str, repository: &Repository, cancel: &CancelToken) -> Result<Vec<u8>> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let last = attempt >= client.limits.attempts;
        let outcome = client.open(url, Vec::new(), cancel).and_then(|(head, body)| Ok((body.all(LONGEST, cancel)?, head)));
        match outcome {
            Ok((bytes, head)) if head.status == 200 => return Ok(bytes),
            Ok((_, head)) => match refusal(&head, what, repository, client) {
                Some(error) => return Err(error),
                None if last => return Err(busy(what, client.endpoint(), head.status)),
                None => client.pause(attempt, head.retry_after(), cancel)?,
            },
            Err(Failure::Dropped(_)) if !last => client.pause(attempt, None, cancel)?,
            Err(failure) => return Err(give_up(what, client.endpoint(), failure)),
        }
    }
}

/// The error of a status that another attempt would not change.
pub(crate) fn refusal(head: &Head, what: &str, repository: &Repository, client: &Client) -> Option<Error> {
    let (endpoint, name) = (client.endpoint(), repository.as_str());
    let told = head.header("x-error-code").unwrap_or_default();
    let error = |code, message: String, hint: String| Some(Error::new(code, message, hint));
    match head.status {
        408 | 425 | 429 | 500 | 502 | 503 | 504 => None,
        401 | 403 if told == "GatedRepo" || (head.status == 403 && told.is_empty()) || (client.has_token() && told != "RepoNotFound") => error(
            ErrorCode::Download,
            format!("`{endpoint}` does not give {name} to everyone"),
            format!("accept its licence on {endpoint}/{name}, then set HF_TOKEN to a token of your account there"),
        ),
        404 if told == "EntryNotFound" => {
            error(ErrorCode::NotFound, format!("{what} is not on `{endpoint}`"), "check the name of the file".to_owned())
        }
        404 if told == "RevisionNotFound" => {
            error(ErrorCode::NotFound, format!("{name} has no such revision on `{endpoint}`"), "check the name given with --revision".to_owned())
        }
        401 | 404 => error(
            ErrorCode::NotFound,
            format!("there is no model {name} on `{endpoint}`"),
            "check the name; for a private model set HF_TOKEN to a token of your account".to_owned(),
        ),
        status => error(
            ErrorCode::Download,
            format!("`{endpoint}` refused {what} with status {status}"),
            "check the address, or try `--mirror auto`".to_owned(),
        ),
    }
}

/// The error of a server that stayed busy.
pub(crate) fn busy(what: &str, endpoint: &str, status: u16) -> Error {
    let why = if status == 429 { "asks for fewer requests (status 429)".to_owned() } else { format!("has a problem of its own (status {status})") };
    Error::new(
        ErrorCode::Download,
        format!("`{endpoint}` {why}, so {what} could not be had"),
        "what has come is kept: try again later, or try `--mirror auto`",
    )
}
