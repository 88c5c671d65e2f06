//! Models as a person has them: listed, pulled, imported, used, undone, verified, removed. The hub is on this machine.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::graphs;
use crate::loopback::{Fault, Hub};
use crate::support::{Desk, Ran, each, ran};

/// The model inside the program.
const BUILT_IN: &str = sidenote_models::BUNDLED;

/// The command with a hub.
fn at<const N: usize>(desk: &Desk, hub: &Hub, args: [&str; N]) -> Ran {
    ran(desk.command(args).env("HF_ENDPOINT", hub.url()).output().expect("the command runs"))
}

/// A folder with a model's files.
fn spread(desk: &Desk, name: &str, files: graphs::Files) {
    for (path, bytes) in files {
        let path = desk.path().join(name).join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
}

fn import(desk: &Desk, name: &str, files: graphs::Files) {
    spread(desk, name, files);
    desk.run(["models", "import", name, "--pooling", "mean"]).exits(0);
}

fn model<'a>(list: &'a Value, name: &str) -> &'a Value {
    list["models"].as_array().and_then(|l| l.iter().find(|m| m["name"] == name)).unwrap_or_else(|| panic!("{name} in {list}"))
}

#[test]
fn the_models_that_can_be_had_are_listed() {
    let desk = Desk::new();
    let shown = desk.run(["models", "list"]).exits(0);
    desk.snapshot("models_list", &shown.whole());
    let list = desk.json(["models", "list"]);
    assert_eq!(model(&list, BUILT_IN)["in_use"], true);
    assert_eq!(model(&list, "bge-m3")["installed"], false);
    let models = list["models"].as_array().expect("models");
    for model in models {
        let generator = model["kind"] == "generator";
        assert_eq!((model["tokens_per_s"].is_number(), model["fits"].is_boolean()), (generator, generator), "{model}");
    }
    let suggested: Vec<&Value> = models.iter().filter(|model| model["suggested"] == true).collect();
    assert!(suggested.len() <= 1 && suggested.iter().all(|model| model["fits"] == true), "{suggested:?}");
    let told = shown.out.contains("suggested for this machine");
    assert_eq!(told, suggested.len() == 1, "{}", shown.out);
    assert!(!desk.data().join("cache").exists(), "a list downloads nothing");
}

#[test]
fn a_known_model_is_pulled_used_undone_and_removed() {
    let desk = Desk::new().with_notes();
    let hub = Hub::new("Xenova/bge-small-zh-v1.5", graphs::embedder(1, 0));
    desk.snapshot("models_use_not_installed", &desk.run(["models", "use", "bge-small-zh-v1.5"]).exits(2).whole());

    hub.always("onnx/model.onnx", Fault::CutAfter(0)).fault("onnx/model.onnx", Fault::Status(404, Vec::new()));
    let refused = at(&desk, &hub, ["models", "pull", "bge-small-zh-v1.5"]).exits(2);
    assert!(refused.err.contains("error: ") && refused.err.contains("hint: "), "{}", refused.whole());
    let list = desk.json(["models", "list"]);
    assert!(list["notices"][0].as_str().is_some_and(|n| n.contains("was stopped") && n.contains("models pull bge-small-zh-v1.5")), "{list}");
    hub.mend();

    let had = at(&desk, &hub, ["models", "pull", "bge-small-zh-v1.5", "--json"]).exits(0).json();
    assert!(had["already"] == false && had["resumed"].as_u64() > Some(0) && had["endpoint"] == hub.url(), "{had}");
    let again = at(&desk, &hub, ["models", "pull", "bge-small-zh-v1.5"]).exits(0);
    assert!(again.out.contains("is installed already") && again.out.contains("licence: MIT"), "{}", again.whole());
    assert!(desk.run(["models", "verify"]).exits(0).out.starts_with("ok "));

    let before = desk.json(["search", "绿茶 coffee water"]);
    let used = desk.run(["models", "use", "bge-small-zh-v1.5"]).exits(0);
    desk.snapshot("models_use", &used.whole());
    let status = desk.json(["status"]);
    assert_eq!((&status["legs"]["embedder"], &status["legs"]["embedded"]), (&"bge-small-zh-v1.5".into(), &status["chunks"]), "{status}");
    let after = desk.json(["search", "绿茶 coffee water"]);
    assert_ne!(before["hits"][0]["scores"]["vector"], after["hits"][0]["scores"]["vector"]);
    assert!(after["notices"].as_array().is_some_and(Vec::is_empty), "{after}");

    desk.snapshot("models_remove_in_use", &desk.run(["models", "remove", "bge-small-zh-v1.5"]).exits(2).whole());
    // Undone at once: the old vectors are still there.
    let undone = desk.json(["models", "use", BUILT_IN]);
    assert_eq!((&undone["state"], &undone["embedded"]), (&"in_use".into(), &undone["chunks"]), "{undone}");
    assert_eq!(desk.json(["search", "绿茶 coffee water"])["hits"], before["hits"]);
    desk.run(["models", "remove", "bge-small-zh-v1.5"]).exits(0);
    assert_eq!(model(&desk.json(["models", "list"]), "bge-small-zh-v1.5")["installed"], false);
    desk.run(["models", "remove", "bge-small-zh-v1.5"]).exits(2);
    desk.run(["models", "remove", BUILT_IN]).exits(2);
}

