//! The digests of the bundled model's files, taken when the program is built: hashing 29 MB at every start would cost 10 to 20 ms.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("bundled");
    println!("cargo::rerun-if-changed=build.rs");
    for (variable, name) in [("SIDENOTE_MODEL_DIGEST", "model.onnx"), ("SIDENOTE_TOKENIZER_DIGEST", "tokenizer.json")] {
        let file = folder.join(name);
        println!("cargo::rerun-if-changed={}", file.display());
        let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        println!("cargo::rustc-env={variable}={}", blake3::hash(&bytes).to_hex());
    }
    Ok(())
}
