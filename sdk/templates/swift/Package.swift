// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "@ID@",
    products: [.library(name: "@ID@", type: .dynamic, targets: ["@TYPE@Library"])],
    dependencies: [.package(name: "tuned-sdk", path: "@SDK@")],
    targets: [.target(name: "@TYPE@Library", dependencies: [.product(name: "TunedPlugin", package: "tuned-sdk")])]
)
