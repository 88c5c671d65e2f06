//! Downloads against a hub of our own: what comes is whole, what breaks off goes on, and what is wrong is refused and said.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::event::{Event, Observer, Run, Silent, Stage};
use sidenote_engine::model::Role;
use sidenote_models::hub::{Client, Limits};
use sidenote_models::{Options, Pooling, Pull, Pulled, Store};
use tempfile::TempDir;

use crate::graphs;
use crate::loopback::{Fault, Hub, NEWER, sha256};

const NAME: &str = "someone/tiny";
const GRAPH: &str = "onnx/model.onnx";

/// A hub, a store, and an impatient client.
struct Bench {
    hub: Hub,
    folder: TempDir,
}

impl Bench {
    fn new(files: graphs::Files) -> Self {
        Self { hub: Hub::new(NAME, files), folder: tempfile::tempdir().unwrap() }
    }

    fn store(&self) -> Store {
        Store::new(self.folder.path().join("models"))
    }

    fn client(&self) -> Client {
        Client::new(&self.hub.url(), Some("secret".to_owned()), limits())
    }

    fn pull(&self) -> Result<Pulled, Error> {
        self.pull_with(&pull(), Run { observer: &Silent, cancel: &CancelToken::new() })
    }

    fn pull_with(&self, pull: &Pull, run: Run<'_>) -> Result<Pulled, Error> {
        pull.run(&self.store(), &self.client(), run)
    }

    /// Every file below the store, without locks.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(self.store().folder(), &mut found);
        found.retain(|path| !path.ends_with(".lock"));
        found.sort();
        found
    }
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { walk(&entry.path(), found) } else { found.push(entry.file_name().to_string_lossy().into_owned()) }
    }
}

fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        stall: Duration::from_secs(1),
        attempts: 3,
        pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(50),
    }
}

fn pull() -> Pull {
    Pull { name: NAME.to_owned(), options: Options { pooling: Some(Pooling::Mean), ..Options::default() }, ..Pull::default() }
}

/// Keeps what it is told.
#[derive(Default)]
struct Told(Mutex<Vec<Event>>);

impl Observer for Told {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

#[test]
fn a_model_comes_whole_and_runs() {
    let bench = Bench::new(graphs::embedder(1, 0));
    let told = Told::default();
    let cancel = CancelToken::new();
    let pulled = bench.pull_with(&pull(), Run { observer: &told, cancel: &cancel }).unwrap();
    let manifest = &pulled.model.manifest;
    assert_eq!((manifest.name.as_str(), manifest.revision.as_str(), manifest.licence.as_str()), (NAME, crate::loopback::COMMIT, "mit"));
    assert_eq!((manifest.usage.dimensions, manifest.usage.pooling.as_str(), manifest.usage.max_tokens), (graphs::WIDTH, "mean", 256));
    assert!(manifest.files.iter().all(|file| file.confirmed), "{manifest:?}");
    assert_eq!(
        manifest.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        ["config.json", GRAPH, "tokenizer.json", "tokenizer_config.json"]
    );
    for file in &manifest.files {
        assert_eq!(sha256(&fs::read(pulled.model.folder.join(&file.path)).unwrap()), file.sha256);
    }
    assert_eq!((pulled.already, pulled.downloaded, pulled.resumed), (false, manifest.size(), 0));
    let events = told.0.lock().unwrap();
    assert!(events.contains(&Event::Progress { stage: Stage::Download, done: manifest.size(), total: manifest.size() }), "{events:?}");

    let embedder = pulled.model.embedder().unwrap();
    let vectors = embedder.embed(&["green tea", "green tea", "cats sleep"], Role::Passage, &cancel).unwrap();
    assert!(vectors[0] == vectors[1] && vectors[0] != vectors[2]);
    assert_eq!(embedder.spec().fingerprint, pulled.model.fingerprint());

    // What is there is not asked for again.
    let before = bench.hub.asked().len();
    let again = bench.pull().unwrap();
    assert!(again.already && again.model.manifest == *manifest);
    assert_eq!(bench.hub.asked().len(), before);
}

#[test]
fn the_token_does_not_follow_to_another_host() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.pull().unwrap();
    let asked = bench.hub.asked();
    assert!(asked.iter().any(|a| a.second) && asked.iter().any(|a| !a.second));
    for asked in asked {
        assert_eq!(asked.headers.get("authorization").map(String::as_str), (!asked.second).then_some("Bearer secret"), "{asked:?}");
    }
}

