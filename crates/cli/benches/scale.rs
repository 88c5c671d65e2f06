//! Speed and memory at scale, as ratios in one run: sync against embedding alone, a second sync, search at a size, cold `ask`.
//! Run it with `make bench` or `cargo bench -p sidenote-cli -- --chunks 100000 --graph`; `--keep` keeps
//! the notes and their index, and `--search-only FOLDER` measures only searching them, with the same or another build. The text is made of the shipped notes' sentences,
//! recombined, so every run of one version sees the same corpus. It must not judge: no figure here fails a build.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::catalog::{Catalog, Filter, embed_text};
use sidenote_engine::chunk::chunk;
use sidenote_engine::engine::{Engine, Question, Settings};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::ingest;
use sidenote_engine::model::{Embedder, Role};
use sidenote_engine::paths::{Paths, shipped_notes};
use sidenote_engine::vector::{VectorIndex, folder_name};
use sidenote_models::StaticModel;

mod corpus;

use corpus::{Corpus, collect};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Notes of the sync measurement.
const SYNC_NOTES: usize = 3_000;
const QUERIES: usize = 200;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1));
    if let Some(folder) = value("--search-only") {
        return search_only(Path::new(folder));
    }
    let chunks: usize = value("--chunks").map_or(Ok(20_000), |n| n.parse())?;
    let with_graph = arguments.iter().any(|a| a == "--graph");
    println!("machine: {} cores; {}\n", std::thread::available_parallelism()?, processor());
    let source = shipped_notes().ok_or("the shipped notes were not found")?;
    let mut corpus = Corpus::new(&source)?;
    cold_ask()?;
    sync_ratio(&mut corpus)?;
    at_scale(&mut corpus, chunks, with_graph, arguments.iter().any(|a| a == "--keep"))
}

fn quiet<T>(body: impl FnOnce(Run<'_>) -> T) -> T {
    body(Run { observer: &Silent, cancel: &CancelToken::new() })
}

/// The model inside, read once.
fn embedder() -> Arc<StaticModel> {
    static MODEL: LazyLock<Arc<StaticModel>> = LazyLock::new(sidenote_models::bundled);
    Arc::clone(&MODEL)
}

fn open(data: &Path) -> Outcome<Engine> {
    open_with(data, Settings::default(), Some(embedder()))
}

fn open_with(data: &Path, settings: Settings, by_meaning: Option<Arc<StaticModel>>) -> Outcome<Engine> {
    let glossary = Arc::new(sidenote_models::bundled_glossary()?);
    let by_meaning = by_meaning.map(|model| model as Arc<dyn Embedder>);
    Ok(Engine::open(Paths::under(data), settings, by_meaning)?.with_token_vectors(Some(embedder())).with_glossary(Some(glossary)))
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    info.lines()
        .find_map(|l| l.strip_prefix("model name").map(|v| v.trim_start_matches([' ', '\t', ':']).to_owned()))
        .unwrap_or_else(|| "unknown processor".into())
}

fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}

fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() as f64 * share).ceil() as usize;
    values.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
}

fn cold_ask() -> Outcome<()> {
    let data = tempfile::tempdir()?;
    let ask = || -> Outcome<f64> {
        let began = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_sidenote")).args(["ask", "多头注意力有什么用？", "--data-dir"]).arg(data.path()).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(seconds(began))
    };
    let first = ask()?;
    let mut times = (0..10).map(|_| ask()).collect::<Outcome<Vec<f64>>>()?;
    let size = fs::metadata(env!("CARGO_BIN_EXE_sidenote"))?.len() as f64 / 1e6;
    println!(
        "ask, process start to end, shipped notes    first (indexes them) {first:.2} s; then median {:.3} s, max {:.3} s",
        percentile(&mut times, 0.5),
        percentile(&mut times, 1.0)
    );
    println!("the binary, model inside                    {size:.1} MB");
    Ok(())
}

