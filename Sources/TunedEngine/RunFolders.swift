import Dispatch
import Glibc
public import TunedRecords

/// Where runs keep their checkpoints and artifacts:
///
///     ROOT/STUDY/TRIAL-RUN/checkpoint
///     ROOT/STUDY/TRIAL-RUN/artifacts/NAME
///
/// Workers make folders when they first need them. What is not needed any more is removed on a queue that nobody waits for.
package final class RunFolders: Sendable {
    private let root: String
    private let queue = DispatchQueue(label: "tuned.runfolders", qos: .utility)

    init(root: String) { self.root = root }

    func path(study: StudyID, trial: Int, run: Int) -> String { "\(root)/\(study.rawValue)/\(trial)-\(run)" }

    /// Drops the checkpoints of a trial that will not be taken up again.
    func dropCheckpoints(study: StudyID, trial: Int, runs: Int) {
        let folders = (0..<runs).map { path(study: study, trial: trial, run: $0) }
        queue.async { for folder in folders { Self.dropCheckpoint(folder) } }
    }

    /// Drops all checkpoints of a study that has ended.
    func dropCheckpoints(study: StudyID) {
        queue.async { [self] in
            let directory = "\(root)/\(study.rawValue)"
            for name in Self.entries(directory) { Self.dropCheckpoint("\(directory)/\(name)") }
            rmdir(directory)
        }
    }

    /// Removes all that a deleted study kept.
    func remove(study: StudyID) {
        queue.async { [self] in
            let directory = "\(root)/\(study.rawValue)"
            for run in Self.entries(directory) {
                for name in Self.entries("\(directory)/\(run)/artifacts") { unlink("\(directory)/\(run)/artifacts/\(name)") }
                rmdir("\(directory)/\(run)/artifacts")
                Self.dropCheckpoint("\(directory)/\(run)")
            }
            rmdir(directory)
        }
    }

    /// A file that a run kept.
    package struct Artifact: Hashable, Sendable {
        /// Position of the run among those of its trial.
        package var run: Int
        package var name: String
        /// Bytes.
        package var size: Int64
        package var path: String

        package init(run: Int, name: String, size: Int64, path: String) {
            self.run = run
            self.name = name
            self.size = size
            self.path = path
        }
    }

    /// Reads the disk: not for a thread that may not wait.
    func artifacts(study: StudyID, trial: Int) -> [Artifact] {
        Self.entries("\(root)/\(study.rawValue)").compactMap { folder -> Int? in
            let parts = folder.split(separator: "-")
            return parts.count == 2 && parts[0] == String(trial) ? Int(parts[1]) : nil
        }.sorted().flatMap { run -> [Artifact] in
            let directory = "\(path(study: study, trial: trial, run: run))/artifacts"
            return Self.entries(directory).filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
                var status = stat()
                guard stat("\(directory)/\(name)", &status) == 0 else { return nil }
                return Artifact(run: run, name: name, size: Int64(status.st_size), path: "\(directory)/\(name)")
            }
        }
    }

    private static func dropCheckpoint(_ folder: String) {
        unlink("\(folder)/checkpoint")
        unlink("\(folder)/checkpoint.part")
        rmdir(folder)
    }

    private static func entries(_ directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