#[test]
fn a_download_that_breaks_off_goes_on_from_there() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.fault(GRAPH, Fault::CutAfter(1_000)).fault(GRAPH, Fault::CutAfter(500)).fault("tokenizer.json", Fault::CutAfter(10));
    let told = Told::default();
    bench.pull_with(&pull(), Run { observer: &told, cancel: &CancelToken::new() }).unwrap();
    assert!(told.0.lock().unwrap().iter().any(|e| matches!(e, Event::Notice(text) if text.contains("broke off"))));
    let ranges: Vec<Option<String>> = bench.hub.asked_for(GRAPH).iter().map(|asked| asked.headers.get("range").cloned()).collect();
    assert_eq!(ranges, [None, Some("bytes=1000-".to_owned()), Some("bytes=1500-".to_owned())]);
    assert!(bench.hub.asked_for(GRAPH)[1].headers.contains_key("if-range"));
}

#[test]
fn a_download_that_was_given_up_goes_on_with_the_next_command() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.always(GRAPH, Fault::CutAfter(0)).fault(GRAPH, Fault::CutAfter(1_000));
    let error = bench.pull().unwrap_err();
    assert_eq!(error.code, ErrorCode::Download);
    assert!(error.message.contains(GRAPH) && error.hint.contains("is kept"), "{error:?}");
    assert!(bench.store().all().0.is_empty(), "half a model is no model");
    assert_eq!(bench.store().unfinished("someone--tiny").len(), 1);
    bench.hub.mend();
    let pulled = bench.pull().unwrap();
    assert!(pulled.resumed > 1_000, "{}", pulled.resumed);
    assert_eq!(bench.hub.asked_for(GRAPH)[0].headers["range"], "bytes=1000-");
    assert!(bench.hub.asked_for("tokenizer.json").is_empty(), "what is complete does not come again");
    assert!(!bench.files().iter().any(|name| name.contains(".part")), "{:?}", bench.files());
}

#[test]
fn where_one_hub_cannot_give_it_the_next_one_goes_on() {
    let (bench, mirror) = (Bench::new(graphs::embedder(1, 0)), Bench::new(graphs::embedder(1, 0)));
    bench.hub.always(GRAPH, Fault::CutAfter(0)).fault(GRAPH, Fault::CutAfter(1_000));
    let cancel = CancelToken::new();
    let run = Run { observer: &Silent, cancel: &cancel };
    let pulled = pull().run_at_first(&bench.store(), [Ok(bench.client()), Ok(mirror.client())], run).unwrap();
    assert!(pulled.resumed > 1_000, "what the first one sent is kept: {}", pulled.resumed);
    assert_eq!(mirror.hub.asked_for(GRAPH)[0].headers["range"], "bytes=1000-");

    // What does not exist is not looked for elsewhere.
    let (bench, mirror) = (Bench::new(graphs::embedder(1, 0)), Bench::new(graphs::embedder(1, 0)));
    let unknown = Pull { name: "someone/else".to_owned(), ..pull() };
    assert_eq!(unknown.run_at_first(&bench.store(), [Ok(bench.client()), Ok(mirror.client())], run).unwrap_err().code, ErrorCode::NotFound);
    assert!(mirror.hub.asked().is_empty());
}

#[test]
fn a_server_without_ranges_sends_it_all_again() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.fault(GRAPH, Fault::CutAfter(1_000)).fault(GRAPH, Fault::NoRanges);
    bench.pull().unwrap();
}

#[test]
fn a_page_in_place_of_the_file_costs_nothing_of_what_came() {
    let bench = Bench::new(graphs::embedder(1, 0));
    // A network that wants to be logged in to answers everything with a page of its own.
    bench.hub.fault(GRAPH, Fault::CutAfter(1_000)).fault(GRAPH, Fault::Page("<html>Log in</html>"));
    bench.pull().unwrap();
    let ranges: Vec<Option<String>> = bench.hub.asked_for(GRAPH).iter().map(|asked| asked.headers.get("range").cloned()).collect();
    assert_eq!(ranges[1..], [1, 2].map(|_| Some("bytes=1000-".to_owned())), "it goes on from there");
}

