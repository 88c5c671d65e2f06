//! The chat template inside a GGUF file: a conversation as the one text that the model was taught to go on from. It must not know tokens or the
//! network.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{Environment, ErrorKind, State, Value, context};
use minijinja_contrib::pycompat::unknown_method_callback;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{Message, Speaker};

use super::gguf::Gguf;
use super::vocabulary::{GUARDS, Vocabulary, mark};

const NAME: &str = "chat";

/// Steps that a template may take, and bytes that it may make for each.
const FUEL: u64 = 2_000_000;
const BYTES_OF_FUEL: usize = 64;
/// Bytes that it may add to the messages, and how many times it may say these.
const MOST_ADDED: usize = 1 << 20;
const MOST_TIMES: usize = 4;
/// The widest place that a text may leave for a value.
const WIDEST: usize = 10_000;

/// What begins the thoughts of models that can think aloud, and what ends thoughts that are none.
const THINK: &str = "<think>";
const THOUGHT: &str = "\n\n</think>\n\n";

/// A chat template.
pub struct Template {
    environment: Environment<'static>,
    first: String,
    last: String,
}

/// A message as templates see it.
struct Line {
    role: &'static str,
    content: String,
}

impl Template {
    /// Reads the template of a file.
    ///
    /// # Errors
    /// `ModelUnavailable` if there is none, or one that cannot be understood.
    pub fn read(gguf: &Gguf) -> Result<Self> {
        let source = gguf.text("tokenizer.chat_template").ok_or_else(|| {
            failed(
                "it has no chat template, so it was not taught to answer",
                "choose a model made for conversations: their names often end in Instruct or Chat",
            )
        })?;
        let token = |name: &str| mark(gguf, gguf.number(&format!("tokenizer.ggml.{name}_token_id")).and_then(|id| u32::try_from(id).ok()));
        Self::new(source, token("bos"), token("eos"))
    }

    /// A template with the texts of the tokens that begin and end a text.
    ///
    /// # Errors
    /// `ModelUnavailable` if it cannot be understood.
    pub fn new(source: &str, first: String, last: String) -> Result<Self> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(|e| unreadable(&e))?;
        environment.set_syntax(syntax);
        environment.set_unknown_method_callback(method);
        environment.add_function("raise_exception", |why: String| -> std::result::Result<Value, minijinja::Error> {
            Err(minijinja::Error::new(ErrorKind::InvalidOperation, why))
        });
        // The one that comes along writes `<` for HTML pages, which the model would read as such.
        environment.add_filter("tojson", |value: Value| json(&value).map(Value::from_safe_string));
        // A template comes from the network: it must end.
        environment.set_fuel(Some(FUEL));
        environment.add_template_owned(NAME, source.to_owned()).map_err(|e| unreadable(&e))?;
        Ok(Self { environment, first, last })
    }

    /// The conversation as one text that ends where the model begins to answer. Marks inside messages are guarded, so that they stay text; returns
    /// the guard too.
    ///
    /// # Errors
    /// `ModelUnavailable` if the template refuses the conversation.
    pub fn render(&self, messages: &[Message], vocabulary: &Vocabulary) -> Result<(String, char)> {
        // The first one that indeed is in none of these texts.
        let guard = GUARDS.into_iter().find(|guard| !messages.iter().any(|message| message.text.contains(*guard)));
        let guard = guard.ok_or_else(|| Error::new(ErrorCode::InvalidInput, "the conversation holds characters that no text may hold", ""))?;
        let lines: Vec<Line> = messages
            .iter()
            .map(|message| Line {
                role: match message.speaker {
                    Speaker::System => "system",
                    Speaker::User => "user",
                    Speaker::Assistant => "assistant",
                },
                content: vocabulary.guarded(&message.text, guard),
            })
            .collect();
        let text = self.rendered(&lines).or_else(|error| match without_system(lines) {
            // Some models know no rules beside what the person says.
            Some(lines) => self.rendered(&lines),
            None => Err(error),
        });
        Ok((without_thoughts(text.map_err(|e| unreadable(&e))?), guard))
    }

    fn rendered(&self, messages: &[Line]) -> std::result::Result<String, minijinja::Error> {
        let most = MOST_ADDED + MOST_TIMES * messages.iter().map(|line| line.content.len()).sum::<usize>();
        let messages = messages.iter().map(|line| context! { role => line.role, content => line.content.as_str() });
        let text = self.environment.get_template(NAME)?.render(context! {
            messages => messages.collect::<Vec<Value>>(),
            tools => (),
            documents => (),
            add_generation_prompt => true,
            // Models that can think aloud before they answer do not: the answer is read, and checked, sentence by sentence.
            enable_thinking => false,
            bos_token => self.first.as_str(),
            eos_token => self.last.as_str(),
        })?;
        if text.len() > most {
            return Err(minijinja::Error::new(ErrorKind::InvalidOperation, "it makes a text that is far longer than the conversation"));
        }
        Ok(text)
    }
}

