/// Colours and strokes, light and dark. The hues are those of Okabe and Ito (2008), which people with the common colour deficiencies tell
/// apart; the ramps change steadily in lightness, so that they hold in greyscale too, and go with the width of a line.
///
/// Classes with the colours written out, rather than variables: what turns an SVG into a PDF or a bitmap mostly knows no variables.
enum Theme {
    /// Steps of the ramp from the worst values to the best.
    static let steps = 6

    static let css = """
        .tp{fill:none}
        .tp text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:12px;fill:#1d2430}
        .tp .title{font-size:16px;font-weight:600}
        .tp .small{font-size:11px}
        .tp .muted{fill:#59616f}
        .tp .strong{font-weight:600}
        .tp .bg{fill:#fff}
        .tp .lane{fill:#f3f4f7}
        .tp .halo{fill:#fff;fill-opacity:.8}
        .tp .grid{stroke:#e4e7ec}
        .tp .axis{stroke:#7b8494}
        .tp .m{stroke-width:1.5}
        .tp .disc{stroke-width:6.4;stroke-linecap:round;stroke-opacity:.75}
        .tp .dense.disc{stroke-width:2.8;stroke-opacity:.55}
        .tp .many path{stroke-opacity:.45}
        .tp .done{stroke:#0072b2}
        .tp .again{stroke:#0072b2}
        .tp .infeasible,.tp .pruned{stroke:#7a5195}
        .tp .failed{stroke:#b3261e}
        .tp .beyond{stroke:#59616f;fill:#59616f}
        .tp .best{stroke:#c04d00;fill:#c04d00}
        .tp .bestline{stroke:#c04d00;stroke-width:2.2}
        .tp .curve{stroke:#0072b2;stroke-width:1.1;stroke-opacity:.6}
        .tp .cut{stroke:#7a5195;stroke-width:1.1;stroke-dasharray:5 3;stroke-opacity:.75}
        .tp .lost{stroke:#b3261e;stroke-width:1.2;stroke-dasharray:1.5 2.5}
        .tp .going{stroke:#59616f;stroke-dasharray:10 3 2 3}
        .tp .edge{stroke:#7b8494;stroke-width:1;stroke-opacity:.6}
        .tp .copy{stroke:#c04d00;stroke-width:1.8;stroke-dasharray:6 3}
        .tp .bar{fill:#0072b2}
        .tp .rest{fill:#fff;stroke:#0072b2;stroke-width:1.2}
        .tp .r0{stroke:#c3cad4;stroke-width:.7}
        .tp .r1{stroke:#a9b9cc;stroke-width:.8}
        .tp .r2{stroke:#83a5c6;stroke-width:1}
        .tp .r3{stroke:#5089bb;stroke-width:1.2}
        .tp .r4{stroke:#1f66a3;stroke-width:1.5}
        .tp .r5{stroke:#0b3c6f;stroke-width:1.9}
        .tp .disc.r0,.tp .disc.r1,.tp .disc.r2,.tp .disc.r3,.tp .disc.r4,.tp .disc.r5{stroke-width:9;stroke-opacity:1}
        @media (prefers-color-scheme:dark){
        .tp text{fill:#e6e9ef}
        .tp .muted{fill:#a3abb9}
        .tp .bg{fill:#15181e}
        .tp .lane{fill:#1e222a}
        .tp .halo{fill:#15181e}
        .tp .grid{stroke:#2a2f39}
        .tp .axis{stroke:#7d8696}
        .tp .done,.tp .again{stroke:#56b4e9}
        .tp .infeasible,.tp .pruned{stroke:#c9a0dc}
        .tp .failed{stroke:#ff8a80}
        .tp .beyond{stroke:#a3abb9;fill:#a3abb9}
        .tp .best{stroke:#ffa24d;fill:#ffa24d}
        .tp .bestline{stroke:#ffa24d}
        .tp .curve{stroke:#56b4e9}
        .tp .cut{stroke:#c9a0dc}
        .tp .lost{stroke:#ff8a80}
        .tp .going{stroke:#a3abb9}
        .tp .edge{stroke:#7d8696}
        .tp .copy{stroke:#ffa24d}
        .tp .bar{fill:#56b4e9}
        .tp .rest{fill:#15181e;stroke:#56b4e9}
        .tp .r0{stroke:#3a414d}
        .tp .r1{stroke:#45566b}
        .tp .r2{stroke:#4d7396}
        .tp .r3{stroke:#5b97c4}
        .tp .r4{stroke:#86c5ee}
        .tp .r5{stroke:#dff2ff}
        }

        """

    /// The ramp's step of each value, best highest: by rank, so that each step has equally many trials and no outlier takes the ramp for itself.
    static func ranks(_ losses: [Double]) -> [Int] {
        var steps = [Int](repeating: 0, count: losses.count)
        let order = losses.indices.sorted { losses[$0] != losses[$1] ? losses[$0] > losses[$1] : $0 > $1 }
        var index = 0
        while index < order.count {
            var end = index
            while end + 1 < order.count, losses[order[end + 1]] == losses[order[index]] { end += 1 }
            // Equal values share the step of the best of them.
            let step = order.count == 1 ? Self.steps - 1 : end * Self.steps / order.count
            for place in index...end { steps[order[place]] = min(step, Self.steps - 1) }
            index = end + 1
        }
        return steps
    }
}
