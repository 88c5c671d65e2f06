//! A generator behind an address that speaks as OpenAI's servers do, for a larger model on another machine. Off unless the person writes it into the
//! settings and chooses it; everything it is asked leaves the machine, and its spec says whereto. It must not know what the answers are used for.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{Ending, Generated, Generation, Generator, GeneratorSpec, Speaker};
use sidenote_engine::text::estimate_tokens;
use ureq::Agent;
use ureq::http::Uri;

use crate::hub::is_local;

/// How often a waiting caller looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(20);
/// To connect.
const CONNECT: Duration = Duration::from_secs(15);
/// Without a byte: a model that was not loaded yet takes its time.
const STALL: Duration = Duration::from_secs(180);
/// Without a word: bytes that only keep the connection open are no answer.
const WORDLESS: Duration = Duration::from_secs(180);
/// For a whole answer.
const WHOLE: Duration = Duration::from_secs(900);
/// Bytes that a token has at most: a server that sends more than was asked for is cut off there.
const TOKEN: usize = 16;
/// Bytes of one line; a server that sends more is no such server.
const LONGEST_LINE: u64 = 1 << 20;
/// Bytes that are read of what a server says instead of an answer.
const TOLD: usize = 4096;
/// What an event may have beside its data.
const FIELDS: [&str; 3] = ["event:", "id:", "retry:"];
/// Tokens that conversation and answer may have where the settings do not say.
const CONTEXT: usize = 8192;

/// What the person wrote about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointSettings {
    /// The address before `/chat/completions`, as in `https://host/v1`.
    pub url: String,
    /// The model's name there.
    pub model: String,
    /// The environment variable that holds the key; none where no key is needed. The key itself is in no file of ours.
    pub key_env: Option<String>,
    /// Tokens that conversation and answer may have together.
    pub context: Option<usize>,
}

impl EndpointSettings {
    /// The host that everything is sent to; none where that is this machine.
    ///
    /// # Errors
    /// `InvalidInput` if the address is none.
    pub fn leaves_machine_to(&self) -> Result<Option<String>> {
        let host = self.host()?;
        Ok((!self.is_local()).then_some(host))
    }

    /// The host that is asked, with its port where one is written.
    ///
    /// # Errors
    /// `InvalidInput` if the address is none.
    pub fn host(&self) -> Result<String> {
        let url = self.address();
        let uri = url.parse::<Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
        let host = uri.and_then(|uri| {
            let port = uri.port().map_or(String::new(), |port| format!(":{port}"));
            uri.host().map(|host| format!("{host}{port}"))
        });
        host.ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidInput,
                format!("`models.endpoint.url` is `{url}`, which is no web address"),
                "write it as in `https://host/v1`",
            )
        })
    }

    /// Whether that is this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        is_local(self.address())
    }

    fn address(&self) -> &str {
        self.url.trim().trim_end_matches('/')
    }
}

/// A generator on another machine.
pub struct Remote {
    spec: Arc<GeneratorSpec>,
    url: String,
    model: String,
    key: Option<String>,
    key_env: Option<String>,
    agent: Agent,
    wordless: Duration,
    whole: Duration,
}