#[test]
fn redirects_that_lead_nowhere_and_files_that_are_only_listed_are_said() {
    let bench = Bench::new(graphs::embedder(1, 0));
    let own = format!("/{NAME}/resolve/{}/tokenizer.json", crate::loopback::COMMIT);
    bench.hub.always("tokenizer.json", Fault::Status(302, vec![("Location", own)]));
    let error = bench.pull().unwrap_err();
    assert!(error.code == ErrorCode::Download && error.message.contains("without end"), "{error:?}");
    bench.hub.always("tokenizer.json", Fault::Status(307, vec![("Location", "ftp://elsewhere/tokenizer.json".to_owned())]));
    let error = bench.pull().unwrap_err();
    assert!(error.code == ErrorCode::Download && error.message.contains("no web address"), "{error:?}");
    bench.hub.always("tokenizer.json", Fault::Status(404, vec![("X-Error-Code", "EntryNotFound".to_owned())]));
    let error = bench.pull().unwrap_err();
    assert!(error.code == ErrorCode::NotFound && error.message.contains("tokenizer.json is not on"), "{error:?}");
    assert!(bench.store().all().0.is_empty(), "half a model is no model");
}

#[test]
fn a_file_that_changed_meanwhile_begins_anew() {
    let bench = Bench::new(graphs::embedder(1, 0));
    // The part came with this tag; the file that is there now has another.
    bench.hub.fault(GRAPH, Fault::Tag("older")).fault(GRAPH, Fault::CutAfter(0));
    let error = bench.pull();
    assert!(error.is_ok(), "{error:?}");
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.always(GRAPH, Fault::CutAfter(0)).fault(GRAPH, Fault::CutAfter(1_000));
    bench.pull().unwrap_err();
    let part = bench.store().unfinished("someone--tiny")[0].0.join("onnx/model.onnx.part");
    let tag = part.with_file_name("model.onnx.part.tag");
    // As if other bytes under another tag had come before.
    let note = fs::read_to_string(&tag).unwrap();
    fs::write(&tag, note.lines().next().unwrap().to_owned() + "\n\"older\"").unwrap();
    fs::write(&part, vec![7; 1_000]).unwrap();
    bench.hub.mend();
    bench.pull().unwrap();
    let asked = bench.hub.asked_for(GRAPH);
    assert_eq!((asked.len(), asked[0].headers["if-range"].as_str()), (1, "\"older\""));
}

#[test]
fn an_older_part_with_other_bytes_is_found_out() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.always(GRAPH, Fault::CutAfter(0)).fault(GRAPH, Fault::CutAfter(1_000));
    bench.pull().unwrap_err();
    let part = bench.store().unfinished("someone--tiny")[0].0.join("onnx/model.onnx.part");
    fs::write(&part, vec![7; 1_000]).unwrap();
    bench.hub.mend();
    bench.pull().unwrap();
    assert_eq!(bench.hub.asked_for(GRAPH).len(), 2, "once to go on, once from the beginning");
}

#[test]
fn a_part_that_the_server_does_not_know_begins_anew() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.fault(GRAPH, Fault::CutAfter(1_000)).fault(GRAPH, Fault::Status(416, Vec::new()));
    bench.pull().unwrap();
    let ranges: Vec<Option<String>> = bench.hub.asked_for(GRAPH).iter().map(|asked| asked.headers.get("range").cloned()).collect();
    assert_eq!(ranges, [None, Some("bytes=1000-".to_owned()), None]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_the_download_goes_on_when_there_is_room() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.always(GRAPH, Fault::CutAfter(0)).fault(GRAPH, Fault::CutAfter(1_000));
    bench.pull().unwrap_err();
    let part = bench.store().unfinished("someone--tiny")[0].0.join("onnx/model.onnx.part");
    bench.hub.mend();
    // The device that has no room for anything.
    fs::remove_file(&part).unwrap();
    std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    let error = bench.pull().unwrap_err();
    assert_eq!(error.code, ErrorCode::Io);
    assert!(error.message.contains("model.onnx") && error.hint.contains("free some disk space"), "{error:?}");
    assert!(bench.store().all().0.is_empty(), "half a model is no model");
    fs::remove_file(&part).unwrap();
    bench.pull().unwrap();
}

