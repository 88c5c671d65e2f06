//! Which hub is asked: the one the environment names, the one the person names, or the fastest of those known. It must not know what is fetched.

use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};

use super::client::{Client, Limits};

/// The hub that is asked where nothing else is said.
const HUB: &str = "https://huggingface.co";
/// Hubs that `--mirror auto` tries.
const KNOWN: [&str; 2] = [HUB, "https://hf-mirror.com"];
/// Hubs to try instead, separated by commas.
const VARIABLE: &str = "SIDENOTE_MIRRORS";
/// What a speed test fetches, and how long it may take.
const SAMPLE: u64 = 512 * 1024;
const PATIENCE: Duration = Duration::from_secs(8);
/// A small file of a repository that every hub has.
const PROBE: &str = "BAAI/bge-small-zh-v1.5/resolve/main/tokenizer.json";

/// A hub and what may be sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its address.
    pub url: String,
    /// The token for it. A hub that was named on the command line or found by a speed test gets none.
    token: Option<String>,
    /// What the person should know.
    pub notices: Vec<String>,
}

/// How fast a hub answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Its address.
    pub url: String,
    /// Bytes per second; none if it did not answer.
    pub rate: Option<f64>,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

impl Endpoint {
    /// The hub to ask: `mirror` (an address, or `auto` for the fastest), else `HF_ENDPOINT`, else the public one.
    ///
    /// # Errors
    /// `InvalidInput` for something that is no address, `Download` if none answers, `Cancelled`.
    pub fn choose(mirror: Option<&str>, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        let token = variable("HF_TOKEN");
        let withheld = token.as_ref().map(|_| "HF_TOKEN is not sent to a mirror; to use it there, name the mirror in HF_ENDPOINT".to_owned());
        match mirror {
            None => {
                let (url, source) = variable("HF_ENDPOINT").map_or((HUB.to_owned(), "the public hub"), |url| (url, "HF_ENDPOINT"));
                Ok(Self { url: checked(&url, source)?, token, notices: Vec::new() })
            }
            Some("auto") => {
                let measured = measure(limits, cancel)?;
                let best = measured.iter().filter(|m| m.rate.is_some()).max_by(|a, b| a.rate.unwrap_or(0.0).total_cmp(&b.rate.unwrap_or(0.0)));
                let Some(best) = best else {
                    let tried: Vec<String> = measured.iter().map(|m| format!("`{}`", m.url)).collect();
                    return Err(Error::new(
                        ErrorCode::Download,
                        format!("no hub answered: {}", tried.join(", ")),
                        "check the connection; HTTPS_PROXY names a proxy, and `sidenote models import` takes files that were fetched elsewhere",
                    ));
                };
                let told: Vec<String> = measured
                    .iter()
                    .map(|m| m.rate.map_or_else(|| format!("{} did not answer", m.url), |rate| format!("{} {:.1} MB/s", m.url, rate / 1e6)))
                    .collect();
                let notices = std::iter::once(format!("using {} ({})", best.url, told.join("; "))).chain(withheld).collect();
                Ok(Self { url: best.url.clone(), token: None, notices })
            }
            Some(url) => Ok(Self { url: checked(url, "--mirror")?, token: None, notices: withheld.into_iter().collect() }),
        }
    }

    /// Whether the environment says which hub is asked.
    #[must_use]
    pub fn is_named() -> bool {
        variable("HF_ENDPOINT").is_some()
    }

    /// A client of this hub.
    #[must_use]
    pub fn client(&self, limits: Limits) -> Client {
        Client::new(&self.url, self.token.clone(), limits)
    }
}

fn checked(url: &str, source: &str) -> Result<String> {
    let url = url.trim().trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => Ok(url.to_owned()),
        _ => Err(Error::new(
            ErrorCode::InvalidInput,
            format!("{source} names `{url}`, which is no address of a hub"),
            "write it with https:// in front, for example https://hf-mirror.com, or `--mirror auto`",
        )),
    }
}

/// Fetches the same small file from every known hub, side by side.
fn measure(limits: &Limits, cancel: &CancelToken) -> Result<Vec<Measured>> {
    let hubs: Vec<String> = match variable(VARIABLE) {
        Some(list) => list.split(',').map(|url| checked(url, VARIABLE)).collect::<Result<_>>()?,
        None => KNOWN.iter().map(|&url| url.to_owned()).collect(),
    };
    let measured = std::thread::scope(|scope| {
        let running: Vec<_> = hubs
            .iter()
            .map(|url| {
                scope.spawn(move || {
                    let client = Client::new(url, None, Limits { connect: PATIENCE, stall: PATIENCE, ..limits.clone() });
                    Measured { url: url.clone(), rate: rate(&client, cancel) }
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().map_err(|_| Error::internal("a speed test panicked"))).collect::<Result<Vec<_>>>()
    })?;
    cancel.check()?;
    Ok(measured)
}

/// Bytes per second, the connection included.
fn rate(client: &Client, cancel: &CancelToken) -> Option<f64> {
    let began = Instant::now();
    let url = format!("{}/{PROBE}", client.endpoint());
    let (head, body) = client.open(&url, vec![("range", format!("bytes=0-{}", SAMPLE - 1))], cancel).ok()?;
    // A page of a network that wants to be logged in to is no fast hub.
    let page = head.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    if page || !matches!(head.status, 200 | 206) {
        return None;
    }
    let mut bytes = 0;
    while bytes < SAMPLE && began.elapsed() < PATIENCE {
        match body.next(cancel) {
            Ok(Some(piece)) => bytes += piece.len() as u64,
            Ok(None) => break,
            Err(_) => return None,
        }
    }
    // A fraction of a megabyte is exact in either type.
    (bytes > 0).then(|| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / began.elapsed().as_secs_f64().max(1e-6))
}
