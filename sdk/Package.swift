// swift-tools-version: 6.0
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// What a plugin author needs, and no more: the C header, and what lets a plugin be written in Swift alone. No dependency on the
// daemon, none on Foundation.
let package = Package(
    name: "tuned-sdk",
    products: [
        .library(name: "CTunedPlugin", targets: ["CTunedPlugin"]),
        .library(name: "TunedPlugin", targets: ["TunedPlugin"]),
    ],
    targets: [
        .target(name: "CTunedPlugin", path: ".", sources: ["module.c"], publicHeadersPath: "include"),
        .target(name: "TunedPlugin", dependencies: ["CTunedPlugin"], path: "swift/TunedPlugin", swiftSettings: strict),
        .testTarget(name: "TunedPluginTests", dependencies: ["TunedPlugin", "CTunedPlugin"], path: "swift/Tests", swiftSettings: strict),
    ]
)