#[test]
fn other_content_than_the_checksum_says_is_refused() {
    for path in [GRAPH, "tokenizer.json"] {
        let bench = Bench::new(graphs::embedder(1, 0));
        bench.hub.always(path, Fault::FlippedByte);
        let error = bench.pull().unwrap_err();
        assert_eq!(error.code, ErrorCode::Download);
        assert!(error.message.contains(path) && error.message.contains("removed") && error.hint.contains("--mirror"), "{error:?}");
        assert!(bench.store().all().0.is_empty());
        let name = path.rsplit('/').next().unwrap();
        assert!(!bench.files().iter().any(|file| file.starts_with(name)), "{:?}", bench.files());
    }
}

#[test]
fn a_busy_hub_is_waited_for_and_then_given_up() {
    let bench = Bench::new(graphs::embedder(1, 0));
    let busy = || Fault::Status(429, vec![("Retry-After", "0".to_owned())]);
    bench.hub.fault("list", busy()).fault(GRAPH, busy()).fault(GRAPH, Fault::Status(503, Vec::new()));
    bench.pull().unwrap();

    let bench = Bench::new(graphs::embedder(1, 0));
    // An hour is not waited for.
    bench.hub.always("list", Fault::Status(429, vec![("Retry-After", "3600".to_owned())]));
    let began = Instant::now();
    let error = bench.pull().unwrap_err();
    assert!(error.message.contains("429") && error.code == ErrorCode::Download, "{error:?}");
    assert_eq!(bench.hub.asked().len(), 3);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_hub_that_says_no_is_understood() {
    let bench = Bench::new(graphs::embedder(1, 0));
    let cancel = CancelToken::new();
    let run = Run { observer: &Silent, cancel: &cancel };
    let error = bench.pull_with(&Pull { name: "someone/else".to_owned(), ..pull() }, run).unwrap_err();
    assert!(error.code == ErrorCode::NotFound && error.message.contains("someone/else") && error.hint.contains("check the name"), "{error:?}");
    let error = bench.pull_with(&Pull { revision: Some("v9".to_owned()), ..pull() }, run).unwrap_err();
    assert!(error.code == ErrorCode::NotFound && error.message.contains("revision"), "{error:?}");
    let error = bench.pull_with(&Pull { file: Some("onnx/other.onnx".to_owned()), ..pull() }, run).unwrap_err();
    assert!(error.code == ErrorCode::NotFound && error.hint.contains(GRAPH), "{error:?}");
    bench.hub.always("list", Fault::Status(403, vec![("X-Error-Code", "GatedRepo".to_owned())]));
    let error = bench.pull().unwrap_err();
    assert!(error.code == ErrorCode::Download && error.hint.contains("HF_TOKEN"), "{error:?}");
    bench.hub.mend();
    bench.hub.lists("<html>a login page</html>");
    let error = bench.pull().unwrap_err();
    assert!(error.code == ErrorCode::Download && error.message.contains("no list of files"), "{error:?}");
    for name in ["tiny", "a/b/c", "../x", "a/..", ""] {
        assert!(bench.pull_with(&Pull { name: name.to_owned(), ..pull() }, run).is_err(), "{name}");
    }
}

#[test]
fn without_a_hub_there_is_another_way() {
    let bench = Bench::new(graphs::embedder(1, 0));
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let cancel = CancelToken::new();
    let error = pull().run(&bench.store(), &Client::new(&closed, None, limits()), Run { observer: &Silent, cancel: &cancel }).unwrap_err();
    assert!(error.code == ErrorCode::Download && error.hint.contains("models import") && error.message.contains(&closed), "{error:?}");
}

#[test]
fn a_connection_that_stands_still_is_left() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.fault(GRAPH, Fault::StallAfter(700, Duration::from_secs(3)));
    let began = Instant::now();
    bench.pull().unwrap();
    assert!(began.elapsed() < Duration::from_millis(2_500), "{:?}", began.elapsed());
    assert_eq!(bench.hub.asked_for(GRAPH)[1].headers["range"], "bytes=700-");
}

