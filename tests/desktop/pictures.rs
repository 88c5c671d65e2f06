//! The main screens as a person sees them, in both languages and both themes: the pictures of the READMEs, written where SIDENOTE_PICTURES names a folder
//! (`make pictures`). It must not know what is right on a screen beyond that it is there.

use std::collections::HashMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use serde_json::json;

use crate::driver::Window;
use crate::window::{BOX, ENTER, answered, index, marked};

/// What is written, asked and looked up.
struct Scene {
    language: &'static str,
    question: &'static str,
    looked_up: &'static str,
    /// Of the shipped notes, one of the first in the list.
    read: &'static str,
    /// A folder beside the shipped notes, and files in it.
    folder: &'static str,
    files: [(&'static str, &'static str); 4],
    /// The note that is written, and one that links to it.
    written: (&'static str, &'static str),
    linking: (&'static str, &'static str),
}

const HERON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80"><path d="M10 70 60 10l50 60z" fill="#789"/></svg>"##;

const ENGLISH: Scene = Scene {
    language: "en",
    question: "How does LoRA fine-tuning work?",
    looked_up: "KV cache",
    read: "BERT",
    folder: "Field notes",
    files: [
        ("Herons.md", "# Herons\n\nGrey herons return to the estuary in **March**. They nest in the tall pines.\n\n![A heron](heron.svg)\n"),
        ("Ferry.txt", "The ferry leaves at nine and at four. It rests on Thursdays.\n"),
        ("Sources.md", ""),
        ("Scan of 1987.pdf", "no PDF"),
    ],
    written: (
        "Heron count",
        "# Heron count\n\nThe count is on the **second Saturday of May**, at low tide. Lin keeps the list, see [[Ferry timetable]].\n\n\
         - north shore: two people, one telescope\n- pines: listen before you look\n- the causeway is closed until June\n\n\
         > A bird that is seen twice is counted once.\n\n## What we need\n\n1. a tide table\n2. the key to the hut\n\n\
         Expected: $n = 40 \\pm 6$ birds, as in the last five years.\n",
    ),
    linking: ("Plans for May", "# Plans for May\n\nAfter the [[Heron count]] we stay in the hut overnight.\n"),
};

const CHINESE: Scene = Scene {
    language: "zh",
    question: "注意力机制为什么要除以根号 d？",
    looked_up: "KV 缓存 显存",
    read: "残差连接与层归一化",
    folder: "野外笔记",
    files: [
        ("苍鹭.md", "# 苍鹭\n\n苍鹭**三月**回到河口，在高大的松树上筑巢。\n\n![苍鹭](heron.svg)\n"),
        ("渡船.txt", "渡船上午九点和下午四点开，周四停航。\n"),
        ("出处.md", ""),
        ("1987 年扫描件.pdf", "no PDF"),
    ],
    written: (
        "苍鹭清点",
        "# 苍鹭清点\n\n清点定在**五月第二个星期六**，退潮的时候。名单由小林保管，见 [[渡船时刻]]。\n\n\
         - 北岸：两个人，一架望远镜\n- 松林：先听，再看\n- 堤道六月以前不开放\n\n\
         > 同一只鸟看到两次，只算一次。\n\n## 还缺什么\n\n1. 潮汐表\n2. 小屋的钥匙\n\n\
         预计 $n = 40 \\pm 6$ 只，和过去五年差不多。\n",
    ),
    linking: ("五月计划", "# 五月计划\n\n[[苍鹭清点]]之后在小屋里过夜。\n"),
};

#[test]
fn the_main_screens_are_reached_in_english() {
    look_around(&ENGLISH);
}

#[test]
fn the_main_screens_are_reached_in_chinese() {
    look_around(&CHINESE);
}

/// A look around in the window over a data folder.
struct Visit<'a> {
    window: Window,
    scene: &'a Scene,
    data: &'a Path,
}

