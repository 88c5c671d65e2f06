//! Byte-level BPE: the tokenizer of the `tokenizers` crate, put together from the lists of a GGUF header, with the ways to cut text that this program knows.
//! It must not know marks, the network or the form of a conversation.

use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::unicode::NFC;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;
use tokenizers::{NormalizerWrapper, Tokenizer};

/// A way to cut text before its pieces are made tokens.
pub(super) struct Cut {
    /// Its names in the header.
    names: &'static [&'static str],
    /// Patterns, one after the other; what lies between matches is a piece too.
    patterns: &'static [&'static str],
    /// Whether equal letters are written the same way first.
    composed: bool,
    /// Whether a piece that is a token is taken as it is, without putting it together.
    pub(super) whole: bool,
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

/// The way to cut of that name.
pub(super) fn cut(name: &str) -> Option<&'static Cut> {
    CUTS.iter().find(|cut| cut.names.contains(&name))
}

impl Cut {
    /// The tokenizer with these words and merges.
    pub(super) fn tokenizer(&self, words: Vocab, merges: Vec<(String, String)>) -> tokenizers::Result<Tokenizer> {
        let mut tokenizer = Tokenizer::new(BPE::builder().vocab_and_merges(words, merges).ignore_merges(self.whole).build()?);
        let mut steps: Vec<PreTokenizerWrapper> = Vec::new();
        for pattern in self.patterns {
            steps.push(Split::new(SplitPattern::Regex((*pattern).to_owned()), SplitDelimiterBehavior::Isolated, false)?.into());
        }
        steps.push(ByteLevel::new(false, false, false).into());
        tokenizer.with_pre_tokenizer(Some(Sequence::new(steps)));
        if self.composed {
            tokenizer.with_normalizer(Some(NormalizerWrapper::from(NFC)))?;
        }
        Ok(tokenizer)
    }
}

/// The bytes of a token as the header writes it: byte-level BPE writes each byte as a visible character.
pub(super) fn bytes_of(token: &str) -> Vec<u8> {
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
