//! A desk: a data folder, a folder of notes, and the command run on them.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const COFFEE: &str = "---
tags: [drinks, morning]
date: 2025-03-01
---
# Coffee

## How hot should the water for coffee be?
The water for pour-over coffee should be 93 degrees Celsius. Boiling water burns the grounds.

## How much coffee goes into one cup?
One cup takes 15 grams of ground coffee.
";

pub(crate) const TEA: &str = "---
title: 绿茶
tags: [drinks]
date: 2024-01-10
---
# 绿茶

## 绿茶用多少度的水泡？
绿茶用八十度左右的水冲泡，水太热茶汤会发苦。

## 绿茶怎么保存？
绿茶要密封、避光，放在冰箱里冷藏。
";

pub(crate) const CATS: &str = "# 猫

猫一天睡十二到十六个小时。小猫睡得更久。

猫的胡须用来判断缝隙的宽度。
";

/// What a run of the command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Standard output as one JSON object on one line.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.out.trim_end().lines().count(), 1, "one object on one line: {self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Exit code, standard output and standard error as one text, for a snapshot.
    pub(crate) fn whole(&self) -> String {
        format!("exit {}\n--- stdout\n{}--- stderr\n{}", self.code, self.out, self.err)
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.whole());
        self
    }
}

/// A person's desk: nothing of it is shared with another test.
pub(crate) struct Desk {
    folder: TempDir,
    /// Names the folder of the shipped notes; by default there is none.
    shipped: PathBuf,
    runtime: bool,
}

impl Desk {
    /// An empty desk. Models that a person adds can be run if this machine has their runtime.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        fs::create_dir(folder.path().join("notes")).expect("a folder of notes");
        let shipped = folder.path().join("none");
        Self { folder, shipped, runtime: true }
    }

    /// A desk without the runtime: only the model inside the program can be run.
    pub(crate) fn without_runtime() -> Self {
        Self { runtime: false, ..Self::new() }
    }

    /// With three notes that are indexed.
    pub(crate) fn with_notes(self) -> Self {
        self.note("coffee.md", COFFEE);
        self.note("茶/绿茶.md", TEA);
        self.note("cats.md", CATS);
        self.run(["library", "add", self.notes().to_str().expect("a path"), "--name", "mine"]).exits(0);
        self
    }

    /// With a folder of notes that comes with the program.
    pub(crate) fn with_shipped(mut self) -> Self {
        self.shipped = self.folder.path().join("shipped");
        fs::create_dir(&self.shipped).expect("a folder");
        fs::write(self.shipped.join("README.md"), "# Read me\n\nThe zebra lives here.\n").expect("a file");
        fs::write(self.shipped.join("tea.md"), TEA).expect("a file");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn notes(&self) -> PathBuf {
        self.folder.path().join("notes")
    }

    /// Writes a note.
    pub(crate) fn note(&self, path: &str, text: &str) {
        let path = self.notes().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a note");
    }

    /// The command, on this desk.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sidenote"));
        command.args(args).env("SIDENOTE_DATA_DIR", self.data()).env("SIDENOTE_NOTES", &self.shipped);
        // What a person has set must not reach the tests.
        for variable in ["HF_ENDPOINT", "HF_TOKEN", "SIDENOTE_MIRRORS", "ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
            command.env_remove(variable).env_remove(variable.to_lowercase());
        }
        command.env_remove("NO_COLOR").env_remove("RUST_BACKTRACE").current_dir(self.folder.path()).stdin(Stdio::null());
        if !self.runtime {
            command.env("SIDENOTE_ONNXRUNTIME", self.folder.path().join("no-runtime"));
        }
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        ran(self.command(args).output().expect("the command runs"))
    }

    /// Runs it with a text on standard input.
    pub(crate) fn feed<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>, input: &[u8]) -> Ran {
        let mut child = self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        // It need not read to the end.
        let _ = child.stdin.take().expect("standard input").write_all(input);
        ran(child.wait_with_output().expect("the command ends"))
    }

    /// Runs it with `--json` and reads the object.
    pub(crate) fn json<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Value {
        let mut command = self.command(args);
        ran(command.arg("--json").output().expect("the command runs")).json()
    }

    /// Filters that take out of an output what differs from run to run.
    pub(crate) fn snapshot(&self, name: &str, text: &str) {
        let mut settings = insta::Settings::clone_current();
        let folder = self.folder.path().canonicalize().expect("a path");
        settings.add_filter(&regex_of(&folder), "[DESK]");
        settings.add_filter(&regex_of(self.folder.path()), "[DESK]");
        settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[TIME]");
        settings.add_filter(r"\(\d+\.\d s\)", "([SECONDS] s)");
        settings.add_filter(r"\b\d+\.\d ms\b", "[MS] ms");
        // What a machine can do. The column is as wide as its heading, which is longer than any figure.
        settings.add_filter(r"(~\d+ tok/s|too big) *  ", "[SPEED]     ");
        // So does what a model takes, by what its processor can multiply in place.
        settings.add_filter(r"memory +speed here", "memory    speed here");
        settings.add_filter(r"~[\d.]+ [MG]B +(–|\[SPEED\]) {5,}", "[MEMORY]  $1     ");
        settings.add_filter(r"– +– +– +MIT", "–  –  –  MIT");
        settings.add_filter(r"\nsuggested for this machine: .*\n.*\n", "");
        settings.add_filter(r"libonnxruntime\.\w+|onnxruntime\.dll", "[LIBRARY]");
        settings.add_filter(r"ONNX Runtime \d[\d.]*", "ONNX Runtime [VERSION]");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

fn regex_of(path: &Path) -> String {
    path.display().to_string().chars().map(|c| if c.is_alphanumeric() || c == '/' { c.to_string() } else { format!("\\{c}") }).collect()
}

pub(crate) fn ran(output: std::process::Output) -> Ran {
    Ran {
        // A process that a signal ended has no code.
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
        err: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
    }
}

/// The strings of a JSON array.
pub(crate) fn strings(value: &Value) -> Vec<String> {
    value.as_array().map(|list| list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()).unwrap_or_default()
}

/// One field of every object of a JSON array.
pub(crate) fn each(value: &Value, field: &str) -> Vec<String> {
    value.as_array().map(|list| list.iter().filter_map(|v| v[field].as_str().map(str::to_owned)).collect()).unwrap_or_default()
}
