//! Real, tiny ONNX models and their tokenizers, made byte by byte: an embedder (a table look-up, optionally followed by enough arithmetic to be
//! slow), the same with its table in a file of its own, and a cross-encoder that adds up the weights of the words it reads.

use std::fmt::Write as _;

/// The words that the tokenizers know, besides padding and the unknown word.
pub(crate) const WORDS: [&str; 24] = [
    "the",
    "a",
    "of",
    "is",
    "for",
    "what",
    "how",
    "tea",
    "green",
    "water",
    "coffee",
    "ground",
    "cup",
    "cats",
    "sleep",
    "hours",
    "boiling",
    "morning",
    "gold",
    "silver",
    "attention",
    "memory",
    "degrees",
    "celsius",
];

/// Numbers of a vector of the embedders.
pub(crate) const WIDTH: usize = 32;
/// Width of the layer that makes a slow embedder slow.
const SLOW: usize = 4096;

/// The files of one model, by their paths in a repository.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// An embedder. Two seeds give two vector spaces; `layers` of arithmetic make it slow.
pub(crate) fn embedder(seed: u64, layers: usize) -> Files {
    let table = floats(seed, (WORDS.len() + 2) * WIDTH, 1.0);
    let mut graph = Graph::default();
    graph.floats("table", &[(WORDS.len() + 2) as u64, WIDTH as u64], &table);
    embed(&mut graph, seed, layers);
    with_texts(vec![("onnx/model.onnx".to_owned(), graph.model())], "BertModel")
}

/// The same embedder with its table in `onnx/NAME`.
pub(crate) fn embedder_with_data(seed: u64, name: &str) -> Files {
    let table = floats(seed, (WORDS.len() + 2) * WIDTH, 1.0);
    let mut graph = Graph::default();
    graph.external("table", &[(WORDS.len() + 2) as u64, WIDTH as u64], name, table.len() * 4);
    embed(&mut graph, seed, 0);
    let bytes = table.iter().flat_map(|x| x.to_le_bytes()).collect();
    with_texts(vec![("onnx/model.onnx".to_owned(), graph.model()), (format!("onnx/{name}"), bytes)], "BertModel")
}

/// A cross-encoder: the score is the number of `gold` in what it reads, a half for each `silver`.
pub(crate) fn reranker() -> Files {
    let mut weights = vec![0.0_f32; WORDS.len() + 2];
    for (word, weight) in [("gold", 1.0), ("silver", 0.5)] {
        weights[WORDS.iter().position(|known| *known == word).expect("a word") + 2] = weight;
    }
    let mut graph = Graph::default();
    graph.floats("weights", &[weights.len() as u64, 1], &weights);
    graph.integers("axes", &[1]);
    graph.node("Gather", &["weights", "input_ids"], "weighed", &[]);
    graph.node("ReduceSum", &["weighed", "axes"], "logits", &[("keepdims", 0)]);
    graph.output("logits", &["batch", "one"]);
    with_texts(vec![("onnx/model.onnx".to_owned(), graph.model())], "BertForSequenceClassification")
}

fn embed(graph: &mut Graph, seed: u64, layers: usize) {
    graph.node("Gather", &["table", "input_ids"], if layers == 0 { "last_hidden_state" } else { "hidden0" }, &[]);
    if layers > 0 {
        graph.floats("wide", &[WIDTH as u64, SLOW as u64], &floats(seed + 1, WIDTH * SLOW, 0.2));
        graph.floats("narrow", &[SLOW as u64, WIDTH as u64], &floats(seed + 2, SLOW * WIDTH, 0.02));
    }
    for layer in 0..layers {
        let next = if layer + 1 == layers { "last_hidden_state".to_owned() } else { format!("hidden{}", layer + 1) };
        graph.node("MatMul", &[&format!("hidden{layer}"), "wide"], &format!("wide{layer}"), &[]);
        graph.node("MatMul", &[&format!("wide{layer}"), "narrow"], &next, &[]);
    }
    graph.output("last_hidden_state", &["batch", "sequence", "width"]);
}