#[test]
fn a_stopped_download_returns_at_once_and_keeps_what_came() {
    let bench = Bench::new(graphs::embedder(1, 2));
    bench.hub.always(GRAPH, Fault::Slow(2_000, Duration::from_millis(20)));
    let cancel = CancelToken::new();
    let told = Told::default();
    let (error, took) = std::thread::scope(|scope| {
        let run = scope.spawn(|| bench.pull_with(&pull(), Run { observer: &told, cancel: &cancel }));
        let came = || told.0.lock().unwrap().iter().any(|e| matches!(e, Event::Progress { done, .. } if *done > 10_000));
        while !came() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let stopped = Instant::now();
        cancel.cancel();
        (run.join().unwrap().unwrap_err(), stopped.elapsed())
    });
    assert_eq!(error.code, ErrorCode::Cancelled);
    assert!(took < Duration::from_millis(800), "{took:?}");
    bench.hub.mend();
    assert!(bench.pull().unwrap().resumed > 8_000);
}

#[test]
fn paths_that_lead_out_are_refused() {
    for path in ["../../evil.onnx", "/etc/evil.onnx", "a/../../evil.onnx", "c:/evil.onnx", "a\\\\..\\\\evil.onnx"] {
        let bench = Bench::new(graphs::embedder(1, 0));
        bench.hub.lists(&format!(r#"{{"sha":"{NEWER}","siblings":[{{"rfilename":"{path}","size":3}}]}}"#));
        let error = bench.pull().unwrap_err();
        assert!(error.code == ErrorCode::Download && error.message.contains("outside"), "{path}: {error:?}");
        assert!(bench.files().is_empty(), "{:?}", bench.files());
    }
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.lists(r#"{"sha":"../../..","siblings":[]}"#);
    assert_eq!(bench.pull().unwrap_err().code, ErrorCode::Download);

    // The graph names its weights itself.
    let mut files = graphs::embedder_with_data(1, "../../../weights");
    files.retain(|(path, _)| !path.contains("weights"));
    let bench = Bench::new(files);
    let error = bench.pull().unwrap_err();
    assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains("outside its folder"), "{error:?}");
}

#[test]
fn weights_in_files_of_their_own_come_too() {
    let cancel = CancelToken::new();
    let whole = Bench::new(graphs::embedder(5, 0)).pull().unwrap().model.manifest.usage.dimensions;
    let text = ["green tea is for the morning"];
    let expected = {
        let bench = Bench::new(graphs::embedder(5, 0));
        bench.pull().unwrap().model.embedder().unwrap().embed(&text, Role::Passage, &cancel).unwrap()
    };
    // A name that hubs use, and one that only the graph knows of.
    for name in ["model.onnx_data", "Constant_7_attr__value"] {
        let bench = Bench::new(graphs::embedder_with_data(5, name));
        let pulled = bench.pull().unwrap();
        assert_eq!(pulled.model.manifest.usage.dimensions, whole);
        assert!(pulled.model.manifest.files.iter().any(|file| file.path == format!("onnx/{name}")));
        assert_eq!(pulled.model.embedder().unwrap().embed(&text, Role::Passage, &cancel).unwrap(), expected);
    }
    let mut files = graphs::embedder_with_data(5, "model.onnx_data");
    files.retain(|(path, _)| !path.ends_with("_data"));
    let error = Bench::new(files).pull().unwrap_err();
    assert!(error.code == ErrorCode::NotFound && error.message.contains("onnx/model.onnx_data"), "{error:?}");
}

#[test]
fn what_came_of_an_older_commit_is_not_fetched_again() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.always(GRAPH, Fault::CutAfter(0)).fault(GRAPH, Fault::CutAfter(1_000));
    bench.pull().unwrap_err();
    bench.hub.mend();
    let mut files = graphs::embedder(1, 0);
    files.iter_mut().filter(|(path, _)| path == "config.json").for_each(|(_, bytes)| bytes.push(b'\n'));
    bench.hub.moves_to(NEWER, files);
    let pulled = bench.pull().unwrap();
    assert_eq!(pulled.model.manifest.revision, NEWER);
    assert_eq!(bench.hub.asked_for(GRAPH)[0].headers["range"], "bytes=1000-");
    assert_eq!(bench.hub.asked_for("config.json").len(), 1);
    assert!(bench.store().unfinished("someone--tiny").is_empty());
}

#[test]
fn one_model_is_pulled_once_at_a_time() {
    let bench = Bench::new(graphs::embedder(1, 0));
    bench.hub.always(GRAPH, Fault::Slow(1_000, Duration::from_millis(60)));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| bench.pull());
        while bench.hub.asked_for(GRAPH).is_empty() {
            std::thread::sleep(Duration::from_millis(2));
        }
        assert_eq!(bench.pull().unwrap_err().code, ErrorCode::Busy);
        first.join().unwrap().unwrap();
    });
    assert!(bench.pull().unwrap().already);
}

