//! Text to tokens and back, by the tokenizer inside a GGUF file: byte-level BPE or SentencePiece. It must not know the network or the form of a conversation.
//!
//! Marks that control the model (`<|im_end|>`) are tokens only where the chat template put them; in any other text they are letters.

use aho_corasick::{AhoCorasick, MatchKind};
use candle_core::quantized::gguf_file::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use sidenote_engine::error::{Error, ErrorCode, Result};
use tokenizers::Tokenizer;

use super::byte_level::{self, bytes_of};
use super::gguf::{Gguf, unusable};
use super::scored::{self, Scored};

/// Tokens that end what a model says, by the names that model makers give them, beside those that the header names.
const ENDS: [&str; 7] = ["</s>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|end|>"];

/// Code points that no text may contain for interchange: one of them guards what only looks like a mark.
pub(super) const GUARDS: std::ops::RangeInclusive<char> = '\u{FDD0}'..='\u{FDEF}';

/// The kinds of tokens in the header.
const UNKNOWN: u64 = 2;
const CONTROL: u64 = 3;
const USER_DEFINED: u64 = 4;
const UNUSED: u64 = 5;
const BYTE: u64 = 6;

/// How a model cuts text.
enum Cutter {
    ByteLevel(Box<Tokenizer>),
    Scored(Box<Scored>),
}

/// The tokenizer of a model.
pub struct Vocabulary {
    cutter: Cutter,
    /// What each token says, one after the other; nothing for those that control the model.
    said: Vec<u8>,
    /// Where each token's bytes begin, and where the last one's end.
    starts: Vec<u32>,
    marks: AhoCorasick,
    /// The token of each mark.
    marked: Vec<u32>,
    ends: FxHashSet<u32>,
    first: Option<u32>,
    /// Whether every text begins with `first`.
    begins: bool,
    /// The token that ends a text.
    last: Option<u32>,
    /// Whether every text ends with `last`, where the header says.
    closes: Option<bool>,
}

impl Vocabulary {
    /// Reads the tokenizer of a file.
    ///
    /// # Errors
    /// `ModelUnavailable` for a tokenizer that this program does not know or that is damaged.
    pub fn read(gguf: &Gguf) -> Result<Self> {
        let header = Header { gguf, tokens: texts(gguf, "tokenizer.ggml.tokens")? };
        let (cutter, begins) = match gguf.text("tokenizer.ggml.model") {
            Some("gpt2") => header.byte_level()?,
            Some("llama") => (Cutter::Scored(Box::new(header.scored()?)), true),
            other => return Err(refused(gguf, format!("its tokenizer is `{}`, which this program does not know", other.unwrap_or("missing")))),
        };
        let (mut said, mut starts) = (Vec::new(), vec![0]);
        let mut marks: Vec<(String, u32)> = Vec::new();
        let mut ends = FxHashSet::default();
        for (token, kind, id) in header.tokens() {
            let as_read = if matches!(cutter, Cutter::Scored(_)) { scored::read(token) } else { token.to_owned() };
            match kind {
                CONTROL | UNKNOWN => {
                    if ENDS.contains(&token) {
                        ends.insert(id);
                    }
                    marks.push((as_read, id));
                }
                USER_DEFINED => {
                    said.extend_from_slice(as_read.as_bytes());
                    marks.push((as_read, id));
                }
                UNUSED => {}
                BYTE => said.extend(scored::byte(token)),
                _ => match cutter {
                    Cutter::ByteLevel(_) => said.extend(bytes_of(token)),
                    Cutter::Scored(_) => said.extend_from_slice(as_read.as_bytes()),
                },
            }
            starts.push(u32::try_from(said.len()).map_err(|_| refused(gguf, "its tokens are too long".to_owned()))?);
        }
        let id = |key: &str| gguf.number(key).and_then(|n| u32::try_from(n).ok()).filter(|id| (*id as usize) < header.tokens.len());
        ends.extend(["eos", "eot", "eom"].iter().filter_map(|name| id(&format!("tokenizer.ggml.{name}_token_id"))));
        if ends.is_empty() {
            return Err(refused(gguf, "it does not say how the model ends what it says".to_owned()));
        }
        // A mark of one letter could not be told from the letter, and one with a guard in it not from a mark that is guarded.
        marks.retain(|(mark, _)| mark.chars().count() > 1 && !mark.contains(|c| GUARDS.contains(&c)));
        let found = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(marks.iter().map(|(mark, _)| mark));
        let first = id("tokenizer.ggml.bos_token_id");
        Ok(Self {
            cutter,
            said,
            starts,
            marks: found.map_err(|e| broken(&e))?,
            marked: marks.into_iter().map(|(_, id)| id).collect(),
            ends,
            first,
            begins: gguf.flag("tokenizer.ggml.add_bos_token").unwrap_or(begins) && first.is_some(),
            last: id("tokenizer.ggml.eos_token_id"),
            closes: gguf.flag("tokenizer.ggml.add_eos_token"),
        })
    }

