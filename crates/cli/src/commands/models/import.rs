//! `models import`: a model from this machine. It must not know how its files are made a model.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use sidenote_engine::wire;
use sidenote_models::{Choice, Store};

use super::json::Had;
use super::pull::tell;
use super::{Describe, list};
use crate::app::App;
use crate::output::Outcome;

/// Arguments of `models import`.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// A folder with the files of a model's repository, its .onnx file, or its .gguf file
    #[arg(value_name = "PATH")]
    from: PathBuf,
    /// The name it is chosen by; one of `sidenote models list` where it is that model. One like the folder's or file's own without it
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    describe: Describe,
}

impl Import {
    pub(super) fn run(&self, app: &App) -> Outcome {
        let began = Instant::now();
        let store = Store::new(app.paths().models());
        let import = sidenote_models::Import { from: self.from.clone(), name: self.name.clone(), options: self.describe.options() };
        let progress = app.progress();
        let (model, notices) = import.run(&store, app.run(&progress))?;
        progress.finish();
        notices.iter().for_each(|notice| app.output.notice(notice));
        tell(
            &app.output,
            Had {
                version: wire::VERSION,
                model: list::shown(&model, &Choice::read(&app.paths().settings())?),
                folder: model.folder.display().to_string(),
                endpoint: None,
                already: false,
                downloaded: model.manifest.size(),
                resumed: 0,
                notices,
                total_ms: (began.elapsed().as_secs_f64() * 1e5).round() / 100.0,
            },
        )
    }
}
