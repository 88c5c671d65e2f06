//! What happens without ONNX Runtime, and where it is looked for. The runtime is initialised once per process, so failures are tried in processes
//! of their own: this test binary, started again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::ErrorCode;
use sidenote_engine::model::{Embedder, Role};
use sidenote_models::OnnxEmbedder;
use sidenote_models::bundled;
use sidenote_models::runtime::{LIBRARY, VARIABLE, candidates, library};

use crate::embedding::{recipe, spec, tiny};
use crate::graphs;

/// Where a child process writes what it saw.
const REPORT: &str = "SIDENOTE_TEST_REPORT";

/// Starts the given test binary again with `SIDENOTE_ONNXRUNTIME` set to `chosen`, and returns what it saw.
fn in_a_process_of_its_own(binary: &Path, chosen: Option<&Path>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report");
    let mut child = Command::new(binary);
    child
        .args(["--exact", "runtime::the_outcome_is_the_same_each_time", "--test-threads=1"])
        .env(REPORT, &report)
        .env_remove(VARIABLE)
        .env_remove("LD_LIBRARY_PATH");
    if let Some(chosen) = chosen {
        child.env(VARIABLE, chosen);
    }
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(report).unwrap()
}

/// Asks for an embedding twice. Every failure must be `ModelUnavailable` with a hint. In a process of its own it writes down what it saw.
#[test]
fn the_outcome_is_the_same_each_time() {
    let model = OnnxEmbedder::new(spec(graphs::WIDTH), recipe(), || Ok(tiny(1, 0)));
    // The spec is there whether or not the runtime is.
    assert_eq!(model.spec().dimensions, graphs::WIDTH);
    model.warm_up();
    let outcomes: Vec<String> = (0..2)
        .map(|_| match model.embed(&["注意力"], Role::Query, &CancelToken::new()) {
            Ok(vectors) => format!("{} vector from {}", vectors.len(), library().unwrap().display()),
            Err(error) => {
                assert_eq!(error.code, ErrorCode::ModelUnavailable);
                assert!(error.hint.contains("make setup"), "{}", error.hint);
                assert!(library().is_err());
                error.message
            }
        })
        .collect();
    assert_eq!(outcomes[0], outcomes[1], "the same answer each time");
    // The model inside the program does not need it.
    assert_eq!(bundled().embed(&["注意力"], Role::Query, &CancelToken::new()).unwrap().len(), 1);
    if let Some(report) = std::env::var_os(REPORT) {
        fs::write(report, &outcomes[0]).unwrap();
    }
}

fn this_binary() -> PathBuf {
    std::env::current_exe().unwrap()
}

#[test]
fn the_runtime_is_present_on_this_machine() {
    let file = library().unwrap_or_else(|error| panic!("{}; {}", error.message, error.hint));
    assert!(file.is_file(), "{}", file.display());
}

#[test]
fn a_chosen_file_is_used_and_a_chosen_file_that_is_missing_is_not_overruled() {
    let folder = tempfile::tempdir().unwrap();
    let chosen = folder.path().join("renamed.library");
    fs::copy(library().unwrap(), &chosen).unwrap();
    assert_eq!(in_a_process_of_its_own(&this_binary(), Some(&chosen)), format!("1 vector from {}", chosen.display()));

    let missing = folder.path().join("missing.so");
    let report = in_a_process_of_its_own(&this_binary(), Some(&missing));
    assert!(report.contains("no such file") && report.contains("missing.so"), "{report}");
    let report = in_a_process_of_its_own(&this_binary(), Some(folder.path()));
    assert!(report.contains("no such file"), "{report}");
}

#[test]
fn a_text_file_in_the_librarys_place_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("empty.so", ""), ("text.so", "this is not a library\n")] {
        let file = folder.path().join(name);
        fs::write(&file, content).unwrap();
        let report = in_a_process_of_its_own(&this_binary(), Some(&file));
        assert!(report.contains("could not be loaded") && report.contains(name), "{report}");
    }
}

#[test]
fn an_incomplete_library_is_an_error() {
    let whole = fs::read(library().unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(LIBRARY);
    for length in [40, 100, 100_000, whole.len() / 2, whole.len() - 1_000_000] {
        fs::write(&file, &whole[..length]).unwrap();
        let report = in_a_process_of_its_own(&this_binary(), Some(&file));
        assert!(report.contains("could not be loaded"), "{length}: {report}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn another_library_in_its_place_is_an_error() {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let foreign = maps.lines().filter_map(|line| line.split_whitespace().nth(5)).find(|path| path.contains("/libc.so")).unwrap();
    let report = in_a_process_of_its_own(&this_binary(), Some(Path::new(foreign)));
    assert!(report.contains("not ONNX Runtime"), "{report}");
}

#[test]
fn a_program_on_its_own_says_that_the_runtime_is_missing_and_finds_it_once_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let program = bin.join(format!("program{}", std::env::consts::EXE_SUFFIX));
    fs::copy(this_binary(), &program).unwrap();
    let report = in_a_process_of_its_own(&program, None);
    assert!(report.contains("not beside the program"), "{report}");

    // A broken file there is told, as long as no other place has a good one.
    let beside = bin.join(LIBRARY);
    fs::write(&beside, "text").unwrap();
    let report = in_a_process_of_its_own(&program, None);
    assert!(report.contains("could not be loaded") && report.contains(LIBRARY), "{report}");

    let installed = folder.path().join("lib").join("sidenote");
    fs::create_dir_all(&installed).unwrap();
    fs::copy(library().unwrap(), installed.join(LIBRARY)).unwrap();
    let report = in_a_process_of_its_own(&program, None);
    assert!(report.starts_with("1 vector from") && report.contains("sidenote"), "{report}");
}

/// Makes empty files and returns the candidates relative to the root.
fn found(program: &str, files: &[&str]) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    for file in files {
        let file = root.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    let candidates = candidates(&root.path().join(program));
    candidates.iter().map(|file| file.strip_prefix(root.path()).unwrap().to_str().unwrap().replace('\\', "/")).collect()
}

#[test]
fn the_library_beside_the_program_comes_first_then_the_installed_one() {
    let names = [format!("app/lib/sidenote/{LIBRARY}"), format!("app/onnxruntime/{LIBRARY}"), format!("app/bin/{LIBRARY}")];
    let files: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(found("app/bin/sidenote", &files), [files[2], files[0], files[1]]);
    assert!(found("app/bin/sidenote", &["app/bin/libsomething.so"]).is_empty());
}

#[test]
fn the_target_folder_is_found_from_programs_tests_examples_and_other_targets() {
    let name = format!("target/onnxruntime/{LIBRARY}");
    let files = [name.as_str(), "target/.rustc_info.json"];
    for program in ["target/release/sidenote", "target/debug/deps/models-0123", "target/debug/examples/one", "target/triple/debug/deps/models-0123"] {
        assert_eq!(found(program, &files), [name.as_str()], "{program}");
    }
    // A folder far above a program may belong to someone else.
    assert!(found("target/some/where/else/sidenote", &files).is_empty());
}

#[test]
#[cfg(target_os = "linux")]
fn versioned_names_are_taken_newest_first_after_the_plain_one() {
    let names = ["bin/libonnxruntime.so.1.9.0", "bin/libonnxruntime.so.1.24.4", "bin/libonnxruntime.so.txt", "bin/libonnxruntime.so"];
    assert_eq!(found("bin/sidenote", &names), [names[3], names[1], names[0]]);
}
