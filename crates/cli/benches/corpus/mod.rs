//! Notes in any number for benchmarks: sentences of the shipped notes, recombined by a fixed random sequence, so that every run of one version sees the
//! same. It must not know what is measured.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use sidenote_engine::text::sentences;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Bytes of a note.
const NOTE_BYTES: usize = 2_000;

/// Sentences and headings of the shipped notes, recombined by a fixed random sequence.
pub(crate) struct Corpus {
    sentences: Vec<String>,
    headings: Vec<String>,
    state: u64,
}

impl Corpus {
    /// Of the notes in a folder.
    pub(crate) fn new(folder: &Path) -> Outcome<Self> {
        let mut files = Vec::new();
        collect(folder, &mut files)?;
        files.sort();
        let (mut all, mut headings) = (Vec::new(), Vec::new());
        for file in files {
            let text = fs::read_to_string(file)?;
            for line in text.lines().filter(|l| l.chars().count() > 10 && !l.starts_with("---")) {
                match line.strip_prefix("## ") {
                    Some(heading) => headings.push(heading.to_owned()),
                    None => all.extend(sentences(line).into_iter().map(|s| line[s].to_owned())),
                }
            }
        }
        Ok(Self { sentences: all, headings, state: 0x1234_5678_9abc_def1 })
    }

    fn next(&mut self, below: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 16).unwrap_or(0) % below
    }

    fn note(&mut self, number: usize) -> String {
        let mut text = format!("# 笔记 {number}\n");
        while text.len() < NOTE_BYTES {
            let heading = self.next(self.headings.len());
            text.push_str(&format!("\n## {} {number}\n\n", self.headings[heading]));
            for _ in 0..4 {
                let sentence = self.next(self.sentences.len());
                text.push_str(&self.sentences[sentence]);
            }
            text.push('\n');
        }
        text
    }

    /// Writes notes, fifty folders of them; their bytes.
    pub(crate) fn write(&mut self, folder: &Path, notes: usize) -> Outcome<u64> {
        let mut bytes = 0;
        for i in 0..notes {
            let file = folder.join(format!("{:02}/{i:06}.md", i % 50));
            fs::create_dir_all(file.parent().ok_or("no parent")?)?;
            let text = self.note(i);
            bytes += text.len() as u64;
            fs::write(file, text)?;
        }
        Ok(bytes)
    }

    /// Headings to search for.
    pub(crate) fn queries(&mut self, count: usize) -> Vec<String> {
        (0..count)
            .map(|_| {
                let i = self.next(self.headings.len());
                self.headings[i].clone()
            })
            .collect()
    }
}

/// The Markdown files below a folder.
pub(crate) fn collect(folder: &Path, out: &mut Vec<PathBuf>) -> Outcome<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, out)?
        } else if path.extension().is_some_and(|e| e == "md") {
            out.push(path)
        }
    }
    Ok(())
}
