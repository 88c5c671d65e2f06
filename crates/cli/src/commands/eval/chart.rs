//! Bars with intervals as inline SVG. It must not know where the numbers are from or what page they stand on.

use std::fmt::Write as _;

/// Sizes in user units.
const LABEL: f64 = 170.0;
const PLOT: f64 = 470.0;
const VALUE: f64 = 60.0;
const BAR: f64 = 9.0;
const GAP: f64 = 10.0;

/// A bar: a value and its interval.
pub(super) struct Bar {
    /// Which colour (`s0`, `s1`, …).
    pub(super) series: usize,
    /// What it is called when it is pointed at.
    pub(super) title: String,
    /// Where it ends.
    pub(super) value: f64,
    /// The ends of its interval.
    pub(super) interval: Option<(f64, f64)>,
    /// The number beside it.
    pub(super) shown: String,
}

/// Bars that are compared with each other.
pub(super) struct Group {
    /// What they measure.
    pub(super) label: String,
    /// In the order of the series.
    pub(super) bars: Vec<Bar>,
}

/// The range of an axis.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    /// Left end.
    pub(super) low: f64,
    /// Right end.
    pub(super) high: f64,
    /// What is written behind the numbers of its ticks.
    pub(super) unit: &'static str,
}

impl Axis {
    fn at(self, value: f64) -> f64 {
        LABEL + PLOT * ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// Groups of horizontal bars; from zero, so that bars of an axis with negative numbers go both ways.
pub(super) fn bars(groups: &[Group], axis: Axis, title: &str) -> String {
    let height = groups.iter().map(|g| g.bars.len() as f64 * (BAR + 2.0) + GAP).sum::<f64>() + 24.0;
    let mut svg = format!(r#"<svg viewBox="0 0 {:.0} {height:.0}" role="img" aria-label="{}">"#, LABEL + PLOT + VALUE, escape(title));
    let bottom = height - 18.0;
    for tick in 0..=4 {
        let value = axis.low + (axis.high - axis.low) * f64::from(tick) / 4.0;
        let x = axis.at(value);
        let _ = write!(svg, r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="0" y2="{bottom:.1}"/>"#);
        let _ = write!(svg, r#"<text class="tick" x="{x:.1}" y="{:.1}">{value:.0}{}</text>"#, bottom + 14.0, axis.unit);
    }
    let zero = axis.at(0.0);
    let mut y = GAP / 2.0;
    for group in groups {
        let middle = y + group.bars.len() as f64 * (BAR + 2.0) / 2.0 + 4.0;
        let _ = write!(svg, r#"<text class="label" x="{:.1}" y="{middle:.1}">{}</text>"#, LABEL - 8.0, escape(&group.label));
        for bar in &group.bars {
            let end = axis.at(bar.value);
            let (x, width) = (zero.min(end), (end - zero).abs());
            let _ = write!(svg, r#"<g><title>{}</title>"#, escape(&bar.title));
            let _ = write!(svg, r#"<rect class="s{}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{BAR}"/>"#, bar.series);
            let mut right = end.max(zero);
            if let Some((low, high)) = bar.interval {
                let (from, to, middle) = (axis.at(low), axis.at(high), y + BAR / 2.0);
                let _ = write!(
                    svg,
                    r#"<path class="whisker" d="M{from:.1} {middle:.1}H{to:.1}M{from:.1} {:.1}v5M{to:.1} {:.1}v5"/>"#,
                    middle - 2.5,
                    middle - 2.5
                );
                right = right.max(to);
            }
            let _ = write!(svg, r#"<text class="value" x="{:.1}" y="{:.1}">{}</text></g>"#, right + 5.0, y + BAR - 1.0, escape(&bar.shown));
            y += BAR + 2.0;
        }
        y += GAP;
    }
    let _ = write!(svg, r#"<line class="zero" x1="{zero:.1}" x2="{zero:.1}" y1="0" y2="{bottom:.1}"/></svg>"#);
    svg
}

/// Text as it stands in HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
