//! `batch`: many questions from a file, their results into another. It must not know how questions are answered.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sidenote_engine::engine::{Question, Snapshot};
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::followup;
use sidenote_engine::retrieve::Query;
use sidenote_engine::wire::{self, Answer, Outcome as Ended, Passage};

use super::json::{Batched, FailedLine, ResultRow, Row};
use crate::app::App;
use crate::args::{Filters, NoteFilter};
use crate::output::{Exit, Outcome};

/// Arguments of `batch`.
#[derive(Args, Debug)]
pub(crate) struct Batch {
    /// A file with one `{"id", "question"}` a line
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// The file that results are written to, one object a line
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also answer each question
    #[arg(long)]
    answers: bool,
    /// Passages per question
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    note: NoteFilter,
}

/// A line of the questions; other fields are ignored.
#[derive(Deserialize)]
struct Asked {
    id: Value,
    question: String,
    /// Questions that were asked before it, oldest first.
    history: Option<Vec<String>>,
}

impl Batch {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let began = Instant::now();
        let input = fs::read(&self.queries).map_err(|e| Error::io("read the questions from", &self.queries, &e))?;
        // Some editors put a mark of the encoding first.
        let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&input);
        let lines: Vec<(u64, &[u8])> = (1..).zip(input.split(|&b| b == b'\n')).filter(|(_, l)| !l.trim_ascii().is_empty()).collect();
        let mut target = Target::create(&self.out)?;
        let reading = app.read(true)?;
        let mut batched = Batched {
            version: wire::VERSION,
            out: self.out.display().to_string(),
            written: 0,
            blank: 0,
            failed: Vec::new(),
            notices: reading.notices,
            total_ms: 0.0,
        };
        let stopped = self.ask_all(app, &reading.snapshot, &lines, &mut target, &mut batched)?;
        target.finish()?;
        batched.total_ms = ms(began);
        for failed in &batched.failed {
            app.output.complain(&format!("line {} of `{}`: {}", failed.line, self.queries.display(), failed.message));
        }
        if stopped {
            let message = format!("{} of {} questions are in `{}`", batched.written, lines.len(), self.out.display());
            return Err(Error::new(ErrorCode::Cancelled, message, "").into());
        }
        if app.output.json {
            app.output.object(&batched)?;
        } else {
            app.output.text(&format!("{} results in `{}` ({:.1} s)\n", batched.written, self.out.display(), batched.total_ms / 1000.0))?;
            batched.notices.iter().for_each(|n| app.output.notice(n));
        }
        Ok(if batched.failed.is_empty() { Exit::Done } else { Exit::Failed })
    }

    /// Asks line by line; returns whether it was stopped.
    fn ask_all(&self, app: &App, snapshot: &Snapshot, lines: &[(u64, &[u8])], target: &mut Target, batched: &mut Batched) -> Result<bool> {
        // An unusable filter is so for every question: it is told before the first.
        let probe = Question { text: "note".to_owned(), filter: self.filters.filter(&self.note), limit: 1 };
        snapshot.search(&probe, app.silent())?;
        let progress = app.progress();
        let total = lines.len() as u64;
        for (done, (number, line)) in (1..).zip(lines) {
            let row = match serde_json::from_slice::<Asked>(line) {
                Ok(asked) if Query::new(&asked.question).is_err() => {
                    batched.blank += 1;
                    Ok(self.blank(asked.id, asked.question))
                }
                Ok(asked) => self.row(app, snapshot, asked, batched),
                Err(e) => Err(Error::new(ErrorCode::InvalidInput, format!("no {{\"id\", \"question\"}}: {e}"), "")),
            };
            match row {
                Ok(row) => {
                    target.write(&row)?;
                    batched.written += 1;
                }
                Err(e) if e.code == ErrorCode::Cancelled => return Ok(true),
                Err(e) => batched.failed.push(FailedLine { line: *number, message: e.message }),
            }
            progress.count("asking", done, total);
        }
        Ok(false)
    }

    fn row(&self, app: &App, snapshot: &Snapshot, asked: Asked, batched: &mut Batched) -> Result<Row> {
        let began = Instant::now();
        let rewrite = followup::rewrite(&followup::conversation(&asked.history.unwrap_or_default()), &asked.question);
        let standalone_question = rewrite.standalone.clone();
        let question = Question { text: asked.question, filter: self.filters.filter(&self.note), limit: self.limit };
        if !self.answers {
            let found = snapshot.search(&Question { text: rewrite.standalone, ..question }, app.silent())?;
            note(&mut batched.notices, found.notices);
            return Ok(Row {
                id: asked.id,
                standalone_question,
                results: results(&found.hits),
                answer: None,
                abstained: None,
                confidence: None,
                citations: Vec::new(),
                latency_ms: ms(began),
            });
        }
        let mut answer = snapshot.ask_as(&question, &rewrite, app.silent())?;
        note(&mut batched.notices, std::mem::take(&mut answer.notices));
        Ok(Row {
            id: asked.id,
            standalone_question,
            results: results(&answer.passages),
            answer: said(&answer),
            abstained: Some(answer.outcome != Ended::Answered),
            confidence: Some(answer.confidence),
            citations: cited(&answer),
            latency_ms: ms(began),
        })
    }

    /// The row of a question without a word.
    fn blank(&self, id: Value, question: String) -> Row {
        Row {
            id,
            standalone_question: question,
            results: Vec::new(),
            answer: None,
            abstained: self.answers.then_some(true),
            confidence: self.answers.then_some(0.0),
            citations: Vec::new(),
            latency_ms: 0.0,
        }
    }
}

