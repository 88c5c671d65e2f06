//! The digest of the bundled model's files, taken when the program is built: hashing megabytes at every start would cost 10 ms.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("bundled");
    println!("cargo::rerun-if-changed=build.rs");
    let mut digest = blake3::Hasher::new();
    for name in ["table.safetensors", "vocabulary.tsv"] {
        let file = folder.join(name);
        println!("cargo::rerun-if-changed={}", file.display());
        digest.update(&std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?);
    }
    println!("cargo::rustc-env=SIDENOTE_MODEL_DIGEST={}", digest.finalize().to_hex());
    Ok(())
}
