//! The models that Sidenote knows by name: where they are, what they are good for, how they are used. It must not know what is installed, or how
//! anything is downloaded or run.
//!
//! Sizes and memory are approximate; the hub tells the exact size before a download. Prefixes and pooling are those of the model cards.

use serde::{Deserialize, Serialize};

/// What a model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ModelKind")]
pub enum Kind {
    /// Turns texts into vectors.
    Embedder,
    /// Scores a query together with a passage.
    Reranker,
    /// Writes answers.
    Generator,
}

impl Kind {
    /// The name in settings, lists and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedder => "embedder",
            Self::Reranker => "reranker",
            Self::Generator => "generator",
        }
    }
}

/// The name of the model inside the program.
pub const BUNDLED: &str = "sidenote-static-256";

/// A model that can be pulled by its short name.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Short name.
    pub name: &'static str,
    /// What it does.
    pub kind: Kind,
    /// `OWNER/NAME` on the hub.
    pub repository: &'static str,
    /// The path of the graph, or of the GGUF file, in the repository.
    pub file: &'static str,
    /// Languages it is made for.
    pub languages: &'static str,
    /// SPDX name of its licence.
    pub licence: &'static str,
    /// Bytes to download, approximate.
    pub download: u64,
    /// Bytes of memory in use, approximate; 0 for a GGUF file, whose memory is worked out (`Known::needs`).
    pub memory: u64,
    /// Bytes that each token takes in the memory of a GGUF file's network; 0 for other files.
    pub per_token: u64,
    /// Length of a vector; 0 for other kinds than embedders.
    pub dimensions: usize,
    /// Tokens of a text, of query and passage together, or of conversation and answer together, that are looked at.
    pub max_tokens: usize,
    /// `mean`, `cls` or `last`; empty for other kinds than embedders.
    pub pooling: &'static str,
    /// Put before a search input.
    pub query_prefix: &'static str,
    /// Put before an indexed text.
    pub passage_prefix: &'static str,
}

const MB: u64 = 1_000_000;

/// What so many layers with so many heads of keys, each of so many numbers, remember of a token: keys and values in 16 bits.
const fn remembered(layers: u64, heads: u64, size: u64) -> u64 {
    layers * heads * size * 2 * 2
}

const EMBEDDER: Known = Known {
    name: "",
    kind: Kind::Embedder,
    repository: "",
    file: "onnx/model.onnx",
    languages: "",
    licence: "MIT",
    download: 0,
    memory: 0,
    per_token: 0,
    dimensions: 0,
    max_tokens: 512,
    pooling: "cls",
    query_prefix: "",
    passage_prefix: "",
};

const E5: Known =
    Known { pooling: "mean", query_prefix: "query: ", passage_prefix: "passage: ", languages: "Chinese, English, 90+ more", ..EMBEDDER };

const RERANKER: Known = Known { kind: Kind::Reranker, pooling: "", ..EMBEDDER };

/// What a generator may use of the context it was made for: the memory of a conversation grows with it.
pub(crate) const MOST_CONTEXT: usize = 16_384;

const GENERATOR: Known = Known { kind: Kind::Generator, pooling: "", licence: "Apache-2.0", max_tokens: MOST_CONTEXT, ..EMBEDDER };

const QWEN3: Known = Known { languages: "Chinese, English, 100+ more", ..GENERATOR };

const LLAMA: Known = Known { languages: "English, 7 more", licence: "Llama 3.2 Community", ..GENERATOR };

/// What is put before a Chinese search input of the BGE models.
const BGE_ZH: &str = "为这个句子生成表示以用于检索相关文章：";

/// What is put before a search input of the Qwen 3 embedders: their makers' own task, for no other was measured here.
const QWEN3_QUERY: &str = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:";

