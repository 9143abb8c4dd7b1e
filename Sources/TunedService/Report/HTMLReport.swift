/// One file that needs nothing else: pictures inline, no script, nothing from a network, light and dark.
package enum HTMLReport {
    package static func text(of document: ReportDocument) -> String {
        var text = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>\(escaped(document.title))</title>
            <style>
            \(css)
            </style>
            </head>
            <body>
            <main>
            <h1>\(escaped(document.title))</h1>

            """
        for block in document.blocks { text += html(of: block) }
        return text + "</main>\n</body>\n</html>\n"
    }

    private static func html(of block: ReportDocument.Block) -> String {
        switch block {
        case .heading(let text): return "<h2>\(escaped(text))</h2>\n"
        case .paragraph(let text): return "<p>\(escaped(text))</p>\n"
        case .list(let items): return "<ul>\n" + items.map { "<li>\(escaped($0))</li>\n" }.joined() + "</ul>\n"
        case .facts(let facts):
            return "<table class=\"facts\">\n" + facts.map { "<tr><th scope=\"row\">\(escaped($0))</th><td>\(escaped($1))</td></tr>\n" }.joined() + "</table>\n"
        case .table(let header, let rows, let numbers):
            func cells(_ row: [String], _ tag: String) -> String {
                row.enumerated().map { "<\(tag)\(numbers.contains($0) ? " class=\"number\"" : "")>\(escaped($1))</\(tag)>" }.joined()
            }
            return "<div class=\"wide\"><table>\n<thead><tr>\(cells(header, "th"))</tr></thead>\n<tbody>\n"
                + rows.map { "<tr>\(cells($0, "td"))</tr>\n" }.joined() + "</tbody></table></div>\n"
        case .code(let text, _): return "<pre><code>\(escaped(text))</code></pre>\n"
        case .picture(_, let svg, let caption): return "<figure>\n\(svg)<figcaption>\(escaped(caption))</figcaption>\n</figure>\n"
        }
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let css = """
        :root{color-scheme:light dark}
        body{margin:0;background:#fff;color:#1d2430;font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:52rem;margin:0 auto;padding:2rem 1.2rem 4rem}
        h1{font-size:1.7rem;line-height:1.25;margin:0 0 .4rem}
        h2{font-size:1.2rem;margin:2.4rem 0 .6rem;padding-bottom:.2rem;border-bottom:1px solid #dfe3e9}
        p{margin:.6rem 0}
        table{border-collapse:collapse;margin:.6rem 0;font-size:.92rem;font-variant-numeric:tabular-nums}
        th,td{text-align:left;vertical-align:top;padding:.28rem .8rem .28rem 0;border-bottom:1px solid #eceff3;overflow-wrap:anywhere}
        .wide th,.wide td{overflow-wrap:break-word}
        thead th{border-bottom:1px solid #7b8494;font-weight:600;overflow-wrap:normal}
        .facts th{font-weight:500;color:#59616f;white-space:nowrap}
        .wide .number{text-align:right;white-space:nowrap}
        .wide{overflow-x:auto}
        pre{background:#f3f4f7;padding:.8rem 1rem;overflow-x:auto;border-radius:4px;font-size:.85rem;line-height:1.45}
        code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        figure{margin:1.2rem 0}
        figure svg{display:block;max-width:100%;height:auto}
        figcaption{color:#59616f;font-size:.88rem;margin-top:.3rem}
        @media (prefers-color-scheme:dark){
        body{background:#15181e;color:#e6e9ef}
        h2{border-color:#2f3541}
        th,td{border-color:#262b34}
        .facts th,figcaption{color:#a3abb9}
        pre{background:#1e222a}
        }
        @media print{main{max-width:none;padding:0}figure,tr,pre{break-inside:avoid}h2{break-after:avoid}}
        """
}