impl Remote {
    /// A handle; nothing is sent yet. `key` looks up an environment variable.
    ///
    /// # Errors
    /// `InvalidInput` if the address is none, if a key is to go unencrypted to another machine, or if the key's variable is not set.
    pub fn new(settings: &EndpointSettings, key: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let url = settings.address().to_owned();
        let refuse = |why: String, hint: &str| Error::new(ErrorCode::InvalidInput, why, hint);
        let (host, local) = (settings.host()?, settings.is_local());
        let found = match &settings.key_env {
            None => None,
            Some(name) => Some(key(name).filter(|key| !key.is_empty()).ok_or_else(|| {
                refuse(
                    format!("the environment variable `{name}`, which is to hold the endpoint's key, is not set"),
                    "set it, or leave out `key_env`",
                )
            })?),
        };
        if found.is_some() && !local && !url.starts_with("https://") {
            return Err(refuse(format!("the key would go to {host} unencrypted"), "write an address that begins with https://"));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect could lead the conversation to a host that nobody chose.
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_resolve(Some(CONNECT))
            .timeout_recv_response(Some(STALL))
            .timeout_per_read(Some(STALL))
            .timeout_per_write(Some(STALL))
            .user_agent(concat!("sidenote/", env!("CARGO_PKG_VERSION")));
        let config = if local { config.proxy(None) } else { config };
        Ok(Self {
            spec: Arc::new(GeneratorSpec {
                name: settings.model.clone(),
                context: settings.context.unwrap_or(CONTEXT),
                leaves_machine_to: (!local).then_some(host),
                notice: None,
            }),
            url: format!("{url}/chat/completions"),
            model: settings.model.clone(),
            key: found,
            key_env: settings.key_env.clone(),
            agent: config.build().into(),
            wordless: WORDLESS,
            whole: WHOLE,
        })
    }

    /// The same with other limits: how long it may say no word, and how long a whole answer may take.
    #[must_use]
    pub fn within(self, wordless: Duration, whole: Duration) -> Self {
        Self { wordless, whole, ..self }
    }

    /// For the person.
    fn host(&self) -> &str {
        self.spec.leaves_machine_to.as_deref().unwrap_or("this machine")
    }

    /// What is sent.
    fn body(&self, request: &Generation<'_>) -> Value {
        let messages: Vec<Value> = request
            .messages
            .iter()
            .map(|message| {
                let role = match message.speaker {
                    Speaker::System => "system",
                    Speaker::User => "user",
                    Speaker::Assistant => "assistant",
                };
                json!({ "role": role, "content": message.text })
            })
            .collect();
        let mut body = json!({
            "model": self.model,
            "messages": messages,
            LIMIT: request.limit,
            "temperature": request.sampling.temperature,
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        // What every server understands is always sent, the rest only where it matters.
        if request.sampling.temperature > 0.0 {
            body["seed"] = json!(request.sampling.seed);
            if request.sampling.top_p < 1.0 {
                body["top_p"] = json!(request.sampling.top_p);
            }
        }
        body
    }
}

impl Generator for Remote {
    fn spec(&self) -> Arc<GeneratorSpec> {
        Arc::clone(&self.spec)
    }

    fn count(&self, text: &str) -> Result<usize> {
        Ok(estimate_tokens(text))
    }

    fn generate(&self, request: &Generation<'_>, say: &mut dyn FnMut(&str), cancel: &CancelToken) -> Result<Generated> {
        cancel.check()?;
        let mut generated = Generated { prompt_tokens: 0, reused_tokens: 0, new_tokens: 0, ending: Ending::Complete };
        let (send, parts) = sync_channel(16);
        let post = Post {
            agent: self.agent.clone(),
            url: self.url.clone(),
            key: self.key.clone(),
            key_env: self.key_env.clone(),
            body: self.body(request),
            host: self.host().to_owned(),
        };
        let thread = std::thread::Builder::new().name("endpoint".to_owned());
        thread.spawn(move || post.run(&send)).map_err(|e| Error::internal(format!("a thread could not be started: {e}")))?;
        let mut said = String::new();
        let began = Instant::now();
        let mut last = began;
        loop {
            match parts.recv_timeout(LOOK) {
                Ok(Part::Text(text)) => {
                    last = Instant::now();
                    said.push_str(&text);
                    say(&text);
                    if said.len() > TOKEN * request.limit {
                        // It does not keep to what it was asked for.
                        generated.ending = Ending::Limit;
                        break;
                    }
                }
                Ok(Part::Ending(ending)) => generated.ending = ending,
                Ok(Part::Usage { prompt, new }) => (generated.prompt_tokens, generated.new_tokens) = (prompt, new),
                Ok(Part::Failed(error)) => return Err(error),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            // The thread ends when it finds nobody listening.
            cancel.check()?;
            if last.elapsed() > self.wordless {
                return Err(failed(self.host(), &format!("it said no word for {} s", self.wordless.as_secs())));
            }
            if began.elapsed() > self.whole {
                return Err(failed(self.host(), &format!("it was not finished after {} s", self.whole.as_secs())));
            }
        }
        if generated.prompt_tokens == 0 {
            generated.prompt_tokens = request.messages.iter().map(|message| estimate_tokens(&message.text)).sum();
        }
        if generated.new_tokens == 0 {
            generated.new_tokens = estimate_tokens(&said);
        }
        Ok(generated)
    }
}

/// What comes from the thread of a request.
enum Part {
    Text(String),
    Ending(Ending),
    Usage { prompt: usize, new: usize },
    Failed(Error),
}

/// One request on a thread of its own, so that the caller can leave at once.
struct Post {
    agent: Agent,
    url: String,
    key: Option<String>,
    key_env: Option<String>,
    body: Value,
    host: String,
}

/// The names of how many tokens an answer may have: the one that every server knows, and the one that newer models of OpenAI want instead.
const LIMIT: &str = "max_tokens";
const NEWER_LIMIT: &str = "max_completion_tokens";

impl Post {
    fn run(&self, parts: &SyncSender<Part>) {
        if let Err(error) = self.stream(parts) {
            // The caller may have left.
            drop(parts.send(Part::Failed(error)));
        }
    }

    /// Sends a question; the status, where it is said to be answered instead, and what is answered.
    fn send(&self, body: &Value) -> Result<(u16, Option<String>, impl BufRead + use<>)> {
        let mut request = self.agent.post(&self.url).header("content-type", "application/json").header("accept", "text/event-stream");
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let response = request.send(body.to_string().as_bytes()).map_err(|e| self.failed(&e.to_string()))?;
        let status = response.status();
        let elsewhere =
            response.headers().get("location").filter(|_| status.is_redirection()).and_then(|place| place.to_str().ok()).map(str::to_owned);
        Ok((status.as_u16(), elsewhere, BufReader::new(response.into_body().into_reader())))
    }

    /// The question in the words that a server asks for; none where it asks for no others.
    fn reworded(&self, status: u16, told: &str) -> Option<Value> {
        let mut body = self.body.clone();
        let limit = body.as_object_mut()?.remove(LIMIT).filter(|_| status == 400 && told.contains(NEWER_LIMIT))?;
        body[NEWER_LIMIT] = limit;
        Some(body)
    }

    fn stream(&self, parts: &SyncSender<Part>) -> Result<()> {
        let (mut status, mut elsewhere, mut reader) = self.send(&self.body)?;
        if status != 200 {
            let said = told(reader);
            let body = self.reworded(status, &said);
            let Some(body) = body else { return Err(self.refused(status, elsewhere.as_deref(), &said)) };
            (status, elsewhere, reader) = self.send(&body)?;
            if status != 200 {
                return Err(self.refused(status, elsewhere.as_deref(), &told(reader)));
            }
        }
        // Whether an event came at all, and one that ends the answer; what came that is no part of any.
        let (mut begun, mut ended) = (false, false);
        let mut strange = String::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(|e| self.failed(&e.to_string()))?;
            if read as u64 == LONGEST_LINE {
                return Err(self.failed("it sent a line of more than 1 MB"));
            }
            let whole = line.last() == Some(&b'\n');
            if !whole && !ended && (begun || line.starts_with(b"data:")) {
                // A server that closes without saying so has been stopped in the middle.
                return Err(self.failed("the answer broke off"));
            }
            let text = std::str::from_utf8(&line).map_err(|_| self.failed("it sent what is no UTF-8"))?;
            let Some(data) = text.trim_end().strip_prefix("data:").map(str::trim_start) else {
                if !text.starts_with([':', '\n', '\r']) && !FIELDS.iter().any(|field| text.starts_with(field)) && strange.len() < TOLD {
                    strange.push_str(text);
                }
                if !whole {
                    return if ended { Ok(()) } else { Err(self.no_stream(&strange)) };
                }
                continue;
            };
            if data == "[DONE]" {
                return if begun { Ok(()) } else { Err(self.no_stream(&strange)) };
            }
            let event: Value = serde_json::from_str(data).map_err(|_| self.failed("it sent what is no JSON"))?;
            if let Some(why) = event["error"]["message"].as_str() {
                return Err(self.failed(why));
            }
            let choice = &event["choices"][0];
            begun |= choice.is_object();
            let mut out = Vec::new();
            if let Some(text) = choice["delta"]["content"].as_str().filter(|text| !text.is_empty()) {
                out.push(Part::Text(text.to_owned()));
            }
            if let Some(reason) = choice["finish_reason"].as_str() {
                ended = true;
                out.push(Part::Ending(if reason == "length" { Ending::Limit } else { Ending::Complete }));
            }
            let count = |name: &str| event["usage"][name].as_u64().and_then(|n| usize::try_from(n).ok());
            if let (Some(prompt), Some(new)) = (count("prompt_tokens"), count("completion_tokens")) {
                out.push(Part::Usage { prompt, new });
            }
            for part in out {
                if parts.send(part).is_err() {
                    return Ok(());
                }
            }
        }
    }

    /// The error of a server that sent something else than events.
    fn no_stream(&self, sent: &str) -> Error {
        let start = sent.trim_start().to_ascii_lowercase();
        if start.is_empty() {
            return self.failed("its answer was empty");
        }
        if let Some(why) = objection(sent) {
            return self.failed(&why);
        }
        let page = start.starts_with("<!doctype") || start.starts_with("<html");
        self.failed(if page { "it sent a web page" } else { "it sent no answer that comes bit by bit" })
    }

    fn refused(&self, status: u16, elsewhere: Option<&str>, told: &str) -> Error {
        if let Some(place) = elsewhere {
            let place: String = place.chars().take(200).collect();
            return Error::new(
                ErrorCode::ModelUnavailable,
                format!("the endpoint on {} could not answer: it sends on to {place}", self.host),
                "nothing was sent there: if you trust that address, write it into `models.endpoint.url`",
            );
        }
        let why = objection(told).map_or(format!("it answered with status {status}"), |told| format!("it answered with status {status}: {told}"));
        let hint = match (status, &self.key_env) {
            (401 | 403, Some(name)) => format!("look whether the key in `{name}` is right"),
            (401 | 403, None) => "it wants a key: name the variable that holds it in `models.endpoint.key_env`".to_owned(),
            (404, _) => "look whether `models.endpoint.url` and `model` are right".to_owned(),
            _ => "try again later, or choose another generator with `sidenote models use`".to_owned(),
        };
        Error::new(ErrorCode::ModelUnavailable, format!("the endpoint on {} could not answer: {why}", self.host), hint)
    }

    fn failed(&self, why: &str) -> Error {
        failed(&self.host, why)
    }
}

/// What a server has against a question, as JSON says it.
fn objection(told: &str) -> Option<String> {
    let told = serde_json::from_str::<Value>(told).ok()?;
    let error = &told["error"];
    Some(error["message"].as_str().or(error.as_str())?.chars().take(TOLD).collect())
}

/// What a server that refuses says about it.
fn told(reader: impl Read) -> String {
    let mut text = String::new();
    // What cannot be read says nothing more than the status.
    let _ = reader.take(TOLD as u64).read_to_string(&mut text);
    text
}

fn failed(host: &str, why: &str) -> Error {
    Error::new(
        ErrorCode::ModelUnavailable,
        format!("the endpoint on {host} could not answer: {why}"),
        "look whether its address in `[models] endpoint` is right and it is running, or choose another generator with `sidenote models use`",
    )
}
