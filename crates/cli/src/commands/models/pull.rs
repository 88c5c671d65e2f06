//! `models pull`: a model from a hub. It must not know how a download works.

use std::time::Instant;

use clap::Args;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::wire;
use sidenote_models::hub::{Endpoint, Limits};
use sidenote_models::{Choice, Store};

use super::json::Had;
use super::{Describe, list};
use crate::app::App;
use crate::layout::{bytes, one_line};
use crate::output::{Exit, Outcome, Output};

/// Arguments of `models pull`.
#[derive(Args, Debug)]
#[command(after_help = "Environment: HF_ENDPOINT (another hub), HF_TOKEN (for models that ask for an account), HTTPS_PROXY, ALL_PROXY, NO_PROXY,\n\
                        SIDENOTE_MIRRORS (hubs that --mirror auto tries, separated by commas).")]
pub(crate) struct Pull {
    /// A model of `sidenote models list`, or any OWNER/NAME with an ONNX model or a GGUF file
    #[arg(value_name = "NAME")]
    name: String,
    /// Another hub, or `auto` for the fastest of those known
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// A branch, tag or commit; the newest without it
    #[arg(long, value_name = "REV")]
    revision: Option<String>,
    /// The ONNX or GGUF file in the repository, where there are several
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    #[command(flatten)]
    describe: Describe,
}

impl Pull {
    pub(super) fn run(&self, app: &App) -> Outcome {
        let began = Instant::now();
        let store = Store::new(app.paths().models());
        let pull = sidenote_models::Pull {
            name: self.name.clone(),
            revision: self.revision.clone(),
            file: self.file.clone(),
            options: self.describe.options(),
        };
        let progress = app.progress();
        let mut endpoint = None;
        let mut notices = Vec::new();
        let pulled = match pull.there(&store) {
            // What is there needs no hub.
            Some(there) => there,
            None => {
                let chosen = Endpoint::choose(self.mirror.as_deref(), &Limits::default(), &app.cancel)?;
                chosen.notices.iter().for_each(|notice| app.output.notice(notice));
                notices.extend(chosen.notices.iter().cloned());
                let client = chosen.client(Limits::default());
                endpoint = Some(chosen.url);
                pull.run(&store, &client, app.run(&progress)).map_err(|e| match e.code {
                    ErrorCode::Cancelled => Error::new(
                        ErrorCode::Cancelled,
                        "what has come is kept",
                        format!("run `sidenote models pull {}` to go on from there", self.name),
                    ),
                    _ => e,
                })?
            }
        };
        progress.finish();
        let had = Had {
            version: wire::VERSION,
            model: list::shown(&pulled.model, &Choice::read(&app.paths().settings())?),
            folder: pulled.model.folder.display().to_string(),
            endpoint,
            already: pulled.already,
            downloaded: pulled.downloaded,
            resumed: pulled.resumed,
            notices,
            total_ms: (began.elapsed().as_secs_f64() * 1e5).round() / 100.0,
        };
        pulled.notices.iter().for_each(|notice| app.output.notice(notice));
        tell(&app.output, Had { notices: had.notices.iter().chain(&pulled.notices).cloned().collect(), ..had })
    }
}

/// Says what was installed.
pub(super) fn tell(output: &Output, had: Had) -> Outcome {
    if output.json {
        output.object(&had)?;
        return Ok(Exit::Done);
    }
    let name = one_line(&had.model.name);
    let came = match (had.already, had.downloaded, had.resumed) {
        (true, ..) => "is installed already".to_owned(),
        (_, came, 0) => format!("is installed ({})", bytes(came)),
        (_, came, kept) => format!("is installed ({}, {} of them from before)", bytes(came + kept), bytes(kept)),
    };
    let licence = match had.model.licence.as_str() {
        "" => "licence: unknown\n".to_owned(),
        licence => format!("licence: {}\n", one_line(licence)),
    };
    let state = if had.model.in_use { "; it is in use".to_owned() } else { format!("; use it with `sidenote models use {name}`") };
    output.text(&format!("{name} {came}{state}\n{licence}"))?;
    Ok(Exit::Done)
}
