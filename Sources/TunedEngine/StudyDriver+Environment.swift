import TunedRecords
import TunedSlots
import TunedSpace

/// The environment records that a study has already written, so that each is written once.
struct EnvironmentLog {
    var recorded: [EnvironmentRecord: EventSequence] = [:]
    var latest: EnvironmentRecord?
    /// The record of each shape of slot, so that it is not put together for every attempt.
    var bySlot: [SlotShape: EventSequence] = [:]

    struct SlotShape: Hashable {
        var plugin: String
        var threads: Int
        var gpus: [String]
    }
}

extension StudyDriver {
    /// The sequence number of the event that describes what an attempt in this slot runs on; writes one where it is new, with a
    /// warning where something changed that matters.
    func noteEnvironment(of grant: SlotGrant, blueprint: WorkerBlueprint) -> EventSequence {
        let shape = EnvironmentLog.SlotShape(plugin: blueprint.plugin.hash, threads: grant.cpus.count, gpus: grant.gpus)
        if let known = environments.bySlot[shape] { return known }
        let record = surroundings.host.record(
            plugin: blueprint.plugin, dataDigest: dataDigest, grant: grant,
            description: surroundings.plugins.loaded(hash: blueprint.plugin.hash))
        let sequence: EventSequence
        if let known = environments.recorded[record] {
            sequence = known
        } else {
            let differences = environments.latest.map { record.differences(from: $0) } ?? []
            sequence = self.record([.environmentSeen(record: record.json.text())])
            if !differences.isEmpty {
                self.record([.noted(text: "attempts from here on run elsewhere: \(differences.joined(separator: "; "))")])
            }
            environments.recorded[record] = sequence
        }
        environments.latest = record
        environments.bySlot[shape] = sequence
        return sequence
    }

    /// The same for a run beside the search, which says nothing of where the search runs.
    func noteEnvironment(beside grant: SlotGrant, blueprint: WorkerBlueprint) -> (EventSequence, EnvironmentRecord) {
        let facts = surroundings.host.record(
            plugin: blueprint.plugin, dataDigest: dataDigest, grant: grant,
            description: surroundings.plugins.loaded(hash: blueprint.plugin.hash))
        if let known = environments.recorded[facts] { return (known, facts) }
        let sequence = record([.environmentSeen(record: facts.json.text())])
        environments.recorded[facts] = sequence
        return (sequence, facts)
    }
}
