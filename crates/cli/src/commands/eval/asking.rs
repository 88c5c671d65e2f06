//! Indexes the notes of a set apart from the person's data, and asks questions by each leg. It must not know gold answers or figures.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

use sidenote_engine::catalog::Filter;
use sidenote_engine::engine::{Engine, Question, Settings, Snapshot};
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::eval::run::{Cited, Found, Row, Run};
use sidenote_engine::eval::selftest;
use sidenote_engine::eval::set::GoldQuestion;
use sidenote_engine::model::Role;
use sidenote_engine::paths::Paths;
use sidenote_engine::retrieve::{Order, Query};
use sidenote_engine::wire::{Outcome, Passage};
use tempfile::TempDir;

use super::load::LoadedSet;
use crate::app::App;
use crate::commands::batch::{cited, ms, note, said};
use crate::compose::Models;

/// Passages per question: enough for ten notes.
const PASSAGES: usize = 20;
/// Notes that the self-test draws its questions from.
const NOTES: usize = 2_000;

/// What ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Leg {
    /// Keywords alone.
    Keyword,
    /// Meaning alone.
    Vector,
    /// Both legs, before the reranker.
    Fused,
    /// As a question is asked; only here there are answers.
    Reranked,
    /// Another program, or an earlier run.
    #[value(skip)]
    File,
}

impl Leg {
    /// As JSON and tables call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Vector => "vector",
            Self::Fused => "fused",
            Self::Reranked => "reranked",
            Self::File => "file",
        }
    }
}

/// Whose notes are asked.
enum Notes {
    /// The person's own index, which is only read.
    Own { filter: Filter },
    /// A set's, indexed below a folder of their own.
    Set { folder: PathBuf },
}

/// The place where questions are asked.
pub(super) struct Bench<'a> {
    models: Models,
    has_vectors: Option<bool>,
    notes: Notes,
    home: Home<'a>,
    /// Data folders that are up to date in this run.
    synced: HashSet<PathBuf>,
    /// What the person should know.
    pub(super) notices: Vec<String>,
}

enum Home<'a> {
    Temporary(TempDir),
    Kept(&'a Path),
    Own,
}

impl<'a> Bench<'a> {
    /// Over the person's own notes, indexed if they never were.
    pub(super) fn own(app: &App, filter: Filter) -> Result<Self> {
        let reading = app.read(true)?;
        Ok(Self { notices: reading.notices, ..Self::new(app, Notes::Own { filter }, Home::Own) })
    }

    /// Over the notes of sets, indexed in a temporary folder or in one to keep.
    pub(super) fn apart(app: &App, keep: Option<&'a Path>) -> Result<Self> {
        let home = match keep {
            Some(folder) => Home::Kept(folder),
            None => Home::Temporary(tempfile::Builder::new().prefix("sidenote-eval-").tempdir().map_err(|e| {
                let hint = "name a folder for the index with --keep";
                Error::new(ErrorCode::Io, format!("could not create a temporary folder: {e}"), hint)
            })?),
        };
        Ok(Self::new(app, Notes::Set { folder: PathBuf::new() }, home))
    }

    fn new(app: &App, notes: Notes, home: Home<'a>) -> Self {
        std::thread::spawn(sidenote_engine::text::warm_up);
        let models = app.models(true);
        let notices = models.notices.clone();
        Self { models, has_vectors: None, notes, home, synced: HashSet::new(), notices }
    }

    /// Asks the notes of this set from now on.
    pub(super) fn turn_to(&mut self, set: &LoadedSet) {
        self.notes = Notes::Set { folder: set.notes.canonicalize().unwrap_or_else(|_| set.notes.clone()) };
    }

    /// Questions made from the person's own notes.
    pub(super) fn made_questions(&self, app: &App, count: usize, seed: u64) -> Result<Vec<GoldQuestion>> {
        let notes = Engine::open(app.paths().clone(), app.settings().clone(), None)?.snapshot(app.silent())?.notes(
            &self.filter(),
            NOTES,
            seed,
            app.silent(),
        )?;
        Ok(selftest::questions(&notes, count, seed))
    }

    /// Paths of the notes that are asked.
    pub(super) fn paths(&mut self, app: &App, settings: &Settings) -> Result<HashSet<String>> {
        let (paths, filter) = (self.indexed(app, settings)?, self.filter());
        let snapshot = Engine::open(paths, settings.clone(), None)?.snapshot(app.silent())?;
        if filter.is_empty() {
            return Ok(snapshot.all_notes()?.into_iter().map(|note| note.path).collect());
        }
        Ok(snapshot.notes(&filter, usize::MAX, 0, app.silent())?.into_iter().map(|note| note.path).collect())
    }

    fn filter(&self) -> Filter {
        match &self.notes {
            Notes::Own { filter } => filter.clone(),
            Notes::Set { .. } => Filter::default(),
        }
    }

    /// Asks every question by every leg there is, or by those of `only`.
    pub(super) fn ask(&mut self, app: &App, questions: &[GoldQuestion], settings: &Settings, only: &[Leg]) -> Result<Vec<(Leg, Run)>> {
        let paths = self.indexed(app, settings)?;
        let mut legs = vec![Leg::Keyword, Leg::Vector, Leg::Fused, Leg::Reranked];
        if !self.has_vectors(app)? {
            legs.retain(|l| !matches!(l, Leg::Vector | Leg::Fused));
        }
        legs.retain(|leg| only.is_empty() || only.contains(leg));
        let progress = app.progress();
        let total = (legs.len() * questions.len()) as u64;
        let mut done = 0;
        let mut out = Vec::new();
        for leg in legs {
            let snapshot = self.snapshot(app, &paths, settings, leg)?;
            let mut rows = Vec::with_capacity(questions.len());
            for question in questions {
                rows.push(self.row(app, &snapshot, question, leg)?);
                done += 1;
                progress.count("asking", done, total);
            }
            if leg == Leg::Vector && rows.iter().all(|r| r.results.is_empty()) {
                note(&mut self.notices, vec!["the notes have no vectors: there is nothing to measure by meaning alone".to_owned()]);
                continue;
            }
            out.push((leg, Run::new(rows)));
        }
        Ok(out)
    }