fn sync_ratio(corpus: &mut Corpus) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let notes = folder.path().join("notes");
    fs::create_dir(&notes)?;
    let bytes = corpus.write(&notes, SYNC_NOTES)?;
    // The same texts, read and chunked beforehand, through the embedder alone.
    let mut texts = Vec::new();
    let mut files = Vec::new();
    collect(&notes, &mut files)?;
    let settings = Settings::default().sync;
    for file in files {
        let document = ingest::read("note.md", &fs::read(&file)?, &settings.limits).map_err(|s| s.detail)?;
        texts.extend(chunk(&document, &settings.chunk).into_iter().map(|c| embed_text(&document.title, &c.heading, &document.text[c.span])));
    }
    let model = embedder();
    let mut best = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    let mut ratios = Vec::new();
    for round in 0..3 {
        let began = Instant::now();
        for batch in texts.chunks(64) {
            let inputs: Vec<&str> = batch.iter().map(String::as_str).collect();
            model.embed(&inputs, Role::Passage, &CancelToken::new())?;
        }
        let alone = seconds(began);
        let engine = open(&folder.path().join(format!("data{round}")))?;
        engine.add_library(&notes, None)?;
        let began = Instant::now();
        quiet(|run| engine.sync(None, run))?;
        let sync = seconds(began);
        let began = Instant::now();
        quiet(|run| engine.sync(None, run))?;
        let again = seconds(began);
        ratios.push(sync / alone);
        best = (best.0.min(alone), best.1.min(sync), best.2.min(again));
    }
    println!(
        "sync, {SYNC_NOTES} notes, {:.1} MB, {} chunks        embedding alone {:.2} s, sync {:.2} s: ratio {:.2} (of three rounds {:.2} to {:.2}); again {:.2} s",
        bytes as f64 / 1e6,
        texts.len(),
        best.0,
        best.1,
        percentile(&mut ratios, 0.5),
        percentile(&mut ratios, 0.0),
        percentile(&mut ratios, 1.0),
        best.2
    );
    Ok(())
}

fn at_scale(corpus: &mut Corpus, chunks: usize, with_graph: bool, keep: bool) -> Outcome<()> {
    let mut folder = tempfile::tempdir()?;
    if keep {
        folder.disable_cleanup(true);
        println!("kept for `--search-only`: {}", folder.path().display());
    }
    let notes = folder.path().join("notes");
    fs::create_dir(&notes)?;
    let engine = open(&folder.path().join("data"))?;
    engine.add_library(&notes, None)?;
    // Chunks a note gives are not known beforehand: a first thousand tells.
    corpus.write(&notes, 1_000)?;
    let began = Instant::now();
    quiet(|run| engine.sync(None, run))?;
    let per_note = quiet(|run| engine.status(false, run))?.chunks as f64 / 1_000.0;
    let total = (chunks as f64 / per_note).ceil() as usize;
    corpus.write(&notes, total)?;
    quiet(|run| engine.sync(None, run))?;
    let status = quiet(|run| engine.status(false, run))?;
    println!("\nat {} chunks of {total} notes (sync {:.0} s):", status.chunks, seconds(began));
    fs::write(folder.path().join("queries"), corpus.queries(QUERIES).join("\n"))?;
    let output = Command::new(std::env::current_exe()?).arg("--search-only").arg(folder.path()).output()?;
    std::io::stdout().write_all(&output.stdout)?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    if with_graph {
        let began = Instant::now();
        let model = embedder();
        let paths = engine.paths();
        let catalog = Catalog::open_snapshot(&paths.catalog())?.ok_or("no catalog")?;
        let vectors = paths.index().join(folder_name(&model.spec().fingerprint));
        let mut index = VectorIndex::open(&vectors, catalog.generation()?).ok_or("no vectors")?;
        quiet(|run| index.build_graph(&vectors, run))?;
        println!("graph built in {:.0} s", seconds(began));
        // The nearest ten are what the sets of others measure; the program takes as many as it has candidates.
        for limit in [10, Settings::default().search.candidates] {
            compare_graph(&index, &model, corpus, limit)?;
        }
    }
    Ok(())
}

fn compare_graph(index: &VectorIndex, model: &StaticModel, corpus: &mut Corpus, limit: usize) -> Outcome<()> {
    let queries = corpus.queries(QUERIES);
    let (mut scan_ms, mut graph_ms, mut shared, mut wanted) = (Vec::new(), Vec::new(), 0, 0);
    for query in &queries {
        let vector = model.embed(&[query], Role::Query, &CancelToken::new())?.remove(0);
        let began = Instant::now();
        let scan = index.scan(&vector, limit, None);
        scan_ms.push(seconds(began) * 1e3);
        let began = Instant::now();
        let graph = index.search(&vector, limit, None);
        graph_ms.push(seconds(began) * 1e3);
        let floor = scan.last().map_or(0.0, |h| h.score) - 1e-6;
        shared += graph.iter().filter(|h| h.score >= floor).count().min(scan.len());
        wanted += scan.len();
    }
    println!(
        "vectors, {limit:>3} nearest                        exact p50 {:.2} p95 {:.2} ms; graph p50 {:.2} p95 {:.2} ms; recall@{limit} of the graph {:.4}",
        percentile(&mut scan_ms, 0.5),
        percentile(&mut scan_ms, 0.95),
        percentile(&mut graph_ms, 0.5),
        percentile(&mut graph_ms, 0.95),
        f64::from(shared as u32) / f64::from(wanted as u32)
    );
    Ok(())
}

