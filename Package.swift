// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "tuned",
    products: [
        .executable(name: "tuned", targets: ["tuned"]),
        .executable(name: "tuned-worker", targets: ["tuned-worker"]),
        .library(name: "TunedSearch", targets: ["TunedSearch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Floor 0: C.
        .target(name: "CTunedPlugin", path: "Sources/CTunedPlugin"),
        .target(name: "CTunedWorker", linkerSettings: [.linkedLibrary("dl"), .linkedLibrary("pthread"), .linkedLibrary("stdc++")]),
        .systemLibrary(name: "CFFI", pkgConfig: "libffi", providers: [.apt(["libffi-dev"])]),
        .systemLibrary(name: "CBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CNLopt", pkgConfig: "nlopt", providers: [.apt(["libnlopt-dev"])]),
        .target(name: "CAssets", exclude: ["openapi.json"], cSettings: [.unsafeFlags(["-Wno-c23-extensions"])]),

        // Floor 1.
        .target(name: "TunedSpace", swiftSettings: strict),

        // Floor 2.
        .target(name: "TunedRecords", dependencies: ["TunedSpace"], swiftSettings: strict),
        .target(name: "TunedWire", dependencies: ["TunedSpace", "CTunedWorker"], swiftSettings: strict),
        .target(name: "TunedNumerics", dependencies: ["TunedSpace", "CBLAS", "CNLopt"], swiftSettings: strict),

        // Floor 3.
        .target(
            name: "TunedPlugins",
            dependencies: [
                "TunedSpace", "TunedRecords", "TunedWire", "CTunedPlugin", "CTunedWorker", "CFFI",
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: strict),
        .target(name: "TunedSlots", dependencies: ["TunedSpace", "TunedRecords", "CTunedWorker"], swiftSettings: strict),
        .target(
            name: "TunedStorage",
            dependencies: [
                "TunedSpace", "TunedRecords", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(name: "TunedSearch", dependencies: ["TunedSpace", "TunedNumerics"], swiftSettings: strict),

        // Floor 4.
        .target(
            name: "TunedWorkers",
            dependencies: ["TunedSpace", "TunedRecords", "TunedWire", "TunedPlugins", "CTunedWorker"],
            swiftSettings: strict),
        .target(name: "TunedPlots", swiftSettings: strict),
        .executableTarget(
            name: "tuned-worker",
            dependencies: ["TunedSpace", "TunedWire", "TunedPlugins", "CTunedPlugin", "CTunedWorker"],
            swiftSettings: strict),

        // Floor 5.
        .target(
            name: "TunedEngine",
            dependencies: ["TunedSpace", "TunedRecords", "TunedNumerics", "TunedSearch", "TunedSlots", "TunedStorage", "TunedPlugins", "TunedWorkers"],
            swiftSettings: strict),

        // Floor 6.
        .target(
            name: "TunedService",
            dependencies: [
                "TunedSpace", "TunedRecords", "TunedPlots", "TunedEngine", "TunedSlots", "CTunedWorker", "CAssets",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),

        // Floor 7.
        .executableTarget(
            name: "tuned",
            dependencies: [
                "TunedSpace", "TunedRecords", "TunedWire", "TunedStorage", "TunedSearch", "TunedSlots", "TunedPlugins", "TunedWorkers",
                "TunedEngine", "TunedService", "CTunedWorker", "CAssets",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),

        // Tests: one target a module; what several share; small programs that tests run.
        .target(name: "TunedTestSupport", dependencies: ["TunedSpace", "TunedRecords"], path: "Tests/TunedTestSupport", swiftSettings: strict),
        .executableTarget(
            name: "store-torture", dependencies: ["TunedSpace", "TunedRecords", "TunedStorage"], path: "Tests/StoreTorture",
            swiftSettings: strict),
        .executableTarget(
            name: "TunedSlotsProbe", dependencies: ["TunedSlots"], path: "Tests/TunedSlotsProbe", swiftSettings: strict),
        .target(
            name: "TunedFuzzing", dependencies: ["TunedSpace", "TunedWire", "TunedPlugins", "TunedTestSupport"], path: "Tests/Fuzz/Harness",
            swiftSettings: strict),
        .executableTarget(
            name: "search-driver", dependencies: ["TunedSearch", "TunedSpace"], path: "Benchmarks/search/driver", swiftSettings: strict),
        .executableTarget(name: "tuned-fuzz", dependencies: ["TunedFuzzing"], path: "Tests/Fuzz/Program", swiftSettings: strict),
        .testTarget(name: "FuzzTests", dependencies: ["TunedFuzzing"], swiftSettings: strict),
        .testTarget(name: "TunedSpaceTests", dependencies: ["TunedSpace", "TunedTestSupport"], swiftSettings: strict),
        .testTarget(name: "TunedNumericsTests", dependencies: ["TunedNumerics", "TunedSpace"], swiftSettings: strict),
        .testTarget(name: "TunedRecordsTests", dependencies: ["TunedSpace", "TunedRecords", "TunedTestSupport"], swiftSettings: strict),
        .testTarget(name: "TunedWireTests", dependencies: ["TunedSpace", "TunedWire", "CTunedWorker", "TunedTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TunedPluginsTests",
            dependencies: ["TunedSpace", "TunedRecords", "TunedWire", "TunedPlugins", "CTunedWorker", "TunedTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TunedSlotsTests", dependencies: ["TunedSpace", "TunedRecords", "TunedSlots", "TunedSlotsProbe", "CTunedWorker", "TunedTestSupport"],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "TunedStorageTests",
            dependencies: [
                "TunedSpace", "TunedRecords", "TunedStorage", "TunedTestSupport", "store-torture",
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: strict),
        .testTarget(name: "TunedSearchTests", dependencies: ["TunedSearch", "TunedSpace", "TunedNumerics"], swiftSettings: strict),
        .testTarget(name: "TunedPlotsTests", dependencies: ["TunedPlots"], exclude: ["Golden"], swiftSettings: strict),
        .testTarget(name: "ConvergenceTests", dependencies: ["TunedSearch", "TunedSpace", "TunedNumerics"], swiftSettings: strict),
        .testTarget(
            name: "TunedEngineTests",
            dependencies: ["TunedSpace", "TunedSearch", "TunedRecords", "TunedSlots", "TunedStorage", "TunedPlugins", "TunedWorkers", "TunedEngine"],
            swiftSettings: strict),
        .testTarget(
            name: "TunedServiceTests",
            dependencies: [
                "TunedSpace", "TunedRecords", "TunedPlots", "TunedEngine", "TunedSlots", "TunedStorage", "TunedService", "TunedTestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .testTarget(name: "TunedCommandTests", dependencies: ["TunedSpace", "TunedRecords", "TunedSlots", "tuned"], swiftSettings: strict),
        .executableTarget(
            name: "WorkerPoolProbe",
            dependencies: ["TunedSpace", "TunedRecords", "TunedWire", "TunedPlugins", "TunedWorkers", "TunedTestSupport"],
            path: "Tests/WorkerPoolProbe", swiftSettings: strict),
        .testTarget(
            name: "TunedWorkersTests",
            dependencies: [
                "TunedSpace", "TunedRecords", "TunedWire", "TunedPlugins", "TunedWorkers", "CTunedWorker", "TunedTestSupport", "tuned-worker",
                "WorkerPoolProbe",
            ], swiftSettings: strict),
        .testTarget(
            name: "CheckTests",
            dependencies: [
                "TunedSpace", "TunedRecords", "TunedWire", "TunedPlugins", "TunedWorkers", "TunedTestSupport", "tuned-worker",
            ], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests", dependencies: ["TunedSpace", "TunedTestSupport", "tuned", "tuned-worker"], swiftSettings: strict),
    ]
)