    /// Tokens that it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tokens of a text in which nothing controls the model.
    ///
    /// # Errors
    /// `Internal` if the tokenizer fails.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        match &self.cutter {
            Cutter::ByteLevel(tokenizer) => Ok(tokenizer.encode_fast(text, false).map_err(|e| broken(&e))?.get_ids().to_vec()),
            Cutter::Scored(scored) => Ok(scored.encode(text)),
        }
    }

    /// The tokens of a text in which marks control the model. `guard` is left out: it stands inside marks that are only text ([`Self::guarded`]).
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn encode_marked(&self, text: &str, guard: char) -> Result<Vec<u32>> {
        let mut tokens = Vec::new();
        let mut from = 0;
        let plain = |tokens: &mut Vec<u32>, text: &str| -> Result<()> {
            if !text.is_empty() {
                tokens.extend(self.encode(&text.replace(guard, ""))?);
            }
            Ok(())
        };
        for mark in self.marks.find_iter(text) {
            plain(&mut tokens, &text[from..mark.start()])?;
            tokens.push(self.marked[mark.pattern().as_usize()]);
            from = mark.end();
        }
        plain(&mut tokens, &text[from..])?;
        if let Some(first) = self.first.filter(|first| self.begins && tokens.first() != Some(first)) {
            tokens.insert(0, first);
        }
        Ok(tokens)
    }

    /// The tokens of a text that stands alone, as a sentence model gets it: nothing in it controls the model, and it begins and ends as the header says.
    /// What is more than `most` tokens is cut off before the end. Where the header does not say whether texts end with a token, `closes` does. None for a
    /// text without tokens.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn encode_alone(&self, text: &str, most: usize, closes: bool) -> Result<Vec<u32>> {
        let mut tokens = self.encode(text)?;
        if tokens.is_empty() {
            return Ok(tokens);
        }
        let (first, last) = (self.first.filter(|_| self.begins), self.last.filter(|_| self.closes.unwrap_or(closes)));
        tokens.truncate(most.saturating_sub(usize::from(first.is_some()) + usize::from(last.is_some())));
        Ok(first.into_iter().chain(tokens).chain(last).collect())
    }

    /// A text in which no mark is left: `guard`, which must not be in the text, is put into each.
    #[must_use]
    pub fn guarded(&self, text: &str, guard: char) -> String {
        let mut out = text.to_owned();
        // Breaking one mark can leave another that overlapped it.
        while let Some(mark) = self.marks.find(&out) {
            let inside = mark.start() + out[mark.start()..].chars().next().map_or(1, char::len_utf8);
            out.insert(inside, guard);
        }
        out
    }

    /// The bytes that a token says: not always whole characters, and none for a token that controls the model.
    #[must_use]
    pub fn bytes(&self, token: u32) -> &[u8] {
        let at = token as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => &self.said[*start as usize..*end as usize],
            _ => &[],
        }
    }

    /// Whether a token ends what the model says.
    #[must_use]
    pub fn is_end(&self, token: u32) -> bool {
        self.ends.contains(&token)
    }
}

/// The lists of a header that cutters are made of.
struct Header<'a> {
    gguf: &'a Gguf,
    tokens: Vec<&'a str>,
}

impl<'a> Header<'a> {
    /// Each token with its kind and number.
    fn tokens(&self) -> impl Iterator<Item = (&'a str, u64, u32)> {
        let kinds = self.gguf.list("tokenizer.ggml.token_type").unwrap_or_default().iter().map(kind).chain(std::iter::repeat(1));
        self.tokens.iter().copied().zip(kinds).zip(0..).map(|((token, kind), id)| (token, kind, id))
    }

    /// The tokens that are words: what a text is cut into.
    fn words(&self) -> impl Iterator<Item = (&'a str, u32)> {
        let no_word = [UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE];
        self.tokens().filter(move |(_, kind, _)| !no_word.contains(kind)).map(|(token, _, id)| (token, id))
    }

