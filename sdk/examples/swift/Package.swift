// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "descent",
    products: [.library(name: "descent", type: .dynamic, targets: ["descent"])],
    dependencies: [.package(name: "tuned-sdk", path: "../..")],
    targets: [.target(name: "descent", dependencies: [.product(name: "TunedPlugin", package: "tuned-sdk")])]
)