/// One process that only opens and searches: its latencies and its peak memory.
fn search_only(folder: &Path) -> Outcome<()> {
    let engine = open(&folder.join("data"))?;
    let began = Instant::now();
    let snapshot = quiet(|run| engine.snapshot(run))?;
    let opening = seconds(began) * 1e3;
    let queries = fs::read_to_string(folder.join("queries"))?;
    let (mut total, mut narrow) = (Vec::new(), Vec::new());
    let mut stages: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (i, text) in queries.lines().enumerate() {
        let question = Question { text: text.to_owned(), limit: 10, ..Question::default() };
        let began = Instant::now();
        let found = quiet(|run| snapshot.search(&question, run))?;
        // The first searches warm dictionary, model and files.
        if i >= 10 {
            total.push(seconds(began) * 1e3);
            for (stage, took) in found.timings_ms {
                stages.entry(stage).or_default().push(took);
            }
            let question = Question { filter: Filter { folders: vec!["07".into()], ..Filter::default() }, ..question };
            let began = Instant::now();
            quiet(|run| snapshot.search(&question, run))?;
            narrow.push(seconds(began) * 1e3);
        }
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).map_or("unknown".to_owned(), |v| {
        v.trim().trim_end_matches(" kB").parse::<f64>().map_or_else(|_| v.to_owned(), |kb| format!("{:.0} MB", kb / 1024.0))
    });
    println!(
        "search, warm, one question at a time        p50 {:.1} p95 {:.1} ms (in one folder of fifty p50 {:.1} p95 {:.1}); opening {opening:.0} ms; peak memory {peak}",
        percentile(&mut total, 0.5),
        percentile(&mut total, 0.95),
        percentile(&mut narrow, 0.5),
        percentile(&mut narrow, 0.95)
    );
    for (stage, mut took) in stages {
        println!("  {stage:<10}                                p50 {:.1} p95 {:.1} ms", percentile(&mut took, 0.5), percentile(&mut took, 0.95));
    }
    legs(&folder.join("data"), &queries)
}

/// The legs apart, and the reranker at two depths.
fn legs(data: &Path, queries: &str) -> Outcome<()> {
    let timed = |settings: Settings, by_meaning: Option<Arc<StaticModel>>, part: &str| -> Outcome<[f64; 2]> {
        let engine = open_with(data, settings, by_meaning)?;
        let snapshot = quiet(|run| engine.snapshot(run))?;
        let mut times = Vec::new();
        for (i, text) in queries.lines().enumerate() {
            let question = Question { text: text.to_owned(), limit: 10, ..Question::default() };
            let found = quiet(|run| snapshot.search(&question, run))?;
            if i >= 10 {
                times.push(found.timings_ms.get(part).copied().unwrap_or(0.0));
            }
        }
        Ok([percentile(&mut times, 0.5), percentile(&mut times, 0.95)])
    };
    let mut shallow = Settings::default();
    shallow.search.rerank_depth = 50;
    let deep = Settings::default().search.rerank_depth;
    let keywords = timed(Settings::default(), None, "rank")?;
    let (rerank, rerank_50) = (timed(Settings::default(), Some(embedder()), "rerank")?, timed(shallow, Some(embedder()), "rerank")?);
    let model = embedder();
    let catalog = Catalog::open_snapshot(&Paths::under(data).catalog())?.ok_or("no catalog")?;
    let index =
        VectorIndex::open(&Paths::under(data).index().join(folder_name(&model.spec().fingerprint)), catalog.generation()?).ok_or("no vectors")?;
    let (mut scan, mut embed) = (Vec::new(), Vec::new());
    for text in queries.lines() {
        let began = Instant::now();
        let vector = model.embed(&[text], Role::Query, &CancelToken::new())?.remove(0);
        embed.push(seconds(began) * 1e3);
        let began = Instant::now();
        std::hint::black_box(index.scan(&vector, Settings::default().search.candidates, None));
        scan.push(seconds(began) * 1e3);
    }
    println!(
        "of these                                    keywords p50 {:.1} p95 {:.1} ms; embedding the question p50 {:.2} p95 {:.2} ms; vectors p50 {:.1} p95 {:.1} ms; \
         reranking {deep} candidates p50 {:.1} p95 {:.1} ms, 50 p50 {:.1} p95 {:.1} ms",
        keywords[0],
        keywords[1],
        percentile(&mut embed, 0.5),
        percentile(&mut embed, 0.95),
        percentile(&mut scan, 0.5),
        percentile(&mut scan, 0.95),
        rerank[0],
        rerank[1],
        rerank_50[0],
        rerank_50[1]
    );
    Ok(())
}