/// Python's methods. Those that can make a long text of short ones are the filters of the same name: these ask for fuel before they ask for memory.
fn method(state: &mut State<'_, '_>, value: &Value, name: &str, args: &[Value]) -> std::result::Result<Value, minijinja::Error> {
    match (name, args, value.kind()) {
        ("replace", [old, new], ValueKind::String) => state.apply_filter(name, &[value.clone(), old.clone(), new.clone()]),
        ("replace", ..) => Err(minijinja::Error::new(ErrorKind::InvalidOperation, "`replace` takes two texts")),
        ("join", [parts], ValueKind::String) => state.apply_filter(name, &[parts.clone(), value.clone()]),
        ("format", _, ValueKind::String) => {
            let (form, longest) = (value.to_string(), args.iter().map(|arg| arg.to_string().len()).max().unwrap_or(0));
            if form.split(':').skip(1).any(|part| wide(part.split('}').next().unwrap_or_default())) {
                return Err(minijinja::Error::new(ErrorKind::InvalidOperation, "`format` asks for too much room"));
            }
            state.consume_fuel((form.matches('{').count().saturating_mul(longest + WIDEST)).div_ceil(BYTES_OF_FUEL) as u64)?;
            unknown_method_callback(state, value, name, args)
        }
        _ => unknown_method_callback(state, value, name, args),
    }
}

/// Whether a place in a text to be filled in is wider than any line, or as wide as some value says.
fn wide(part: &str) -> bool {
    let digits = part.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    part.contains('{') || digits >= WIDEST.to_string().len()
}

/// Ends the thoughts that some templates begin whatever they are told: nobody would see the mark that opens them in what the model says.
fn without_thoughts(text: String) -> String {
    match text.trim_end() {
        open if open.ends_with(THINK) => format!("{open}{THOUGHT}"),
        _ => text,
    }
}

/// The rules put before what the person says first; `None` where there are no rules, or nobody to say them.
fn without_system(mut lines: Vec<Line>) -> Option<Vec<Line>> {
    if lines.first()?.role != "system" {
        return None;
    }
    let rules = lines.remove(0).content;
    let first = lines.first_mut().filter(|line| line.role == "user")?;
    first.content = format!("{rules}\n\n{}", first.content);
    Some(lines)
}

/// JSON as Python writes it, which templates are made for: a space after each comma and colon.
fn json(value: &Value) -> std::result::Result<String, minijinja::Error> {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    Ok(match value.kind() {
        ValueKind::Undefined | ValueKind::None => "null".to_owned(),
        ValueKind::Seq | ValueKind::Iterable => {
            let parts = value.try_iter()?.map(|part| json(&part)).collect::<std::result::Result<Vec<_>, _>>()?;
            format!("[{}]", parts.join(", "))
        }
        ValueKind::Map => {
            let pair = |key: Value| Ok(format!("{}: {}", text(&key.to_string()), json(&value.get_item(&key)?)?));
            let parts = value.try_iter()?.map(pair).collect::<std::result::Result<Vec<_>, minijinja::Error>>()?;
            format!("{{{}}}", parts.join(", "))
        }
        ValueKind::Bool | ValueKind::Number => value.to_string(),
        _ => text(&value.to_string()),
    })
}

fn unreadable(error: &minijinja::Error) -> Error {
    failed(&format!("its chat template failed: {error}"), "choose another file of the model, or another model")
}

fn failed(why: &str, hint: &str) -> Error {
    Error::new(ErrorCode::ModelUnavailable, format!("the model cannot be used: {why}"), hint)
}
