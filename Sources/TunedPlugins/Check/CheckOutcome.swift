/// One value of a metric as a plugin reported it.
struct CurvePoint: Hashable {
    var metric: UInt32
    var step: Int64
    /// The number's bits, so that equal means equal.
    var bits: UInt64

    var value: Double { Double(bitPattern: bits) }
}

/// A checkpoint that a plugin committed.
struct SavedCheckpoint: Hashable {
    var step: Int64
    var bytes: [UInt8]
    /// How many reports the run had made before it.
    var reports: Int
}

/// How one run of a check ended, and what the plugin said on its way.
struct CheckOutcome {
    /// That it was given.
    var budget = 0.0
    /// What the last function returned.
    var code: Int32 = 0
    /// That function: `train`, `evaluate`, `step`, …
    var function = ""
    /// One a metric; nil where none was given.
    var metrics: [Double?] = []
    var reports: [CurvePoint] = []
    /// The greatest step of any report; nil without reports.
    var lastStep: Int64?
    /// What it said through host->fail.
    var said = ""
    /// First example of each infraction.
    var infractions: [Infraction: String] = [:]
    /// How often it asked should_stop.
    var asks = 0
    var wasToldToStop = false
    var seconds = 0.0
    /// From the moment it could know that it should stop to its return; nil where it was not told.
    var secondsToStop: Double?
    /// Those that were committed; bytes are kept of the last few only.
    var checkpoints: [SavedCheckpoint] = []
    var restores = 0
    /// Indices of the parameters whose schedule it asked for.
    var scheduled: Set<Int> = []
    /// Of the checkpoint that it was given.
    var bytesRead = 0

    var isSuccess: Bool { code == 0 }

    /// Metrics and curve, bit for bit.
    func isSame(as other: CheckOutcome) -> Bool {
        code == other.code && metrics.map { $0?.bitPattern } == other.metrics.map { $0?.bitPattern } && reports == other.reports
    }

    /// The reports of steps after `step`.
    func curve(after step: Int64) -> [CurvePoint] { reports.filter { $0.step > step } }
}
