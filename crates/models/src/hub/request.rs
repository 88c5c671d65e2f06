//! One HTTP request on a thread of its own, so that a caller can leave at once. It follows redirects itself: what a hub says about a file stands in
//! the first answer, and the token must not reach another host. It must not know repositories, files or second attempts.

use std::io::Read;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use sidenote_engine::cancel::CancelToken;
use ureq::Agent;
use ureq::http::Uri;

/// How often a waiting caller looks whether it was cancelled.
pub(super) const LOOK: Duration = Duration::from_millis(50);
/// Bytes that travel from the thread to the caller at once, and how many such pieces may wait.
const PIECE: usize = 128 * 1024;
const PIECES: usize = 8;
const MOST_REDIRECTS: usize = 10;

/// Why a request came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no way to the server.
    Unreachable(String),
    /// The connection broke or stood still.
    Dropped(String),
    /// Trying again would change nothing.
    Final(String),
    /// The caller left.
    Cancelled,
}

/// The beginning of an answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Of the answer with the content.
    headers: Vec<(String, String)>,
    /// Of the redirects before it, first ones first.
    passed: Vec<(String, String)>,
}

impl Head {
    /// A header of the answer itself; `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// A header of the first answer that has it, redirects included.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        find(&self.passed, name).or_else(|| find(&self.headers, name))
    }

    pub(crate) fn length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }

    /// The pause a server asks for.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

enum Message {
    Head(Head),
    Piece(Vec<u8>),
    End,
    Failed(Failure),
}

/// The content of an answer, on its way.
pub(crate) struct Body(Receiver<Message>);

impl Body {
    /// The next piece; none at the end.
    pub(crate) fn next(&self, cancel: &CancelToken) -> Result<Option<Vec<u8>>, Failure> {
        match wait_for(&self.0, cancel)? {
            Message::Piece(piece) => Ok(Some(piece)),
            Message::Failed(failure) => Err(failure),
            Message::End | Message::Head(_) => Ok(None),
        }
    }

    /// The whole content, at most `limit` bytes.
    pub(crate) fn all(&self, limit: usize, cancel: &CancelToken) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next(cancel)? {
            bytes.extend(piece);
            if bytes.len() > limit {
                return Err(Failure::Final(format!("the answer is longer than {limit} bytes")));
            }
        }
        Ok(bytes)
    }
}

fn wait_for(messages: &Receiver<Message>, cancel: &CancelToken) -> Result<Message, Failure> {
    loop {
        if cancel.is_cancelled() {
            return Err(Failure::Cancelled);
        }
        match messages.recv_timeout(LOOK) {
            Ok(message) => return Ok(message),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Failure::Dropped("the connection ended".to_owned())),
        }
    }
}

/// What the thread of one request knows.
pub(super) struct Request {
    pub(super) agent: Agent,
    /// The host that the token is for.
    pub(super) endpoint: String,
    pub(super) token: Option<String>,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Request {
    /// Starts the thread and waits for the beginning of the answer.
    pub(super) fn send(self, url: &str, cancel: &CancelToken) -> Result<(Head, Body), Failure> {
        let (send, messages) = sync_channel(PIECES);
        let url = url.to_owned();
        std::thread::Builder::new()
            .name("download".to_owned())
            .spawn(move || self.run(url, &send))
            .map_err(|e| Failure::Final(format!("a thread could not be started: {e}")))?;
        match wait_for(&messages, cancel)? {
            Message::Head(head) => Ok((head, Body(messages))),
            Message::Failed(failure) => Err(failure),
            Message::Piece(_) | Message::End => Err(Failure::Dropped("the connection ended".to_owned())),
        }
    }

    fn run(&self, mut url: String, send: &SyncSender<Message>) {
        let mut passed = Vec::new();
        for _ in 0..=MOST_REDIRECTS {
            // Checksums are of the bytes as they are kept: nothing may pack them on the way.
            let mut request = self.agent.get(&url).header("accept-encoding", "identity");
            for (name, value) in &self.headers {
                request = request.header(*name, value);
            }
            if let Some(token) = self.token.as_ref().filter(|_| same_host(&url, &self.endpoint)) {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            let response = match request.call() {
                Ok(response) => response,
                Err(error) => return drop(send.send(Message::Failed(failure(error)))),
            };
            let status = response.status().as_u16();
            let headers: Vec<(String, String)> = response
                .headers()
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().to_ascii_lowercase(), value.to_str().ok()?.to_owned())))
                .collect();
            let target = find(&headers, "location").filter(|_| matches!(status, 301 | 302 | 303 | 307 | 308)).map(str::to_owned);
            if let Some(target) = target {
                match join(&url, &target) {
                    Ok(next) => url = next,
                    Err(why) => return drop(send.send(Message::Failed(Failure::Final(why)))),
                }
                passed.extend(headers);
                continue;
            }
            if send.send(Message::Head(Head { status, headers, passed })).is_err() {
                return;
            }
            return pass_on(response.into_body().into_reader(), send);
        }
        drop(send.send(Message::Failed(Failure::Final("it leads from one address to the next without end".to_owned()))));
    }
}

