//! The generator on another machine, against a server of our own on the loopback.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::ErrorCode;
use sidenote_engine::model::{Ending, Generated, Generation, Generator, Message, Sampling, Speaker};
use sidenote_models::{Choice, EndpointSettings, Remote};

use crate::endpoint_server::{done, head, piece, serve, serve_times};

fn remote(address: SocketAddr, key_env: Option<&str>) -> Remote {
    let settings =
        EndpointSettings { url: format!("http://{address}/v1/"), model: "big".to_owned(), key_env: key_env.map(str::to_owned), context: None };
    Remote::new(&settings, |name| (name == "KEY").then(|| "secret".to_owned())).unwrap()
}

fn ask(remote: &Remote) -> (String, Result<Generated, sidenote_engine::error::Error>) {
    let messages =
        [Message { speaker: Speaker::System, text: "rules".to_owned() }, Message { speaker: Speaker::User, text: "什么是注意力？".to_owned() }];
    let request = Generation { messages: &messages, limit: 50, sampling: Sampling::default(), passages: Some(3) };
    let mut said = String::new();
    let result = remote.generate(&request, &mut |text| said.push_str(text), &CancelToken::new());
    (said, result)
}

#[test]
fn an_answer_is_streamed_and_counted() {
    let (address, asked) = serve(|stream| {
        head(stream, "200 OK");
        write!(stream, ": a comment\n\ndata: {{\"choices\":[{{\"delta\":{{\"role\":\"assistant\"}}}}]}}\n\n").unwrap();
        piece(stream, "注意");
        piece(stream, "力。[1]");
        write!(stream, "data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"length\"}}]}}\n\n").unwrap();
        write!(stream, "data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":12,\"completion_tokens\":5}}}}\n\ndata: [DONE]\n\n").unwrap();
    });
    let remote = remote(address, Some("KEY"));
    let (said, generated) = ask(&remote);
    assert_eq!(said, "注意力。[1]");
    assert_eq!(generated.unwrap(), Generated { prompt_tokens: 12, reused_tokens: 0, new_tokens: 5, ending: Ending::Limit });
    let asked = asked.recv().unwrap();
    assert_eq!((asked.first.as_str(), asked.authorization.as_deref()), ("POST /v1/chat/completions HTTP/1.1", Some("Bearer secret")));
    assert_eq!(
        (asked.body["model"].as_str(), asked.body["max_tokens"].as_u64(), asked.body["temperature"].as_f64()),
        (Some("big"), Some(50), Some(0.0))
    );
    assert_eq!(asked.body["messages"][1]["content"].as_str(), Some("什么是注意力？"));
    assert_eq!(remote.spec().leaves_machine_to, None, "a server on this machine is on this machine");
}

#[test]
fn what_a_server_says_against_it_is_told() {
    let cases: [(&str, &str, &str, &str); 5] = [
        ("401 Unauthorized", r#"{"error":{"message":"no such key"}}"#, "no such key", "KEY"),
        ("404 Not Found", "nothing here", "status 404", "url"),
        ("503 Service Unavailable", "<html>busy</html>", "status 503", "try again"),
        ("200 OK", "data: {\"error\":{\"message\":\"overloaded\"}}\n\n", "overloaded", "address"),
        ("200 OK", "data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n\n", "broke off", "address"),
    ];
    for (status, body, told, hint) in cases {
        let (address, _asked) = serve(move |stream| {
            head(stream, status);
            stream.write_all(body.as_bytes()).unwrap();
        });
        let (said, result) = ask(&remote(address, Some("KEY")));
        let error = result.unwrap_err();
        assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains(told), "{status}: {error:?}");
        assert!(error.hint.contains(hint), "{status}: {error:?}");
        assert_eq!(said, if told == "broke off" { "half" } else { "" });
    }
    // Nobody is there.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(ask(&remote(gone, None)).1.unwrap_err().code, ErrorCode::ModelUnavailable);
}