/// With the small files that a repository has.
fn with_texts(mut files: Files, architecture: &str) -> Files {
    let mut vocabulary = r#""[PAD]":0,"[UNK]":1"#.to_owned();
    for (at, word) in WORDS.iter().enumerate() {
        let _ = write!(vocabulary, r#","{word}":{}"#, at + 2);
    }
    let tokenizer = format!(
        r#"{{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":{{"type":"Lowercase"}},"pre_tokenizer":{{"type":"Whitespace"}},"post_processor":null,"decoder":null,"model":{{"type":"WordLevel","vocab":{{{vocabulary}}},"unk_token":"[UNK]"}}}}"#
    );
    files.push(("tokenizer.json".to_owned(), tokenizer.into_bytes()));
    files.push(("config.json".to_owned(), format!(r#"{{"architectures":["{architecture}"],"hidden_size":{WIDTH},"pad_token_id":0}}"#).into_bytes()));
    files.push(("tokenizer_config.json".to_owned(), br#"{"model_max_length":256,"pad_token":"[PAD]"}"#.to_vec()));
    files.push(("README.md".to_owned(), b"not needed".to_vec()));
    files
}

/// Numbers between plus and minus `size`, the same for the same seed.
fn floats(seed: u64, count: usize, size: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            #[allow(clippy::cast_precision_loss, reason = "any number will do")]
            let unit = (state >> 40) as f32 / (1_u64 << 24) as f32;
            (unit * 2.0 - 1.0) * size
        })
        .collect()
}

/// An ONNX graph over `input_ids` and `attention_mask`, as protobuf.
#[derive(Default)]
struct Graph {
    nodes: Vec<u8>,
    initializers: Vec<u8>,
    outputs: Vec<u8>,
}

impl Graph {
    fn node(&mut self, kind: &str, inputs: &[&str], output: &str, attributes: &[(&str, u64)]) {
        let mut node = Vec::new();
        inputs.iter().for_each(|input| bytes(&mut node, 1, input.as_bytes()));
        bytes(&mut node, 2, output.as_bytes());
        bytes(&mut node, 4, kind.as_bytes());
        for (name, value) in attributes {
            let mut attribute = Vec::new();
            bytes(&mut attribute, 1, name.as_bytes());
            number(&mut attribute, 3, *value);
            // INT
            number(&mut attribute, 20, 2);
            bytes(&mut node, 5, &attribute);
        }
        bytes(&mut self.nodes, 1, &node);
    }

    fn tensor(&mut self, name: &str, dims: &[u64], kind: u64, fill: impl FnOnce(&mut Vec<u8>)) {
        let mut tensor = Vec::new();
        dims.iter().for_each(|dim| number(&mut tensor, 1, *dim));
        number(&mut tensor, 2, kind);
        bytes(&mut tensor, 8, name.as_bytes());
        fill(&mut tensor);
        bytes(&mut self.initializers, 5, &tensor);
    }

    fn floats(&mut self, name: &str, dims: &[u64], values: &[f32]) {
        let raw: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.tensor(name, dims, 1, |tensor| bytes(tensor, 9, &raw));
    }

    fn integers(&mut self, name: &str, values: &[i64]) {
        let raw: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.tensor(name, &[values.len() as u64], 7, |tensor| bytes(tensor, 9, &raw));
    }

    fn external(&mut self, name: &str, dims: &[u64], file: &str, length: usize) {
        self.tensor(name, dims, 1, |tensor| {
            for (key, value) in [("location", file), ("offset", "0"), ("length", &length.to_string())] {
                let mut entry = Vec::new();
                bytes(&mut entry, 1, key.as_bytes());
                bytes(&mut entry, 2, value.as_bytes());
                bytes(tensor, 13, &entry);
            }
            // EXTERNAL
            number(tensor, 14, 1);
        });
    }

    fn output(&mut self, name: &str, dims: &[&str]) {
        bytes(&mut self.outputs, 12, &value(name, 1, dims));
    }

    fn model(&self) -> Vec<u8> {
        let mut graph = self.nodes.clone();
        bytes(&mut graph, 2, b"tiny");
        graph.extend(&self.initializers);
        for input in ["input_ids", "attention_mask"] {
            bytes(&mut graph, 11, &value(input, 7, &["batch", "sequence"]));
        }
        graph.extend(&self.outputs);
        let mut opset = Vec::new();
        bytes(&mut opset, 1, b"");
        number(&mut opset, 2, 13);
        let mut model = Vec::new();
        number(&mut model, 1, 8);
        bytes(&mut model, 7, &graph);
        bytes(&mut model, 8, &opset);
        model
    }
}

/// A value's name, element type and dimensions.
fn value(name: &str, kind: u64, dims: &[&str]) -> Vec<u8> {
    let mut shape = Vec::new();
    for dim in dims {
        let mut one = Vec::new();
        bytes(&mut one, 2, dim.as_bytes());
        bytes(&mut shape, 1, &one);
    }
    let mut tensor = Vec::new();
    number(&mut tensor, 1, kind);
    bytes(&mut tensor, 2, &shape);
    let mut kind = Vec::new();
    bytes(&mut kind, 1, &tensor);
    let mut value = Vec::new();
    bytes(&mut value, 1, name.as_bytes());
    bytes(&mut value, 2, &kind);
    value
}

fn number(message: &mut Vec<u8>, field: u64, value: u64) {
    varint(message, field << 3);
    varint(message, value);
}

fn bytes(message: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(message, field << 3 | 2);
    varint(message, value.len() as u64);
    message.extend_from_slice(value);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}