fn look_around(scene: &Scene) {
    let (data, parent) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = parent.path().join(scene.folder);
    fs::create_dir(&folder).unwrap();
    for (name, text) in scene.files {
        fs::write(folder.join(name), text).unwrap();
    }
    fs::write(folder.join("heron.svg"), HERON).unwrap();
    index(data.path(), Some(&folder));
    let visit = open(data.path(), scene, "light");
    let window = &visit.window;
    ask(&visit);
    look_up(&visit);
    window.script("document.querySelectorAll('.search .bar .segmented input')[1].click()");
    window.until("the picture of the stages", "return document.querySelector('.search svg circle, .search svg path, .search svg line') !== null");
    keep(&visit, "stages");
    write(&visit);
    libraries(&visit);
    models(&visit);
    leave(visit);

    let visit = open(data.path(), scene, "dark");
    let window = &visit.window;
    look_up(&visit);
    window.script("document.querySelector('.search .hit .why button').click()");
    window.until("the reasons", "return document.querySelectorAll('.search .hit .reasons li, .search .hit .reasons p:not(.quiet)').length > 0");
    keep(&visit, "search");
    read(&visit);
    leave(visit);
}

fn open<'a>(data: &'a Path, scene: &'a Scene, theme: &str) -> Visit<'a> {
    fs::create_dir_all(data.join("config")).unwrap();
    let settings = format!("[window]\nlanguage = \"{}\"\ntheme = \"{theme}\"\n", scene.language);
    fs::write(data.join("config/settings.toml"), settings).unwrap();
    let window = Window::open(data, "zh_CN", &[]);
    window.script("window.__refused = []; document.addEventListener('securitypolicyviolation', (event) => window.__refused.push(`${event.violatedDirective}: ${event.blockedURI}`))");
    window.until("the examples", "return document.querySelectorAll('.examples button').length >= 4");
    Visit { window, scene, data }
}

fn leave(Visit { window, .. }: Visit<'_>) {
    assert_eq!(window.script("return window.__refused"), json!([]), "what a screen needs, the page's policy lets in");
    window.close();
}

fn go(window: &Window, view: usize) {
    window.script(&format!("document.querySelectorAll('.sidebar nav button')[{view}].click()"));
}

fn ask(visit: &Visit<'_>) {
    let Visit { window, scene, .. } = visit;
    window.type_into(BOX, &format!("{}{ENTER}", scene.question));
    answered(window);
    marked(window);
    keep(visit, "ask");
    close_reader(window);
}

fn close_reader(window: &Window) {
    window.script("[...document.querySelectorAll('.reader header button')].at(-1).click()");
    window.until("that the note is closed", "return document.querySelector('.reader') === null");
}

fn look_up(visit: &Visit<'_>) {
    let Visit { window, scene, .. } = visit;
    go(window, 1);
    window.type_into(".search .box input", scene.looked_up);
    window.until("results", "return document.querySelectorAll('.search .hit').length > 5");
}

fn write(visit: &Visit<'_>) {
    let Visit { window, scene, .. } = visit;
    for (title, text) in [scene.linking, scene.written] {
        let note = json!({ "title": title, "text": text });
        window.ok_async(&format!("window.__TAURI_INTERNALS__.invoke('create', {note}).then(arguments[0], (error) => arguments[0](String(error)))"));
    }
    go(window, 2);
    let title = json!(scene.written.0);
    let row = format!("[...document.querySelectorAll('.notes [role=option]')].find((row) => row.innerText.includes({title}))");
    window.until("the note in the list", &format!("const row = {row}; row?.click(); return !!row"));
    window.find(".cm-content");
    window.until("who links to it", "const links = document.querySelector('.notes details'); if (links) links.open = true; return !!links");
    keep(visit, "editor");
}

fn libraries(visit: &Visit<'_>) {
    let Visit { window, scene, .. } = visit;
    go(window, 3);
    let read = format!(
        "return [...document.querySelectorAll('.libraries .about')].some((row) => row.innerText.includes({}) && row.querySelector('.counts .warn'))",
        json!(scene.folder)
    );
    window.until("the folder with what was read of it", &read);
    keep(visit, "libraries");
    let files = format!(
        "[...document.querySelectorAll('.libraries li')].find((row) => row.innerText.includes({})).querySelector('.actions button').click()",
        json!(scene.folder)
    );
    window.script(&files);
    window.until("its files", "return document.querySelectorAll('.ledger [role=option]').length >= 4");
    let skipped =
        "const row = [...document.querySelectorAll('.ledger [role=option]')].find((row) => row.innerText.includes('.pdf')); row.click(); return true";
    window.script(skipped);
    window.until("why one was skipped", "return document.querySelector('.ledger aside') !== null");
    keep(visit, "ledger");
    let drawn = "const row = [...document.querySelectorAll('.ledger [role=option]')].find((row) => row.innerText.includes(DRAWN)); row.click()";
    window.script(&drawn.replace("DRAWN", &json!(scene.files[0].0).to_string()));
    window.click(".ledger aside .actions button");
    window.until(
        "the drawing",
        "const drawing = document.querySelector('.reader img'); return !!drawing && drawing.complete && drawing.naturalWidth > 0",
    );
    close_reader(window);
}

