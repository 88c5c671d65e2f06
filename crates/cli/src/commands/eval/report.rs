//! One HTML page with the charts and tables of an evaluation: nothing is loaded from elsewhere, nothing runs. It must not know how figures are
//! computed.

use std::fmt::Write as _;

use sidenote_engine::eval::metric::Metric;

use super::chart::{Axis, Bar, Group, bars, escape};
use super::json::{Compared, Evaluated, Kind, Measured, SetResult};
use super::table::{self, SELF_TEST};

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1d2530;--soft:#5b6673;--line:#d9dee4;--page:#fff;--s0:#4477aa;--s1:#ddaa33;--s2:#228866;--s3:#aa4466;--s4:#7766bb;--s5:#888}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ed;--soft:#9aa5b1;--line:#39424d;--page:#14181d;--s0:#77aadd;--s1:#eecc66;--s2:#55bb99;--s3:#dd7799;--s4:#aa99ee;--s5:#aaa}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin:2.5rem 0 .3rem}h3{font-size:1rem;margin:1.5rem 0 .3rem}
p,footer{color:var(--soft);margin:.3rem 0}svg{width:100%;height:auto;overflow:visible}
svg text{font-size:11px;fill:var(--ink)}.label{text-anchor:end}.tick{text-anchor:middle;fill:var(--soft)!important}.value{fill:var(--soft)!important;font-size:9px!important}
.grid{stroke:var(--line)}.zero{stroke:var(--soft)}.whisker{stroke:var(--ink);stroke-width:1.2;fill:none}
.s0{fill:var(--s0);background:var(--s0)}.s1{fill:var(--s1);background:var(--s1)}.s2{fill:var(--s2);background:var(--s2)}
.s3{fill:var(--s3);background:var(--s3)}.s4{fill:var(--s4);background:var(--s4)}.s5{fill:var(--s5);background:var(--s5)}
.key span{display:inline-block;margin-right:1.2rem}.key i{display:inline-block;width:.8em;height:.8em;margin-right:.4em}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.8rem;margin:.8rem 0;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.15rem .8rem .15rem 0;border-bottom:1px solid var(--line);white-space:nowrap}";

/// Colours there are.
const SERIES: usize = 6;

/// The whole page.
pub(super) fn page(evaluated: &Evaluated) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Sidenote: evaluation</title><style>{STYLE}</style></head><body>\n<h1>How well questions are answered</h1>\n"
    );
    let _ = writeln!(out, "<p>Numbers are {}.</p>", escape(&table::reading(evaluated)));
    for set in &evaluated.sets {
        section(set, &mut out);
    }
    for notice in &evaluated.notices {
        let _ = writeln!(out, "<p>Note: {}</p>", escape(notice));
    }
    let _ = writeln!(out, "<footer>Sidenote {}, seed {}</footer></body></html>", env!("CARGO_PKG_VERSION"), evaluated.seed);
    out
}

fn section(set: &SetResult, out: &mut String) {
    let _ = writeln!(out, "<section><h2>{}</h2><p>{}</p>", escape(&set.set), escape(&table::about(set)));
    if set.kind == Kind::SelfTest {
        let _ = writeln!(out, "<p>{SELF_TEST}</p>");
    }
    out.push_str("<p class=\"key\">");
    for (i, system) in set.systems.iter().enumerate() {
        let _ = write!(out, "<span><i class=\"s{}\"></i>{}</span>", i % SERIES, escape(&table::named(system)));
    }
    out.push_str("</p>\n");
    let axis = Axis { low: 0.0, high: 100.0, unit: " %" };
    let groups: Vec<Group> = Metric::ALL.into_iter().filter(|m| !m.is_length()).filter_map(|m| group(set, m)).collect();
    out.push_str(&bars(&groups, axis, &format!("{}: figures with 95 % intervals", set.set)));
    figures(&set.systems, out);
    for compared in &set.differences {
        differences(compared, out);
    }
    out.push_str("</section>\n");
}

fn group(set: &SetResult, metric: Metric) -> Option<Group> {
    let bar = |(series, system): (usize, &Measured)| {
        let figure = system.figures.iter().find(|f| f.metric == metric)?;
        Some(Bar {
            series: series % SERIES,
            title: format!("{}, {}: {}", metric.label(), table::name(system), table::figure(figure)),
            value: 100.0 * figure.value?,
            interval: figure.interval.map(|i| (100.0 * i.low, 100.0 * i.high)),
            shown: format!("{:.1}", 100.0 * figure.value?),
        })
    };
    let bars: Vec<Bar> = set.systems.iter().enumerate().filter_map(bar).collect();
    (!bars.is_empty()).then(|| Group { label: metric.label().to_owned(), bars })
}

fn figures(systems: &[Measured], out: &mut String) {
    let head = systems.iter().map(|s| format!("<th>{}</th>", escape(&table::name(s)))).collect::<String>();
    let _ = write!(out, "<div class=\"wide\"><table><tr><th></th>{head}</tr>");
    for metric in Metric::ALL {
        let of: Vec<_> = systems.iter().filter_map(|s| s.figures.iter().find(|f| f.metric == metric)).collect();
        if of.iter().any(|f| f.value.is_some()) {
            let cells = of.iter().map(|f| format!("<td>{}</td>", table::figure(f))).collect::<String>();
            let _ = write!(out, "<tr><th>{}</th>{cells}</tr>", metric.label());
        }
    }
    let latency = |s: &Measured| s.latency_ms.map_or_else(|| "–".to_owned(), |l| format!("{:.1} / {:.1} ms", l.p50, l.p95));
    let cells = systems.iter().map(|s| format!("<td>{}</td>", latency(s))).collect::<String>();
    let _ = writeln!(out, "<tr><th>latency p50 / p95</th>{cells}</tr></table></div>");
}

fn differences(compared: &Compared, out: &mut String) {
    if table::is_same(compared) {
        let _ = writeln!(out, "<p>{}</p>", escape(&table::same(compared)));
        return;
    }
    let shown: Vec<_> = compared.figures.iter().filter(|d| !d.metric.is_length() && d.value.is_some()).collect();
    let reach = shown.iter().filter_map(|d| d.interval).map(|i| (100.0 * i.low).abs().max((100.0 * i.high).abs())).fold(2.0, f64::max);
    let reach = (reach / 2.0).ceil() * 2.0;
    let groups: Vec<Group> = shown
        .iter()
        .filter_map(|d| {
            let interval = d.interval.map(|i| (100.0 * i.low, 100.0 * i.high));
            let shown = format!("{} {}", table::change(d), table::verdict(d));
            let title = format!("{}: {shown}", d.metric.label());
            Some(Group {
                label: d.metric.label().to_owned(),
                bars: vec![Bar { series: 2, title, value: 100.0 * d.value?, interval, shown: table::verdict(d).to_owned() }],
            })
        })
        .collect();
    let _ = writeln!(out, "<h3>b − a, {}</h3>", escape(compared.leg));
    out.push_str(&bars(&groups, Axis { low: -reach, high: reach, unit: "" }, &format!("difference of b from a, {}", compared.leg)));
    let cells = compared.figures.iter().filter(|d| d.value.is_some());
    let rows = cells.map(|d| format!("<tr><th>{}</th><td>{}</td><td>{}</td></tr>", d.metric.label(), table::change(d), table::verdict(d)));
    let _ = writeln!(out, "<div class=\"wide\"><table>{}</table></div>", rows.collect::<String>());
}
