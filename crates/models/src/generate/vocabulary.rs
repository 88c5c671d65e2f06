//! Text to tokens and back, by the tokenizer inside a GGUF file: byte-level BPE with the ways to cut text that this program knows. It must not know
//! the network or the form of a conversation.
//!
//! Marks that control the model (`<|im_end|>`) are tokens only where the chat template put them; in any other text they are letters.

use aho_corasick::{AhoCorasick, MatchKind};
use candle_core::quantized::gguf_file::Value;
use rustc_hash::FxHashSet;
use sidenote_engine::error::{Error, ErrorCode, Result};
use tokenizers::decoders::byte_level::ByteLevel;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::unicode::NFC;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;
use tokenizers::{NormalizerWrapper, Tokenizer};

use super::gguf::{Gguf, unusable};

/// A way to cut text before its pieces are made tokens.
struct Cut {
    /// Its names in the header.
    names: &'static [&'static str],
    /// Patterns, one after the other; what lies between matches is a piece too.
    patterns: &'static [&'static str],
    /// Whether equal letters are written the same way first.
    composed: bool,
    /// Whether a piece that is a token is taken as it is, without putting it together.
    whole: bool,
}

/// The ways to cut that are known, each tested against the reference.
const CUTS: &[Cut] = &[
    Cut {
        names: &["qwen2", "deepseek-r1-qwen"],
        patterns: &[r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
        composed: true,
        whole: false,
    },
    Cut {
        names: &["llama-bpe", "llama3", "llama-v3"],
        patterns: &[r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"],
        composed: false,
        whole: true,
    },
    Cut {
        names: &["smollm"],
        patterns: &[r"\p{N}", r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
        composed: false,
        whole: false,
    },
];

/// Tokens that end what a model says, by the names that model makers give them, beside those that the header names.
const ENDS: [&str; 6] = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|end|>"];

/// The kinds of tokens in the header.
const CONTROL: u64 = 3;
const USER_DEFINED: u64 = 4;
const UNUSED: u64 = 5;

/// The tokenizer of a model.
pub struct Vocabulary {
    tokenizer: Tokenizer,
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
}

impl Vocabulary {
    /// Reads the tokenizer of a file.
    ///
    /// # Errors
    /// `ModelUnavailable` for a tokenizer that this program does not know or that is damaged.
    pub fn read(gguf: &Gguf) -> Result<Self> {
        let refuse =
            |why: String| unusable(gguf.path(), &why, "choose a model of the Qwen 2, Qwen 3 or Llama 3 family; `sidenote models list` names some");
        match gguf.text("tokenizer.ggml.model") {
            Some("gpt2") => {}
            other => return Err(refuse(format!("its tokenizer is `{}`, which this program does not know", other.unwrap_or("missing")))),
        }
        let name = gguf.text("tokenizer.ggml.pre").unwrap_or("missing");
        let cut = CUTS.iter().find(|cut| cut.names.contains(&name));
        // A wrong cut gives wrong tokens without a word, so there is no guess.
        let cut = cut.ok_or_else(|| refuse(format!("its tokenizer cuts text in a way that this program does not know (`{name}`)")))?;
        let texts = |key: &str| -> Result<Vec<&str>> {
            let list = gguf.list(key).unwrap_or_default();
            list.iter()
                .map(|v| v.to_string().map(String::as_str))
                .collect::<candle_core::Result<_>>()
                .map_err(|_| refuse(format!("its `{key}` is damaged")))
        };
        let tokens = texts("tokenizer.ggml.tokens")?;
        let merges = texts("tokenizer.ggml.merges")?;
        let kinds: Vec<u64> = gguf.list("tokenizer.ggml.token_type").unwrap_or_default().iter().map(kind).collect();
        let kind = |at: usize| kinds.get(at).copied().unwrap_or(1);

        let (mut said, mut starts) = (Vec::new(), vec![0]);
        let mut marks: Vec<(&str, u32)> = Vec::new();
        let mut words = Vec::new();
        let mut ends = FxHashSet::default();
        for (at, token) in tokens.iter().enumerate() {
            let id = u32::try_from(at).map_err(|_| refuse("it has too many tokens".to_owned()))?;
            match kind(at) {
                CONTROL => {
                    if ENDS.contains(token) {
                        ends.insert(id);
                    }
                    marks.push((*token, id));
                }
                USER_DEFINED => {
                    said.extend_from_slice(token.as_bytes());
                    marks.push((*token, id));
                }
                UNUSED => {}
                _ => {
                    said.extend(bytes_of(token));
                    words.push(((*token).to_owned(), id));
                }
            }
            starts.push(u32::try_from(said.len()).map_err(|_| refuse("its tokens are too long".to_owned()))?);
        }
        let id = |key: &str| gguf.number(key).and_then(|n| u32::try_from(n).ok()).filter(|id| (*id as usize) < tokens.len());
        ends.extend(["eos", "eot", "eom"].iter().filter_map(|name| id(&format!("tokenizer.ggml.{name}_token_id"))));
        if ends.is_empty() {
            return Err(refuse("it does not say how the model ends what it says".to_owned()));
        }
        // A mark of one letter could not be told from the letter.
        marks.retain(|(mark, _)| mark.chars().count() > 1);
        let pairs = merges.iter().map(|merge| merge.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned()))).collect::<Option<Vec<_>>>();
        let pairs = pairs.ok_or_else(|| refuse("its list of merges is damaged".to_owned()))?;
        let model = BPE::builder().vocab_and_merges(words.into_iter().collect::<Vocab>(), pairs).ignore_merges(cut.whole).build();
        let model = model.map_err(|e| refuse(format!("its tokenizer is damaged: {e}")))?;
        let broken = |e: &dyn std::fmt::Display| Error::internal(format!("tokenizer: {e}"));
        let mut tokenizer = Tokenizer::new(model);
        let mut steps: Vec<PreTokenizerWrapper> = Vec::new();
        for pattern in cut.patterns {
            let split = Split::new(SplitPattern::Regex((*pattern).to_owned()), SplitDelimiterBehavior::Isolated, false);
            steps.push(split.map_err(|e| broken(&e))?.into());
        }
        steps.push(ByteLevel::new(false, false, false).into());
        tokenizer.with_pre_tokenizer(Some(Sequence::new(steps)));
        if cut.composed {
            tokenizer.with_normalizer(Some(NormalizerWrapper::from(NFC))).map_err(|e| broken(&e))?;
        }
        let found = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(marks.iter().map(|(mark, _)| mark));
        let first = id("tokenizer.ggml.bos_token_id");
        Ok(Self {
            tokenizer,
            said,
            starts,
            marks: found.map_err(|e| broken(&e))?,
            marked: marks.into_iter().map(|(_, id)| id).collect(),
            ends,
            first,
            begins: gguf.flag("tokenizer.ggml.add_bos_token").unwrap_or(cut.whole) && first.is_some(),
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
        let encoding = self.tokenizer.encode_fast(text, false).map_err(|e| Error::internal(format!("tokenizer: {e}")))?;
        Ok(encoding.get_ids().to_vec())
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

/// The bytes of a token as the header writes it: byte-level BPE writes each byte as a visible character.
fn bytes_of(token: &str) -> Vec<u8> {
    let visible = |byte: u32| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let mut bytes = Vec::with_capacity(token.len());
    for c in token.chars() {
        let code = u32::from(c);
        if code < 256 && visible(code) {
            bytes.push(code as u8);
        } else if let Some(byte) = (code >= 256).then(|| (0..256_u32).filter(|b| !visible(*b)).nth(code as usize - 256)).flatten() {
            bytes.push(byte as u8);
        } else {
            // No byte is written like this: a token that was put in as it is.
            bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
        }
    }
    bytes
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