fn models(visit: &Visit<'_>) {
    let window = &visit.window;
    go(window, 4);
    window.until("the settings", "return document.querySelectorAll('main input, main select, main [role=radio], main button').length > 3");
    window.script("document.querySelectorAll('.settings nav button')[1].click()");
    window.until("the models", "return document.querySelectorAll('.settings h3, .settings h2').length >= 3");
    keep(visit, "models");
}

fn read(visit: &Visit<'_>) {
    let Visit { window, scene, .. } = visit;
    go(window, 2);
    window.until("the notes", "return document.querySelectorAll('.notes .row').length > 5");
    let row = "[...document.querySelectorAll('.notes [role=option]')].find((row) => row.querySelector('.title').innerText === READ)";
    window.script(&format!("{}.click()", row.replace("READ", &json!(scene.read).to_string())));
    window.until("the note", "return document.querySelector('.reader') !== null");
    // A ring around the note would say that keys scroll it.
    window.script("document.activeElement.blur()");
    keep(visit, "notes");
}

/// Looks at the screen; a picture of it is kept where one is wanted.
fn keep(visit: &Visit<'_>, screen: &str) {
    let Visit { window, scene, data } = visit;
    let wanted = std::env::var_os("SIDENOTE_PICTURES").map(PathBuf::from);
    if wanted.is_some() {
        // What flashes when it is opened has come to rest.
        std::thread::sleep(std::time::Duration::from_secs(2));
        // Folders as they are on a person's machine, not where a test has them.
        let folders = "const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
                const text = walk.currentNode;
                if (text.data === OWN) text.data = '/home/lin/Documents/Sidenote';
                else if (/^\\/.*\\/notes$/.test(text.data)) text.data = '/usr/lib/Sidenote/notes';
                else text.data = text.data.replace(/^\\/(?:.*\\/)?([^/]+)$/, '/home/lin/$1');
            }";
        window.script(&folders.replace("OWN", &json!(data.join("notes")).to_string()));
    }
    let png = STANDARD.decode(window.picture()).unwrap();
    assert!(png.starts_with(b"\x89PNG") && png.len() > 20_000, "an empty window");
    if let Some(folder) = wanted {
        fs::write(folder.join(format!("{screen}-{}.png", scene.language)), smaller(&png)).unwrap();
    }
}

/// The picture with the colours that are most of it, at most 256: a third of the size, and nobody sees the difference on a page of text.
fn smaller(picture: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(Cursor::new(picture)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let shape = reader.next_frame(&mut pixels).unwrap();
    let samples = shape.color_type.samples();
    let pixels: Vec<[u8; 3]> = pixels[..shape.buffer_size()].chunks_exact(samples).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for pixel in &pixels {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut colours: Vec<([u8; 3], usize)> = counts.into_iter().collect();
    colours.sort_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
    // Colours that lie close together are one, so that rare ones find a place too.
    let mut palette: Vec<[u8; 3]> = Vec::new();
    for apart in [40, 24, 12, 0] {
        for (colour, _) in &colours {
            if palette.len() < 256 && palette.iter().all(|known| distance(*known, *colour) > apart * apart) {
                palette.push(*colour);
            }
        }
    }
    let nearest: HashMap<[u8; 3], u8> = colours
        .iter()
        .map(|(colour, _)| (*colour, palette.iter().enumerate().min_by_key(|(_, known)| distance(**known, *colour)).map_or(0, |(at, _)| at)))
        .map(|(colour, at)| (colour, u8::try_from(at).unwrap()))
        .collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, shape.width, shape.height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    // Neighbours in a palette have nothing to do with each other.
    encoder.set_filter(png::Filter::NoFilter);
    let indexes: Vec<u8> = pixels.iter().map(|pixel| nearest[pixel]).collect();
    encoder.write_header().unwrap().write_image_data(&indexes).unwrap();
    out
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}
