//! The real window's speed and memory, under a display without a screen: process start to a painted page with the box in it, the first result after a
//! key at a size, frames while notes are indexed beside it, keys that wait for nothing, memory at rest. Run it with `make bench` or
//! `cargo bench -p sidenote-desktop -- --chunks 100000`. It must not judge: no figure here fails a build.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::engine::{Engine, Settings};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::paths::{Paths, shipped_notes};

#[path = "../../crates/cli/benches/corpus/mod.rs"]
mod corpus;
#[path = "../../tests/desktop/display.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "it is the tests', which use all of it and end where they cannot go on")]
mod display;
#[path = "../../tests/desktop/driver.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "it is the tests', which use all of it and end where they cannot go on")]
mod driver;

use corpus::Corpus;
use driver::Window;

type Outcome<T> = Result<T, Box<dyn Error>>;

const STARTS: usize = 7;
const QUERIES: usize = 40;
/// How long a window is left alone before its memory is read.
const REST: Duration = Duration::from_secs(10);
const BETWEEN_KEYS: Duration = Duration::from_millis(70);
/// Milliseconds that frames are counted for.
const COUNTING_MS: u64 = 3_000;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1));
    let chunks: usize = value("--chunks").map_or(Ok(20_000), |n| n.parse())?;
    println!("machine: {} cores\n", std::thread::available_parallelism()?);
    shipped()?;
    at_scale(chunks)
}

/// Starts, and memory, over the shipped notes.
fn shipped() -> Outcome<()> {
    let data = tempfile::tempdir()?;
    let (window, first) = start(data.path())?;
    window.until("the examples", "return document.querySelectorAll('.examples button').length >= 4");
    window.close();
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let (window, ms) = start(data.path())?;
        window.close();
        starts.push(ms);
    }
    println!(
        "start to the painted page, shipped notes    first (indexes them) {first:.0} ms; then median {:.0} ms, max {:.0} ms of {STARTS}",
        percentile(&mut starts, 0.5),
        percentile(&mut starts, 1.0)
    );
    let (window, _) = start(data.path())?;
    window.until("the examples", "return document.querySelectorAll('.examples button').length >= 4");
    std::thread::sleep(REST);
    println!("memory at rest (PSS), shipped notes         {}", memory(data.path())?);
    window.type_into(".composer textarea", "注意力机制为什么要除以根号 d？\u{E007}");
    window.until("an answer", "return document.querySelectorAll('.turn button.chip').length > 0");
    std::thread::sleep(REST);
    println!("the same after a question                   {}", memory(data.path())?);
    window.close();
    Ok(())
}

