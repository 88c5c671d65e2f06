//! Writes the model as `static_model` reads it: 8-bit codes with a scale per row, and the vocabulary.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};

/// Writes `table.safetensors` and `vocabulary.tsv` into a folder.
pub(crate) fn write(folder: &Path, pieces: &[(String, f32)], vectors: &[f32], width: usize) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let (mut codes, mut scales) = (Vec::with_capacity(vectors.len()), Vec::with_capacity(4 * pieces.len()));
    for row in vectors.chunks_exact(width) {
        let scale = row.iter().fold(0.0f32, |most, x| most.max(x.abs())).max(1e-9) / 127.0;
        codes.extend(row.iter().map(|x| ((x / scale).round() as i8).cast_unsigned()));
        scales.extend(scale.to_le_bytes());
    }
    let tensors = [
        ("codes", TensorView::new(Dtype::I8, vec![pieces.len(), width], &codes)?),
        ("scales", TensorView::new(Dtype::F32, vec![pieces.len()], &scales)?),
    ];
    safetensors::serialize_to_file(tensors, None, &folder.join("table.safetensors"))?;
    let mut file = std::io::BufWriter::new(fs::File::create(folder.join("vocabulary.tsv"))?);
    for (piece, score) in pieces {
        writeln!(file, "{piece}\t{score:.4}")?;
    }
    Ok(file.flush()?)
}