/// Every known model: embedders, then rerankers, then generators, small ones first.
pub const KNOWN: &[Known] = &[
    Known {
        name: "bge-small-zh-v1.5",
        repository: "Xenova/bge-small-zh-v1.5",
        languages: "Chinese",
        download: 96 * MB,
        memory: 300 * MB,
        dimensions: 512,
        query_prefix: BGE_ZH,
        ..EMBEDDER
    },
    Known {
        name: "bge-small-en-v1.5",
        repository: "Xenova/bge-small-en-v1.5",
        languages: "English",
        download: 133 * MB,
        memory: 400 * MB,
        dimensions: 384,
        query_prefix: "Represent this sentence for searching relevant passages: ",
        ..EMBEDDER
    },
    Known {
        name: "multilingual-e5-small",
        repository: "intfloat/multilingual-e5-small",
        download: 490 * MB,
        memory: 800 * MB,
        dimensions: 384,
        ..E5
    },
    Known {
        name: "qwen3-embedding-0.6b",
        repository: "Qwen/Qwen3-Embedding-0.6B-GGUF",
        file: "Qwen3-Embedding-0.6B-Q8_0.gguf",
        languages: "Chinese, English, 100+ more",
        licence: "Apache-2.0",
        download: 639 * MB,
        per_token: remembered(28, 8, 128),
        dimensions: 1024,
        // It can take 32,768; passages are far shorter, and a text is read in a second or so.
        max_tokens: 1024,
        pooling: "last",
        query_prefix: QWEN3_QUERY,
        ..EMBEDDER
    },
    Known {
        name: "multilingual-e5-base",
        repository: "intfloat/multilingual-e5-base",
        download: 1_130 * MB,
        memory: 1_600 * MB,
        dimensions: 768,
        ..E5
    },
    Known {
        name: "bge-large-zh-v1.5",
        repository: "Xenova/bge-large-zh-v1.5",
        languages: "Chinese",
        download: 1_300 * MB,
        memory: 1_800 * MB,
        dimensions: 1024,
        query_prefix: BGE_ZH,
        ..EMBEDDER
    },
    Known {
        name: "multilingual-e5-large",
        repository: "Qdrant/multilingual-e5-large-onnx",
        file: "model.onnx",
        download: 2_260 * MB,
        memory: 2_800 * MB,
        dimensions: 1024,
        ..E5
    },
    Known {
        name: "bge-m3",
        repository: "BAAI/bge-m3",
        languages: "Chinese, English, 100+ more",
        download: 2_290 * MB,
        memory: 2_800 * MB,
        dimensions: 1024,
        // It can take 8,192; passages are far shorter, and the memory of attention grows with the square.
        max_tokens: 1024,
        ..EMBEDDER
    },
    Known {
        name: "mmarco-minilm-l12",
        repository: "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1",
        languages: "Chinese, English, 12 more",
        licence: "Apache-2.0",
        download: 490 * MB,
        memory: 800 * MB,
        ..RERANKER
    },
    Known {
        name: "bge-reranker-base",
        repository: "BAAI/bge-reranker-base",
        languages: "Chinese, English",
        download: 1_130 * MB,
        memory: 1_600 * MB,
        ..RERANKER
    },
    Known {
        name: "bge-reranker-v2-m3",
        repository: "rozgo/bge-reranker-v2-m3",
        file: "model.onnx",
        languages: "Chinese, English, 100+ more",
        licence: "Apache-2.0",
        download: 2_290 * MB,
        memory: 2_800 * MB,
        max_tokens: 1024,
        ..RERANKER
    },
    Known {
        name: "qwen3-0.6b",
        repository: "Qwen/Qwen3-0.6B-GGUF",
        file: "Qwen3-0.6B-Q8_0.gguf",
        download: 639 * MB,
        per_token: remembered(28, 8, 128),
        ..QWEN3
    },
    Known {
        name: "llama-3.2-1b",
        repository: "bartowski/Llama-3.2-1B-Instruct-GGUF",
        file: "Llama-3.2-1B-Instruct-Q4_K_M.gguf",
        download: 808 * MB,
        per_token: remembered(16, 8, 64),
        ..LLAMA
    },
    Known {
        name: "qwen3-1.7b",
        repository: "unsloth/Qwen3-1.7B-GGUF",
        file: "Qwen3-1.7B-Q4_K_M.gguf",
        download: 1_107 * MB,
        per_token: remembered(28, 8, 128),
        ..QWEN3
    },
    Known {
        name: "qwen2.5-1.5b",
        repository: "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        file: "qwen2.5-1.5b-instruct-q4_k_m.gguf",
        languages: "Chinese, English, 27 more",
        download: 1_117 * MB,
        per_token: remembered(28, 2, 128),
        ..GENERATOR
    },
    Known {
        name: "llama-3.2-3b",
        repository: "bartowski/Llama-3.2-3B-Instruct-GGUF",
        file: "Llama-3.2-3B-Instruct-Q4_K_M.gguf",
        download: 2_019 * MB,
        per_token: remembered(28, 8, 128),
        ..LLAMA
    },
    Known {
        name: "qwen3-4b",
        repository: "unsloth/Qwen3-4B-Instruct-2507-GGUF",
        file: "Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        download: 2_497 * MB,
        per_token: remembered(36, 8, 128),
        ..QWEN3
    },
    Known {
        name: "qwen3-8b",
        repository: "Qwen/Qwen3-8B-GGUF",
        file: "Qwen3-8B-Q4_K_M.gguf",
        download: 5_028 * MB,
        per_token: remembered(36, 8, 128),
        ..QWEN3
    },
];

/// The known model of a short name or of an `OWNER/NAME`.
#[must_use]
pub fn known(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|model| model.name.eq_ignore_ascii_case(name) || model.repository.eq_ignore_ascii_case(name))
}

/// The known embedder whose GGUF file has this name. Unlike a generator's, such a file does not say all of how it is used: a search input is put into
/// words that its makers chose. (ONNX files of all models have the same name.)
#[must_use]
pub fn known_by_file(file: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|model| model.kind == Kind::Embedder && model.file.ends_with(".gguf") && model.file.eq_ignore_ascii_case(file))
}