#[test]
fn any_repository_can_be_pulled_and_a_stopped_download_removed() {
    let desk = Desk::new();
    let hub = Hub::new("someone/tiny", graphs::embedder(1, 0));
    let asked = at(&desk, &hub, ["models", "pull", "someone/tiny"]).exits(2);
    assert!(asked.err.contains("--pooling mean"), "{}", asked.whole());
    assert!(desk.run(["models", "remove", "someone/tiny"]).exits(0).out.contains("removed"), "the unfinished download");
    at(&desk, &hub, ["models", "pull", "someone/tiny", "--pooling", "mean"]).exits(0);
    let list = desk.json(["models", "list"]);
    let tiny = model(&list, "someone/tiny");
    assert_eq!((&tiny["kind"], &tiny["licence"], &tiny["dimensions"]), (&"embedder".into(), &"mit".into(), &graphs::WIDTH.into()));
    at(&desk, &hub, ["models", "pull", "tiny"]).exits(2);
    let wrong = at(&desk, &hub, ["models", "pull", "someone/wrong", "--json"]).exits(2).json();
    assert_eq!(wrong["error"]["code"], "not_found");
}

#[test]
fn without_internet_a_folder_is_imported() {
    let desk = Desk::new();
    spread(&desk, "tiny", graphs::embedder(1, 0));
    let imported = desk.run(["models", "import", "tiny", "--pooling", "mean"]).exits(0);
    desk.snapshot("models_import", &imported.whole());
    let offline = desk.command(["models", "pull", "bge-m3", "--mirror", "http://127.0.0.1:9"]).output().expect("the command runs");
    let offline = ran(offline).exits(2);
    assert!(offline.err.contains("models import") && offline.err.contains("could not be reached"), "{}", offline.whole());
    fs::remove_file(desk.path().join("tiny/tokenizer.json")).expect("a file");
    desk.snapshot("models_import_broken", &desk.run(["models", "import", "tiny", "--name", "other", "--pooling", "mean"]).exits(2).whole());
}

#[test]
fn a_damaged_model_is_found_and_the_one_inside_stands_in() {
    let desk = Desk::new().with_notes();
    import(&desk, "tiny", graphs::embedder(1, 0));
    desk.run(["models", "use", "tiny"]).exits(0);
    let folder = desk.json(["models", "list"])["folder"].as_str().map(std::path::PathBuf::from).expect("a folder");
    let folder = fs::read_dir(folder).expect("models").flatten().map(|e| e.path()).find(|p| p.is_dir()).expect("the model");
    let graph = folder.join("onnx/model.onnx");
    let whole = fs::read(&graph).expect("a graph");
    let mut bytes = whole.clone();
    // The graph's own structure, so that it cannot be loaded.
    bytes[4..40].fill(0xff);
    fs::write(&graph, &bytes).expect("a graph");
    assert!(desk.run(["models", "verify", "tiny"]).exits(2).out.contains("problem"));
    for _ in 0..2 {
        let found = desk.json(["search", "绿茶"]);
        assert!(found["notices"].to_string().contains("stands in for tiny"), "{found}");
        assert!(found["hits"][0]["scores"]["vector"].is_number(), "the vectors of the model inside are still there: {found}");
        fs::write(&graph, &bytes[1..]).expect("a graph");
    }
    let examined = desk.json(["doctor"]);
    assert!(examined["checks"].to_string().contains("stands in for tiny"), "{examined}");
    fs::write(&graph, whole).expect("a graph");
    assert_eq!(desk.json(["search", "绿茶"])["notices"].as_array().map(Vec::len), Some(0));
    // Settings that cannot be read stop no question.
    fs::write(desk.data().join("config/settings.toml"), "[models").expect("settings");
    assert!(desk.json(["search", "绿茶"])["notices"].to_string().contains("settings.toml"));
    desk.run(["models", "use", "tiny"]).exits(2);
}

