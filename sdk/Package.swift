// swift-tools-version: 6.0
import PackageDescription

// What a plugin author needs, and no more: the header, without a dependency on the daemon.
let package = Package(
    name: "tuned-sdk",
    products: [.library(name: "CTunedPlugin", targets: ["CTunedPlugin"])],
    targets: [.target(name: "CTunedPlugin", path: ".", sources: ["module.c"], publicHeadersPath: "include")]
)
