//! `models verify`: whether installed files are still what came. It must not know how checksums are made.

use std::fmt::Write as _;

use clap::Args;
use sidenote_engine::wire;
use sidenote_models::{Installed, Store};

use super::json::{Checked, CheckedModel};
use crate::app::App;
use crate::compose::not_installed;
use crate::layout::{bytes, count, one_line, plain};
use crate::output::{Exit, Outcome, Output};

/// Arguments of `models verify`.
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// Only these models
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

impl Verify {
    pub(super) fn run(&self, app: &App) -> Outcome {
        let store = Store::new(app.paths().models());
        let (all, broken) = store.all();
        let chosen: Vec<Installed> = if self.names.is_empty() {
            all
        } else {
            self.names.iter().map(|name| store.find(name).ok_or_else(|| not_installed(&store, name))).collect::<Result<_, _>>()?
        };
        let progress = app.progress();
        let mut models = Vec::new();
        for model in &chosen {
            let verified = model.verify(app.run(&progress))?;
            let ok = verified.problems.is_empty();
            models.push(CheckedModel {
                name: model.manifest.name.clone(),
                ok,
                files: verified.files,
                bytes: verified.bytes,
                problems: verified.problems,
            });
        }
        if self.names.is_empty() {
            // A folder whose manifest cannot be read is a problem of a model without a name.
            models.extend(broken.into_iter().map(|e| {
                let problems = vec![format!("{}; {}", e.message, e.hint)];
                CheckedModel { name: String::new(), ok: false, files: 0, bytes: 0, problems }
            }));
        }
        progress.finish();
        let checked = Checked { version: wire::VERSION, ok: models.iter().all(|model| model.ok), models };
        if app.output.json {
            app.output.object(&checked)?;
        } else {
            app.output.text(&human(&checked, &app.output))?;
            for model in checked.models.iter().filter(|model| !model.ok && !model.name.is_empty()) {
                app.output.notice(&format!("`sidenote models remove {0}`, then install {0} again", model.name));
            }
        }
        Ok(if checked.ok { Exit::Done } else { Exit::Failed })
    }
}

fn human(checked: &Checked, output: &Output) -> String {
    let style = output.style();
    if checked.models.is_empty() {
        return "no model is installed beside the one inside the program\n".to_owned();
    }
    let mut out = String::new();
    for model in &checked.models {
        let word = if model.ok { style.place("ok     ") } else { style.alarm("problem") };
        let name = if model.name.is_empty() { "a model without a name".to_owned() } else { one_line(&model.name) };
        let _ = writeln!(out, "{word}  {name}: {}, {}", count(model.files, "file"), bytes(model.bytes));
        for problem in &model.problems {
            let _ = writeln!(out, "         {}", plain(problem));
        }
    }
    out
}
