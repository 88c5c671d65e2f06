//! Checks the window's rights against tauri.conf.json. Runs in the repository's root, where that file is.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The program holds the page that was built last; without one it says so, so that a fresh checkout compiles.
    let page = Path::new("ui/dist/index.html");
    if !page.exists() {
        std::fs::create_dir_all("ui/dist")?;
        std::fs::write(page, "<!doctype html><title>Sidenote</title><p>The page is not built yet: run <code>make ui</code>.")?;
    }
    for watched in ["ui/dist", "src-tauri/capabilities", "src-tauri/permissions", "tauri.conf.json"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/permissions/**/*"));
    tauri_build::try_build(attributes)?;
    // It writes its schemas into the folder it runs in; they belong to the shell.
    let (made, wanted) = (Path::new("gen"), Path::new("src-tauri/gen"));
    if made.is_dir() {
        if wanted.exists() {
            std::fs::remove_dir_all(wanted)?;
        }
        std::fs::rename(made, wanted)?;
    }
    Ok(())
}
