/// What stands for one trial. Shapes tell apart what colours do too.
enum Mark: String, CaseIterable {
    case disc, ring, diamond, square, triangle, cross, arrowUp, arrowDown

    /// A path's data around a point; as short as it can be, since a picture may have thousands.
    func data(_ x: Double, _ y: Double) -> String {
        func at(_ dx: Double, _ dy: Double) -> String { "M\(NumberText.coordinate(x + dx)) \(NumberText.coordinate(y + dy))" }
        switch self {
        // A line of no length with round ends.
        case .disc: return at(0, 0) + "h0"
        case .ring: return at(-3, 0) + "a3 3 0 1 0 6 0a3 3 0 1 0-6 0z"
        case .diamond: return at(0, -5.5) + "l5.5 5.5l-5.5 5.5l-5.5-5.5z"
        case .square: return at(-3, -3) + "h6v6h-6z"
        case .triangle: return at(-3.6, -2.8) + "h7.2l-3.6 6z"
        case .cross: return at(-3, -3) + "l6 6m0-6l-6 6"
        case .arrowUp: return at(0, -5) + "l4 5h-8zm0 5v4"
        case .arrowDown: return at(0, 5) + "l4-5h-8zm0-5v-4"
        }
    }
}

/// Trials as marks of one kind. Each has a note for the pointer as long as the picture has room for them.
struct Marks {
    /// Marks of one picture up to which each is an element of its own.
    static let noted = 1_000

    let mark: Mark
    let style: String
    private(set) var points: [(x: Double, y: Double, note: String)] = []

    init(_ mark: Mark, _ style: String) {
        self.mark = mark
        self.style = style
    }

    mutating func add(_ x: Double, _ y: Double, _ note: @autoclosure () -> String) { points.append((x, y, note())) }

    func draw(_ svg: inout SVGText, areNoted: Bool) {
        guard !points.isEmpty else { return }
        let style = "m \(mark.rawValue) \(style)"
        guard areNoted else { return svg.path(points.map { mark.data($0.x, $0.y) }.joined(), style: style + " dense") }
        svg.group(style) { svg in
            for point in points {
                svg.raw("<path d=\"\(mark.data(point.x, point.y))\">")
                svg.title(point.note)
                svg.raw("</path>\n")
            }
        }
    }
}