#[cfg(unix)]
#[test]
fn a_stopped_switch_goes_on_with_sync_and_the_old_model_answers_meanwhile() {
    let desk = Desk::new();
    let text = "green tea water coffee cup morning ground boiling ".repeat(6);
    for i in 0..80 {
        desk.note(&format!("{i}.md"), &format!("# Note {i}\n\nThe number of this note is {i}. {text}\n"));
    }
    desk.run(["library", "add", "notes"]).exits(0);
    import(&desk, "slow", graphs::embedder(1, 150));
    let before = desk.json(["search", "the number of note 77"]);
    // Runs a command and stops it once more than `passages` are prepared; the state just before, and what the command said.
    let stop = |args: &[&str], passages: u64| {
        let mut child = desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        for _ in 0..600 {
            std::thread::sleep(Duration::from_millis(20));
            let status = desk.json(["status"]);
            assert!(child.try_wait().expect("a process").is_none(), "it ended before it could be stopped");
            if status["legs"]["next_embedded"].as_u64() > Some(passages) {
                let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
                assert!(sent.success());
                return (status, ran(child.wait_with_output().expect("it ends")));
            }
        }
        panic!("no vector in time");
    };
    let (status, stopped) = stop(&["models", "use", "slow"], 0);
    assert_eq!(stopped.code, 130, "{}", stopped.whole());
    assert!(stopped.out.contains("goes on answering") && stopped.out.contains(&format!("models use {BUILT_IN}")), "{}", stopped.whole());
    assert_eq!((&status["legs"]["embedder"], &status["legs"]["next_embedder"]), (&BUILT_IN.into(), &"slow".into()), "{status}");
    assert_eq!(desk.json(["search", "the number of note 77"])["hits"], before["hits"], "the old model answers");
    assert_eq!(model(&desk.json(["models", "list"]), "slow")["preparing"], true);
    let kept = desk.json(["status"])["legs"]["next_embedded"].as_u64().expect("a number");
    assert!(kept > 0 && kept < 80, "{kept}");
    assert!(desk.run(["status"]).exits(0).out.contains("next      "));
    assert!(desk.json(["doctor"])["checks"].to_string().contains("next_model"));

    // Undone while it is not complete, and taken up again.
    assert!(desk.run(["models", "use", BUILT_IN]).exits(0).out.contains("is in use"));
    assert_eq!(desk.json(["status"])["legs"]["next_embedder"], Value::Null);
    let (_, stopped) = stop(&["models", "use", "slow"], kept);
    assert_eq!(stopped.code, 130, "{}", stopped.whole());
    let more = desk.json(["status"])["legs"]["next_embedded"].as_u64().expect("a number");
    assert!(more > kept, "{more} and {kept}");

    let synced = desk.json(["sync"]);
    assert_eq!((&synced["switch"]["state"], &synced["switch"]["embedded"]), (&"in_use".into(), &80.into()), "{synced}");
    assert_eq!(desk.json(["status"])["legs"]["embedder"], "slow");
    let after = desk.json(["search", "the number of note 77"]);
    assert_ne!(after["hits"][0]["scores"]["vector"], before["hits"][0]["scores"]["vector"]);
    desk.run(["models", "use", BUILT_IN]).exits(0);
    assert_eq!(desk.json(["search", "the number of note 77"])["hits"], before["hits"]);
}