#[test]
fn a_model_that_does_not_say_how_it_is_used_is_asked_about() {
    let bench = Bench::new(graphs::embedder(1, 0));
    let cancel = CancelToken::new();
    let run = Run { observer: &Silent, cancel: &cancel };
    let error = bench.pull_with(&Pull { options: Options::default(), ..pull() }, run).unwrap_err();
    assert!(error.code == ErrorCode::InvalidInput && error.hint.contains("--pooling mean"), "{error:?}");
    // Nothing has to come again for the second try.
    bench.hub.mend();
    assert_eq!(bench.pull().unwrap().downloaded, 0);

    let mut files = graphs::embedder(1, 0);
    files.push(("1_Pooling/config.json".to_owned(), br#"{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}"#.to_vec()));
    files.push(("config_sentence_transformers.json".to_owned(), br#"{"prompts":{"query":"what is ","document":"the "}}"#.to_vec()));
    let bench = Bench::new(files);
    let usage = bench.pull_with(&Pull { options: Options::default(), ..pull() }, run).unwrap().model.manifest.usage;
    assert_eq!((usage.pooling.as_str(), usage.query_prefix.as_str(), usage.passage_prefix.as_str()), ("cls", "what is ", "the "));
}

#[test]
fn of_several_gguf_files_the_usual_one_comes_and_parts_do_not() {
    let bytes = fs::read(crate::parity::fixture("qwen2-f32.gguf")).unwrap();
    let files = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), bytes.clone())).collect::<Vec<_>>();
    let pull = |names: &[&str], file: Option<&str>| {
        let bench = Bench::new(files(names));
        let pull = Pull { name: NAME.to_owned(), file: file.map(str::to_owned), ..Pull::default() };
        bench.pull_with(&pull, Run { observer: &Silent, cancel: &CancelToken::new() }).map(|pulled| pulled.model.manifest.graph)
    };
    assert_eq!(pull(&["a-Q2_K.gguf", "a-Q4_K_M.gguf", "a-Q8_0.gguf"], None).unwrap(), "a-Q4_K_M.gguf");
    assert_eq!(pull(&["a-q8_0.gguf", "a-f16.gguf"], None).unwrap(), "a-q8_0.gguf");
    assert_eq!(pull(&["a-Q2_K.gguf", "a-Q4_K_M.gguf"], Some("a-Q2_K.gguf")).unwrap(), "a-Q2_K.gguf");
    let several = pull(&["a-Q2_K.gguf", "a-f16.gguf"], None).unwrap_err();
    assert!(several.hint.contains("--file") && several.hint.contains("a-f16.gguf"), "{several:?}");
    let parts = pull(&["a-Q4_K_M-00001-of-00002.gguf", "a-Q4_K_M-00002-of-00002.gguf"], None).unwrap_err();
    assert!(parts.code == ErrorCode::NotFound && parts.message.contains("no whole GGUF file"), "{parts:?}");
}

#[test]
fn a_stopped_generator_goes_on_where_it_was() {
    let bytes = fs::read(crate::parity::fixture("qwen2-f32.gguf")).unwrap();
    let bench = Bench::new(vec![("m.gguf".to_owned(), bytes.clone())]);
    bench.hub.always("m.gguf", Fault::CutAfter(50_000));
    let pull = Pull { name: NAME.to_owned(), ..Pull::default() };
    let run = |pull: &Pull| bench.pull_with(pull, Run { observer: &Silent, cancel: &CancelToken::new() });
    let stopped = run(&pull);
    bench.hub.mend();
    let pulled = match stopped {
        // Each attempt brought some of it.
        Ok(pulled) => pulled,
        Err(error) => {
            assert_eq!(error.code, ErrorCode::Download);
            let pulled = run(&pull).unwrap();
            assert!(pulled.resumed > 0);
            pulled
        }
    };
    assert_eq!(pulled.model.manifest.size(), bytes.len() as u64);
    assert!(pulled.model.generator().is_ok() && bench.files().iter().all(|file| !file.ends_with(".part")));
}
