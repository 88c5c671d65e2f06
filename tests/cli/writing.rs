//! `ask` and `chat` with a model that writes: a server on the loopback is the model, or a file whose weights are random.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::Receiver;

use serde_json::Value;

use crate::endpoint_server::{Asked, done, head, piece, serve};
use crate::models::gguf;
use crate::support::{Desk, each, strings};

pub(crate) const QUESTION: &str = "绿茶用多少度的水泡？";

/// A model that says these pieces, once.
fn model(pieces: &'static [&'static str]) -> (SocketAddr, Receiver<Asked>) {
    serve(move |stream: &mut TcpStream| {
        head(stream, "200 OK");
        pieces.iter().for_each(|text| piece(stream, text));
        done(stream);
    })
}

/// A desk whose settings name a model behind an address and use it.
pub(crate) fn desk(address: SocketAddr) -> Desk {
    let desk = Desk::without_runtime().with_notes();
    choose(&desk, address);
    desk
}

fn choose(desk: &Desk, address: SocketAddr) {
    let text = format!("[models]\ngenerator = \"endpoint\"\nendpoint = {{ url = \"http://{address}/v1\", model = \"big\" }}\n");
    let file = desk.data().join("config/settings.toml");
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, text).expect("settings");
}

#[test]
fn an_answer_that_a_model_writes_is_shown_with_what_the_notes_do_not_say() {
    let (address, asked) = model(&["绿茶用八十", "度左右的水冲泡 [1]。水太热茶汤会发苦。", "绿茶要配牛奶。"]);
    let ran = desk(address).run(["ask", QUESTION]).exits(0);
    assert!(ran.out.contains("绿茶用八十度左右的水冲泡。 [1]"), "{}", ran.whole());
    assert!(ran.out.contains("笔记里没有: 绿茶要配牛奶。") && ran.out.contains("由 big 写成，逐句与笔记核对"), "{}", ran.whole());
    let asked = asked.recv().expect("it was asked");
    assert_eq!(asked.body["messages"][0]["role"], "system");
    assert!(asked.body["messages"][1]["content"].as_str().is_some_and(|text| text.contains("<passage n=\"1\"") && text.ends_with(QUESTION)));
}

#[test]
fn json_has_the_answer_of_the_model_and_says_who_wrote_it() {
    let (address, asked) = model(&["绿茶用八十度左右的水冲泡。"]);
    let desk = desk(address);
    let answer = desk.json(["ask", QUESTION, "--set", "writing.temperature=0.5", "--set", "writing.seed=7"]);
    assert_eq!(answer["answerer"], serde_json::json!({"kind": "generative", "model": "big", "leaves_machine_to": null}));
    assert_eq!(
        (each(&answer["sentences"], "text"), each(&answer["sentences"], "support")),
        (vec!["绿茶用八十度左右的水冲泡。".into()], vec!["supported".into()])
    );
    let asked = asked.recv().expect("it was asked");
    assert_eq!((asked.body["temperature"].as_f64(), asked.body["seed"].as_u64()), (Some(0.5), Some(7)));
}

#[test]
fn the_notes_own_sentences_answer_where_they_are_wanted_or_the_model_fails() {
    let (address, asked) = model(&["never said"]);
    let desk = desk(address);
    let plain = desk.json(["ask", QUESTION, "--extractive"]);
    assert_eq!(plain["answerer"]["kind"], "extractive");
    assert!(asked.try_recv().is_err(), "nothing was sent");
    // A server that is not there.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    choose(&desk, gone);
    let failed = desk.json(["ask", QUESTION]);
    assert_eq!((&failed["answerer"], &failed["answer"]), (&plain["answerer"], &plain["answer"]));
    assert!(strings(&failed["notices"]).iter().any(|n| n.contains("could not answer") && n.contains("own sentences instead")), "{failed}");
}

#[test]
fn a_server_that_is_none_of_this_kind_is_told_and_the_notes_answer() {
    let plain = desk("127.0.0.1:9".parse().expect("an address")).json(["ask", QUESTION, "--extractive"]);
    for (status, headers, body, told) in [
        ("200 OK", "", "<!DOCTYPE html><title>Sign in</title>", "it sent a web page"),
        ("200 OK", "", "{\"error\":{\"message\":\"quota is used up\"}}", "quota is used up"),
        ("200 OK", "", "", "its answer was empty"),
        ("200 OK", "", "data: {\"choices\":[{\"delta\":{\"content\":\"绿茶\"}}]}\n\ndata: {\"cho", "broke off"),
        ("307 Temporary Redirect", "location: https://models.example/v1\r\n", "", "it sends on to https://models.example/v1"),
    ] {
        let (address, _asked) = serve(move |stream: &mut TcpStream| {
            // It may hang up before it has read all.
            drop(write!(stream, "HTTP/1.1 {status}\r\n{headers}connection: close\r\n\r\n{body}"));
        });
        let answer = desk(address).json(["ask", QUESTION]);
        assert_eq!((&answer["answerer"]["kind"], &answer["answer"]), (&"extractive".into(), &plain["answer"]), "{told}");
        let notices = strings(&answer["notices"]);
        assert!(notices.iter().any(|n| n.contains(told) && n.contains("own sentences instead")), "{told}: {notices:?}");
    }
}

