//! The bundled model computed a second time, from its files and without a runtime: read the table, tokenise, add up, scale. It must not use fastembed.

use half::f16;
use sidenote_models::bundled_files;
use tokenizers::Tokenizer;

/// The table and the tokenizer.
pub(crate) struct Reference {
    table: Vec<f32>,
    width: usize,
    tokenizer: Tokenizer,
    max_tokens: usize,
}

impl Reference {
    pub(crate) fn new() -> Self {
        let files = bundled_files();
        let (rows, width, table) = gather_table(&files.model);
        assert_eq!(table.len(), rows * width);
        Self { table, width, tokenizer: Tokenizer::from_bytes(&files.tokenizer).unwrap(), max_tokens: 512 }
    }

    pub(crate) fn embed(&self, text: &str) -> Vec<f32> {
        let mut sum = vec![0.0_f64; self.width];
        for &id in self.tokenizer.encode(text, true).unwrap().get_ids().iter().take(self.max_tokens) {
            let row = &self.table[id as usize * self.width..][..self.width];
            sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
        }
        let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
        #[allow(clippy::cast_possible_truncation, reason = "vectors are f32")]
        sum.iter().map(|x| if length == 0.0 { 0.0 } else { (x / length) as f32 }).collect()
    }
}

/// The one initializer of the graph: ModelProto.graph (7) . initializer (5) with dims (1) and raw_data (9).
fn gather_table(model: &[u8]) -> (usize, usize, Vec<f32>) {
    let graph = fields(model).into_iter().find(|field| field.0 == 7).unwrap().1;
    let tensor = fields(graph).into_iter().find(|field| field.0 == 5).unwrap().1;
    let mut dims = Vec::new();
    let mut raw: &[u8] = &[];
    for (number, bytes, value) in fields(tensor) {
        match number {
            1 => dims.push(usize::try_from(value).unwrap()),
            9 => raw = bytes,
            _ => {}
        }
    }
    let table = raw.chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32()).collect();
    (dims[0], dims[1], table)
}

/// The fields of one protobuf message: number, bytes (of a length-delimited field), value (of a varint field).
fn fields(mut message: &[u8]) -> Vec<(u64, &[u8], u64)> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message);
        match key & 7 {
            0 => found.push((key >> 3, &message[..0], varint(&mut message))),
            2 => {
                let length = usize::try_from(varint(&mut message)).unwrap();
                let (bytes, rest) = message.split_at(length);
                found.push((key >> 3, bytes, 0));
                message = rest;
            }
            kind => panic!("wire type {kind} is not in this model"),
        }
    }
    found
}

fn varint(message: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (&byte, rest) = message.split_first().unwrap();
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}
