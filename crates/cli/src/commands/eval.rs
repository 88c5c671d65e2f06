//! `eval`: how well questions with known answers are answered. This file owns the arguments and what is measured in which order; it must not
//! know how a figure is computed or shown.

mod asking;
mod chart;
mod json;
mod load;
mod report;
mod table;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use sidenote_engine::engine::Settings;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::eval::bootstrap::Bootstrap;
use sidenote_engine::eval::run::{Run, note_path};
use sidenote_engine::eval::set::GoldQuestion;
use sidenote_engine::eval::summary::Scored;
use sidenote_engine::wire;

use self::asking::{Bench, Leg};
use self::json::{Compared, Evaluated, Kind, Measured, SetResult};
use self::load::LoadedSet;
use super::batch::{Target, ms};
use crate::app::App;
use crate::args::{Filters, NoteFilter};
use crate::layout::count;
use crate::output::{Exit, Outcome};
use crate::settings;

/// Arguments of `eval`.
#[derive(Args, Debug)]
pub(crate) struct Eval {
    /// Folders of sets (docs/json.md); without one, a self-test on your own notes
    #[arg(value_name = "SET")]
    sets: Vec<PathBuf>,
    /// Only the questions of `queries.mini.jsonl`
    #[arg(long)]
    mini: bool,
    /// Only questions whose id begins so
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
    /// Compare: settings of the first configuration, KEY=VALUE,KEY=VALUE
    #[arg(long, value_name = "SETTINGS", conflicts_with_all = ["run", "vs"])]
    a: Option<String>,
    /// Compare: settings of the second configuration
    #[arg(long, value_name = "SETTINGS", conflicts_with_all = ["run", "vs"])]
    b: Option<String>,
    /// Ask nothing: score this file of results (the format that `batch` writes)
    #[arg(long, value_name = "FILE")]
    run: Option<PathBuf>,
    /// With --run: the difference from the results in this file
    #[arg(long, value_name = "FILE", requires = "run")]
    vs: Option<PathBuf>,
    /// Also write an HTML page with charts
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Also write the results of every question into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "run")]
    runs: Option<PathBuf>,
    /// Keep the index of the sets in this folder for the next time
    #[arg(long, value_name = "FOLDER", conflicts_with = "run")]
    keep: Option<PathBuf>,
    /// Ask by these legs alone
    #[arg(long = "leg", value_name = "LEG", value_enum, value_delimiter = ',', conflicts_with = "run")]
    legs: Vec<Leg>,
    /// Questions of the self-test
    #[arg(long, value_name = "N", default_value_t = 200)]
    questions: usize,
    /// Seed of the self-test's questions and of the intervals
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    filters: Filters,
}

/// A configuration that is measured.
struct Side {
    /// `a`, `b`, or none where nothing is compared.
    name: Option<&'static str>,
    /// What it overrides.
    overrides: Vec<String>,
    settings: Settings,
}

/// A run and what it was.
struct Ran {
    name: Option<&'static str>,
    overrides: Vec<String>,
    leg: Leg,
    file: Option<String>,
    run: Run,
}

