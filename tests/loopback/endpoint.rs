//! A server of our own on the loopback that speaks as OpenAI's servers do.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;

/// What came with a request.
#[allow(dead_code, reason = "not every test looks at all of it")]
pub(crate) struct Asked {
    pub(crate) first: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
}

/// A server that answers once, with what `answer` writes.
pub(crate) fn serve(answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> (SocketAddr, Receiver<Asked>) {
    let mut answer = Some(answer);
    serve_times(1, move |_, stream| answer.take().into_iter().for_each(|answer| answer(stream)))
}

/// A server that answers so many times, with what `answer` writes, which is told how often it was asked before.
pub(crate) fn serve_times(times: usize, mut answer: impl FnMut(usize, &mut TcpStream) + Send + 'static) -> (SocketAddr, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback works");
    let address = listener.local_addr().expect("the loopback works");
    let (send, asked) = channel();
    std::thread::spawn(move || {
        for time in 0..times {
            let (mut stream, _) = listener.accept().expect("the loopback works");
            let mut reader = BufReader::new(stream.try_clone().expect("the loopback works"));
            let mut line = String::new();
            reader.read_line(&mut line).expect("the loopback works");
            let first = line.trim().to_owned();
            let (mut authorization, mut length) = (None, 0);
            loop {
                line.clear();
                reader.read_line(&mut line).expect("the loopback works");
                let Some((name, value)) = line.trim().split_once(": ") else { break };
                match name.to_ascii_lowercase().as_str() {
                    "authorization" => authorization = Some(value.to_owned()),
                    "content-length" => length = value.parse().expect("the loopback works"),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("the loopback works");
            send.send(Asked { first, authorization, body: serde_json::from_slice(&body).expect("the loopback works") }).expect("the loopback works");
            answer(time, &mut stream);
        }
    });
    (address, asked)
}

pub(crate) fn head(stream: &mut TcpStream, status: &str) {
    write!(stream, "HTTP/1.1 {status}\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n").expect("the loopback works");
}

pub(crate) fn piece(stream: &mut TcpStream, text: &str) {
    let event = serde_json::json!({ "choices": [{ "delta": { "content": text } }] });
    write!(stream, "data: {event}\n\n").expect("the loopback works");
    stream.flush().expect("the loopback works");
}

/// Ends an answer.
pub(crate) fn done(stream: &mut TcpStream) {
    write!(stream, "data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"stop\"}}]}}\n\ndata: [DONE]\n\n").expect("the loopback works");
}
