//! A model that writes, on the loopback: it says what it is told to, piece by piece, and may break off.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use serde_json::json;

/// Serves on a port of its own; the settings that choose it. Every answer has these pieces, with pauses between them; one that breaks off has no end.
pub(crate) fn serve(pieces: &'static [&'static str], pause: Duration, breaks_off: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                    length = bytes.trim().parse().unwrap();
                }
                line.clear();
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n").unwrap();
            for piece in pieces {
                let event = json!({ "choices": [{ "delta": { "content": piece } }] });
                write!(stream, "data: {event}\n\n").unwrap();
                stream.flush().unwrap();
                std::thread::sleep(pause);
            }
            if !breaks_off {
                write!(stream, "data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"stop\"}}]}}\n\ndata: [DONE]\n\n").unwrap();
            }
        }
    });
    format!("[models]\ngenerator = \"endpoint\"\nendpoint = {{ url = \"http://{address}/v1\", model = \"m\" }}\n")
}