#[test]
fn two_processes_use_one_model_file_at_once_and_both_answer_alike() {
    let desk = with_local("qwen3-q8_0.gguf");
    let alone = desk.json(["ask", QUESTION]);
    let both: Vec<Value> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..2).map(|_| scope.spawn(|| desk.json(["ask", QUESTION]))).collect();
        asking.into_iter().map(|asked| asked.join().expect("an answer")).collect()
    });
    for answer in both {
        assert_eq!((&answer["outcome"], &answer["answer"]), (&alone["outcome"], &alone["answer"]), "{answer}");
    }
}

#[test]
fn a_question_to_practise_with_is_not_said_to_be_missing_from_the_notes() {
    let (address, _asked) = model(&["1. 绿茶用多少度的水冲泡？\n答案：绿茶用八十度左右的水冲泡。\n"]);
    let ran = desk(address).run(["ask", "考考我绿茶用多少度的水泡"]).exits(0);
    assert!(ran.out.contains("答案：绿茶用八十度左右的水冲泡。") && !ran.out.contains("笔记里没有"), "{}", ran.whole());
}

#[test]
fn a_request_of_a_conversation_is_about_the_question_before() {
    let (address, _asked) = model(&["绿茶用八十度左右的水冲泡。"]);
    let desk = desk(address);
    let ran = desk.feed(["chat", "--json"], "绿茶用多少度的水泡？\n用简单的话解释一下\n".as_bytes()).exits(0);
    let second: serde_json::Value = serde_json::from_str(ran.out.lines().nth(1).expect("two answers")).expect("JSON");
    // The server answers once: the notes' own sentences take the place of the second answer.
    assert_eq!((&second["outcome"], &second["standalone_question"]), (&"answered".into(), &QUESTION.into()), "{second}");
}

#[test]
fn a_request_after_a_question_is_about_it() {
    let (address, asked) = model(&["绿茶用八十度左右的水冲泡。"]);
    let answer = desk(address).json(["ask", "考考我", "--after", QUESTION]);
    assert_eq!((&answer["answerer"]["kind"], &answer["followup"]["turn"]), (&"generative".into(), &1.into()), "{answer}");
    let asked = asked.recv().expect("it was asked");
    assert!(asked.body["messages"][1]["content"].as_str().is_some_and(|text| text.contains("出三到五道练习题")), "{}", asked.body);
}

#[test]
fn what_writes_answers_and_whereto_questions_go_is_said_where_models_and_state_are_shown() {
    let (address, _asked) = model(&[]);
    let desk = desk(address);
    let status = desk.run(["status"]).exits(0);
    assert!(status.out.contains("answers   model big"), "{}", status.whole());
    assert_eq!(desk.json(["status"])["legs"]["generator"], "big");
    let far = "[models]\ngenerator = \"endpoint\"\nendpoint = { url = \"https://models.example/v1\", model = \"big\" }\n";
    fs::write(desk.data().join("config/settings.toml"), far).expect("settings");
    let listed = desk.run(["models", "list"]).exits(0);
    assert!(listed.out.contains("in use, at https://models.example/v1") && listed.err.contains("it goes to models.example"), "{}", listed.whole());
    let examined = desk.run(["doctor"]);
    assert!(examined.out.contains("generator: big, on models.example: each question goes there"), "{}", examined.whole());
    assert!(desk.run(["status"]).err.contains("each question goes to models.example"));
}

/// A desk with notes that uses a tiny model on this machine.
fn with_local(fixture: &str) -> Desk {
    let desk = Desk::without_runtime().with_notes();
    desk.run(["models", "import", &gguf(fixture).display().to_string(), "--name", "tiny"]).exits(0);
    desk.run(["models", "use", "tiny"]).exits(0);
    desk
}

/// The file of the model that a desk uses.
fn file_of(desk: &Desk, fixture: &str) -> std::path::PathBuf {
    let folder = desk.json(["models", "list"])["folder"].as_str().map(std::path::PathBuf::from).expect("a folder");
    let models = fs::read_dir(folder).expect("models").flatten().map(|entry| entry.path().join(fixture));
    models.into_iter().find(|file| file.exists()).expect("the model")
}

