//! `models list|pull|import|use|verify|remove`: models beside the one inside the program. This file owns which subcommand runs; it must not know
//! how models come or run.

mod choose;
mod import;
mod json;
mod list;
mod pull;
mod remove;
mod verify;

use clap::{Args, Subcommand, ValueEnum};
use sidenote_models::catalogue::Kind;
use sidenote_models::{Options, Pooling};

use crate::app::App;
use crate::output::Outcome;

/// The subcommands of `models`.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// List the models that can be had, and which are in use
    List,
    /// Download a model
    Pull(pull::Pull),
    /// Take a model from a folder or file on this machine
    Import(import::Import),
    /// Use a model; the notes' vectors are made anew while the old one goes on answering
    Use(choose::Use),
    /// Compare the files of installed models with their checksums
    Verify(verify::Verify),
    /// Delete a model, its vectors too
    Remove(remove::Remove),
}

/// What a person says about a model that the program does not know.
#[derive(Args, Debug, Default)]
pub(crate) struct Describe {
    /// What it does, where its own files do not say
    #[arg(long, value_name = "KIND", help_heading = "About a model that is not in the list")]
    kind: Option<KindName>,
    /// How an embedder's token vectors become one vector
    #[arg(long, value_name = "HOW", help_heading = "About a model that is not in the list")]
    pooling: Option<PoolingName>,
    /// Text that its makers put before a search input
    #[arg(long, value_name = "TEXT", help_heading = "About a model that is not in the list")]
    query_prefix: Option<String>,
    /// Text that its makers put before an indexed text
    #[arg(long, value_name = "TEXT", help_heading = "About a model that is not in the list")]
    passage_prefix: Option<String>,
    /// Tokens of a text that it looks at
    #[arg(long, value_name = "N", help_heading = "About a model that is not in the list", value_parser = clap::value_parser!(u32).range(1..=32_768))]
    max_tokens: Option<u32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindName {
    Embedder,
    Reranker,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PoolingName {
    Mean,
    Cls,
    Last,
}

impl Describe {
    fn options(&self) -> Options {
        Options {
            kind: self.kind.map(|kind| match kind {
                KindName::Embedder => Kind::Embedder,
                KindName::Reranker => Kind::Reranker,
            }),
            pooling: self.pooling.map(|pooling| match pooling {
                PoolingName::Mean => Pooling::Mean,
                PoolingName::Cls => Pooling::Cls,
                PoolingName::Last => Pooling::Last,
            }),
            query_prefix: self.query_prefix.clone(),
            passage_prefix: self.passage_prefix.clone(),
            max_tokens: self.max_tokens.and_then(|n| usize::try_from(n).ok()),
        }
    }
}

impl Models {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        match self {
            Self::List => list::run(app),
            Self::Pull(pull) => pull.run(app),
            Self::Import(import) => import.run(app),
            Self::Use(choose) => choose.run(app),
            Self::Verify(verify) => verify.run(app),
            Self::Remove(remove) => remove.run(app),
        }
    }
}
