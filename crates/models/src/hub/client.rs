//! A client of one hub: timeouts, proxies, the token, pauses between attempts. It must not know repositories or files.

use std::thread::sleep;
use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, Result};
use ureq::Agent;
use ureq::http::Uri;

use super::request::{Body, Failure, Head, LOOK, Request};

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
        let request = Request { agent: self.agent.clone(), endpoint: self.endpoint.clone(), token: self.token.clone(), headers };
        request.send(url, cancel)
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

/// Whether an address is on this machine.
pub(crate) fn is_local(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    uri.host().is_some_and(|host| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
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