/// What a question comes to where the notes' own sentences have to take the model's place, as they do without it; what is said of that.
fn replaced(desk: &Desk) -> Vec<String> {
    let plain = desk.json(["ask", QUESTION, "--extractive"]);
    let answer = desk.json(["ask", QUESTION]);
    assert_eq!((&answer["outcome"], &answer["answerer"]["kind"]), (&"answered".into(), &"extractive".into()), "{answer}");
    assert_eq!(answer["answer"], plain["answer"]);
    strings(&answer["notices"])
}

#[test]
fn a_model_on_this_machine_that_says_nothing_of_the_notes_gives_way_to_them_and_the_person_is_told() {
    for fixture in ["qwen3-q8_0.gguf", "llama-pieces.gguf"] {
        let notices = replaced(&with_local(fixture));
        assert!(notices.iter().any(|n| n.contains("these are the notes' own sentences instead")), "{fixture}: {notices:?}");
    }
}

#[test]
fn a_model_on_this_machine_computes_with_the_threads_of_the_settings() {
    let desk = with_local("qwen3-f32.gguf");
    let file = desk.data().join("config/settings.toml");
    let settings = fs::read_to_string(&file).expect("settings");
    fs::write(&file, format!("{settings}\n[writing]\nthreads = 1\n")).expect("settings");
    let notices = replaced(&desk);
    assert!(!notices.iter().any(|n| n.contains("writing.threads")), "{notices:?}");
    fs::write(&file, format!("{settings}\n[writing]\nthreads = 0\n")).expect("settings");
    let notices = replaced(&desk);
    assert!(notices.iter().any(|n| n.contains("`writing.threads` is no number from 1 to 1024")), "{notices:?}");
}

#[test]
fn a_model_file_that_was_damaged_since_it_came_is_told_and_the_notes_answer() {
    let fixture = "qwen3-f32.gguf";
    let desk = with_local(fixture);
    let file = file_of(&desk, fixture);
    let whole = fs::read(&file).expect("a file");
    let damaged = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        // A process may have the old file mapped: it is not written over.
        fs::remove_file(&file).expect("a file");
        fs::write(&file, bytes).expect("a file");
        replaced(&desk).join("\n")
    };
    // The last tensor's numbers lie at the end of the file.
    let told = damaged(&|bytes| {
        let from = bytes.len() - 64;
        bytes[from..].fill(0xff);
    });
    assert!(told.contains("the model's results are no numbers"), "{told}");
    let told = damaged(&|bytes| bytes.truncate(50_000));
    assert!(told.contains("no model writes the answer") && told.contains("has another size than when it came"), "{told}");
    let told = damaged(&|bytes| bytes[8..40].fill(0xff));
    assert!(told.contains("could not answer") && told.contains("header"), "{told}");
    let told = damaged(&|bytes| raises(bytes));
    assert!(told.contains("could not answer") && told.contains("only tools may speak"), "{told}");
}

/// Has a chat template refuse every conversation.
fn raises(bytes: &mut [u8]) {
    let key = b"tokenizer.chat_template";
    let at = bytes.windows(key.len()).position(|window| window == key).expect("a template") + key.len() + 12;
    let refusal = b"{{- raise_exception('only tools may speak') }}{#";
    bytes[at..at + refusal.len()].copy_from_slice(refusal);
    let length = usize::try_from(u64::from_le_bytes(bytes[at - 8..at].try_into().expect("eight bytes"))).expect("a length");
    bytes[at + refusal.len()..at + length].fill(b' ');
    bytes[at + length - 2..at + length].copy_from_slice(b"#}");
}

#[test]
fn a_model_file_that_cannot_write_is_not_taken_in() {
    let desk = Desk::without_runtime().with_notes();
    let whole = fs::read(gguf("qwen3-f32.gguf")).expect("a file");
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        fs::write(desk.path().join("bad.gguf"), bytes).expect("a file");
        let ran = desk.run(["models", "import", "bad.gguf"]).exits(2);
        assert!(ran.err.contains("error: ") && ran.err.contains("hint: "), "{}", ran.whole());
        ran.err
    };
    let told = refused(&|bytes| {
        let from = bytes.len() - 64;
        bytes[from..].fill(0xff);
    });
    assert!(told.contains("no numbers"), "{told}");
    assert!(refused(&|bytes| bytes.truncate(50_000)).contains("ends before its tensor"));
    assert!(refused(&|bytes| raises(bytes)).contains("only tools may speak"));
    let listed: Value = desk.json(["models", "list"]);
    assert!(!each(&listed["models"], "name").iter().any(|name| name.contains("bad")), "{listed}");
}