/// The sentences of an answer, one a line.
pub(super) fn said(answer: &Answer) -> Option<String> {
    (answer.outcome == Ended::Answered).then(|| answer.sentences.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join("\n"))
}

/// The numbers (from 1) of the passages that an answer cites, each once.
pub(super) fn cited(answer: &Answer) -> Vec<usize> {
    let mut citations: Vec<usize> = Vec::new();
    for citation in &answer.citations {
        if !citations.contains(&(citation.passage + 1)) {
            citations.push(citation.passage + 1);
        }
    }
    citations
}

fn results(passages: &[Passage]) -> Vec<ResultRow> {
    passages.iter().map(|p| ResultRow { doc: p.document.clone(), text: p.text.clone(), score: p.scores.last() }).collect()
}

/// Adds what was not yet said.
pub(super) fn note(known: &mut Vec<String>, new: Vec<String>) {
    for notice in new {
        if !known.contains(&notice) {
            known.push(notice);
        }
    }
}

pub(super) fn ms(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1e5).round() / 100.0
}

/// The file that results go to: written beside its place and moved there when it is whole. What is no plain file (a pipe) is written directly.
pub(super) struct Target {
    file: BufWriter<File>,
    out: PathBuf,
    part: Option<PathBuf>,
}

impl Target {
    pub(super) fn create(out: &Path) -> Result<Self> {
        let direct = fs::metadata(out).is_ok_and(|m| !m.is_file());
        let part = (!direct).then(|| {
            let mut name = out.file_name().unwrap_or_default().to_owned();
            name.push(format!(".part-{}", std::process::id()));
            out.with_file_name(name)
        });
        let path = part.as_deref().unwrap_or(out);
        let file =
            File::options().write(true).create(part.is_some()).truncate(part.is_some()).open(path).map_err(|e| Error::io("write", path, &e))?;
        Ok(Self { file: BufWriter::new(file), out: out.to_owned(), part })
    }

    pub(super) fn write(&mut self, row: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(row).map_err(Error::internal)?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(|e| Error::io("write", &self.out, &e))
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.file.flush().map_err(|e| Error::io("write", &self.out, &e))?;
        if let Some(part) = self.part.take() {
            fs::rename(&part, &self.out).map_err(|e| Error::io("write", &self.out, &e))?;
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            // Nothing whole to keep.
            drop(fs::remove_file(part));
        }
    }
}
