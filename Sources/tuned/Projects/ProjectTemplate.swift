import CAssets

/// The files of a new project in one language.
package struct ProjectTemplate: Hashable, Sendable {
    package enum Language: String, CaseIterable, Sendable {
        case c, cpp, swift
    }

    package struct File: Hashable, Sendable {
        /// Within the project's folder.
        package var path: String
        package var text: String
    }

    package let language: Language
    package let name: ProjectName
    package let files: [File]

    package init(_ language: Language, name: ProjectName, sdk: SDKFolder) {
        self.language = language
        self.name = name
        let values = ["@NAME@": name.typed, "@ID@": name.id, "@TYPE@": name.type, "@SDK@": sdk.path]
        files = (0..<tuned_asset_template_count()).compactMap { index in
            // Both are constants of the executable.
            guard let asset = tuned_asset_template_at(index)?.pointee, String(cString: asset.language) == language.rawValue
            else { return nil }
            let bytes = UnsafeRawBufferPointer(start: asset.bytes, count: asset.size)
            return File(
                path: Self.fill(String(cString: asset.path), values), text: Self.fill(String(decoding: bytes, as: UTF8.self), values))
        }
    }

    /// Where the shared library comes to lie when it is built.
    package var library: String {
        switch language {
        case .c: "./\(name.id).so"
        case .cpp: "build/\(name.id).so"
        case .swift: ".build/release/lib\(name.id).so"
        }
    }

    /// What builds it, typed in its folder.
    package var build: String {
        switch language {
        case .c: "make"
        case .cpp: "cmake -B build && cmake --build build"
        case .swift: "swift build -c release"
        }
    }

    /// In one pass, so that a value that holds a placeholder stays as it is.
    private static func fill(_ text: String, _ values: [String: String]) -> String {
        var filled = ""
        var rest = text[...]
        while let at = rest.firstIndex(of: "@") {
            filled += rest[..<at]
            rest = rest[at...]
            if let (placeholder, value) = values.first(where: { rest.hasPrefix($0.key) }) {
                filled += value
                rest = rest.dropFirst(placeholder.count)
            } else {
                filled.append(rest.removeFirst())
            }
        }
        return filled + rest
    }
}
