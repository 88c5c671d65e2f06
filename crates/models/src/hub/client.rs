//! One HTTP request at a time, on a thread of its own, so that a caller can leave at once. It follows redirects itself: what the hub says about a
//! file stands in the first answer, and the token must not reach another host. It must not know repositories or files.

use std::io::Read;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, Result};
use ureq::Agent;
use ureq::http::Uri;

/// How often a waiting caller looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(50);
/// Bytes that travel from the thread to the caller at once, and how many such pieces may wait.
const PIECE: usize = 128 * 1024;
const PIECES: usize = 8;
const MOST_REDIRECTS: usize = 10;

/// How patient a client is.
#[derive(Clone, Debug)]
pub struct Limits {
    /// To connect.
    pub connect: Duration,
    /// Without a byte.
    pub stall: Duration,
    /// Attempts without progress.
    pub attempts: u32,
    /// Before the second attempt; doubled for each further one.
    pub pause: Duration,
    /// The longest pause, also where the server asks for a longer one.
    pub longest_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(30),
            attempts: 5,
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(60),
        }
    }
}

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
    pub(crate) fn next(&self, cancel: &CancelToken) -> std::result::Result<Option<Vec<u8>>, Failure> {
        match wait_for(&self.0, cancel)? {
            Message::Piece(piece) => Ok(Some(piece)),
            Message::Failed(failure) => Err(failure),
            Message::End | Message::Head(_) => Ok(None),
        }
    }

    /// The whole content, at most `limit` bytes.
    pub(crate) fn all(&self, limit: usize, cancel: &CancelToken) -> std::result::Result<Vec<u8>, Failure> {
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

fn wait_for(messages: &Receiver<Message>, cancel: &CancelToken) -> std::result::Result<Message, Failure> {
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

/// A client of one hub.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    /// The hub's address without a slash at the end.
    endpoint: String,
    token: Option<String>,
    pub(crate) limits: Limits,
}

impl Client {
    /// A client of the hub at `endpoint`. Proxies are those of the environment; a hub on this machine is asked directly. The token is sent to the
    /// hub only, never along a redirect to another host, and never unencrypted to another machine.
    #[must_use]
    pub fn new(endpoint: &str, token: Option<String>, limits: Limits) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(limits.connect))
            .timeout_resolve(Some(limits.connect))
            .timeout_recv_response(Some(limits.stall))
            .timeout_per_read(Some(limits.stall))
            .timeout_per_write(Some(limits.stall))
            .user_agent(concat!("sidenote/", env!("CARGO_PKG_VERSION")));
        let local = is_local(endpoint);
        let config = if local { config.proxy(None) } else { config };
        let token = token.filter(|_| local || endpoint.starts_with("https://"));
        Self { agent: config.build().into(), endpoint: endpoint.trim_end_matches('/').to_owned(), token, limits }
    }

    /// The hub's address.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Whether a token is sent.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Sends a GET and waits for the beginning of the answer.
    pub(crate) fn open(&self, url: &str, headers: Vec<(&'static str, String)>, cancel: &CancelToken) -> std::result::Result<(Head, Body), Failure> {
        let (send, messages) = sync_channel(PIECES);
        let request = Request { agent: self.agent.clone(), endpoint: self.endpoint.clone(), token: self.token.clone(), headers };
        let url = url.to_owned();
        std::thread::Builder::new()
            .name("download".to_owned())
            .spawn(move || request.run(url, &send))
            .map_err(|e| Failure::Final(format!("a thread could not be started: {e}")))?;
        match wait_for(&messages, cancel)? {
            Message::Head(head) => Ok((head, Body(messages))),
            Message::Failed(failure) => Err(failure),
            Message::Piece(_) | Message::End => Err(Failure::Dropped("the connection ended".to_owned())),
        }
    }

    /// The pause before attempt `attempt` (from 1), or the one the server asked for.
    pub(crate) fn pause(&self, attempt: u32, asked: Option<Duration>, cancel: &CancelToken) -> Result<()> {
        let own = self.limits.pause.saturating_mul(1 << attempt.saturating_sub(1).min(10));
        let until = Instant::now() + asked.unwrap_or(own).min(self.limits.longest_pause);
        loop {
            cancel.check()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            sleep(left.min(LOOK));
        }
    }
}

/// What the thread of one request knows.
struct Request {
    agent: Agent,
    endpoint: String,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl Request {
    fn run(&self, mut url: String, send: &SyncSender<Message>) {
        let mut passed = Vec::new();
        for _ in 0..=MOST_REDIRECTS {
            let mut request = self.agent.get(&url);
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

/// Whether an address is on this machine.
fn is_local(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    uri.host().is_some_and(|host| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

fn same_host(url: &str, other: &str) -> bool {
    let (Ok(a), Ok(b)) = (url.parse::<Uri>(), other.parse::<Uri>()) else { return false };
    a.scheme() == b.scheme() && a.authority() == b.authority()
}

/// The address that a redirect leads to.
fn join(base: &str, target: &str) -> std::result::Result<String, String> {
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

/// The error of a failure that no attempt could mend.
pub(crate) fn give_up(what: &str, endpoint: &str, failure: Failure) -> Error {
    use sidenote_engine::error::ErrorCode::Download;
    const OFFLINE: &str = "check the connection; HTTPS_PROXY names a proxy, `--mirror auto` or HF_ENDPOINT another hub, and `sidenote models import` \
                           takes files that were fetched elsewhere";
    match failure {
        Failure::Cancelled => Error::cancelled(),
        Failure::Unreachable(why) => Error::new(Download, format!("`{endpoint}` could not be reached for {what}: {why}"), OFFLINE),
        Failure::Dropped(why) => Error::new(
            Download,
            format!("the download of {what} from `{endpoint}` broke off: {why}"),
            "what has come is kept: run the command again to go on from there, or try `--mirror auto`",
        ),
        Failure::Final(why) => Error::new(Download, format!("{what} could not be had from `{endpoint}`: {why}"), OFFLINE),
    }
}