#[test]
fn a_server_that_is_none_of_this_kind_or_breaks_off_is_told_apart() {
    let event = |text: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n").into_bytes();
    let huge = |prefix: &str| [prefix.as_bytes(), &vec![b'a'; 3 << 20], b"\n\n"].concat();
    // What it sends, what is told, and what was said before.
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n".to_vec(), "a web page", ""),
        (b"\n\n  <html lang=\"en\">".to_vec(), "a web page", ""),
        (b"{\"error\":{\"message\":\"quota is used up\"}}".to_vec(), "quota is used up", ""),
        (b"{\n  \"error\": \"no such model\"\n}\n".to_vec(), "no such model", ""),
        (b"{\"detail\":\"nothing\"}".to_vec(), "no answer that comes bit by bit", ""),
        (b"just words".to_vec(), "no answer that comes bit by bit", ""),
        (Vec::new(), "its answer was empty", ""),
        (b": keep-alive\n\n: keep-alive\n\n".to_vec(), "its answer was empty", ""),
        ([event("half"), b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\xfe\"}}]}\n\n".to_vec()].concat(), "no UTF-8", "half"),
        (huge("data: "), "a line of more than 1 MB", ""),
        (huge(": "), "a line of more than 1 MB", ""),
        ([event("half"), b"data: {\"choices\":[{\"del".to_vec()].concat(), "broke off", "half"),
        ([event("half"), "data: {\"choices\":[{\"delta\":{\"content\":\"注".as_bytes()[..42].to_vec()].concat(), "broke off", "half"),
        (event("half"), "broke off", "half"),
        ([event("half"), b"data: not JSON\n\n".to_vec()].concat(), "no JSON", "half"),
        (b"data: 3\n\ndata: [DONE]\n\n".to_vec(), "its answer was empty", ""),
    ];
    for (body, told, before) in cases {
        let start = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let (address, _asked) = serve(move |stream| {
            head(stream, "200 OK");
            // It may hang up before it has read all.
            drop(stream.write_all(&body));
        });
        let (said, result) = ask(&remote(address, Some("KEY")));
        let error = result.unwrap_err();
        assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains(told) && !error.hint.is_empty(), "{start}: {error:?}");
        assert!(said == before && error.message.len() < 500, "{start}: {said:?} {error:?}");
    }
    // A body in pieces that ends within one.
    let (address, _asked) = serve(|stream| {
        write!(stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1000\r\ndata: {{}}\n\n").unwrap();
    });
    let error = ask(&remote(address, None)).1.unwrap_err();
    assert!(error.code == ErrorCode::ModelUnavailable && !error.hint.is_empty(), "{error:?}");
}

#[test]
fn a_redirect_is_not_followed_and_the_key_goes_nowhere_else() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let elsewhere = other.local_addr().unwrap();
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let (address, asked) = serve(move |stream| {
            write!(stream, "HTTP/1.1 {status}\r\nlocation: http://{elsewhere}/v1/chat/completions\r\ncontent-length: 0\r\n\r\n").unwrap();
        });
        let error = ask(&remote(address, Some("KEY"))).1.unwrap_err();
        assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains(&format!("http://{elsewhere}")), "{status}: {error:?}");
        assert!(error.hint.contains("`models.endpoint.url`"), "{status}: {error:?}");
        assert_eq!(asked.recv().unwrap().authorization.as_deref(), Some("Bearer secret"));
        assert!(other.accept().is_err(), "{status}: somebody called");
    }
}

#[test]
fn a_stop_ends_what_only_keeps_the_connection_open() {
    let (address, _asked) = serve(|stream| {
        head(stream, "200 OK");
        while write!(stream, ": still here\n\n").is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let messages = [Message { speaker: Speaker::User, text: "go".to_owned() }];
    let request = Generation { messages: &messages, limit: 50, sampling: Sampling::default(), passages: None };
    let cancel = CancelToken::new();
    let stopper = cancel.clone();
    let stop = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        stopper.cancel();
    });
    let error = remote(address, None).generate(&request, &mut |_| {}, &cancel).unwrap_err();
    stop.join().unwrap();
    assert_eq!(error.code, ErrorCode::Cancelled);
}

