/// How wide a text is at the most, in whatever sans-serif face a reader has: nobody can be asked, and a label that is cut off or runs into its
/// neighbour is worse than some room left over. The widths are those of DejaVu Sans and Verdana, the widest of the common faces.
enum TextWidth {
    static func of(_ text: String, size: Double = 12) -> Double {
        text.unicodeScalars.reduce(0) { $0 + width(of: $1) } * size
    }

    /// In units of the font's size.
    private static func width(of scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!": 0.34
        case " ", "f", "t", "r", "(", ")", "[", "]", "-", "/", "\\", "\"": 0.43
        case "m", "w", "M", "W", "@", "%", "…", "—": 0.99
        case "0"..."9", "a"..."z", "_", "$", "*": 0.635
        case "A"..."Z", "&": 0.76
        case "+", "=", "<", ">", "~", "#", "×": 0.84
        default: scalar.value < 0x300 ? 0.75 : scalar.value < 0x1100 ? 0.85 : scalar.properties.generalCategory == .nonspacingMark ? 0 : 1.15
        }
    }

    /// The text, or as much of its beginning and its end as fits around an ellipsis.
    static func fitting(_ text: String, width limit: Double, size: Double = 12) -> String {
        if of(text, size: size) <= limit { return text }
        let characters = Array(text)
        var kept = characters.count - 1
        while kept > 1 {
            let head = (kept + 1) / 2
            let short = String(characters.prefix(head)) + "…" + String(characters.suffix(kept - head))
            if of(short, size: size) <= limit { return short }
            kept -= 1
        }
        return "…"
    }
}