impl Eval {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let began = Instant::now();
        let sides = self.sides(app.settings())?;
        self.check()?;
        let mut notices = Vec::new();
        let mut sets = Vec::new();
        match (&self.run, self.sets.as_slice()) {
            (Some(file), [set]) => {
                let set = load::set(set, self.mini, &self.prefix)?;
                let mut runs = Vec::new();
                for (name, path) in self.vs.iter().map(|path| (Some("a"), path)).chain([(self.vs.as_ref().map(|_| "b"), file)]) {
                    let run = load::run(path)?;
                    runs.push(Ran { name, overrides: Vec::new(), leg: Leg::File, file: Some(path.display().to_string()), run });
                }
                sets.push(self.measured(&set.name, Kind::Set, &set.questions, &runs));
            }
            (Some(_), _) => return Err(invalid("--run needs the set that its questions are from", "name one SET").into()),
            (None, []) => {
                let mut bench = Bench::own(app, self.filters.filter(&NoteFilter::default()))?;
                notices.append(&mut bench.notices);
                for (name, kind, questions) in self.own_questions(app, &mut bench, &sides)? {
                    sets.push(self.asked(app, &mut bench, name, kind, &questions, &sides)?);
                }
                notices.append(&mut bench.notices);
            }
            (None, folders) => {
                let loaded = folders.iter().map(|f| load::set(f, self.mini, &self.prefix)).collect::<Result<Vec<_>>>()?;
                let mut bench = Bench::apart(app, self.keep.as_deref())?;
                for set in &loaded {
                    bench.turn_to(set);
                    let there = bench.paths(app, &sides[0].settings)?;
                    bench.notices.extend(missed(set, &there));
                    sets.push(self.asked(app, &mut bench, &set.name, Kind::Set, &set.questions, &sides)?);
                }
                notices.append(&mut bench.notices);
            }
        }
        let Bootstrap { resamples, seed } = self.bootstrap();
        let evaluated = Evaluated { version: wire::VERSION, seed, resamples, sets, notices, total_ms: ms(began) };
        self.show(app, &evaluated)
    }

    fn show(&self, app: &App, evaluated: &Evaluated) -> Outcome {
        if let Some(file) = &self.report {
            std::fs::write(file, report::page(evaluated)).map_err(|e| Error::io("write", file, &e))?;
        }
        if app.output.json {
            app.output.object(evaluated)?;
        } else {
            app.output.text(&table::tables(evaluated, app.output.style()))?;
            evaluated.notices.iter().for_each(|n| app.output.notice(n));
        }
        Ok(Exit::Done)
    }

    /// What clap cannot check.
    fn check(&self) -> Result<()> {
        let filtered = !self.filters.filter(&NoteFilter::default()).is_empty();
        if filtered && !self.sets.is_empty() {
            return Err(invalid("a filter chooses among your own notes, not among those of a set", "leave out SET, or the filter"));
        }
        // Told before the questions are asked, not after.
        let folder = self.report.as_deref().and_then(Path::parent).filter(|f| !f.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|f| !f.is_dir()) {
            return Err(Error::new(ErrorCode::NotFound, format!("there is no folder `{}` for the report", folder.display()), "create it first"));
        }
        if let Some(file) = self.report.as_deref().filter(|file| file.is_dir()) {
            return Err(invalid(
                &format!("`{}` is a folder, and the report is a file", file.display()),
                "name a file in it, for example report.html",
            ));
        }
        if let Some(folder) = self.runs.as_deref().filter(|folder| folder.exists() && !folder.is_dir()) {
            return Err(invalid(&format!("`{}` is a file, and the results go into a folder", folder.display()), "name a folder"));
        }
        if self.keep.is_some() && self.sets.is_empty() {
            return Err(invalid("--keep is for sets: the self-test asks your own index and keeps nothing", "leave out --keep, or name a SET"));
        }
        Ok(())
    }

    fn bootstrap(&self) -> Bootstrap {
        Bootstrap { seed: self.seed, ..Bootstrap::default() }
    }

    /// The configurations: one, or two that are compared.
    fn sides(&self, base: &Settings) -> Result<Vec<Side>> {
        if self.a.is_none() && self.b.is_none() {
            return Ok(vec![Side { name: None, overrides: Vec::new(), settings: base.clone() }]);
        }
        let side = |name: &'static str, given: Option<&String>| -> Result<Side> {
            let overrides: Vec<String> =
                given.iter().flat_map(|s| s.split(',')).map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect();
            Ok(Side { name: Some(name), settings: settings::over(base.clone(), &overrides)?, overrides })
        };
        Ok(vec![side("a", self.a.as_ref())?, side("b", self.b.as_ref())?])
    }

    /// The questions of the self-test, and those whose answers the person judged.
    fn own_questions(&self, app: &App, bench: &mut Bench<'_>, sides: &[Side]) -> Result<Vec<(&'static str, Kind, Vec<GoldQuestion>)>> {
        if sides.iter().any(|s| s.settings.sync.chunk != Settings::default().sync.chunk) {
            let hint = "compare sizes of chunks on a set: its notes are indexed for each configuration";
            return Err(invalid("the self-test asks the index you have, whose chunks stay as they are", hint));
        }
        let mut out = Vec::new();
        let made = bench.made_questions(app, self.questions, self.seed)?;
        let mut marked = load::marked(&app.paths().marked())?;
        if !marked.is_empty() {
            let (there, judged) = (bench.paths(app, &sides[0].settings)?, marked.len());
            let some = !self.filters.filter(&NoteFilter::default()).is_empty();
            // Of a refusal that was wrong nobody said which notes answer: perhaps not those that are chosen.
            let known = |q: &GoldQuestion| q.gold_docs.iter().any(|doc| there.contains(&note_path(doc)));
            marked.retain(|q| if q.gold_docs.is_empty() { !some || !q.answerable || !q.wrong_spans.is_empty() } else { known(q) });
            if marked.len() < judged {
                bench.notices.push(format!(
                    "{} of {judged} questions that you judged were left out: their notes are not there, or not among those chosen",
                    judged - marked.len()
                ));
            }
        }
        for (name, kind, mut questions) in [("self-test", Kind::SelfTest, made), ("marked", Kind::Marked, marked)] {
            questions.retain(|q| q.id.starts_with(&self.prefix));
            if !questions.is_empty() {
                out.push((name, kind, questions));
            }
        }
        if out.is_empty() {
            let hint = "headings with a few sentences below them become questions; a shorter --prefix, or more notes, give more";
            return Err(Error::new(ErrorCode::NothingToAsk, "no question could be made from the notes", hint));
        }
        Ok(out)
    }

    /// Asks every configuration by every leg, then measures.
    fn asked(&self, app: &App, bench: &mut Bench<'_>, name: &str, kind: Kind, questions: &[GoldQuestion], sides: &[Side]) -> Result<SetResult> {
        let mut runs = Vec::new();
        for side in sides {
            for (leg, run) in bench.ask(app, questions, &side.settings, &self.legs)? {
                if let Some(folder) = &self.runs {
                    let side = side.name.map_or_else(String::new, |s| format!(".{s}"));
                    write_run(folder, &format!("{name}{side}.{}.jsonl", leg.name()), questions, &run)?;
                }
                runs.push(Ran { name: side.name, overrides: side.overrides.clone(), leg, file: None, run });
            }
        }
        Ok(self.measured(name, kind, questions, &runs))
    }

    fn measured(&self, name: &str, kind: Kind, questions: &[GoldQuestion], runs: &[Ran]) -> SetResult {
        let bootstrap = self.bootstrap();
        let scored: Vec<Scored> = runs.iter().map(|ran| Scored::new(questions, &ran.run)).collect();
        let measured = runs.iter().zip(&scored).map(|(ran, scored)| Measured {
            leg: ran.leg.name(),
            side: ran.name,
            settings: ran.overrides.clone(),
            file: ran.file.clone(),
            asked: scored.in_run,
            figures: scored.figures(&bootstrap),
            latency_ms: scored.latency(),
        });
        let mut differences = Vec::new();
        for (ran, own) in runs.iter().zip(&scored).filter(|(ran, _)| ran.name == Some("b")) {
            if let Some(at) = runs.iter().position(|other| other.name == Some("a") && other.leg == ran.leg) {
                differences.push(Compared { leg: ran.leg.name(), figures: own.differences(&scored[at], &bootstrap) });
            }
        }
        // Whether a question can be answered whose answer was wrong, nobody said.
        let judged = questions.iter().filter(|q| q.wrong_spans.is_empty());
        let (answerable, unanswerable): (Vec<_>, Vec<_>) = judged.partition(|q| q.answerable);
        SetResult {
            set: name.to_owned(),
            kind,
            questions: questions.len(),
            answerable: answerable.len(),
            unanswerable: unanswerable.len(),
            systems: measured.collect(),
            differences,
        }
    }
}

/// What is said of questions whose notes the set does not have.
fn missed(set: &LoadedSet, there: &HashSet<String>) -> Option<String> {
    let gone = |q: &&GoldQuestion| q.answerable && !q.gold_docs.iter().any(|doc| there.contains(&note_path(doc)));
    let first = set.questions.iter().find(gone)?;
    let questions = count(set.questions.iter().filter(gone).count() as u64, "question");
    let doc = first.gold_docs.first().map(String::as_str).unwrap_or_default();
    Some(format!("{questions} of `{}` cannot be found: no note that should answer is there; `{}` names `{doc}`", set.name, first.id))
}

fn write_run(folder: &Path, name: &str, questions: &[GoldQuestion], run: &Run) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("create the folder", folder, &e))?;
    let mut target = Target::create(&folder.join(name))?;
    for row in questions.iter().filter_map(|q| run.rows.get(&q.id)) {
        target.write(row)?;
    }
    target.finish()
}

fn invalid(message: &str, hint: &str) -> Error {
    Error::new(ErrorCode::InvalidInput, message, hint)
}
