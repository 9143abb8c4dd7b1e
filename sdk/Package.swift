// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// The whole of this module becomes a part of every plugin, so it is built for size; nothing looks into its types by reflection.
let small: [SwiftSetting] = [
    .unsafeFlags(["-Osize", "-Xfrontend", "-disable-reflection-metadata"], .when(configuration: .release))
]

// What a plugin author needs, and no more: the C header, and what lets a plugin be written in Swift alone. No dependency on the
// daemon, none on Foundation.
let package = Package(
    name: "tuned-sdk",
    products: [
        .library(name: "CTunedPlugin", targets: ["CTunedPlugin"]),
        .library(name: "TunedPlugin", targets: ["TunedPlugin"]),
        .library(name: "TunedPluginTesting", targets: ["TunedPluginTesting"]),
    ],
    targets: [
        .target(name: "CTunedPlugin", path: ".", sources: ["module.c"], publicHeadersPath: "include"),
        .target(
            name: "TunedPlugin", dependencies: ["CTunedPlugin"], path: "swift/TunedPlugin", swiftSettings: strict + small),
        .target(
            name: "TunedPluginTesting", dependencies: ["TunedPlugin", "CTunedPlugin"], path: "swift/TunedPluginTesting",
            swiftSettings: strict),
        .testTarget(
            name: "TunedPluginTests", dependencies: ["TunedPlugin", "TunedPluginTesting", "CTunedPlugin"], path: "swift/Tests",
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]),
    ]
)
