// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// A plugin is loaded by every worker, so its file is small: the loops that take the time are written out lane by lane and lose
// nothing by it. Only the entry point is exported.
let small: [SwiftSetting] = [
    .unsafeFlags(["-Osize", "-Xfrontend", "-disable-reflection-metadata"], .when(configuration: .release))
]
let stripped: [LinkerSetting] = [
    .unsafeFlags(
        ["-Xlinker", "-s", "-Xlinker", "--version-script=\(Context.packageDirectory)/exports.map"], .when(configuration: .release))
]

let package = Package(
    name: "mlp",
    products: [.library(name: "mlp", type: .dynamic, targets: ["mlp"])],
    dependencies: [.package(name: "tuned-sdk", path: "../../sdk")],
    targets: [
        .target(
            name: "mlp", dependencies: [.product(name: "TunedPlugin", package: "tuned-sdk")], swiftSettings: strict + small,
            linkerSettings: stripped),
        .testTarget(
            name: "MLPTests",
            dependencies: [
                "mlp", .product(name: "TunedPlugin", package: "tuned-sdk"), .product(name: "TunedPluginTesting", package: "tuned-sdk"),
                .product(name: "CTunedPlugin", package: "tuned-sdk"),
            ],
            path: "Tests", swiftSettings: strict),
    ]
)
