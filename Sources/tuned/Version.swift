/// The version of command and daemon, which must be equal to work together.
package enum Version {
    package static let current = "0.1.0"
}