#[test]
fn a_server_that_names_the_newer_limit_is_asked_again_once_in_its_words() {
    const WANTS: &str = r#"{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}"#;
    let refuse = |stream: &mut TcpStream| {
        head(stream, "400 Bad Request");
        stream.write_all(WANTS.as_bytes()).unwrap();
    };
    let (address, asked) = serve_times(2, move |time, stream| match time {
        0 => refuse(stream),
        _ => {
            head(stream, "200 OK");
            piece(stream, "注意力。");
            done(stream);
        }
    });
    let (said, generated) = ask(&remote(address, None));
    assert_eq!((said.as_str(), generated.unwrap().ending), ("注意力。", Ending::Complete));
    let limits = |body: &serde_json::Value| (body["max_tokens"].as_u64(), body["max_completion_tokens"].as_u64());
    let (first, second) = (asked.recv().unwrap(), asked.recv().unwrap());
    assert_eq!((limits(&first.body), limits(&second.body)), ((Some(50), None), (None, Some(50))));
    assert_eq!(first.body["messages"], second.body["messages"]);
    // One that refuses that too is not asked for ever, and one that refuses something else not again.
    let (address, asked) = serve_times(9, move |_, stream| refuse(stream));
    assert!(ask(&remote(address, None)).1.unwrap_err().message.contains("max_completion_tokens"));
    assert_eq!(asked.try_iter().count(), 2);
    let (address, asked) = serve_times(9, |_, stream| {
        head(stream, "400 Bad Request");
        stream.write_all(br#"{"error":"no such model"}"#).unwrap();
    });
    assert!(ask(&remote(address, None)).1.unwrap_err().message.contains("no such model"));
    assert_eq!(asked.try_iter().count(), 1);
}

#[test]
fn a_server_that_sends_more_than_was_asked_for_is_cut_off() {
    let (address, _asked) = serve(|stream| {
        head(stream, "200 OK");
        let event = serde_json::json!({ "choices": [{ "delta": { "content": "and so on " } }] });
        // Until nobody listens.
        while write!(stream, "data: {event}\n\n").is_ok() {}
    });
    let (said, generated) = ask(&remote(address, None));
    assert_eq!(generated.unwrap().ending, Ending::Limit);
    assert!(said.len() < 50 * 16 + 100, "{} bytes", said.len());
}

#[test]
fn a_server_that_only_keeps_the_connection_open_or_never_ends_is_not_waited_for() {
    let keep_alive = |stream: &mut TcpStream| {
        head(stream, "200 OK");
        while write!(stream, ": still here\n\n").is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let (address, _asked) = serve(keep_alive);
    let error = ask(&remote(address, None).within(Duration::from_millis(50), Duration::from_secs(60))).1.unwrap_err();
    assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains("it said no word"), "{error:?}");
    let (address, _asked) = serve(|stream| {
        head(stream, "200 OK");
        let event = serde_json::json!({ "choices": [{ "delta": { "content": "a" } }] });
        while write!(stream, "data: {event}\n\n").is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let (said, result) = ask(&remote(address, None).within(Duration::from_secs(60), Duration::from_millis(100)));
    assert!(!said.is_empty() && result.unwrap_err().message.contains("it was not finished"));
}

#[test]
fn a_stop_does_not_wait_for_the_server() {
    let (address, _asked) = serve(|stream| {
        head(stream, "200 OK");
        piece(stream, "one");
        std::thread::sleep(Duration::from_secs(20));
    });
    let remote = remote(address, None);
    let messages = [Message { speaker: Speaker::User, text: "go".to_owned() }];
    let request = Generation { messages: &messages, limit: 50, sampling: Sampling::default(), passages: None };
    let cancel = CancelToken::new();
    let began = Instant::now();
    let error = remote.generate(&request, &mut |_| cancel.cancel(), &cancel).unwrap_err();
    assert!(error.code == ErrorCode::Cancelled && began.elapsed() < Duration::from_secs(10), "{error:?}");
}

#[test]
fn settings_that_would_give_the_key_away_are_refused() {
    let with = |url: &str, key_env: Option<&str>| {
        let settings = EndpointSettings { url: url.to_owned(), model: "m".to_owned(), key_env: key_env.map(str::to_owned), context: Some(4096) };
        Remote::new(&settings, |name| (name == "KEY").then(|| "secret".to_owned()))
    };
    for (url, key_env, told) in [
        ("http://models.example/v1", Some("KEY"), "unencrypted"),
        ("https://models.example/v1", Some("OTHER"), "`OTHER`"),
        ("models.example", None, "no web address"),
        ("file:///etc/passwd", None, "no web address"),
    ] {
        let error = with(url, key_env).map(|_| ()).unwrap_err();
        assert!(error.code == ErrorCode::InvalidInput && error.message.contains(told), "{url}: {error:?}");
    }
    let far = with("https://models.example:8443/v1", Some("KEY")).unwrap();
    assert_eq!((far.spec().leaves_machine_to.as_deref(), far.spec().context), (Some("models.example:8443"), 4096));
}

#[test]
fn the_settings_describe_it_and_keep_it_when_another_model_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    let text = "[models]\nendpoint = { url = \"https://host/v1\", model = \"big\", key_env = \"KEY\", context = 4096 } # mine\n";
    std::fs::write(&file, text).unwrap();
    let mut choice = Choice::read(&file).unwrap();
    let expected =
        EndpointSettings { url: "https://host/v1".to_owned(), model: "big".to_owned(), key_env: Some("KEY".to_owned()), context: Some(4096) };
    assert_eq!((choice.endpoint.as_ref(), choice.generator.as_deref()), (Some(&expected), None), "describing it does not choose it");
    choice.generator = Some("qwen3-0.6b".to_owned());
    Choice::change(&file, |kept| Ok(std::mem::replace(kept, choice.clone()))).unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains("# mine"));
    assert_eq!(Choice::read(&file).unwrap(), choice);
    for wrong in [
        "endpoint = 3",
        "endpoint = { url = 1, model = \"m\" }",
        "endpoint = { url = \"u\" }",
        "endpoint = { url = \"u\", model = \"m\", context = 3 }",
    ] {
        std::fs::write(&file, format!("[models]\n{wrong}\n")).unwrap();
        assert_eq!(Choice::read(&file).unwrap_err().code, ErrorCode::InvalidInput, "{wrong}");
    }
}