/// A window at a size: what is typed, what is found, what is seen, while nothing and while much else happens.
fn at_scale(chunks: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let (notes, data) = (folder.path().join("library"), folder.path().join("data"));
    fs::create_dir(&notes)?;
    let mut corpus = Corpus::new(&shipped_notes().ok_or("the shipped notes were not found")?)?;
    let total = {
        let engine = Engine::open(Paths::under(&data), Settings::default(), Some(sidenote_models::bundled()))?;
        engine.add_library(&notes, None)?;
        let run = Run { observer: &Silent, cancel: &CancelToken::new() };
        // Chunks a note gives are not known beforehand: a first thousand tells.
        corpus.write(&notes, 1_000)?;
        engine.sync(None, run)?;
        let per_note = engine.status(false, run)?.chunks as f64 / 1_000.0;
        let total = (chunks as f64 / per_note).ceil() as usize;
        corpus.write(&notes, total)?;
        engine.sync(None, run)?;
        println!("\nat {} chunks of {total} notes:", engine.status(false, run)?.chunks);
        total
    };
    let (window, ms) = start(&data)?;
    println!("start to the painted page                   {ms:.0} ms");
    rest(&window);
    println!("memory at rest (PSS)                        {}", memory(&data)?);

    go(&window, 1);
    let mut times = searches(&window, &corpus.queries(QUERIES))?;
    let first = times.remove(0);
    println!(
        "search, words typed to first result drawn   first {first:.0} ms; then p50 {:.0}, p95 {:.0}, max {:.0} ms of {}",
        percentile(&mut times, 0.5),
        percentile(&mut times, 0.95),
        percentile(&mut times, 1.0),
        QUERIES - 1
    );
    let searching = keys(&window, ".search .box input", "the quick brown fox jumps over the lazy dog")?;
    go(&window, 0);
    let idle = keys(&window, ".composer textarea", "the quick brown fox jumps over the lazy dog")?;
    println!("key to the frame after it                   idle {idle}; while each key searches {searching}");

    go(&window, 2);
    window.find(".list .row");
    let still: Vec<f64> = (0..3).map(|_| frames(&window)).collect::<Outcome<_>>()?;
    // As many again appear at once, as when a folder is copied in.
    let aside = folder.path().join("more");
    fs::create_dir(&aside)?;
    corpus.write(&aside, total)?;
    fs::rename(&aside, notes.join("more"))?;
    window.until("indexing to begin", "return !!document.querySelector('.sidebar progress')");
    let mut busy = Vec::new();
    let mut typed = None;
    while window.script("return !!document.querySelector('.sidebar progress')") == json!(true) {
        if busy.len() == 2 && typed.is_none() {
            go(&window, 0);
            typed = Some(keys(&window, ".composer textarea", "the quick brown fox jumps over the lazy dog")?);
            go(&window, 2);
            window.find(".list .row");
        } else {
            busy.push(frames(&window)?);
        }
    }
    // The last count may reach beyond the end.
    busy.pop();
    println!(
        "frames a second, a list of notes scrolling  idle {}; while {total} notes are indexed {}",
        list(&still),
        if busy.is_empty() { "not counted: too short".to_owned() } else { list(&busy) }
    );
    if let Some(typed) = typed {
        println!("key to the frame after it, while indexing   {typed}");
    }
    window.close();
    Ok(())
}

/// Starts the window; milliseconds from the process's start to the first paint, which shows the page with the box.
fn start(data: &Path) -> Outcome<(Window, f64)> {
    let window = Window::open(data, "zh_CN", &[]);
    window.until("the box to have the focus", "return document.activeElement === document.querySelector('.composer textarea')");
    let painted = window.until(
        "the first paint",
        "const paint = performance.getEntriesByName('first-contentful-paint')[0]; return paint ? performance.timeOrigin + paint.startTime : null",
    );
    let painted = painted.as_f64().ok_or("no time")?;
    Ok((window, painted - began_ms(program(data)?)?))
}

/// The window's process.
fn program(data: &Path) -> Outcome<u32> {
    let wanted = format!("SIDENOTE_DATA_DIR={}", data.display());
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let program = fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == Path::new(env!("CARGO_BIN_EXE_sidenote-desktop")));
        let own = || fs::read(entry.path().join("environ")).is_ok_and(|all| all.split(|b| *b == 0).any(|one| one == wanted.as_bytes()));
        if program && own() {
            return Ok(id);
        }
    }
    Err("the window's process was not found".into())
}

/// When a process began, in milliseconds of the epoch, to about twenty.
fn began_ms(process: u32) -> Outcome<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // Behind the name, which may hold anything: field 22 of proc(5), in hundredths of a second since the system began.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = fields.split_whitespace().nth(19).ok_or("no start time")?.parse()?;
    let up: f64 = fs::read_to_string("/proc/uptime")?.split_whitespace().next().ok_or("no uptime")?.parse()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    Ok((now - up + ticks / 100.0) * 1e3)
}

