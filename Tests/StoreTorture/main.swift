// A small daemon's worth of appending, for tests that kill it or watch its system calls.
//
//   store-torture once DIR          appends one trial's result, waits until it is durable, then writes ACK to standard output
//   store-torture forever DIR       appends trial after trial; writes "ACK sequence" for each that is durable
//   store-torture hold DIR          opens the store, writes READY, and waits for the end of standard input

import Glibc
import TunedRecords
import TunedSpace
import TunedStorage

/// In one system call, so that a reader sees whole lines only.
@Sendable func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    guard write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else { exit(3) }
}

func trial(_ number: Int) -> [EventPayload] {
    let configuration = Configuration([.float(Double(number)), .integer(Int64(number)), nil, .category(1)])
    let run = RunKey()
    return [
        .trialAsked(
            TrialAsked(
                trial: number, configuration: configuration, origin: .sampler, askedAfter: 0, isExternal: false)),
        .attemptStarted(
            AttemptStarted(trial: number, run: run, attempt: 0, nonce: UInt64(number), cpus: [0], gpus: [], environment: 0)),
        .attemptEnded(
            AttemptEnded(
                trial: number, run: run, attempt: 0, nonce: UInt64(number), outcome: .succeeded(metrics: [Double(number)]),
                log: "")),
        .trialEnded(TrialEnded(trial: number, state: .complete, values: [Double(number)])),
    ]
}

guard CommandLine.arguments.count == 3 else {
    print("usage: store-torture once|forever|hold DIRECTORY")
    exit(2)
}
let store: SQLiteEventStore
do {
    store = try SQLiteEventStore(directory: CommandLine.arguments[2], clock: SystemClock())
} catch {
    say("ERROR \(error.code.rawValue) \(error.message)")
    exit(1)
}

/// The study of an earlier life, or a new one; and the trial to go on with.
func resume() throws(StoreError) -> (study: StudyID, next: Int) {
    if let row = try store.study(slug: "torture") { return (row.id, row.counts.total) }
    let study = store.allocateStudy()
    store.append([.studyCreated(slug: "torture", declaration: "{}")], study: study, time: 0)
    return (study, 0)
}

let (study, next) = try resume()
switch CommandLine.arguments[1] {
case "once":
    let first = store.append(trial(next), study: study, time: 1)
    store.whenDurable(first + 3) { error in
        say(error.map { "ERROR \($0.code.rawValue)" } ?? "ACK")
        exit(error == nil ? 0 : 1)
    }
    while true { pause() }
case "forever":
    var number = next
    while true {
        for payload in trial(number) {
            let sequence = store.append([payload], study: study, time: Int64(number))
            store.whenDurable(sequence) { error in if error == nil { say("ACK \(sequence)") } }
        }
        number += 1
        usleep(200)
    }
default:
    say("READY")
    while readLine() != nil {}
    store.close()
}