fn pass_on(mut reader: impl Read, send: &SyncSender<Message>) {
    loop {
        let mut piece = vec![0; PIECE];
        let message = match reader.read(&mut piece) {
            Ok(0) => Message::End,
            Ok(read) => {
                piece.truncate(read);
                Message::Piece(piece)
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            // Whatever it was, the beginning of the content has come: another attempt can go on from there.
            Err(error) => Message::Failed(Failure::Dropped(ureq::Error::from(error).to_string())),
        };
        let over = !matches!(message, Message::Piece(_));
        // The caller may have left.
        if send.send(message).is_err() || over {
            return;
        }
    }
}

fn failure(error: ureq::Error) -> Failure {
    use std::io::ErrorKind;
    let told = error.to_string();
    if told.contains("certificate") {
        return Failure::Final(format!("its certificate is not trusted ({told}); a wrong clock, or a proxy that opens connections, can be why"));
    }
    match error {
        ureq::Error::HostNotFound => Failure::Unreachable("its name is not known; is this machine online?".to_owned()),
        ureq::Error::ConnectionFailed | ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => Failure::Unreachable(told),
        ureq::Error::Io(e) => match e.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::AddrNotAvailable => {
                Failure::Unreachable(e.to_string())
            }
            // The name was not found: 11001 on Windows, elsewhere an error without a kind.
            _ if e.raw_os_error() == Some(11_001) || told.contains("lookup address") => {
                Failure::Unreachable("its name is not known; is this machine online?".to_owned())
            }
            _ => Failure::Dropped(e.to_string()),
        },
        ureq::Error::Timeout(_) => Failure::Dropped("nothing came for too long".to_owned()),
        ureq::Error::Protocol(_) | ureq::Error::BodyStalled => Failure::Dropped(told),
        _ => Failure::Final(told),
    }
}

fn same_host(url: &str, other: &str) -> bool {
    let (Ok(a), Ok(b)) = (url.parse::<Uri>(), other.parse::<Uri>()) else { return false };
    a.scheme() == b.scheme() && a.authority() == b.authority()
}

/// The address that a redirect leads to.
fn join(base: &str, target: &str) -> Result<String, String> {
    let uri = base.parse::<Uri>().map_err(|e| format!("`{base}` is no address: {e}"))?;
    let scheme = uri.scheme_str().unwrap_or("https");
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let next = if target.starts_with("http://") || target.starts_with("https://") {
        target.to_owned()
    } else if let Some(rest) = target.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if target.starts_with('/') {
        format!("{scheme}://{authority}{target}")
    } else {
        return Err(format!("it leads to `{target}`, which is no web address"));
    };
    if scheme == "https" && next.starts_with("http://") {
        return Err(format!("it leads from an encrypted address to one that is not: `{next}`"));
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_to_a_web_address_that_is_no_less_safe() {
        let from = "https://hub.example/a/b";
        assert_eq!(join(from, "https://files.example/c").as_deref(), Ok("https://files.example/c"));
        assert_eq!(join(from, "//files.example/c").as_deref(), Ok("https://files.example/c"));
        assert_eq!(join(from, "/c").as_deref(), Ok("https://hub.example/c"));
        assert!(join(from, "http://files.example/c").is_err_and(|why| why.contains("encrypted")));
        assert!(join(from, "ftp://files.example/c").is_err());
    }
}