/// Memory of the program and of the processes that WebKit runs for it.
fn memory(data: &Path) -> Outcome<String> {
    let main = program(data)?;
    let pss = |process: u32| -> Outcome<f64> {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).ok_or("no PSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    };
    let resident = fs::read_to_string(format!("/proc/{main}/status"))?;
    let resident = resident.lines().find_map(|l| l.strip_prefix("VmRSS:")).map_or(Ok(0.0), |v| v.trim().trim_end_matches(" kB").parse::<f64>())?;
    let mut web = 0.0;
    let mut parents = vec![main];
    while let Some(parent) = parents.pop() {
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
        for child in children.split_whitespace().map(str::parse::<u32>) {
            let child = child?;
            web += pss(child)?;
            parents.push(child);
        }
    }
    Ok(format!("program {:.0} MB (RSS {:.0} MB), WebKit's processes {web:.0} MB", pss(main)?, resident / 1024.0))
}

/// Opens one of the sidebar's views.
fn go(window: &Window, view: usize) {
    window.script(&format!("document.querySelectorAll('.sidebar nav button')[{view}].click()"));
}

/// Waits until nothing is indexed any more, and then a while.
fn rest(window: &Window) {
    std::thread::sleep(REST);
    window.until("the end of indexing", "return !document.querySelector('.sidebar progress')");
}

/// Milliseconds from words that appear in the box at once, as from an input method, to the frame that shows results.
fn searches(window: &Window, queries: &[String]) -> Outcome<Vec<f64>> {
    window.find(".search .box input");
    let script = "const done = arguments[0];
        (async () => {
            const box = document.querySelector('.search .box input');
            const frame = () => new Promise(requestAnimationFrame);
            const type = (text) => { box.value = text; box.dispatchEvent(new InputEvent('input', { bubbles: true, data: text })); };
            const hits = () => document.querySelector('.search .hit') !== null;
            const times = [];
            for (const query of QUERIES) {
                type('');
                while (hits()) await frame();
                await frame();
                const began = performance.now();
                type(query);
                await new Promise((resolve) => {
                    const look = () => { if (hits()) { seen.disconnect(); resolve(); } };
                    const seen = new MutationObserver(look);
                    seen.observe(document.querySelector('.search'), { childList: true, subtree: true });
                    look();
                });
                await frame();
                times.push(performance.now() - began);
            }
            done(times);
        })();";
    Ok(serde_json::from_value(window.ok_async(&script.replace("QUERIES", &json!(queries).to_string())))?)
}

/// Types at a quick hand's pace; milliseconds from each key to the end of the frame that follows.
fn keys(window: &Window, css: &str, text: &str) -> Outcome<String> {
    window.find(css);
    window.script(&format!(
        "window.__keys = [];
        const box = document.querySelector({});
        box.addEventListener('keydown', (event) => requestAnimationFrame(() => {{
            const after = new MessageChannel();
            after.port1.onmessage = () => window.__keys.push(performance.now() - event.timeStamp);
            after.port2.postMessage(null);
        }}));",
        json!(css)
    ));
    for key in text.chars() {
        window.type_into(css, &key.to_string());
        std::thread::sleep(BETWEEN_KEYS);
    }
    std::thread::sleep(Duration::from_secs(1));
    let mut times: Vec<f64> = serde_json::from_value(window.script("return window.__keys"))?;
    Ok(format!(
        "p50 {:.0}, p95 {:.0}, max {:.0} ms of {}",
        percentile(&mut times, 0.5),
        percentile(&mut times, 0.95),
        percentile(&mut times, 1.0),
        times.len()
    ))
}

/// Frames a second while the list of all notes scrolls.
fn frames(window: &Window) -> Outcome<f64> {
    let counted: Value = window.ok_async(&format!(
        "const done = arguments[0];
        const list = [...document.querySelectorAll('.notes [role=listbox]')].find((each) => each.scrollHeight > each.clientHeight);
        if (!list) return done('nothing scrolls');
        let frames = 0, began = null, at = 0;
        const step = (now) => {{
            began ??= now;
            if (now - began >= {COUNTING_MS}) return done(frames / ((now - began) / 1000));
            frames += 1;
            at = (at + 24) % (list.scrollHeight - list.clientHeight);
            list.scrollTop = at;
            requestAnimationFrame(step);
        }};
        requestAnimationFrame(step);"
    ));
    Ok(counted.as_f64().ok_or("nothing scrolls")?)
}

fn list(values: &[f64]) -> String {
    values.iter().map(|v| format!("{v:.1}")).collect::<Vec<_>>().join(", ")
}

fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() as f64 * share).ceil() as usize;
    values.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
}