    /// A cutter by merges, and whether texts begin with the first token where the header does not say.
    fn byte_level(&self) -> Result<(Cutter, bool)> {
        let refuse = |why: String| refused(self.gguf, why);
        let name = self.gguf.text("tokenizer.ggml.pre").unwrap_or("missing");
        // A wrong cut gives wrong tokens without a word, so there is no guess.
        let cut =
            byte_level::cut(name).ok_or_else(|| refuse(format!("its tokenizer cuts text in a way that this program does not know (`{name}`)")))?;
        let merges = texts(self.gguf, "tokenizer.ggml.merges")?;
        let pairs = merges.iter().map(|merge| merge.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned()))).collect::<Option<Vec<_>>>();
        let pairs = pairs.ok_or_else(|| refuse("its list of merges is damaged".to_owned()))?;
        let words = self.words().map(|(token, id)| (token.to_owned(), id)).collect();
        let tokenizer = cut.tokenizer(words, pairs).map_err(|e| refuse(format!("its tokenizer is damaged: {e}")))?;
        Ok((Cutter::ByteLevel(Box::new(tokenizer)), cut.whole))
    }

    /// A cutter by scores.
    fn scored(&self) -> Result<Scored> {
        let refuse = |why: &str| refused(self.gguf, why.to_owned());
        let flag = |key: &str| self.gguf.flag(&format!("tokenizer.ggml.{key}"));
        // Both change the text before it is cut, which no model of these families does.
        if flag("remove_extra_whitespaces") == Some(true) || self.gguf.list("tokenizer.ggml.precompiled_charsmap").is_some_and(|map| !map.is_empty())
        {
            return Err(refuse("its tokenizer rewrites text before it cuts it, in a way that this program does not know"));
        }
        let scores = self.gguf.list("tokenizer.ggml.scores").unwrap_or_default();
        let scores = scores.iter().map(Value::to_f32).collect::<candle_core::Result<Vec<_>>>();
        let scores = scores.ok().filter(|scores| scores.len() == self.tokens.len() && scores.iter().all(|score| score.is_finite()));
        let scores = scores.ok_or_else(|| refuse("its list of scores is damaged"))?;
        let pieces = self.words().map(|(token, id)| (token, id, scores[id as usize]));
        let bytes: FxHashMap<u8, u32> =
            self.tokens().filter(|(_, kind, _)| *kind == BYTE).filter_map(|(token, _, id)| Some((scored::byte(token)?, id))).collect();
        Scored::new(pieces, &bytes, flag("add_space_prefix").unwrap_or(true))
            .ok_or_else(|| refuse("its tokenizer has no token for some bytes, so that it could not read every text"))
    }
}

fn texts<'a>(gguf: &'a Gguf, key: &str) -> Result<Vec<&'a str>> {
    let list = gguf.list(key).unwrap_or_default().iter().map(|v| v.to_string().map(String::as_str));
    list.collect::<candle_core::Result<_>>().map_err(|_| refused(gguf, format!("its `{key}` is damaged")))
}

fn refused(gguf: &Gguf, why: String) -> Error {
    unusable(gguf.path(), &why, "choose a model of the Qwen 2, Qwen 3, Llama or Phi 3 family; `sidenote models list` names some")
}

fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::internal(format!("tokenizer: {error}"))
}

/// The text of a token in the header; empty without one.
pub(crate) fn mark(gguf: &Gguf, token: Option<u32>) -> String {
    let list = gguf.list("tokenizer.ggml.tokens").unwrap_or_default();
    token.and_then(|token| list.get(token as usize)?.to_string().ok().cloned()).unwrap_or_default()
}

fn kind(value: &Value) -> u64 {
    match value {
        Value::I32(n) => u64::try_from(*n).unwrap_or(0),
        other => other.to_u64().unwrap_or(1),
    }
}

/// Puts bytes together to characters: what is not whole yet waits.
#[derive(Default)]
pub struct Characters {
    waiting: Vec<u8>,
}

impl Characters {
    /// Takes further bytes; the characters that are whole now. Bytes that no character begins with become `U+FFFD`.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.waiting.extend_from_slice(bytes);
        let mut out = String::new();
        let mut rest = std::mem::take(&mut self.waiting);
        loop {
            match std::str::from_utf8(&rest) {
                Ok(text) => {
                    out.push_str(text);
                    return out;
                }
                Err(e) => {
                    let (whole, more) = rest.split_at(e.valid_up_to());
                    out.push_str(&String::from_utf8_lossy(whole));
                    match e.error_len() {
                        // The character goes on.
                        None => {
                            self.waiting = more.to_vec();
                            return out;
                        }
                        Some(wrong) => {
                            out.push('\u{FFFD}');
                            rest = more[wrong..].to_vec();
                        }
                    }
                }
            }
        }
    }

    /// What is left at the end: `U+FFFD` if a character was begun.
    pub fn finish(&mut self) -> &'static str {
        let begun = !std::mem::take(&mut self.waiting).is_empty();
        if begun { "\u{FFFD}" } else { "" }
    }
}

/// The error of a text that does not fit.
pub(crate) fn too_long(tokens: usize, context: usize) -> Error {
    Error::new(
        ErrorCode::InvalidInput,
        format!("the conversation has {tokens} tokens, and the model can take {context} together with its answer"),
        "ask with fewer passages, or begin a new conversation",
    )
}
