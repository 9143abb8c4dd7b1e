import Dispatch
import Glibc
package import TunedRecords
import TunedSearch

/// Where runs keep their checkpoints and artifacts:
///
///     ROOT/STUDY/TRIAL-RUN/checkpoint
///     ROOT/STUDY/TRIAL-RUN/artifacts/NAME
///     ROOT/STUDY/final-USE/, ROOT/STUDY/replay-NUMBER-RUN/: the same of runs beside the search
///
/// Workers make folders when they first need them. What is not needed any more is removed on a queue that nobody waits for.
package final class RunFolders: Sendable {
    private let root: String
    private let queue = DispatchQueue(label: "tuned.runfolders", qos: .utility)

    init(root: String) { self.root = root }

    func path(study: StudyID, trial: Int, run: Int) -> String { "\(root)/\(study.rawValue)/\(trial)-\(run)" }

    // MARK: Checkpoints that trials go on from

    /// Keeps what a run has at this budget under a name of its own. A hard link: the run replaces its checkpoint, and never changes it. On
    /// any queue, without waiting.
    func keepCheckpoint(of study: StudyID, _ run: ReadyRun, at budget: Double) {
        let folder = path(study: study, trial: run.trial, run: run.run)
        let name = Self.kept(at: budget)
        unlink("\(folder)/\(name)")
        link("\(folder)/checkpoint", "\(folder)/\(name)")
    }

    /// Drops what a run kept, but the last two.
    func dropFormerCheckpoints(of study: StudyID, _ run: ReadyRun) {
        let folder = path(study: study, trial: run.trial, run: run.run)
        let kept = (Files.names(in: folder) ?? []).compactMap { name in
            name.hasPrefix(Self.keptPrefix) ? Double(name.dropFirst(Self.keptPrefix.count)).map { (name, $0) } : nil
        }.sorted { $0.1 > $1.1 }
        for (name, _) in kept.dropFirst(2) { unlink("\(folder)/\(name)") }
    }

    /// Makes room for the runs of a new trial. A daemon that was killed may have begun a trial of this number that did not come to the log,
    /// and what that one left is not this one's. Where the trial goes on from another, that one's checkpoints are lent at once: before the
    /// asking is recorded, and before the other can move on or end. Without waiting.
    func clear(study: StudyID, trial: Int, runs: Int, continuing continuation: Continuation?) {
        let hasAny = hasAny(of: study)
        for run in 0..<runs {
            if hasAny { Files.remove(path(study: study, trial: trial, run: run)) }
            if let continuation { _ = lend(continuation, of: study, to: ReadyRun(trial: trial, run: run)) }
        }
    }

    /// Gives a run that begins the checkpoint that another trial's had, unless it has one of its own already.
    ///
    /// - Returns: whether it has one now.
    func lend(_ continuation: Continuation, of study: StudyID, to run: ReadyRun) -> Bool {
        let folder = path(study: study, trial: run.trial, run: run.run)
        mkdir("\(root)/\(study.rawValue)", 0o700)
        mkdir(folder, 0o700)
        let source = path(study: study, trial: continuation.trial, run: run.run) + "/" + Self.kept(at: continuation.budget)
        return link(source, "\(folder)/checkpoint") == 0 || errno == EEXIST
    }

    private static let keptPrefix = "checkpoint-"
    private static func kept(at budget: Double) -> String { "\(keptPrefix)\(budget)" }

    /// Whether any run of a study kept anything. Most studies keep nothing.
    func hasAny(of study: StudyID) -> Bool { access("\(root)/\(study.rawValue)", F_OK) == 0 }

    /// Drops the checkpoints of a trial that will not be taken up again, or only the one that it went on from itself.
    func dropCheckpoints(study: StudyID, trial: Int, runs: Int, withKept: Bool) {
        queue.async { [self] in
            for run in 0..<runs {
                let folder = path(study: study, trial: trial, run: run)
                if withKept { Self.dropCheckpoint(folder) } else { unlink("\(folder)/checkpoint") }
            }
        }
    }

    /// Drops all checkpoints of a study that has ended.
    func dropCheckpoints(study: StudyID) {
        queue.async { [self] in
            let directory = "\(root)/\(study.rawValue)"
            for name in Files.names(in: directory) ?? [] { Self.dropCheckpoint("\(directory)/\(name)") }
            rmdir(directory)
        }
    }

    /// Removes all that a deleted study kept.
    func remove(study: StudyID) {
        queue.async { [self] in Files.remove("\(root)/\(study.rawValue)") }
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
        (Files.names(in: "\(root)/\(study.rawValue)") ?? []).compactMap { folder -> Int? in
            let parts = folder.split(separator: "-")
            return parts.count == 2 && parts[0] == String(trial) ? Int(parts[1]) : nil
        }.sorted().flatMap { run -> [Artifact] in
            let directory = "\(path(study: study, trial: trial, run: run))/artifacts"
            return (Files.names(in: directory) ?? []).filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
                var status = stat()
                guard stat("\(directory)/\(name)", &status) == 0 else { return nil }
                return Artifact(run: run, name: name, size: Int64(status.st_size), path: "\(directory)/\(name)")
            }
        }
    }

    package func final(study: StudyID, use: Int) -> String { "\(root)/\(study.rawValue)/final-\(use)" }

    func replay(study: StudyID, number: Int, run: Int) -> String { "\(root)/\(study.rawValue)/replay-\(number)-\(run)" }

    func dropFinalCheckpoint(study: StudyID, use: Int) {
        queue.async { [self] in Self.dropCheckpoint(final(study: study, use: use)) }
    }

    /// What a replay kept is no result of the study.
    func removeReplay(study: StudyID, number: Int, runs: Int) {
        queue.async { [self] in
            for run in 0..<runs { Files.remove(replay(study: study, number: number, run: run)) }
        }
    }

    /// What a final run kept. Reads all of it: not for a thread that may not wait.
    func finalArtifacts(study: StudyID, use: Int) -> [Finalized.Artifact] {
        let directory = "\(final(study: study, use: use))/artifacts"
        return (Files.names(in: directory) ?? []).filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
            guard let bytes = try? DurableFile.read("\(directory)/\(name)", limit: DataStore.sizeLimit) else { return nil }
            return Finalized.Artifact(name: name, size: Int64(bytes.count), digest: DataStore.digest(bytes))
        }
    }

    private static func dropCheckpoint(_ folder: String) {
        for name in Files.names(in: folder) ?? [] where name == "checkpoint" || name == "checkpoint.part" || name.hasPrefix(keptPrefix) {
            unlink("\(folder)/\(name)")
        }
        rmdir(folder)
    }
}
