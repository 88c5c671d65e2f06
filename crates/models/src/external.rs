//! The files beside an ONNX graph that hold its weights, read from the graph itself. It must not know hubs, or run anything.
//!
//! A graph is one protobuf message. Only the way to `external_data` is followed; weights are passed over without being read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

/// Depth of graphs inside graphs that is followed.
const DEEPEST: usize = 32;
/// Longest file name that is taken for one.
const LONGEST_NAME: u64 = 1_000;

/// What a field leads to.
#[derive(Clone, Copy)]
enum Part {
    Model,
    Graph,
    Function,
    Node,
    Attribute,
    SparseTensor,
    Tensor,
    /// One entry of `external_data`: key and value.
    Entry,
}

impl Part {
    /// Where a field of this message leads, if weights may be there.
    fn field(self, number: u64) -> Option<Self> {
        Some(match (self, number) {
            (Self::Model, 7) | (Self::Attribute, 6 | 11) => Self::Graph,
            (Self::Model, 25) => Self::Function,
            (Self::Graph, 1) | (Self::Function, 7) => Self::Node,
            (Self::Graph, 5) | (Self::Attribute, 5 | 10) | (Self::SparseTensor, 1 | 2) => Self::Tensor,
            (Self::Graph, 15) | (Self::Attribute, 22 | 23) => Self::SparseTensor,
            (Self::Node, 5) => Self::Attribute,
            (Self::Tensor, 13) => Self::Entry,
            _ => return None,
        })
    }
}

/// Names of the files that a graph's weights are in, as the graph writes them: relative to its own folder.
///
/// # Errors
/// `InvalidData` if it is no ONNX file, or reading failed.
pub(crate) fn external_files(graph: &Path) -> io::Result<BTreeSet<String>> {
    let file = File::open(graph)?;
    let length = file.metadata()?.len();
    let mut walk = Walk { input: BufReader::with_capacity(64 * 1024, file), at: 0, found: BTreeSet::new(), graphs: 0 };
    walk.message(Part::Model, length, 0)?;
    if walk.graphs == 0 {
        return Err(invalid("there is no graph in it"));
    }
    Ok(walk.found)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

struct Walk<R> {
    input: BufReader<R>,
    at: u64,
    found: BTreeSet<String>,
    graphs: usize,
}

impl<R: Read + Seek> Walk<R> {
    fn message(&mut self, part: Part, end: u64, depth: usize) -> io::Result<()> {
        if depth > 6 * DEEPEST {
            return Err(invalid("graphs are nested too deep"));
        }
        if let Part::Graph = part {
            self.graphs += 1;
        }
        let (mut key, mut value) = (String::new(), String::new());
        while self.at < end {
            let tag = self.varint()?;
            match tag & 7 {
                0 => drop(self.varint()?),
                1 => self.skip(8, end)?,
                5 => self.skip(4, end)?,
                2 => {
                    let length = self.varint()?;
                    let stop = self.at.checked_add(length).filter(|stop| *stop <= end).ok_or_else(|| invalid("it is cut off"))?;
                    match (part, tag >> 3) {
                        (Part::Entry, 1) => key = self.text(length)?,
                        (Part::Entry, 2) => value = self.text(length)?,
                        (_, field) => match part.field(field) {
                            Some(inner) => self.message(inner, stop, depth + 1)?,
                            None => self.skip(length, end)?,
                        },
                    }
                }
                _ => return Err(invalid("it is no ONNX file")),
            }
        }
        if key == "location" {
            self.found.insert(value);
        }
        Ok(())
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let mut byte = [0];
            self.input.read_exact(&mut byte)?;
            self.at += 1;
            value |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(value);
            }
        }
        Err(invalid("it is no ONNX file"))
    }

    fn skip(&mut self, length: u64, end: u64) -> io::Result<()> {
        let target = self.at.checked_add(length).filter(|target| *target <= end).ok_or_else(|| invalid("it is cut off"))?;
        self.input.seek_relative(i64::try_from(length).map_err(|_| invalid("it is cut off"))?)?;
        self.at = target;
        Ok(())
    }

    fn text(&mut self, length: u64) -> io::Result<String> {
        if length > LONGEST_NAME {
            return Err(invalid("a file name in it is too long"));
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        self.input.read_exact(&mut bytes)?;
        self.at += length;
        String::from_utf8(bytes).map_err(|_| invalid("a file name in it is not UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2, u8::try_from(content.len()).unwrap_or(u8::MAX)];
        out.extend(content);
        out
    }

    fn names(bytes: &[u8]) -> io::Result<Vec<String>> {
        let mut walk = Walk { input: BufReader::new(io::Cursor::new(bytes)), at: 0, found: BTreeSet::new(), graphs: 0 };
        walk.message(Part::Model, bytes.len() as u64, 0)?;
        Ok(walk.found.into_iter().collect())
    }

    /// An initializer, and a constant inside a node, each with its weights elsewhere.
    fn graph() -> Vec<u8> {
        let tensor = |name: &str| [field(8, b"w"), field(13, &[field(1, b"location"), field(2, name.as_bytes())].concat())].concat();
        let node = field(1, &field(5, &field(5, &tensor("constant"))));
        let mut graph = node;
        graph.extend(field(5, &tensor("weights")));
        [vec![8, 8], field(7, &graph)].concat()
    }

    #[test]
    fn weights_are_found_in_initializers_and_in_constants() {
        assert_eq!(names(&graph()).ok(), Some(vec!["constant".to_owned(), "weights".to_owned()]));
    }

    #[test]
    fn damaged_graphs_are_an_error_or_another_answer_and_never_a_panic() {
        let whole = graph();
        for at in 0..whole.len() {
            let _ = names(&whole[..at]);
            for bit in 0..8 {
                let mut other = whole.clone();
                other[at] ^= 1 << bit;
                let _ = names(&other);
            }
        }
    }

    #[test]
    fn graphs_inside_graphs_are_followed_to_a_depth() {
        let wrap = |inner: Vec<u8>, number: u8| {
            let mut out = vec![number << 3 | 2];
            let mut length = inner.len();
            while length >= 0x80 {
                out.push((length & 0x7f) as u8 | 0x80);
                length >>= 7;
            }
            out.push(length as u8);
            out.extend(inner);
            out
        };
        // A graph in an attribute of a node of a graph, again and again.
        let nested = |times: usize| wrap((0..times).fold(Vec::new(), |inner, _| wrap(wrap(wrap(inner, 6), 5), 1)), 7);
        assert!(names(&nested(20)).is_ok() && names(&nested(500)).is_err());
    }
}
