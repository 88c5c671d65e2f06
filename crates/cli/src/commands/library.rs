//! `library add|list|remove`: the folders of notes. It must not know what becomes of a folder's notes.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use sidenote_engine::wire::{self, LibraryInfo};

use super::json::{Added, Graph, Libraries, Removed};
use super::sync::{sync, tell};
use crate::app::App;
use crate::compose::Models;
use crate::layout::{count, one_line, pad, widest};
use crate::output::{Exit, Outcome, Output};

/// The subcommands of `library`.
#[derive(Debug, Subcommand)]
pub(crate) enum Library {
    /// Make a folder of notes a library, and index it
    Add(Add),
    /// List the libraries
    List,
    /// Forget a library; its files are not touched
    Remove(Remove),
}

/// Arguments of `library add`.
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// The folder; its notes stay where they are
    folder: PathBuf,
    /// The library's name; the folder's own without it
    #[arg(long)]
    name: Option<String>,
    /// Do not build the graph for fast search over very many notes
    #[arg(long)]
    no_graph: bool,
}

/// Arguments of `library remove`.
#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// The library's name
    name: String,
}

impl Library {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        match self {
            Self::Add(add) => add.run(app),
            Self::List => list(app),
            Self::Remove(remove) => remove.run(app),
        }
    }
}

impl Add {
    fn run(&self, app: &App) -> Outcome {
        let models = app.models(true);
        let engine = app.engine(&models)?;
        engine.offer_shipped_notes()?;
        let name = engine.add_library(&self.folder, self.name.as_deref())?;
        let around = engine.around(&name)?;
        let apart = engine.libraries()?.into_iter().find(|library| library.name == name).map(|library| library.apart).unwrap_or_default();
        let changed: Vec<String> = std::iter::once(&name).chain(&around).cloned().collect();
        let mut synced = sync(app, &engine, &changed, !self.no_graph)?;
        synced
            .report
            .notices
            .extend(around.iter().map(|outer| format!("its folder lies in that of `{outer}`: its notes are no longer in `{outer}`")));
        synced
            .report
            .notices
            .extend(apart.iter().map(|inner| format!("the folder of `{inner}` lies in it: the notes there stay in `{inner}` alone")));
        synced.report.notices.extend(models.notices);
        synced.report.notices.extend(models.problem);
        let exit = if synced.graph == Graph::Stopped { Exit::Cancelled } else { Exit::Done };
        if app.output.json {
            app.output.object(&Added { version: wire::VERSION, library: name, sync: synced })?;
        } else {
            app.output.text(&format!("library `{}`: ", one_line(&name)))?;
            tell(&app.output, &synced)?;
        }
        Ok(exit)
    }
}

fn list(app: &App) -> Outcome {
    let engine = app.engine(&Models::default())?;
    engine.offer_shipped_notes()?;
    let libraries = engine.libraries()?;
    if app.output.json {
        app.output.object(&Libraries { version: wire::VERSION, libraries })?;
        return Ok(Exit::Done);
    }
    if libraries.is_empty() {
        app.output.notice("there is no library; add a folder with `sidenote library add FOLDER`");
    }
    app.output.text(&human(&libraries, &app.output))?;
    Ok(Exit::Done)
}

/// One line per library.
pub(super) fn human(libraries: &[LibraryInfo], output: &Output) -> String {
    let style = output.style();
    let rows: Vec<[String; 3]> = libraries
        .iter()
        .map(|library| {
            let state = if library.synced {
                let skipped = if library.skipped > 0 { format!(", {} skipped", library.skipped) } else { String::new() };
                let apart = library.apart.iter().map(|name| format!(", without `{}`", one_line(name))).collect::<String>();
                format!("{}{skipped}, {}{apart}", count(library.indexed, "note"), count(library.chunks, "passage"))
            } else {
                "not indexed yet".to_owned()
            };
            [one_line(&library.name), state, one_line(&library.folder)]
        })
        .collect();
    let (names, states) = (widest(rows.iter().map(|r| r[0].as_str())), widest(rows.iter().map(|r| r[1].as_str())));
    let mut out = String::new();
    for [name, state, folder] in &rows {
        let _ = writeln!(out, "{}  {}  {}", style.bold(&pad(name, names)), pad(state, states), style.place(folder));
    }
    out
}

impl Remove {
    fn run(&self, app: &App) -> Outcome {
        // With the models at hand their vectors are put right at once, and not at the next question.
        let engine = app.engine(&app.models(false))?;
        engine.offer_shipped_notes()?;
        engine.remove_library(&self.name, app.silent())?;
        if app.output.json {
            app.output.object(&Removed { version: wire::VERSION, library: self.name.clone() })?;
        } else {
            app.output.text(&format!("removed `{}`; its files are as they were\n", one_line(&self.name)))?;
        }
        Ok(Exit::Done)
    }
}