    /// Whether a model can be run; if not, says why, once.
    fn has_vectors(&mut self, app: &App) -> Result<bool> {
        if let Some(known) = self.has_vectors {
            return Ok(known);
        }
        let probe = self.models.embedder.as_ref().map(|e| e.embed(&["note"], Role::Query, &app.cancel));
        let has = match probe {
            Some(Ok(_)) => true,
            Some(Err(e)) if e.code == ErrorCode::ModelUnavailable => {
                let told = self.notices.iter().any(|n| n.contains(&e.message));
                let why = if told { String::new() } else { format!(": {}; {}", e.message, e.hint) };
                note(&mut self.notices, vec![format!("only keywords were measured{why}")]);
                false
            }
            Some(Err(e)) => return Err(e),
            None => false,
        };
        self.has_vectors = Some(has);
        Ok(has)
    }

    /// The data folder in which the notes are indexed with these settings.
    fn indexed(&mut self, app: &App, settings: &Settings) -> Result<Paths> {
        let root = match &self.home {
            Home::Temporary(folder) => folder.path(),
            Home::Kept(folder) => folder,
            Home::Own => return Ok(app.paths().clone()),
        };
        let Notes::Set { folder } = &self.notes else { return Ok(app.paths().clone()) };
        // Sets that share their notes share the index; chunks of two sizes do not.
        let mut hasher = DefaultHasher::new();
        (folder, settings.sync.chunk.version()).hash(&mut hasher);
        let data = root.join(format!("{:016x}", hasher.finish()));
        let paths = Paths::under(&data);
        if self.synced.contains(&data) {
            return Ok(paths);
        }
        let engine = Engine::open(paths.clone(), settings.clone(), self.models.embedder.clone())?;
        if engine.libraries()?.is_empty() {
            engine.add_library(folder, Some("set"))?;
        }
        let progress = app.progress();
        let mut report = engine.sync(None, app.run(&progress))?;
        progress.finish();
        if engine.libraries()?.iter().all(|l| l.indexed == 0) {
            let message = format!("there are no notes in `{}`", folder.display());
            return Err(Error::new(ErrorCode::NothingToAsk, message, "put the notes that the questions are about there"));
        }
        note(&mut self.notices, std::mem::take(&mut report.notices));
        self.synced.insert(data);
        Ok(paths)
    }

    fn snapshot(&self, app: &App, paths: &Paths, settings: &Settings, leg: Leg) -> Result<Snapshot> {
        let mut settings = settings.clone();
        let mut embedder = self.models.embedder.clone();
        // What reads the first passages once more does so after the last stage alone.
        let mut cross_encoder = None;
        match leg {
            Leg::Keyword => {
                settings.search.order = Order::Lexical;
                embedder = None;
            }
            Leg::Vector => settings.search.order = Order::Vector,
            Leg::Fused => settings.search.order = Order::Fused,
            Leg::Reranked | Leg::File => cross_encoder.clone_from(&self.models.reranker),
        }
        Engine::open(paths.clone(), settings, embedder)?
            .with_token_vectors(self.models.tokens.clone())
            .with_glossary(self.models.glossary.clone())
            .with_cross_encoder(cross_encoder)
            .snapshot(app.silent())
    }

    fn row(&self, app: &App, snapshot: &Snapshot, gold: &GoldQuestion, leg: Leg) -> Result<Row> {
        let id = gold.id.clone();
        let answers = leg == Leg::Reranked;
        if Query::new(&gold.question).is_err() {
            return Ok(Row { id, abstained: answers.then_some(true), confidence: answers.then_some(0.0), ..Row::default() });
        }
        let began = Instant::now();
        let question = Question { text: gold.question.clone(), filter: self.filter(), limit: PASSAGES };
        if !answers {
            let hits = snapshot.search(&question, app.silent())?.hits;
            return Ok(Row { id, latency_ms: Some(ms(began)), results: results(&hits, leg), ..Row::default() });
        }
        let answer = snapshot.ask(&question, app.silent())?;
        Ok(Row {
            id,
            latency_ms: Some(ms(began)),
            results: results(&answer.passages, leg),
            answer: said(&answer),
            abstained: Some(answer.outcome != Outcome::Answered),
            confidence: Some(f64::from(answer.confidence)),
            citations: Some(cited(&answer).into_iter().filter_map(|n| i64::try_from(n).ok()).map(Cited::Result).collect()),
        })
    }
}

fn results(passages: &[Passage], leg: Leg) -> Vec<Found> {
    let score = |p: &Passage| match leg {
        Leg::Keyword => p.scores.lexical,
        Leg::Vector => p.scores.vector,
        Leg::Fused => Some(p.scores.fused),
        Leg::Reranked | Leg::File => Some(p.scores.last()),
    };
    passages.iter().map(|p| Found { doc: p.document.clone(), text: Some(p.text.clone()), score: score(p).map(f64::from) }).collect()
}