#[test]
fn a_cross_encoder_orders_the_first_results() {
    let desk = Desk::new();
    for i in 0..5 {
        let last = if i == 4 { "gold and gold and silver" } else { "tin and lead and iron" };
        desk.note(&format!("{i}.md"), &format!("# Box {i}\n\nIn the box number {i}{i} there is {last}\n"));
    }
    desk.run(["library", "add", "notes"]).exits(0);
    spread(&desk, "judge", graphs::reranker());
    desk.run(["models", "import", "judge"]).exits(0);
    let before = desk.json(["search", "box number 00"]);
    assert_ne!(before["hits"][0]["document"], "4.md");
    assert_eq!(before["hits"][0]["scores"]["cross_encoder"], Value::Null);
    let used = desk.json(["models", "use", "judge"]);
    assert_eq!((&used["kind"], &used["before"], &used["state"]), (&"reranker".into(), &Value::Null, &"in_use".into()), "{used}");
    let after = desk.json(["search", "box number 00"]);
    assert_eq!((&after["hits"][0]["document"], &after["hits"][0]["scores"]["cross_encoder"]), (&"4.md".into(), &2.5.into()), "{after}");
    assert!(after["timings_ms"]["cross_encoder"].is_number());
    assert!(desk.run(["search", "box number 00", "--explain"]).out.contains("cross-encoder 2.500 · "));
    assert!(desk.run(["explain", "box number 00", "--note", "4.md"]).out.contains("cross-encoder 2.500"));
    assert_eq!(desk.json(["status"])["legs"]["reranker"], "judge");
    assert!(desk.json(["doctor"])["checks"].to_string().contains(r#""check":"reranker""#));
    desk.run(["ask", "what is in the box number 00?"]);
    desk.run(["models", "remove", "judge"]).exits(2);
    desk.run(["models", "use", "--no-reranker"]).exits(0);
    assert_eq!(each(&desk.json(["search", "box number 00"])["hits"], "document"), each(&before["hits"], "document"));
    desk.run(["models", "remove", "judge"]).exits(0);
}

#[test]
fn the_fastest_mirror_is_found() {
    let desk = Desk::new();
    let files = || vec![("tokenizer.json".to_owned(), vec![b'x'; 200_000])];
    let (quick, slow) = (Hub::new("BAAI/bge-small-zh-v1.5", files()), Hub::new("BAAI/bge-small-zh-v1.5", files()));
    slow.always("tokenizer.json", Fault::Slow(20_000, Duration::from_millis(40)));
    let mirrors = format!("{},http://127.0.0.1:9,{}", slow.url(), quick.url());
    let ran = ran(desk
        .command(["models", "pull", "bge-m3", "--mirror", "auto"])
        .env("SIDENOTE_MIRRORS", mirrors)
        .env("HF_TOKEN", "secret")
        .output()
        .expect("the command runs"));
    assert!(ran.err.contains(&format!("using {}", quick.url())) && ran.err.contains("did not answer"), "{}", ran.whole());
    assert!(ran.err.contains("HF_TOKEN is not sent"), "{}", ran.whole());
    assert!(quick.asked().iter().chain(&slow.asked()).all(|asked| !asked.headers.contains_key("authorization")));
}

#[test]
fn a_proxy_is_used() {
    let desk = Desk::new();
    let hub = Hub::new("someone/tiny", graphs::embedder(1, 0));
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = proxy.local_addr().expect("an address");
    let target = hub.url().trim_start_matches("http://").to_owned();
    let tunnels = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&tunnels);
    std::thread::spawn(move || {
        for client in proxy.incoming().flatten() {
            let (target, count) = (target.clone(), Arc::clone(&count));
            std::thread::spawn(move || tunnel(&client, &target, &count));
        }
    });
    // A name that only the proxy knows.
    let pulled = desk
        .command(["models", "pull", "someone/tiny", "--pooling", "mean"])
        .env("HF_ENDPOINT", "http://hub.test")
        .env("ALL_PROXY", format!("http://{address}"))
        .output()
        .expect("the command runs");
    ran(pulled).exits(0);
    assert!(tunnels.load(Ordering::Relaxed) > 1);
}

/// Takes one CONNECT, to whatever host, to the hub.
fn tunnel(client: &TcpStream, target: &str, count: &AtomicUsize) {
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok() && !line.ends_with("\r\n\r\n") {}
    let host = line.split(' ').nth(1).unwrap_or_default();
    let target = if host.starts_with("hub.test") { target } else { host };
    count.fetch_add(1, Ordering::Relaxed);
    let Ok(mut hub) = TcpStream::connect(target) else { return };
    let mut back = hub.try_clone().expect("a socket");
    let mut to = client.try_clone().expect("a socket");
    to.write_all(b"HTTP/1.1 200 yes\r\n\r\n").expect("a client");
    std::thread::spawn(move || {
        let mut buffer = [0; 16 << 10];
        while let Ok(read @ 1..) = back.read(&mut buffer) {
            if to.write_all(&buffer[..read]).is_err() {
                return;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
    let mut buffer = [0; 16 << 10];
    while let Ok(read @ 1..) = reader.read(&mut buffer) {
        if hub.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
    let _ = hub.shutdown(std::net::Shutdown::Write);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_a_download() {
    let desk = Desk::new();
    let hub = Hub::new("someone/tiny", graphs::embedder(1, 1));
    hub.always("onnx/model.onnx", Fault::Slow(4_000, Duration::from_millis(15)));
    let child = desk
        .command(["models", "pull", "someone/tiny", "--pooling", "mean"])
        .env("HF_ENDPOINT", hub.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    while hub.asked_for("onnx/model.onnx").is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    let stopped = ran(child.wait_with_output().expect("it ends"));
    assert_eq!(stopped.code, 130, "{}", stopped.whole());
    assert!(stopped.err.contains("what has come is kept") && stopped.err.contains("models pull someone/tiny"), "{}", stopped.whole());
    hub.mend();
    let had = at(&desk, &hub, ["models", "pull", "someone/tiny", "--pooling", "mean", "--json"]).exits(0).json();
    assert!(had["resumed"].as_u64() > Some(4_000), "{had}");
}

pub(crate) fn gguf(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/gguf").join(name)
}

#[test]
fn a_generator_is_imported_chosen_undone_and_removed() {
    let desk = Desk::new();
    let file = gguf("qwen2-f32.gguf").display().to_string();
    let imported = desk.json(["models", "import", &file, "--name", "tiny"]);
    assert_eq!((&imported["model"]["kind"], &imported["model"]["dimensions"]), (&"generator".into(), &Value::Null), "{imported}");
    let used = desk.json(["models", "use", "tiny"]);
    assert_eq!((&used["kind"], &used["model"], &used["before"]), (&"generator".into(), &"tiny".into(), &Value::Null), "{used}");
    assert_eq!(model(&desk.json(["models", "list"]), "tiny")["in_use"], true);
    let refused = desk.run(["models", "remove", "tiny"]).exits(2);
    assert!(refused.err.contains("--no-generator"), "{}", refused.whole());
    let none = desk.json(["models", "use", "--no-generator"]);
    assert_eq!((&none["model"], &none["before"]), (&Value::Null, &"tiny".into()), "{none}");
    desk.run(["models", "remove", "tiny"]).exits(0);
    assert!(desk.run(["models", "use", "tiny"]).exits(2).err.contains("error: "));
    let again = desk.run(["models", "remove", "tiny"]).exits(2);
    assert!(again.err.contains("there is nothing to remove"), "{}", again.whole());

    fs::write(desk.path().join("half.gguf"), &fs::read(&file).expect("a file")[..50_000]).expect("a file");
    let broken = desk.run(["models", "import", "half.gguf"]).exits(2);
    assert!(broken.err.contains("ends before its tensor") && broken.err.contains("hint: "), "{}", broken.whole());
}

#[test]
fn a_name_that_is_none_is_answered_with_those_that_are() {
    let desk = Desk::new();
    assert!(desk.run(["models", "use", "tinny"]).exits(2).err.contains("hint: `sidenote models list` says"));
    let file = gguf("qwen2-f32.gguf").display().to_string();
    desk.run(["models", "import", &file, "--name", "tiny"]).exits(0);
    for act in ["use", "verify"] {
        let ran = desk.run(["models", act, "tinny"]).exits(2);
        assert!(ran.err.contains("no model named `tinny`") && ran.err.contains("installed are tiny;"), "{}", ran.whole());
    }
    // The one inside the program is on the list, and there is nothing to fetch or check.
    for act in ["pull", "verify"] {
        let ran = desk.run(["models", act, BUILT_IN]).exits(2);
        assert!(ran.err.contains("is inside the program") && ran.err.contains("models use sidenote-static-256"), "{}", ran.whole());
    }
    // Whoever names the file is told what to do with it.
    for act in ["use", "pull"] {
        let ran = desk.run(["models", act, &file]).exits(2);
        assert!(ran.err.contains("is a file") && ran.err.contains("sidenote models import"), "{}", ran.whole());
    }
}

#[test]
fn a_damaged_generator_is_removed_also_while_it_is_chosen_and_answers_again_once_it_is_back() {
    let desk = Desk::without_runtime().with_notes();
    let file = gguf("qwen2-f32.gguf").display().to_string();
    desk.run(["models", "import", &file, "--name", "tiny"]).exits(0);
    desk.run(["models", "use", "tiny"]).exits(0);
    desk.run(["models", "remove", "tiny"]).exits(2);
    let folder = desk.json(["models", "list"])["folder"].as_str().map(std::path::PathBuf::from).expect("a folder");
    let copy = fs::read_dir(folder).expect("models").flatten().map(|entry| entry.path().join("qwen2-f32.gguf")).find(|path| path.exists());
    let copy = copy.expect("the model");
    let mut bytes = fs::read(&copy).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(&copy).expect("a file");
    fs::write(&copy, bytes).expect("a file");
    // What is advised can be done.
    let told = desk.run(["models", "verify"]).exits(2);
    assert!(told.err.contains("`sidenote models remove tiny`, then install tiny again"), "{}", told.whole());
    desk.run(["models", "remove", "tiny"]).exits(0);
    assert!(desk.run(["ask", "绿茶用多少度的水泡？"]).exits(0).err.contains("no model named `tiny`"));
    let back = desk.run(["models", "import", &file, "--name", "tiny"]).exits(0);
    assert!(back.out.contains("it is in use"), "{}", back.whole());
}

#[test]
fn a_listed_sentence_model_is_pulled_used_damaged_and_removed_without_the_runtime() {
    let desk = Desk::without_runtime().with_notes();
    let file = fs::read(gguf("sentences-q8_0.gguf")).expect("a file");
    let other = fs::read(gguf("sentences-f32.gguf")).expect("a file");
    let files = vec![("Qwen3-Embedding-0.6B-Q8_0.gguf".to_owned(), file), ("Qwen3-Embedding-0.6B-f16.gguf".to_owned(), other)];
    let hub = Hub::new("Qwen/Qwen3-Embedding-0.6B-GGUF", files);
    let name = "qwen3-embedding-0.6b";
    assert_eq!(model(&desk.json(["models", "list"]), name)["kind"], "embedder");
    let had = at(&desk, &hub, ["models", "pull", name, "--json"]).exits(0).json();
    assert_eq!((&had["model"]["kind"], &had["model"]["dimensions"], &had["notices"]), (&"embedder".into(), &32.into(), &Value::Array(Vec::new())));

    let before = desk.json(["search", "绿茶 coffee water"]);
    let used = desk.json(["models", "use", name]);
    assert_eq!((&used["kind"], &used["state"], &used["embedded"]), (&"embedder".into(), &"in_use".into(), &used["chunks"]), "{used}");
    let listed = model(&desk.json(["models", "list"]), name).clone();
    assert!(listed["in_use"] == true && listed["licence"] == "Apache-2.0" && listed["memory"].as_u64() > Some(0), "{listed}");
    assert_eq!(desk.json(["status"])["legs"]["embedder"], name);
    let after = desk.json(["search", "绿茶 coffee water"]);
    assert!(after["hits"][0]["scores"]["vector"].is_number(), "{after}");
    assert_ne!(before["hits"][0]["scores"]["vector"], after["hits"][0]["scores"]["vector"]);
    assert_eq!(after["notices"].as_array().map(Vec::len), Some(0), "{after}");
    assert!(desk.run(["doctor"]).out.contains(&format!("{name}, run by the program itself")));

    // A new note gets its vector from it, too.
    desk.note("new.md", "# Zebras\n\nA zebra drinks at the river every evening.\n");
    assert_eq!(desk.json(["sync"])["embedded"], 1);
    let found = desk.json(["search", "zebra drinks"]);
    assert!(found["hits"][0]["document"] == "new.md" && found["hits"][0]["scores"]["vector"].is_number(), "{found}");

    // It cannot be made to write, and a generator cannot be made an embedder.
    let refused = desk.run(["models", "import", &gguf("sentences-f32.gguf").display().to_string(), "--name", "qwen3-0.6b"]).exits(2);
    assert!(refused.err.contains("cannot write") && refused.err.contains("hint: "), "{}", refused.whole());
    let refused = desk.run(["models", "import", &gguf("qwen3-f32.gguf").display().to_string(), "--kind", "embedder"]).exits(2);
    assert!(refused.err.contains("--pooling last"), "{}", refused.whole());

    assert!(desk.run(["models", "verify", name]).exits(0).out.starts_with("ok "));
    let folder = desk.json(["models", "list"])["folder"].as_str().map(std::path::PathBuf::from).expect("a folder");
    let folder = fs::read_dir(folder).expect("models").flatten().map(|e| e.path()).find(|p| p.is_dir()).expect("the model");
    let graph = folder.join("Qwen3-Embedding-0.6B-Q8_0.gguf");
    let whole = fs::read(&graph).expect("a file");
    let mut bytes = whole.clone();
    bytes[8..40].fill(0xff);
    fs::write(&graph, &bytes).expect("a file");
    assert!(desk.run(["models", "verify", name]).exits(2).out.contains("problem"));
    for damaged in [&bytes[..], &whole[..whole.len() / 2]] {
        fs::write(&graph, damaged).expect("a file");
        let found = desk.json(["search", "绿茶"]);
        assert!(found["notices"].to_string().contains(&format!("stands in for {name}")), "{found}");
    }
    fs::write(&graph, whole).expect("a file");
    assert_eq!(desk.json(["search", "绿茶"])["notices"].as_array().map(Vec::len), Some(0));

    desk.run(["models", "remove", name]).exits(2);
    desk.run(["models", "use", BUILT_IN]).exits(0);
    desk.run(["models", "remove", name]).exits(0);
    assert_eq!(model(&desk.json(["models", "list"]), name)["installed"], false);
}

#[cfg(unix)]
#[test]
fn a_switch_to_a_sentence_model_can_be_stopped_and_goes_on() {
    let desk = Desk::without_runtime();
    let text = "green tea water coffee cup morning ground boiling ".repeat(24);
    for i in 0..200 {
        desk.note(&format!("{i}.md"), &format!("# Note {i}\n\nThe number of this note is {i}. {text}\n"));
    }
    desk.run(["library", "add", "notes"]).exits(0);
    desk.run(["models", "import", &gguf("sentences-f32.gguf").display().to_string(), "--name", "tiny"]).exits(0);
    let before = desk.json(["search", "the number of note 77"]);
    let mut child = desk.command(["models", "use", "tiny"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    let made = loop {
        std::thread::sleep(Duration::from_millis(5));
        assert!(child.try_wait().expect("a process").is_none(), "it ended before it could be stopped");
        let status = desk.json(["status"]);
        if status["legs"]["next_embedded"].as_u64() > Some(0) {
            break status;
        }
    };
    assert_eq!((&made["legs"]["embedder"], &made["legs"]["next_embedder"]), (&BUILT_IN.into(), &"tiny".into()), "{made}");
    assert_eq!(desk.json(["search", "the number of note 77"])["hits"], before["hits"], "the old model answers");
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    let stopped = ran(child.wait_with_output().expect("it ends"));
    assert_eq!(stopped.code, 130, "{}", stopped.whole());
    let kept = desk.json(["status"])["legs"]["next_embedded"].as_u64();
    assert!(kept > Some(0) && kept < Some(200), "{kept:?}");
    let synced = desk.json(["sync"]);
    assert_eq!((&synced["switch"]["state"], &synced["switch"]["embedded"]), (&"in_use".into(), &synced["switch"]["chunks"]), "{synced}");
}

#[test]
fn an_endpoint_is_off_until_it_is_chosen_and_says_where_questions_go() {
    let desk = Desk::new();
    let missing = desk.run(["models", "use", "endpoint"]).exits(2);
    assert!(missing.err.contains("settings name no endpoint"), "{}", missing.whole());
    let settings = desk.data().join("config").join("settings.toml");
    fs::create_dir_all(settings.parent().expect("a folder")).expect("a folder");
    fs::write(&settings, "[models]\nendpoint = { url = \"https://models.example/v1\", model = \"big\" }\n").expect("a file");
    let list = desk.json(["models", "list"]);
    let row = model(&list, "endpoint");
    assert_eq!((&row["kind"], &row["in_use"], &row["source"]), (&"generator".into(), &false.into(), &"https://models.example/v1".into()));
    let used = desk.run(["models", "use", "endpoint"]).exits(0);
    assert!(used.err.contains("sent to models.example"), "{}", used.whole());
    assert_eq!(model(&desk.json(["models", "list"]), "endpoint")["in_use"], true);
    desk.run(["models", "use", "--no-generator"]).exits(0);
    assert_eq!(model(&desk.json(["models", "list"]), "endpoint")["in_use"], false);
}
